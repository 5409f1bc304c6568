/** cordon, uncordon, drain, taint. */
import type { Obj } from "../../../core/json.ts";
import { labelValue, qualifiedName } from "../../apiserver/strategy/names.ts";
import { Failure, Failures, ServerRefusal } from "../failure.ts";
import { parseFlags, selectorFlags } from "../flags.ts";
import { Session, type Kind } from "../session.ts";
import type { Command } from "./command.ts";
import { eachObject } from "./objects.ts";
import { changeFlags, dryRunOf, durationMs, report, suffix, type DryRun } from "./manage.ts";

async function nodesOf(s: Session, names: string[], command: string): Promise<{ kind: Kind; nodes: Obj[] }> {
  const kind = await s.kind("nodes");
  const selector = s.flags.text("selector");
  if (selector !== undefined || s.flags.bool("all")) {
    const list = await s.request("GET", s.path(kind, ""), undefined, { query: selector ? { labelSelector: selector } : {} });
    return { kind, nodes: list.items as Obj[] };
  }
  if (names.length === 0) throw new Failure(`error: USAGE: ${command} NODE [flags]\nSee 'kubectl ${command} -h' for help and examples`);
  const nodes: Obj[] = [];
  for (const name of names) nodes.push(await s.get(kind, name.replace(/^nodes?\//, "")));
  return { kind, nodes };
}

async function setSchedulable(s: Session, kind: Kind, node: Obj, unschedulable: boolean, dry: DryRun): Promise<void> {
  const name = String(node.metadata.name);
  const word = unschedulable ? "cordoned" : "uncordoned";
  if ((node.spec?.unschedulable === true) === unschedulable) {
    await s.p.out(`node/${name} already ${word}${suffix(dry)}\n`);
    return;
  }
  if (dry !== "client")
    await s.request(
      "PATCH",
      s.path(kind, "", name),
      { spec: { unschedulable: unschedulable ? true : null } },
      {
        contentType: "application/strategic-merge-patch+json",
        query: { fieldManager: unschedulable ? "kubectl-cordon" : "kubectl-uncordon", ...(dry === "server" ? { dryRun: "All" } : {}) },
      },
    );
  await s.p.out(`node/${name} ${word}${suffix(dry)}\n`);
}

const schedulable =
  (command: "cordon" | "uncordon"): Command =>
  async (p, argv) => {
    const flags = parseFlags(p, command, argv, { "dry-run": "string", selector: "string" });
    const s = new Session(p, flags);
    const dry = await dryRunOf(s);
    const { kind, nodes } = await nodesOf(s, flags.args, command);
    for (const node of nodes) await setSchedulable(s, kind, node, command === "cordon", dry);
    return 0;
  };

export const cordon = schedulable("cordon");
export const uncordon = schedulable("uncordon");

export const drain: Command = async (p, argv) => {
  const flags = parseFlags(p, "drain", argv, {
    "dry-run": "string",
    selector: "string",
    force: "bool",
    "ignore-daemonsets": "bool",
    "delete-emptydir-data": "bool",
    "delete-local-data": "bool",
    "grace-period": "int",
    timeout: "duration",
    "disable-eviction": "bool",
    "pod-selector": "string",
    "skip-wait-for-delete-timeout": "int",
    "chunk-size": "int",
  });
  const s = new Session(p, flags);
  if (flags.maybe("delete-local-data") !== undefined)
    await p.err(
      "Flag --delete-local-data has been deprecated, This option is deprecated and will be deleted. Use --delete-emptydir-data.\n",
    );
  const dry = await dryRunOf(s);
  const { kind, nodes } = await nodesOf(s, flags.args, "drain");
  const podKind = await s.kind("pods");
  const fail = async (name: string, why: string): Promise<number> => {
    await p.err(
      `error: unable to drain node ${JSON.stringify(name)} due to error: ${why}, continuing command...\nThere are pending nodes to be drained:\n ${name}\n${why}\n`,
    );
    return 1;
  };
  for (const node of nodes) await setSchedulable(s, kind, node, true, dry);
  for (const node of nodes) {
    const name = String(node.metadata.name);
    const list = await s.request("GET", s.path(podKind, ""), undefined, {
      query: {
        fieldSelector: `spec.nodeName=${name}`,
        ...(flags.text("pod-selector") ? { labelSelector: flags.text("pod-selector")! } : {}),
      },
    });
    const full = (o: Obj): string => `${o.metadata.namespace}/${o.metadata.name}`;
    const evict: Obj[] = [];
    const daemons: Obj[] = [];
    const unmanaged: Obj[] = [];
    const local: Obj[] = [];
    for (const pod of list.items as Obj[]) {
      if (pod.metadata.annotations?.["kubernetes.io/config.mirror"]) continue;
      const done = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
      const owner = ((pod.metadata.ownerReferences ?? []) as Obj[]).find((r) => r.controller === true);
      if (owner?.kind === "DaemonSet" && !done) {
        daemons.push(pod);
        continue;
      }
      if (!owner && !done) unmanaged.push(pod);
      if (!done && ((pod.spec.volumes ?? []) as Obj[]).some((v) => v.emptyDir)) local.push(pod);
      evict.push(pod);
    }
    const problems: string[] = [];
    const emptyDir = flags.bool("delete-emptydir-data") || flags.bool("delete-local-data");
    if (local.length > 0 && !emptyDir)
      problems.push(`cannot delete Pods with local storage (use --delete-emptydir-data to override): ${local.map(full).join(", ")}`);
    if (unmanaged.length > 0 && !flags.bool("force"))
      problems.push(`cannot delete Pods that declare no controller (use --force to override): ${unmanaged.map(full).join(", ")}`);
    if (daemons.length > 0 && !flags.bool("ignore-daemonsets"))
      problems.push(`cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ${daemons.map(full).join(", ")}`);
    const old = s.minor < 22;
    if (problems.length > 0 && old) {
      // before 1.22 one failure ended the command
      const why = problems.map((text) =>
        text.replace("that declare no controller", "not managed by ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet"),
      );
      await p.err(
        `error: unable to drain node ${JSON.stringify(name)}, aborting command...\n\nThere are pending nodes to be drained:\n ${name}\n${why.length === 1 ? "error: " : ""}${why.join("\n")}\n`,
      );
      return 1;
    }
    if (problems.length > 0) {
      const text = problems.length === 1 ? problems[0]! : `[${problems.join(", ")}]`;
      await p.err(
        `error: unable to drain node ${JSON.stringify(name)} due to error: ${text}, continuing command...\nThere are pending nodes to be drained:\n ${name}\n${problems.join("\n")}\n`,
      );
      return 1;
    }
    const warnings: string[] = [];
    if (daemons.length > 0) warnings.push(`ignoring DaemonSet-managed Pods: ${daemons.map(full).join(", ")}`);
    if (unmanaged.length > 0)
      warnings.push(
        `deleting Pods ${old ? "not managed by ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet" : "that declare no controller"}: ${unmanaged.map(full).join(", ")}`,
      );
    if (warnings.length > 0) await p.err(`${old ? "WARNING" : "Warning"}: ${warnings.join("; ")}\n`);
    const limit = durationMs(flags.text("timeout")) || Infinity;
    const end = p.now + limit;
    for (const pod of evict) {
      await p.out(`evicting pod ${full(pod)}${suffix(dry)}\n`);
      if (dry !== "none") continue;
      const grace = flags.number("grace-period");
      for (;;) {
        try {
          const path = s.path(
            podKind,
            String(pod.metadata.namespace),
            String(pod.metadata.name),
            flags.bool("disable-eviction") ? "" : "eviction",
          );
          const options = grace === undefined || grace < 0 ? {} : { gracePeriodSeconds: grace };
          if (flags.bool("disable-eviction")) await s.request("DELETE", path, { kind: "DeleteOptions", apiVersion: "v1", ...options });
          else
            await s.request("POST", path, {
              apiVersion: "policy/v1",
              kind: "Eviction",
              metadata: { name: pod.metadata.name as string, namespace: pod.metadata.namespace as string },
              deleteOptions: options,
            });
          break;
        } catch (error) {
          if (!(error instanceof ServerRefusal)) throw error;
          if (error.code === 404) break;
          if (error.code !== 429)
            return fail(
              name,
              `error when evicting pods/${JSON.stringify(pod.metadata.name)} -n ${JSON.stringify(pod.metadata.namespace)}: ${error.detail}`,
            );
          await p.err(
            `error when evicting pods/${JSON.stringify(pod.metadata.name)} -n ${JSON.stringify(pod.metadata.namespace)} (will retry after 5s): ${error.detail}\n`,
          );
          if (p.now + 5000 > end)
            return fail(
              name,
              `error when evicting pods/${JSON.stringify(pod.metadata.name)} -n ${JSON.stringify(pod.metadata.namespace)}: global timeout reached: ${flags.text("timeout")}`,
            );
          await p.sleep(5000);
        }
      }
    }
    if (dry === "none")
      for (const pod of evict) {
        for (;;) {
          try {
            const found = await s.request("GET", s.path(podKind, String(pod.metadata.namespace), String(pod.metadata.name)));
            if (found.metadata.uid !== pod.metadata.uid) break;
          } catch (error) {
            if (error instanceof ServerRefusal && error.code === 404) break;
            throw error;
          }
          if (p.now > end)
            return fail(
              name,
              `error when waiting for pod ${JSON.stringify(pod.metadata.name)} in namespace ${JSON.stringify(pod.metadata.namespace)} to terminate: global timeout reached: ${flags.text("timeout")}`,
            );
          await p.sleep(1000);
        }
        await p.out(`pod/${pod.metadata.name} evicted\n`);
      }
    await p.out(`node/${name} ${s.minor < 22 && dry === "none" && evict.length > 0 ? "evicted" : "drained"}${suffix(dry)}\n`);
  }
  return 0;
};

export const taint: Command = async (p, argv) => {
  const flags = parseFlags(p, "taint", argv, { ...changeFlags, ...selectorFlags });
  const s = new Session(p, flags);
  const dry = await dryRunOf(s);
  const specs: string[] = [];
  const names: string[] = [];
  const [type, ...rest] = flags.args;
  for (const arg of rest) (/[=:]|-$/.test(arg) ? specs : names).push(arg);
  if (specs.length === 0) throw new Failure("error: at least one taint update is required");
  if (type?.includes("/")) throw new Failure(`the server doesn't have a resource type ${JSON.stringify(type)}`);
  if (!type || !/^(no|nodes?)$/.test(type)) throw new Failure(`error: invalid resource type ${type ?? ""}, only node types are supported`);
  if (names.length === 0 && !flags.bool("all") && flags.text("selector") === undefined)
    throw new Failure("error: at least one resource name must be specified since 'all' parameter is not set");
  const add: Obj[] = [];
  const remove: { key: string; effect: string; shown: string }[] = [];
  for (const spec of specs) {
    if (spec.endsWith("-")) {
      const shown = spec.slice(0, -1);
      const [left, effect] = shown.split(":");
      remove.push({ key: left!.split("=")[0]!, effect: effect ?? "", shown });
      continue;
    }
    const invalid = (why = ""): Failure =>
      new Failure(`error: invalid taint spec: ${spec}${why}\nSee 'kubectl taint -h' for help and examples`);
    // without a colon all of it is the key, which may hold no `=` (cmd/taint/utils.go, parseTaint)
    const m = /^([^:]*?)(?:=([^:]*))?:([^:]*)$/.exec(spec) ?? (spec.includes(":") ? undefined : [spec, spec, "", ""]);
    if (!m || (m[2] ?? "").includes("=")) throw invalid();
    const badKey = qualifiedName(m[1]!);
    if (badKey !== undefined) throw invalid(`, ${badKey}`);
    const badValue = labelValue(m[2] ?? "");
    if (badValue !== undefined) throw invalid(`, ${badValue}`);
    if (!["NoSchedule", "PreferNoSchedule", "NoExecute"].includes(m[3]!))
      throw new Failure(`error: invalid taint effect: ${m[3]}, unsupported taint effect\nSee 'kubectl taint -h' for help and examples`);
    if (add.some((t) => t.key === m[1] && t.effect === m[3]))
      throw new Failure(
        `error: duplicated taints with the same key and effect: {${m[1]} ${m[2] ?? ""} ${m[3]} <nil>}\nSee 'kubectl taint -h' for help and examples`,
      );
    add.push({ key: m[1]!, ...(m[2] ? { value: m[2] } : {}), effect: m[3]! });
  }
  const both = remove.filter((r) => add.some((t) => r.key === t.key && (r.effect === "" || r.effect === t.effect)));
  if (both.length > 0) {
    const shown = both.map((t) => (s.minor < 21 ? `{"${t.key}":"${t.effect}"}` : `${t.key}=${t.effect}`)).join(", ");
    throw new Failure(`error: can not both modify and remove the following taint(s) in the same command: ${shown}`);
  }
  await eachObject(s, [type, ...(flags.bool("all") ? [] : names)], "taint", async ({ kind, name, object: node }) => {
    const old = (node.spec?.taints ?? []) as Obj[];
    const missing = new Failures();
    for (const r of remove)
      if (!old.some((t) => t.key === r.key && (r.effect === "" || t.effect === r.effect)))
        missing.add(new Failure(`error: taint ${JSON.stringify(r.shown)} not found`));
    missing.end();
    const clash = add.filter((t) => old.some((o) => o.key === t.key && o.effect === t.effect));
    if (clash.length > 0 && !flags.bool("overwrite"))
      throw new Failure(
        `error: node ${name} already has ${clash.map((t) => t.key as string).join(",")} taint(s) with same effect(s) and --overwrite is false`,
      );
    const kept = old.filter(
      (o) =>
        !remove.some((r) => o.key === r.key && (r.effect === "" || o.effect === r.effect)) &&
        !add.some((t) => t.key === o.key && t.effect === o.effect),
    );
    const taints = [...add, ...kept];
    const body =
      dry === "client"
        ? node
        : await s.request(
            "PATCH",
            s.path(kind, "", name),
            { spec: { taints: taints.length > 0 ? taints : null } },
            {
              contentType: "application/merge-patch+json",
              query: { fieldManager: "kubectl-taint", ...(dry === "server" ? { dryRun: "All" } : {}) },
            },
          );
    await report(s, kind, body, add.length === 0 ? "untainted" : clash.length > 0 || remove.length > 0 ? "modified" : "tainted");
  });
  return 0;
};
