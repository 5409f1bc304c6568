/** Authentication: client certificates, bearer tokens, anonymous (k8s.io/apiserver/pkg/authentication). */
import type { Obj } from "../../../core/json.ts";
import { commonName, organizations, parseCertificates, verifyChain, verifyToken } from "../../../pki/index.ts";
import type { ApiServer } from "../server.ts";
import { klogLine } from "../klog.ts";
import { unauthorized } from "../status.ts";
import { anonymous, type User } from "./types.ts";

const subjects = new Map<string, { name: string; groups: string[] }>();

function subjectOf(pem: string): { name: string; groups: string[] } | undefined {
  let found = subjects.get(pem);
  if (!found) {
    const [leaf] = parseCertificates(pem);
    if (!leaf) return undefined;
    found = { name: commonName(leaf.subject), groups: organizations(leaf.subject) };
    if (subjects.size > 500) subjects.clear();
    subjects.set(pem, found);
  }
  return found;
}

const authenticated = (name: string, groups: string[], uid = "", extra: Record<string, string[]> = {}): User => ({
  name,
  uid,
  groups: [...groups, "system:authenticated"],
  extra,
});

/** Who sent the request. Throws Unauthorized. */
export function authenticate(api: ApiServer, certificate: string | undefined, authorization: string | undefined): User {
  const { options } = api;
  if (certificate && options.clientCa) {
    const problem = verifyChain({ chainPem: certificate, rootsPem: options.clientCa, now: api.p.now, usage: "client" });
    const who = problem === undefined ? subjectOf(certificate) : undefined;
    if (who && who.name !== "") return authenticated(who.name, who.groups);
    if (problem !== undefined) {
      api.p.log(klogLine(api.p, "E", "authentication.go:73", `"Unable to authenticate the request" err="[${problem}]"`));
      throw unauthorized();
    }
  }
  const token = /^bearer\s+(.+)$/i.exec(authorization ?? "")?.[1]?.trim();
  if (token !== undefined) {
    const user = tokenUser(api, token);
    if (!user) {
      api.p.log(klogLine(api.p, "E", "authentication.go:73", '"Unable to authenticate the request" err="[invalid bearer token]"'));
      throw unauthorized();
    }
    return user;
  }
  if (!options.anonymous) throw unauthorized();
  return anonymous;
}

/** The user behind a bearer token, or undefined. */
export function tokenUser(api: ApiServer, token: string): User | undefined {
  return bootstrapUser(api, token) ?? serviceAccountUser(api, token);
}

function bootstrapUser(api: ApiServer, token: string): User | undefined {
  const m = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(token);
  if (!m || !api.options.bootstrapTokens) return undefined;
  let secret: Obj | undefined;
  try {
    secret = api.store.get(`/registry/secrets/kube-system/bootstrap-token-${m[1]}`);
  } catch {
    return undefined;
  }
  const data = (key: string): string => Buffer.from(String(secret?.data?.[key] ?? ""), "base64").toString();
  if (!secret || secret.metadata.deletionTimestamp || secret.type !== "bootstrap.kubernetes.io/token") return undefined;
  if (data("token-id") !== m[1] || data("token-secret") !== m[2] || data("usage-bootstrap-authentication") !== "true") return undefined;
  const expiration = data("expiration");
  if (expiration !== "" && Date.parse(expiration) <= api.p.now) return undefined;
  const groups = data("auth-extra-groups")
    .split(",")
    .filter((g) => g !== "");
  return authenticated(`system:bootstrap:${m[1]}`, ["system:bootstrappers", ...groups]);
}

/** From the informer's cache, and from the store what is not there yet (pkg/controller/serviceaccount/tokengetter.go). */
const lookUp = (api: ApiServer, plural: "serviceaccounts" | "pods", namespace: string, name: string): Obj | undefined =>
  api.knownOne({ group: "", plural }, namespace, name) ?? api.store.get(`/registry/${plural}/${namespace}/${name}`);

function serviceAccountUser(api: ApiServer, token: string): User | undefined {
  const claims = verifyToken(token, api.options.serviceAccountKeys);
  if (!claims) return undefined;
  const legacy = claims.iss === "kubernetes/serviceaccount";
  const seconds = api.p.now / 1000;
  let namespace: string;
  let name: string;
  let uid: string;
  let pod: Obj | undefined;
  if (legacy) {
    namespace = String(claims["kubernetes.io/serviceaccount/namespace"]);
    name = String(claims["kubernetes.io/serviceaccount/service-account.name"]);
    uid = String(claims["kubernetes.io/serviceaccount/service-account.uid"]);
  } else {
    if (claims.iss !== api.options.issuer) return undefined;
    if (Number(claims.exp) < seconds || Number(claims.nbf ?? 0) > seconds + 1) return undefined;
    const audiences = [claims.aud].flat() as string[];
    if (!audiences.some((a) => api.options.audiences.includes(a))) return undefined;
    const bound = (claims["kubernetes.io"] ?? {}) as Obj;
    namespace = String(bound.namespace);
    name = String(bound.serviceaccount?.name);
    uid = String(bound.serviceaccount?.uid);
    pod = bound.pod as Obj | undefined;
  }
  let account: Obj | undefined;
  try {
    account = lookUp(api, "serviceaccounts", namespace, name);
    if (!account || account.metadata.uid !== uid) return undefined;
    if (pod) {
      const found = lookUp(api, "pods", namespace, String(pod.name));
      if (!found || found.metadata.uid !== pod.uid) return undefined;
    }
  } catch {
    return undefined;
  }
  return authenticated(
    `system:serviceaccount:${namespace}:${name}`,
    ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
    uid,
    pod ? { "authentication.kubernetes.io/pod-name": [String(pod.name)], "authentication.kubernetes.io/pod-uid": [String(pod.uid)] } : {},
  );
}
