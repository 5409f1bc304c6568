/** What every namespace gets: the service account `default`, the authority's certificate; and tokens of old. */
import type { Obj } from "../../../core/json.ts";
import { createToken } from "../../../pki/index.ts";
import { keyOf } from "../framework/cache.ts";
import type { Controller, Work } from "../framework/runtime.ts";

const active = (namespace: Obj | undefined): boolean =>
  namespace !== undefined && !namespace.metadata.deletionTimestamp && namespace.status?.phase !== "Terminating";

export const serviceaccount: Controller = {
  name: "serviceaccount",
  account: "service-account-controller",
  interested(_r, resource, object, deleted) {
    if (resource === "namespaces") return [String(object.metadata.name)];
    if (resource === "serviceaccounts" && deleted && object.metadata.name === "default") return [String(object.metadata.namespace)];
    return [];
  },
  sync(w: Work, namespace: string): void {
    if (!active(w.cache.get("namespaces", namespace)) || w.cache.get("serviceaccounts", "default", namespace)) return;
    const result = w.tryCreate("serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
    if (!result.ok && !(result.kind === "status" && (result.code === 409 || result.code === 404 || result.code === 403)))
      w.enqueue(namespace, 1000);
  },
};

const mapName = "kube-root-ca.crt";

export const rootCaPublisher: Controller = {
  name: "root-ca-cert-publisher",
  account: "root-ca-cert-publisher",
  interested(_r, resource, object) {
    if (resource === "namespaces") return [String(object.metadata.name)];
    return resource === "configmaps" && object.metadata.name === mapName ? [String(object.metadata.namespace)] : [];
  },
  sync(w: Work, namespace: string): void {
    const ca = w.p.data.rootCa as string | undefined;
    if (!ca || !active(w.cache.get("namespaces", namespace))) return;
    const there = w.cache.get("configmaps", mapName, namespace);
    if (!there) {
      const result = w.tryCreate("configmaps", {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: mapName,
          namespace,
          annotations: {
            "kubernetes.io/description":
              "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
          },
        },
        data: { "ca.crt": ca },
      });
      if (!result.ok && !(result.kind === "status" && (result.code === 409 || result.code === 404 || result.code === 403)))
        w.enqueue(namespace, 1000);
    } else if (there.data?.["ca.crt"] !== ca) w.update("configmaps", { ...there, data: { "ca.crt": ca } });
  },
};

const tokenType = "kubernetes.io/service-account-token";

/** Fills token Secrets; up to 1.23 also makes one for every service account. */
export const tokens: Controller = {
  name: "serviceaccount-token",
  interested(r, resource, object) {
    if (resource === "secrets" && object.type === tokenType) return [keyOf(object)];
    if (resource === "serviceaccounts" && r.minor <= 23) return [`account ${keyOf(object)}`];
    return [];
  },
  sync(w: Work, key: string): void {
    const signer = w.p.data.accountKey as string | undefined;
    if (!signer) return;
    if (key.startsWith("account ")) return forAccount(w, key.slice("account ".length));
    const secret = w.cache.byKey("secrets", key);
    if (!secret) return;
    const annotations = (secret.metadata.annotations ?? {}) as Record<string, string>;
    const account = w.cache.get(
      "serviceaccounts",
      annotations["kubernetes.io/service-account.name"] ?? "",
      String(secret.metadata.namespace),
    );
    if (
      !account ||
      (annotations["kubernetes.io/service-account.uid"] && annotations["kubernetes.io/service-account.uid"] !== account.metadata.uid)
    ) {
      w.delete("secrets", secret);
      return;
    }
    const ca = w.p.data.rootCa as string | undefined;
    const data = (secret.data ?? {}) as Record<string, string>;
    if (data.token && data["ca.crt"] && data.namespace) return;
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const namespace = String(secret.metadata.namespace);
    const token = createToken(signer, {
      iss: "kubernetes/serviceaccount",
      "kubernetes.io/serviceaccount/namespace": namespace,
      "kubernetes.io/serviceaccount/secret.name": secret.metadata.name as string,
      "kubernetes.io/serviceaccount/service-account.name": account.metadata.name as string,
      "kubernetes.io/serviceaccount/service-account.uid": account.metadata.uid as string,
      sub: `system:serviceaccount:${namespace}:${account.metadata.name}`,
    });
    w.update("secrets", {
      ...secret,
      metadata: {
        ...secret.metadata,
        annotations: { ...annotations, "kubernetes.io/service-account.uid": account.metadata.uid as string },
      },
      data: { ...data, token: base64(token), namespace: base64(namespace), ...(ca ? { "ca.crt": base64(ca) } : {}) },
    });
  },
};

function forAccount(w: Work, key: string): void {
  const account = w.cache.byKey("serviceaccounts", key);
  const namespace = key.split("/")[0]!;
  if (!account || !active(w.cache.get("namespaces", namespace))) return;
  const references = ((account.secrets as Obj[] | undefined) ?? []).map((s) => String(s.name));
  const mine = w.cache
    .list("secrets", namespace)
    .filter(
      (s) =>
        s.type === tokenType &&
        (s.metadata.annotations as Record<string, string> | undefined)?.["kubernetes.io/service-account.uid"] === account.metadata.uid,
    );
  if (mine.some((s) => references.includes(String(s.metadata.name)))) return;
  const name = mine[0] ? String(mine[0].metadata.name) : `${account.metadata.name}-token-${w.p.machine.random("kube/names").word(5)}`;
  if (!mine[0])
    w.create("secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name,
        namespace,
        annotations: {
          "kubernetes.io/service-account.name": account.metadata.name as string,
          "kubernetes.io/service-account.uid": account.metadata.uid as string,
        },
      },
      type: tokenType,
    });
  w.update("serviceaccounts", { ...account, secrets: [...((account.secrets as Obj[] | undefined) ?? []), { name }] });
}
