/** kubectl auth can-i, whoami. */
import type { Obj } from "../../../core/json.ts";
import { tabulate } from "../columns.ts";
import { Failure, ServerRefusal } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { toJson } from "../output.ts";
import { Session } from "../session.ts";
import { toYaml } from "../yaml-out.ts";
import type { Command } from "./command.ts";

/** k8s.io/kubectl/pkg/cmd/auth/cani.go */
const resourceVerbs =
  "get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest".split(" ");
const urlVerbs = "get put post head options delete patch *".split(" ");

/** k8s.io/kubectl/pkg/cmd/auth/whoami.go */
async function whoAmI(s: Session): Promise<Obj> {
  try {
    return await s.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
    });
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.code !== 404) throw error;
    throw new Failure(
      `error: the selfsubjectreviews API is not enabled in the cluster${s.minor < 36 ? "\nenable APISelfSubjectReview feature gate and authentication.k8s.io/v1alpha1 or authentication.k8s.io/v1beta1 API" : ""}`,
    );
  }
}

interface Rule {
  verbs: string[];
  group?: string;
  resource?: string;
  names: string[];
  url?: string;
}

/**
 * The rows of `can-i --list`: rules broken down, those of one resource joined again, in the order of their Go text
 * (k8s.io/component-helpers/auth/rbac/validation, k8s.io/kubectl/pkg/util/rbac).
 */
function ruleRows(status: Obj): string[][] {
  const joined = new Map<string, Rule>();
  const rules: Rule[] = [];
  for (const r of (status.nonResourceRules ?? []) as Obj[])
    for (const url of (r.nonResourceURLs ?? []) as string[])
      for (const verb of (r.verbs ?? []) as string[]) rules.push({ verbs: [verb], names: [], url });
  for (const r of (status.resourceRules ?? []) as Obj[])
    for (const group of (r.apiGroups ?? [""]) as string[])
      for (const resource of (r.resources ?? []) as string[])
        for (const name of (r.resourceNames ?? [""]) as string[]) {
          const key = `${group} ${resource} ${name}`;
          const there = joined.get(key);
          if (there) there.verbs.push(...((r.verbs ?? []) as string[]).filter((v) => !there.verbs.includes(v)));
          else joined.set(key, { verbs: [...((r.verbs ?? []) as string[])], group, resource, names: name === "" ? [] : [name] });
        }
  const go = (list: (string | undefined)[]): string => `[${list.filter((x) => x !== undefined).join(" ")}]`;
  const text = (r: Rule): string =>
    `Verbs:${go(r.verbs)},APIGroups:${go([r.group])},Resources:${go([r.resource])},ResourceNames:${go(r.names)},NonResourceURLs:${go([r.url])}`;
  const shown = (r: Rule): string => {
    if (r.resource === undefined) return "";
    const [plural, ...sub] = r.resource.split("/");
    if (plural === "*" && r.group === "*") return "*.*";
    return `${plural}${r.group === "" ? "" : `.${r.group}`}${sub.length > 0 ? `/${sub.join("/")}` : ""}`;
  };
  return [...rules, ...joined.values()]
    .toSorted((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0))
    .map((r) => [shown(r), go([r.url]), go(r.names), go(r.verbs)]);
}

export const auth: Command = async (p, argv) => {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  const what = argv[at] ?? "";
  const rest = at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + 1)];
  if (what === "reconcile") p.notSimulated("kubectl auth reconcile");
  if (what !== "can-i" && what !== "whoami")
    throw new Failure(`error: unknown command ${JSON.stringify(what)}\nSee 'kubectl auth -h' for help and examples`);
  const flags = parseFlags(
    p,
    `auth ${what}`,
    rest,
    { "all-namespaces": "bool", list: "bool", "no-headers": "bool", quiet: "bool", subresource: "string", output: "string" },
    { q: "quiet", o: "output" },
  );
  const s = new Session(p, flags);
  // a warning of 1.20 has no empty line behind it
  const gap = s.minor < 21 ? "\n" : "\n\n";
  if (what === "whoami") {
    if (s.minor < 26) throw new Failure("error: unknown command \"whoami\"\nSee 'kubectl auth -h' for help and examples");
    const body = await whoAmI(s);
    const info = body.status.userInfo as Obj;
    const output = flags.text("output");
    if (output === "yaml" || output === "json") await p.out(output === "yaml" ? toYaml(body) : toJson(body));
    else
      await p.out(
        tabulate([
          ["ATTRIBUTE", "VALUE"],
          ["Username", String(info.username)],
          ...(info.uid ? [["UID", String(info.uid)]] : []),
          ["Groups", `[${((info.groups ?? []) as string[]).join(" ")}]`],
          ...Object.entries((info.extra ?? {}) as Record<string, string[]>).map(([k, v]) => [`Extra: ${k}`, `[${v.join(" ")}]`]),
        ]),
      );
    return 0;
  }
  if (flags.bool("list")) {
    const body = await s.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: { namespace: s.namespace },
    });
    const rows = ruleRows(body.status as Obj);
    await p.out(tabulate([...(flags.bool("no-headers") ? [] : [["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]]), ...rows]));
    return 0;
  }
  const [verb, target, extra] = flags.args;
  if (!verb || !target)
    throw new Failure(
      s.minor <= 20
        ? "error: you must specify two or three arguments: verb, resource, and optional resourceName"
        : "error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
    );
  const spec: Obj = {};
  if (!(target.startsWith("/") ? urlVerbs : resourceVerbs).includes(verb)) await p.err(`Warning: verb '${verb}' is not a known verb${gap}`);
  if (target.startsWith("/")) spec.nonResourceAttributes = { path: target, verb };
  else {
    const [type, named] = target.split("/");
    let group = "";
    let plural = type!;
    if (type !== "*") {
      try {
        const k = await s.kind(type!);
        group = k.group;
        plural = k.plural;
        if (!k.namespaced)
          await p.err(`Warning: resource '${k.plural}' is not namespace scoped${k.group === "" ? "" : ` in group '${k.group}'`}${gap}`);
      } catch (error) {
        if (!(error instanceof Failure) || !error.message.includes("doesn't have a resource type")) throw error;
        await p.err(`Warning: the server doesn't have a resource type '${type}'${gap}`);
      }
    } else group = "*";
    spec.resourceAttributes = {
      namespace: flags.bool("all-namespaces") ? "" : s.namespace,
      verb,
      group,
      resource: plural,
      ...(flags.text("subresource") ? { subresource: flags.text("subresource") } : {}),
      ...((named ?? extra) ? { name: named ?? extra } : {}),
    };
  }
  const body = await s.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec,
  });
  const yes = body.status.allowed === true;
  if (!flags.bool("quiet")) await p.out(yes ? "yes\n" : `no${body.status.reason ? ` - ${body.status.reason}` : ""}\n`);
  return yes ? 0 : 1;
};
