/** Bootstrap tokens: cluster-info is signed for each, expired ones are removed (pkg/controller/bootstrap). */
import type { Obj } from "../../../core/json.ts";
import { detachedSignature } from "../../../pki/index.ts";
import { keyOf } from "../framework/cache.ts";
import type { Controller, Work } from "../framework/runtime.ts";
import { same } from "./pods.ts";

const type = "bootstrap.kubernetes.io/token";
const prefix = "jws-kubeconfig-";

const text = (secret: Obj, key: string): string => {
  const encoded = (secret.data as Record<string, string> | undefined)?.[key];
  return encoded === undefined ? "" : Buffer.from(encoded, "base64").toString();
};

const expiry = (secret: Obj): number | undefined => {
  const given = text(secret, "expiration");
  return given === "" ? undefined : Date.parse(given);
};

const expired = (secret: Obj, now: number): boolean => (expiry(secret) ?? Infinity) <= now;

export const bootstrapsigner: Controller = {
  name: "bootstrapsigner",
  account: "bootstrap-signer",
  interested(_r, resource, object) {
    if (resource === "secrets" && object.type === type) return ["cluster-info"];
    return resource === "configmaps" && keyOf(object) === "kube-public/cluster-info" ? ["cluster-info"] : [];
  },
  sync(w: Work): void {
    const map = w.cache.get("configmaps", "cluster-info", "kube-public");
    const kubeconfig = (map?.data as Record<string, string> | undefined)?.kubeconfig;
    if (!map || kubeconfig === undefined) return;
    const data: Record<string, string> = {};
    for (const [key, value] of Object.entries(map.data as Record<string, string>)) if (!key.startsWith(prefix)) data[key] = value;
    for (const secret of w.cache.list("secrets", "kube-system")) {
      if (secret.type !== type || text(secret, "usage-bootstrap-signing") !== "true" || expired(secret, w.now)) continue;
      const id = text(secret, "token-id");
      if (secret.metadata.name !== `bootstrap-token-${id}`) continue;
      data[`${prefix}${id}`] = detachedSignature(kubeconfig, id, text(secret, "token-secret"));
    }
    if (!same(data, map.data)) w.update("configmaps", { ...map, data });
  },
};

export const tokencleaner: Controller = {
  name: "tokencleaner",
  account: "token-cleaner",
  interested(_r, resource, object, deleted) {
    return resource === "secrets" && object.type === type && !deleted ? [keyOf(object)] : [];
  },
  sync(w: Work, key: string): void {
    const secret = w.cache.byKey("secrets", key);
    const ends = secret && expiry(secret);
    if (!secret || ends === undefined) return;
    if (ends <= w.now) w.delete("secrets", secret);
    else w.enqueue(key, ends - w.now + 1000);
  },
};
