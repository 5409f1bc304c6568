/** The program `operator` of tigera/operator: keeps Calico as its Installation says. */
import { copy } from "../../../core/copy.ts";
import { createHash } from "node:crypto";
import { Errno } from "../../../core/errno.ts";
import type { Data, Obj } from "../../../core/json.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { ApiResult, KubeClient } from "../../../kube/api.ts";
import { inClusterClient } from "../../../kube/client.ts";
import { calicoVersion, releases } from "../versions.ts";
import { components, namespace, renderApiServer, renderCalico, renderGoldmane, renderPool, renderWhisker } from "./render.ts";
import { effectivePools, objection, platformCidrs } from "./validate.ts";

/** zap's JSON lines. */
function say(p: Proc, level: "info" | "error", logger: string, message: string, more: Obj = {}): void {
  p.log(JSON.stringify({ level, ts: new Date(p.now).toISOString().replace(/\.\d+Z$/, "Z"), logger, msg: message, ...more }));
}

const watched = [
  "installations.operator.tigera.io",
  "apiservers.operator.tigera.io",
  "goldmanes.operator.tigera.io",
  "whiskers.operator.tigera.io",
  "ippools.crd.projectcalico.org",
  "daemonsets.apps",
  "deployments.apps",
  "nodes",
];

const clients = new WeakMap<Proc, KubeClient>();
function clientOf(p: Proc): KubeClient {
  let c = clients.get(p);
  if (!c) clients.set(p, (c = inClusterClient(p)));
  return c;
}

const versionOf = (p: Proc): string => Object.keys(releases).find((v) => releases[v]!.operator === p.state.version) ?? calicoVersion;

class Refused extends Error {
  readonly result: Exclude<ApiResult<unknown>, { ok: true }>;
  constructor(result: Exclude<ApiResult<unknown>, { ok: true }>) {
    super(result.message);
    this.result = result;
  }
}

const plurals: Record<string, string> = {
  Namespace: "namespaces",
  ServiceAccount: "serviceaccounts",
  ConfigMap: "configmaps",
  Service: "services",
  ClusterRole: "clusterroles.rbac.authorization.k8s.io",
  ClusterRoleBinding: "clusterrolebindings.rbac.authorization.k8s.io",
  Deployment: "deployments.apps",
  DaemonSet: "daemonsets.apps",
  CSIDriver: "csidrivers.storage.k8s.io",
  IPPool: "ippools.crd.projectcalico.org",
  FelixConfiguration: "felixconfigurations.crd.projectcalico.org",
  KubeControllersConfiguration: "kubecontrollersconfigurations.crd.projectcalico.org",
};

export const tigeraOperator: DaemonProgram = {
  name: "tigera-operator",
  start(p) {
    say(p, "info", "setup", `Version: ${p.state.version}`);
    say(p, "info", "setup", "Go Version: go1.25.5");
    connect(p);
  },
  on(p: Proc, event: string, data: Data) {
    if (event === "api") {
      const { resource, type } = data as { resource: string; type: string };
      // a change of a workload's status is only counted, and the Installation's own is of no interest; anything else has everything looked at
      if (type === "DELETED" || !/^(daemonsets|deployments|nodes|installations)\b/.test(resource)) {
        p.data.full = true;
        soon(p);
      } else if (/^installations\b/.test(resource)) soon(p);
      else if (p.data.counting !== true) {
        // the status manager looks every five seconds (tigera/operator, pkg/controller/status)
        p.data.counting = true;
        p.after(5000, "count");
      }
    } else if (event === "reconcile") reconcile(p);
    else if (event === "count") {
      p.data.counting = false;
      if (p.data.pending !== true) reconcile(p);
    } else if (event === "api-lost") {
      say(p, "error", "controller-runtime.source", "watch lost", { error: (data as { message: string }).message });
      p.after(2000, "reconnect");
    } else if (event === "reconnect") connect(p);
    else if (event === "give-up") p.exit(1);
  },
};

function soon(p: Proc): void {
  if (p.data.pending === true) return;
  p.data.pending = true;
  p.after(500, "reconcile");
}

function connect(p: Proc): void {
  let client: KubeClient;
  try {
    client = clientOf(p);
  } catch (error) {
    if (!(error instanceof Errno) && !(error instanceof Error)) throw error;
    say(p, "error", "setup", "unable to load in-cluster configuration", { error: (error as Error).message });
    p.exit(1);
  }
  // the namespace lookup is the first thing that needs the API server
  const first = client.get("namespaces", "kube-system");
  if (!first.ok && first.kind === "transport") {
    const text = `Get "${client.server}/api/v1/namespaces/kube-system": ${first.message}`;
    const after = Number.isFinite(first.after) ? first.after : 30_000;
    say(p, "error", "setup", "Failed to get kube-system namespace", { error: text });
    p.after(after, "give-up");
    return;
  }
  const list = client.watch(watched);
  if (!list.ok) {
    say(p, "error", "setup", "Failed to start watches", { error: list.message });
    p.after(5000, "reconnect");
    return;
  }
  say(p, "info", "setup", "starting manager");
  reconcile(p);
}

function body<T>(r: ApiResult<T>): T {
  if (!r.ok) throw new Refused(r as Exclude<ApiResult<unknown>, { ok: true }>);
  return r.body;
}

function find(c: KubeClient, resource: string, name: string, ns?: string): Obj | undefined {
  const r = c.get(resource, name, ns);
  if (r.ok) return r.body;
  if (r.kind === "status" && r.code === 404) return undefined;
  throw new Refused(r);
}

function reconcile(p: Proc): void {
  p.data.pending = false;
  const c = clientOf(p);
  try {
    const installation = find(c, "installations.operator.tigera.io", "default");
    if (!installation || (installation.metadata as Obj).deletionTimestamp) {
      p.data.full = true;
      return remove(p, c);
    }
    const wanted = JSON.stringify(installation.spec ?? {});
    const full = p.data.full !== false || p.data.installation !== wanted;
    p.data.full = false;
    p.data.installation = wanted;
    const nodes = body(c.list("nodes")).items.length;
    if (!full && p.data.nodes === nodes && p.data.degraded === null) return statuses(p, c);
    p.data.nodes = nodes;
    const version = versionOf(p);
    const spec = (installation.spec ?? {}) as Obj;
    const platform = platformCidrs(find(c, "configmaps", "kubeadm-config", "kube-system"));
    const pools = effectivePools(spec, platform);
    const wrong = objection(pools, platform);
    if (wrong !== undefined) {
      const message = `Error querying installation: ${wrong}`;
      if (p.data.degraded !== message) say(p, "error", "controller_installation", "Error querying installation", { error: wrong });
      p.data.degraded = message;
      report(p, c, "calico", { degraded: { reason: "ResourceReadError", message } });
      return;
    }
    p.data.degraded = null;
    for (const object of renderCalico(spec, version, nodes)) apply(p, c, object);
    keepPools(p, c, pools.map(renderPool));
    apply(
      p,
      c,
      {
        apiVersion: "crd.projectcalico.org/v1",
        kind: "KubeControllersConfiguration",
        metadata: { name: "default" },
        spec: {
          controllers: {
            node: { leakGracePeriod: "15m0s", reconcilerPeriod: "5m0s", syncLabels: "Enabled", hostEndpoint: { autoCreate: "Disabled" } },
          },
          etcdV3CompactionPeriod: "10m0s",
          healthChecks: "Enabled",
          logSeverityScreen: "Info",
        },
      },
      true,
    );
    const extras: [string, string, (v: string, n: number) => Obj[]][] = [
      ["apiservers.operator.tigera.io", "apiserver", renderApiServer],
      ["goldmanes.operator.tigera.io", "goldmane", renderGoldmane],
      ["whiskers.operator.tigera.io", "whisker", renderWhisker],
    ];
    for (const [resource, name, render] of extras) {
      const wanted = find(c, resource, "default");
      const made = render(version, nodes);
      if (!wanted) {
        for (const o of made) drop(c, o);
        dropStatus(c, name);
        continue;
      }
      for (const o of made) apply(p, c, o);
    }
    statuses(p, c);
    report(p, c, "ippools", { available: true });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(p, "error", "controller_installation", "Error creating / updating resource", { error: error.message });
    p.data.full = true;
    p.data.pending = true;
    p.after(error.result.kind === "transport" ? 10_000 : 2000, "reconcile");
  }
}

const extraDeployments: Record<string, string> = { apiserver: "calico-apiserver", goldmane: "goldmane", whisker: "whisker" };

function statuses(p: Proc, c: KubeClient): void {
  for (const [name, deployment] of Object.entries(extraDeployments))
    if (find(c, "deployments.apps", deployment, namespace)) status(p, c, name, [], [deployment]);
  status(p, c, "calico", components.daemonSets, components.deployments);
  // somebody changed a workload's description: it is put right in a full round
  if (p.data.full === true) soon(p);
}

/** Creates an object, or brings it back to what it was made as. `once`: only creates. */
function apply(p: Proc, c: KubeClient, object: Obj, once = false): void {
  const meta = object.metadata as Obj;
  const resource = plurals[object.kind as string]!;
  const ns = meta.namespace as string | undefined;
  const digest = createHash("sha1").update(JSON.stringify(object)).digest("hex");
  const there = find(c, resource, meta.name as string, ns);
  const annotation = "operator.tigera.io/rendered";
  const annotated = {
    ...object,
    metadata: { ...meta, ...(once ? {} : { annotations: { ...(meta.annotations as Obj | undefined), [annotation]: digest } }) },
  };
  if (!there) {
    body(c.create(resource, annotated));
    return;
  }
  if (once) return;
  const generations = (p.data.generations ??= {}) as Record<string, string>;
  const key = `${resource}/${ns ?? ""}/${meta.name as string}`;
  const now = there.metadata as Obj;
  const mine = `${digest}/${String(now.generation ?? now.resourceVersion)}`;
  if (now.generation !== undefined ? generations[key] === mine : ((now.annotations ?? {}) as Obj)[annotation] === digest) return;
  if (generations[key] === undefined && ((now.annotations ?? {}) as Obj)[annotation] === digest) {
    generations[key] = mine;
    return;
  }
  const next = copy(there);
  for (const [field, value] of Object.entries(annotated)) if (field !== "metadata" && field !== "status") next[field] = value;
  next.metadata.annotations = { ...(next.metadata.annotations as Obj | undefined), [annotation]: digest };
  next.metadata.labels = { ...(next.metadata.labels as Obj | undefined), ...(meta.labels as Obj | undefined) };
  const updated = body(c.update(resource, next));
  generations[key] = `${digest}/${String((updated.metadata as Obj).generation ?? (updated.metadata as Obj).resourceVersion)}`;
}

/** Pools of the Installation exist; pools that the operator made for an earlier one go. */
function keepPools(p: Proc, c: KubeClient, pools: Obj[]): void {
  const resource = plurals.IPPool!;
  const there = body(c.list(resource)).items;
  for (const old of there) {
    const meta = old.metadata as Obj;
    if (((meta.labels ?? {}) as Obj)["app.kubernetes.io/managed-by"] !== "tigera-operator") continue;
    const next = pools.find((x) => (x.metadata as Obj).name === meta.name);
    // a pool's CIDR cannot change: it is another pool
    if (!next || (next.spec as Obj).cidr !== (old.spec as Obj).cidr) {
      say(p, "info", "controller_ippool", "Deleting pool as it is not present in the Installation", { pool: meta.name as string });
      body(c.delete(resource, meta.name as string));
    }
  }
  for (const pool of pools) apply(p, c, pool);
}

// --- status

interface Report {
  available?: boolean;
  progressing?: string;
  degraded?: { reason: string; message: string };
}

function status(p: Proc, c: KubeClient, name: string, daemonSets: string[], deployments: string[]): void {
  const waiting: string[] = [];
  for (const d of daemonSets) {
    const o = find(c, "daemonsets.apps", d, namespace);
    noticeEdit(p, "daemonsets.apps", o);
    const s = (o?.status ?? {}) as Obj;
    const wanted = (s.desiredNumberScheduled as number | undefined) ?? 0;
    const ready = (s.numberAvailable as number | undefined) ?? 0;
    if (!o || wanted === 0 || ready < wanted)
      waiting.push(`DaemonSet "${namespace}/${d}" is not available (awaiting ${Math.max(1, wanted - ready)} nodes)`);
  }
  for (const d of deployments) {
    const o = find(c, "deployments.apps", d, namespace);
    noticeEdit(p, "deployments.apps", o);
    const wanted = ((o?.spec as Obj | undefined)?.replicas as number | undefined) ?? 1;
    const ready = ((o?.status as Obj | undefined)?.availableReplicas as number | undefined) ?? 0;
    if (!o || ready < wanted) waiting.push(`Deployment "${namespace}/${d}" is not available (awaiting ${wanted - ready} replicas)`);
  }
  report(p, c, name, waiting.length === 0 ? { available: true } : { progressing: waiting.join("; ") });
}

function noticeEdit(p: Proc, resource: string, o: Obj | undefined): void {
  const known = ((p.data.generations ?? {}) as Record<string, string>)[
    `${resource}/${namespace}/${String((o?.metadata as Obj | undefined)?.name)}`
  ];
  if (!o || (known !== undefined && !known.endsWith(`/${String((o.metadata as Obj).generation)}`))) p.data.full = true;
}

function report(p: Proc, c: KubeClient, name: string, r: Report): void {
  const resource = "tigerastatuses.operator.tigera.io";
  const now = new Date(p.now).toISOString().replace(/\.\d+Z$/, "Z");
  let object = find(c, resource, name);
  object ??= body(c.create(resource, { apiVersion: "operator.tigera.io/v1", kind: "TigeraStatus", metadata: { name }, spec: {} }));
  const old = ((object.status as Obj | undefined)?.conditions ?? []) as Obj[];
  const condition = (type: string, on: boolean, reason: string, message: string): Obj => {
    const before = old.find((x) => x.type === type);
    const value = on ? "True" : "False";
    return {
      type,
      status: value,
      reason,
      message,
      observedGeneration: 1,
      lastTransitionTime: before?.status === value ? (before.lastTransitionTime as string) : now,
    };
  };
  const conditions = [
    condition(
      "Available",
      r.available === true,
      r.available ? "AllObjectsAvailable" : "Unknown",
      r.available ? "All objects available" : "",
    ),
    condition(
      "Progressing",
      r.progressing !== undefined,
      r.progressing === undefined ? "AllObjectsAvailable" : "ResourceNotReady",
      r.progressing ?? "All Objects Available",
    ),
    condition(
      "Degraded",
      r.degraded !== undefined,
      r.degraded?.reason ?? "AllObjectsAvailable",
      r.degraded?.message ?? "All Objects Available",
    ),
  ];
  if (JSON.stringify(conditions) === JSON.stringify(old)) return;
  body(c.updateStatus(resource, { ...object, status: { conditions } }));
  if (name === "calico") {
    const installation = find(c, "installations.operator.tigera.io", "default");
    if (installation)
      c.updateStatus("installations.operator.tigera.io", {
        ...installation,
        status: {
          ...(installation.status as Obj | undefined),
          conditions,
          variant: "Calico",
          calicoVersion: versionOf(p),
          computed: installation.spec as Obj,
        },
      });
  }
}

function dropStatus(c: KubeClient, name: string): void {
  if (find(c, "tigerastatuses.operator.tigera.io", name)) c.delete("tigerastatuses.operator.tigera.io", name);
}

function drop(c: KubeClient, object: Obj): void {
  const meta = object.metadata as Obj;
  const resource = plurals[object.kind as string]!;
  const there = find(c, resource, meta.name as string, meta.namespace as string | undefined);
  if (there && !(there.metadata as Obj).deletionTimestamp)
    c.delete(resource, meta.name as string, meta.namespace === undefined ? {} : { namespace: meta.namespace as string });
}

/** The Installation is gone: so is what was made of it. */
function remove(p: Proc, c: KubeClient): void {
  const there = find(c, "namespaces", namespace);
  if (!there || (there.metadata as Obj).deletionTimestamp) return;
  say(p, "info", "controller_installation", "Installation config not found");
  const version = versionOf(p);
  for (const o of [
    ...renderWhisker(version),
    ...renderGoldmane(version),
    ...renderApiServer(version, 1),
    ...renderCalico({}, version, 1),
  ].toReversed())
    drop(c, o);
  for (const name of ["calico", "apiserver", "ippools", "goldmane", "whisker"]) dropStatus(c, name);
  p.data.generations = {};
}
