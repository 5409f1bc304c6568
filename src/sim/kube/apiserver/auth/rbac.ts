/** The RBAC authorizer: plugin/pkg/auth/authorizer/rbac. */
import type { Obj } from "../../../core/json.ts";
import type { Attributes, User } from "./types.ts";

/** The objects that decisions are made from. */
export interface Policy {
  roles(): Obj[];
  clusterRoles(): Obj[];
  roleBindings(): Obj[];
  clusterRoleBindings(): Obj[];
}

const serviceAccountPrefix = "system:serviceaccount:";

function applies(subject: Obj, user: User, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case "User":
      return subject.name === user.name;
    case "Group":
      return user.groups.includes(String(subject.name));
    case "ServiceAccount": {
      const namespace = (subject.namespace as string | undefined) || bindingNamespace;
      return user.name === `${serviceAccountPrefix}${namespace}:${subject.name}`;
    }
    default:
      return false;
  }
}

/** Calls `visit` with every rule that the user has in the namespace ("" for cluster scope), until it returns true. */
export function visitRules(policy: Policy, user: User, namespace: string, visit: (rule: Obj) => boolean): boolean {
  const clusterRoles = index(policy.clusterRoles());
  for (const binding of policy.clusterRoleBindings()) {
    if (!((binding.subjects ?? []) as Obj[]).some((s) => applies(s, user, ""))) continue;
    for (const rule of (clusterRoles.get(String(binding.roleRef.name))?.rules ?? []) as Obj[]) if (visit(rule)) return true;
  }
  if (namespace === "") return false;
  let roles: Map<string, Obj> | undefined;
  for (const binding of policy.roleBindings()) {
    if (binding.metadata.namespace !== namespace) continue;
    if (!((binding.subjects ?? []) as Obj[]).some((s) => applies(s, user, namespace))) continue;
    const name = String(binding.roleRef.name);
    let role: Obj | undefined;
    if (binding.roleRef.kind === "ClusterRole") role = clusterRoles.get(name);
    else {
      roles ??= new Map(
        policy
          .roles()
          .filter((r) => r.metadata.namespace === namespace)
          .map((r) => [String(r.metadata.name), r]),
      );
      role = roles.get(name);
    }
    for (const rule of (role?.rules ?? []) as Obj[]) if (visit(rule)) return true;
  }
  return false;
}

const indexes = new WeakMap<Obj[], Map<string, Obj>>();
function index(list: Obj[]): Map<string, Obj> {
  let found = indexes.get(list);
  if (!found) {
    found = new Map(list.map((r) => [String(r.metadata.name), r]));
    indexes.set(list, found);
  }
  return found;
}

const has = (list: unknown, value: string): boolean => Array.isArray(list) && (list.includes("*") || list.includes(value));

export function ruleAllows(rule: Obj, a: Attributes): boolean {
  if (!has(rule.verbs, a.verb)) return false;
  if (!a.isResource) {
    return ((rule.nonResourceURLs ?? []) as string[]).some(
      (url) => url === "*" || url === a.path || (url.endsWith("*") && a.path.startsWith(url.slice(0, -1))),
    );
  }
  if (!has(rule.apiGroups, a.group)) return false;
  const resource = a.subresource === "" ? a.plural : `${a.plural}/${a.subresource}`;
  const resources = (rule.resources ?? []) as string[];
  if (!resources.includes("*") && !resources.includes(resource) && !(a.subresource !== "" && resources.includes(`*/${a.subresource}`)))
    return false;
  const names = (rule.resourceNames ?? []) as string[];
  return names.length === 0 || names.includes(a.name);
}

/** Decisions by what was asked, while the objects that they were made from are the same. */
interface Decided {
  from: readonly Obj[][];
  answers: Map<string, boolean>;
}
const decisions = new WeakMap<Obj[], Decided>();

export function allowed(policy: Policy, a: Attributes): boolean {
  if (a.user.groups.includes("system:masters")) return true;
  const from = [policy.clusterRoleBindings(), policy.clusterRoles(), policy.roleBindings(), policy.roles()];
  let decided = decisions.get(from[0]!);
  if (!decided || from.some((list, i) => list !== decided!.from[i])) decisions.set(from[0]!, (decided = { from, answers: new Map() }));
  const { user } = a;
  const what = a.isResource ? `${a.group} ${a.plural} ${a.subresource} ${a.namespace} ${a.name}` : a.path;
  const asked = `${a.verb} ${a.isResource} ${what}\n${user.name}\n${user.groups.join("\n")}`;
  let answer = decided.answers.get(asked);
  if (answer === undefined) {
    answer = visitRules(policy, user, a.isResource ? a.namespace : "", (rule) => ruleAllows(rule, a));
    if (decided.answers.size > 2000) decided.answers.clear();
    decided.answers.set(asked, answer);
  }
  return answer;
}

/** Rules that `wanted` has and the user has not (escalation check), one attribute each. */
export function uncovered(policy: Policy, user: User, namespace: string, wanted: Obj[]): Obj[] {
  if (user.groups.includes("system:masters")) return [];
  const owned: Obj[] = [];
  visitRules(policy, user, namespace, (rule) => {
    owned.push(rule);
    return false;
  });
  const missing: Obj[] = [];
  for (const rule of wanted) {
    for (const verb of (rule.verbs ?? []) as string[]) {
      for (const url of (rule.nonResourceURLs ?? []) as string[])
        if (
          !owned.some(
            (o) =>
              has(o.verbs, verb) &&
              ((o.nonResourceURLs ?? []) as string[]).some(
                (u) => u === "*" || u === url || (u.endsWith("*") && url.startsWith(u.slice(0, -1))),
              ),
          )
        )
          missing.push({ nonResourceURLs: [url], verbs: [verb] });
      for (const apiGroup of (rule.apiGroups ?? []) as string[])
        for (const resource of (rule.resources ?? []) as string[]) {
          const names = (rule.resourceNames ?? [""]) as string[];
          for (const name of names) {
            const covered = owned.some(
              (o) =>
                has(o.verbs, verb) &&
                has(o.apiGroups, apiGroup) &&
                (has(o.resources, resource) ||
                  (resource.includes("/") && ((o.resources ?? []) as string[]).includes(`*/${resource.split("/")[1]}`))) &&
                (((o.resourceNames ?? []) as string[]).length === 0 || (name !== "" && (o.resourceNames as string[]).includes(name))),
            );
            if (!covered)
              missing.push({
                apiGroups: [apiGroup],
                resources: [resource],
                ...(name === "" ? {} : { resourceNames: [name] }),
                verbs: [verb],
              });
          }
        }
    }
  }
  return missing;
}
