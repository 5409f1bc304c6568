/** kubectl rollout: status, history, undo, restart, pause, resume (k8s.io/kubectl/pkg/polymorphichelpers). */
import { copy as copyData } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { matchesSelector } from "../../apiserver/selectors.ts";
import { equal } from "../../apiserver/patch/merge.ts";
import { tabulate } from "../columns.ts";
import { podTemplate } from "../describe/pod.ts";
import { Failure } from "../failure.ts";
import { parseFlags, selectorFlags } from "../flags.ts";
import { Session } from "../session.ts";
import type { Command } from "./command.ts";
import { changeFlags, dryRunOf, durationMs, report } from "./manage.ts";
import { eachObject, visitObjects, type Live } from "./objects.ts";

const revisionKey = "deployment.kubernetes.io/revision";
const causeKey = "kubernetes.io/change-cause";

function statusOf(l: Live): { text: string; done: boolean } {
  const o = l.object;
  const spec = (o.spec ?? {}) as Obj;
  const st = (o.status ?? {}) as Obj;
  const name = l.name;
  const n = (x: unknown): number => Number(x ?? 0);
  if (l.kind.kind === "Deployment") {
    if (n(o.metadata.generation) > n(st.observedGeneration))
      return { text: "Waiting for deployment spec update to be observed...\n", done: false };
    const progressing = ((st.conditions ?? []) as Obj[]).find((c) => c.type === "Progressing");
    if (progressing?.reason === "ProgressDeadlineExceeded")
      throw new Failure(`error: deployment ${JSON.stringify(name)} exceeded its progress deadline`);
    if (spec.replicas !== undefined && n(st.updatedReplicas) < n(spec.replicas))
      return {
        text: `Waiting for deployment ${JSON.stringify(name)} rollout to finish: ${n(st.updatedReplicas)} out of ${n(spec.replicas)} new replicas have been updated...\n`,
        done: false,
      };
    if (n(st.replicas) > n(st.updatedReplicas))
      return {
        text: `Waiting for deployment ${JSON.stringify(name)} rollout to finish: ${n(st.replicas) - n(st.updatedReplicas)} old replicas are pending termination...\n`,
        done: false,
      };
    if (n(st.availableReplicas) < n(st.updatedReplicas))
      return {
        text: `Waiting for deployment ${JSON.stringify(name)} rollout to finish: ${n(st.availableReplicas)} of ${n(st.updatedReplicas)} updated replicas are available...\n`,
        done: false,
      };
    return { text: `deployment ${JSON.stringify(name)} successfully rolled out\n`, done: true };
  }
  if (l.kind.kind === "DaemonSet") {
    if (spec.updateStrategy?.type !== "RollingUpdate")
      throw new Failure(`error: rollout status is only available for RollingUpdate strategy type`);
    if (n(o.metadata.generation) > n(st.observedGeneration))
      return { text: "Waiting for daemon set spec update to be observed...\n", done: false };
    if (n(st.updatedNumberScheduled) < n(st.desiredNumberScheduled))
      return {
        text: `Waiting for daemon set ${JSON.stringify(name)} rollout to finish: ${n(st.updatedNumberScheduled)} out of ${n(st.desiredNumberScheduled)} new pods have been updated...\n`,
        done: false,
      };
    if (n(st.numberAvailable) < n(st.desiredNumberScheduled))
      return {
        text: `Waiting for daemon set ${JSON.stringify(name)} rollout to finish: ${n(st.numberAvailable)} of ${n(st.desiredNumberScheduled)} updated pods are available...\n`,
        done: false,
      };
    return { text: `daemon set ${JSON.stringify(name)} successfully rolled out\n`, done: true };
  }
  if (l.kind.kind === "StatefulSet") {
    if (n(o.metadata.generation) > n(st.observedGeneration))
      return { text: "Waiting for statefulset spec update to be observed...\n", done: false };
    if (n(st.readyReplicas) < n(spec.replicas))
      return { text: `Waiting for ${n(spec.replicas) - n(st.readyReplicas)} pods to be ready...\n`, done: false };
    if (st.updateRevision !== st.currentRevision)
      return {
        text: `waiting for statefulset rolling update to complete ${n(st.updatedReplicas)} pods at revision ${st.updateRevision}...\n`,
        done: false,
      };
    return { text: `statefulset rolling update complete ${n(st.currentReplicas)} pods at revision ${st.currentRevision}...\n`, done: true };
  }
  throw new Failure(`error: no status viewer has been implemented for ${l.kind.kind}`);
}

interface Revision {
  revision: number;
  template: Obj;
  cause: string;
  /** Of the replica set or controller revision. */
  annotations: Obj;
}

/** Replica sets of a deployment by revision, or controller revisions. */
async function revisions(s: Session, l: Live): Promise<Revision[]> {
  if (l.kind.kind === "Deployment") {
    const rs = await s.kind("replicasets.apps");
    const list = await s.request("GET", s.path(rs, l.namespace));
    return (list.items as Obj[])
      .filter(
        (r) =>
          ((r.metadata.ownerReferences ?? []) as Obj[]).some((o) => o.uid === l.object.metadata.uid) &&
          matchesSelector((r.metadata.labels ?? {}) as Record<string, string>, l.object.spec.selector as Obj),
      )
      .map((r) => ({
        revision: Number(r.metadata.annotations?.[revisionKey] ?? 0),
        template: r.spec.template as Obj,
        annotations: (r.metadata.annotations ?? {}) as Obj,
        cause: String(r.metadata.annotations?.[causeKey] ?? "<none>"),
      }))
      .toSorted((a, b) => a.revision - b.revision);
  }
  if (l.kind.kind === "DaemonSet" || l.kind.kind === "StatefulSet") {
    const cr = await s.kind("controllerrevisions.apps");
    const list = await s.request("GET", s.path(cr, l.namespace));
    return (list.items as Obj[])
      .filter((r) => ((r.metadata.ownerReferences ?? []) as Obj[]).some((o) => o.uid === l.object.metadata.uid))
      .map((r) => ({
        revision: Number(r.revision),
        template: (r.data?.spec?.template ?? {}) as Obj,
        annotations: (r.metadata.annotations ?? {}) as Obj,
        cause: String(r.metadata.annotations?.[causeKey] ?? "<none>"),
      }))
      .toSorted((a, b) => a.revision - b.revision);
  }
  throw new Failure(`error: no history viewer has been implemented for ${l.kind.kind}`);
}

const withoutHash = (template: Obj): Obj => {
  const copy: Obj = copyData(template);
  if (copy.metadata?.labels) delete copy.metadata.labels["pod-template-hash"];
  delete copy.$patch;
  return copy;
};

/** What a rollback leaves of the deployment's own annotations; the others come back as the revision had them (rollback.go, annotationsToSkip). */
const ownAnnotations = [
  "kubectl.kubernetes.io/last-applied-configuration",
  revisionKey,
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
];

function restored(live: Obj, to: Revision): Obj {
  const own = Object.entries((live.metadata.annotations ?? {}) as Obj).filter(([k]) => ownAnnotations.includes(k));
  return Object.fromEntries([...own, ...Object.entries(to.annotations).filter(([k]) => !ownAnnotations.includes(k))]) as Obj;
}

/** What older versions show the status of: a single object. */
async function onlyObject(s: Session, args: string[]): Promise<Live> {
  const found: Live[] = [];
  (await visitObjects(s, args, "rollout status", async (l) => void found.push(l), { typeIsAll: true })).first();
  if (found.length === 1) return found[0]!;
  throw new Failure(
    `error: rollout status is only supported on individual resources and resource collections - ${found.length} resources were found`,
  );
}

export const rollout: Command = async (p, argv) => {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  const what = argv[at] ?? "";
  const rest = at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + 1)];
  if (!["status", "history", "undo", "restart", "pause", "resume"].includes(what))
    throw new Failure(`error: unknown command ${JSON.stringify(what)}\nSee 'kubectl rollout -h' for help and examples`);
  const flags = parseFlags(
    p,
    `rollout ${what}`,
    rest,
    { ...changeFlags, ...selectorFlags, watch: "bool", timeout: "duration", revision: "int", "to-revision": "int" },
    { w: "watch" },
  );
  const s = new Session(p, flags);
  if (flags.args.length === 0 && flags.list("filename").length === 0) throw new Failure("error: required resource not specified");
  const dry = await dryRunOf(s);
  const work = async (l: Live): Promise<void> => {
    const patchIt = async (body: Obj, type = "application/strategic-merge-patch+json"): Promise<Obj> =>
      dry === "client"
        ? l.object
        : s.request("PATCH", s.path(l.kind, l.namespace, l.name), body, {
            contentType: type,
            query: { fieldManager: "kubectl-rollout", ...(dry === "server" ? { dryRun: "All" } : {}) },
          });
    switch (what) {
      case "status": {
        const end = p.now + (durationMs(flags.text("timeout")) || Infinity);
        let last = "";
        for (;;) {
          const { text, done } = statusOf(l);
          if (text !== last) await p.out(text);
          last = text;
          if (done || flags.maybe("watch") === false) break;
          if (p.now >= end) throw new Failure("error: timed out waiting for the condition");
          await p.sleep(500);
          l.object = await s.request("GET", s.path(l.kind, l.namespace, l.name));
        }
        break;
      }
      case "history": {
        const list = await revisions(s, l);
        const head = `${l.kind.kind.toLowerCase()}.${l.kind.group}/${l.name}`;
        const wanted = flags.number("revision") ?? 0;
        if (wanted > 0) {
          const found = list.find((r) => r.revision === wanted);
          if (!found) throw new Failure("error: unable to find the specified revision");
          // the cause is shown among the template's annotations (history.go, printHistory)
          const template: Obj =
            found.cause === "<none>"
              ? found.template
              : {
                  ...found.template,
                  metadata: {
                    ...(found.template.metadata as Obj | undefined),
                    annotations: { ...(found.template.metadata?.annotations as Obj | undefined), [causeKey]: found.cause },
                  },
                };
          await p.out(`${head} with revision #${wanted}\n${podTemplate(template, s.minor)}\n`);
        } else
          await p.out(
            `${head} \n${tabulate([["REVISION", "CHANGE-CAUSE"], ...list.map((r) => [String(r.revision), r.cause])]).replace(/^(\S+)( +)/gm, (_m, a: string, b: string) => a + b.slice(1))}\n`,
          );
        break;
      }
      case "undo": {
        const list = await revisions(s, l);
        const wanted = flags.number("to-revision") ?? 0;
        if (l.object.spec?.paused === true)
          throw new Failure(
            `error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume deployment/${l.name}' and try again`,
          );
        const target = wanted > 0 ? list.find((r) => r.revision === wanted) : list.at(-2);
        if (!target)
          throw new Failure(
            wanted > 0
              ? `error: unable to find specified revision ${wanted} in history`
              : "error: no rollout history found for " + `${l.kind.kind.toLowerCase()} ${JSON.stringify(l.name)}`.replace(/^error: /, ""),
          );
        const template = withoutHash(target.template);
        if (equal(template, withoutHash(l.object.spec.template as Obj))) {
          await report(s, l.kind, l.object, `skipped rollback (current template already matches revision ${target.revision})`, dry);
          break;
        }
        const patch: Obj[] = [{ op: "replace", path: "/spec/template", value: template }];
        if (l.kind.kind === "Deployment") patch.push({ op: "replace", path: "/metadata/annotations", value: restored(l.object, target) });
        const body = await patchIt(patch as unknown as Obj, "application/json-patch+json");
        await report(s, l.kind, body, "rolled back", dry);
        break;
      }
      case "restart":
        if (!["Deployment", "DaemonSet", "StatefulSet"].includes(l.kind.kind))
          throw new Failure(`error: ${l.kind.plural} ${JSON.stringify(l.name)} restarting is not supported`);
        if (l.object.spec?.paused === true)
          throw new Failure(
            `error: ${l.kind.plural}.${l.kind.group} ${JSON.stringify(l.name)} can't restart paused deployment (run rollout resume first)`,
          );
        await report(
          s,
          l.kind,
          await patchIt({
            spec: {
              template: {
                metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": new Date(p.now).toISOString().replace(/\.\d+Z$/, "Z") } },
              },
            },
          }),
          "restarted",
          dry,
        );
        break;
      default: {
        if (l.kind.kind !== "Deployment")
          throw new Failure(
            `error: ${l.kind.plural} ${JSON.stringify(l.name)} ${what === "pause" ? "pausing" : "resuming"} is not supported`,
          );
        const paused = what === "pause";
        if ((l.object.spec?.paused === true) === paused)
          throw new Failure(
            `error: ${l.kind.plural}.${l.kind.group} ${JSON.stringify(l.name)} is ${paused ? "already paused" : "not paused"}`,
          );
        await report(s, l.kind, await patchIt({ spec: { paused: paused ? true : null } }), paused ? "paused" : "resumed", dry);
      }
    }
  };
  if (what !== "status" || s.minor >= 27) await eachObject(s, flags.args, `rollout ${what}`, work, { typeIsAll: true });
  else await work(await onlyObject(s, flags.args));
  return 0;
};
