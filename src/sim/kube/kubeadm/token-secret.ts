/** Bootstrap tokens as Secrets (k8s.io/cluster-bootstrap/token/api). */
import type { Obj } from "../../core/json.ts";

export interface BootstrapToken {
  token: string;
  description?: string;
  /** Milliseconds since the epoch; missing: never. */
  expires?: number;
  usages: string[];
  groups: string[];
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
/** RFC 3339, whole seconds. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export function tokenSecret(t: BootstrapToken): Obj {
  const [id, secret] = t.token.split(".") as [string, string];
  const data: Record<string, string> = { "token-id": base64(id), "token-secret": base64(secret) };
  if (t.description) data.description = base64(t.description);
  if (t.expires !== undefined) data.expiration = base64(rfc3339(t.expires));
  for (const usage of t.usages) data[`usage-bootstrap-${usage}`] = base64("true");
  if (t.groups.length > 0) data["auth-extra-groups"] = base64([...t.groups].sort().join(","));
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    data,
  };
}

/** Reads a token's Secret; undefined when it is none. */
export function readTokenSecret(secret: Obj): BootstrapToken | undefined {
  const data = (secret.data ?? {}) as Record<string, string>;
  const text = (key: string): string => (data[key] === undefined ? "" : Buffer.from(data[key], "base64").toString());
  const id = text("token-id");
  const value = text("token-secret");
  if (id === "" || value === "" || secret.metadata.name !== `bootstrap-token-${id}`) return undefined;
  const expiration = text("expiration");
  return {
    token: `${id}.${value}`,
    ...(text("description") === "" ? {} : { description: text("description") }),
    ...(expiration === "" ? {} : { expires: Date.parse(expiration) }),
    usages: Object.keys(data)
      .filter((k) => k.startsWith("usage-bootstrap-") && text(k) === "true")
      .map((k) => k.slice("usage-bootstrap-".length))
      .sort(),
    groups: text("auth-extra-groups")
      .split(",")
      .filter((g) => g !== ""),
  };
}
