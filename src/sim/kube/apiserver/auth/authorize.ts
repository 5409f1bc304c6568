/** Authorization modes in the order of --authorization-mode. */
import type { ApiServer } from "../server.ts";
import { forbidden, StatusError } from "../status.ts";
import { authorizeNode, nodeRules } from "./node.ts";
import { allowed, ruleAllows } from "./rbac.ts";
import type { Attributes, User } from "./types.ts";

export interface Decision {
  allowed: boolean;
  reason: string;
}

export function decide(api: ApiServer, a: Attributes): Decision {
  // the loopback client and the superuser group come before all modes
  if (a.user.groups.includes("system:masters")) return { allowed: true, reason: "" };
  let reason = "";
  for (const mode of api.options.authorization) {
    if (mode === "AlwaysAllow") return { allowed: true, reason: "" };
    if (mode === "Node") {
      const verdict = authorizeNode(a, () => api.known({ group: "", plural: "pods" }));
      if (verdict === "allow") return { allowed: true, reason: "" };
      if (verdict !== undefined) reason = verdict;
      else if (a.user.groups.includes("system:nodes") && a.isResource && nodeMayByRules(a)) return { allowed: true, reason: "" };
    }
    if (mode === "RBAC" && allowed(api.policy, a)) return { allowed: true, reason: "" };
  }
  return { allowed: false, reason };
}

const nodeMayByRules = (a: Attributes): boolean => nodeRules.some((rule) => ruleAllows(rule, a));

/** `User "x" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function denial(a: Attributes, reason: string): StatusError {
  const suffix = reason === "" ? "" : `: ${reason}`;
  if (!a.isResource)
    return new StatusError(
      403,
      "Forbidden",
      `forbidden: User ${JSON.stringify(a.user.name)} cannot ${a.verb} path ${JSON.stringify(a.path)}${suffix}`,
      {},
    );
  const resource = a.subresource === "" ? a.plural : `${a.plural}/${a.subresource}`;
  const where = a.namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(a.namespace)}`;
  return forbidden(
    a,
    a.name,
    `User ${JSON.stringify(a.user.name)} cannot ${a.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)} ${where}${suffix}`,
  );
}

/** The user that Impersonate-* headers ask for. Throws Forbidden. */
export function impersonate(api: ApiServer, user: User, headers: Record<string, string>): User {
  const name = headers["impersonate-user"];
  if (!name) return user;
  const groups = (headers["impersonate-group"] ?? "").split(",").filter((g) => g !== "");
  const check = (plural: string, target: string, namespace = ""): void => {
    const a: Attributes = {
      user,
      verb: "impersonate",
      isResource: true,
      group: "",
      version: "v1",
      plural,
      subresource: "",
      namespace,
      name: target,
      path: "",
    };
    const decision = decide(api, a);
    if (!decision.allowed) throw denial(a, decision.reason);
  };
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account) check("serviceaccounts", account[2]!, account[1]);
  else check("users", name);
  for (const g of groups) check("groups", g);
  const all = [...groups];
  if (account && groups.length === 0) all.push("system:serviceaccounts", `system:serviceaccounts:${account[1]}`);
  const last = name === "system:anonymous" ? "system:unauthenticated" : "system:authenticated";
  if (!all.includes(last)) all.push(last);
  return { name, uid: headers["impersonate-uid"] ?? "", groups: all, extra: {} };
}
