/** calico-kube-controllers: gives back what nodes and pods that are gone still hold (kube-controllers, node controller and IPAM garbage collection). */
import type { Obj } from "../../core/json.ts";
import type { CommandProgram, DaemonProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { contains, dashed, pools, type Datastore } from "./datastore.ts";
import { allocations, releaseAddresses, releaseAffinity, releaseHostAffinities } from "./ipam.ts";
import { log } from "./node/log.ts";
import { onRole, startRole, type Role } from "./node/role.ts";

/** How long an address may belong to nobody before it counts as leaked (leakGracePeriod). */
const grace = 15 * 60_000;

const statusFile = "/status/status.json";

const role: Role = {
  watches: ["nodes", "pods", "ippools.crd.projectcalico.org"],
  delay: 1000,
  // reconcilerPeriod
  refresh: 5 * 60_000,
  start: (p) =>
    log(
      p,
      "INFO",
      "kube-controllers/main.go 99",
      'Loaded configuration from environment config=&config.Config{LogLevel:"info", ReconcilerPeriod:"5m", EnabledControllers:"node,loadbalancer", DatastoreType:"kubernetes"}',
    ),
  reconcile: collect,
  failed(p, error) {
    log(p, "ERROR", "kube-controllers/main.go 142", `Failed to initialize datastore error=${error.message}`);
    status(p, false, error.message);
  },
};

function status(p: Proc, ready: boolean, reason: string): void {
  const text = JSON.stringify({
    Readiness: { CalicoDatastore: { Ready: ready, Reason: reason }, KubeAPIServer: { Ready: ready, Reason: reason } },
  });
  if (p.fs.tryReadText(statusFile) !== text) p.fs.write(statusFile, text);
}

function collect(p: Proc, d: Datastore): void {
  status(p, true, "");
  const nodes = new Set(d.list("nodes").map((n) => (n.metadata as Obj).name as string));
  const pods = new Set(d.list("pods").map((x) => `${(x.metadata as Obj).namespace as string}/${(x.metadata as Obj).name as string}`));
  const suspects = (p.data.suspects ??= {}) as Record<string, number>;
  const seen = new Set<string>();
  const blocks = d.list("ipamblocks");
  for (const block of blocks)
    for (const a of allocations(block)) {
      const { node, pod, namespace } = a.attributes;
      const orphan = node !== undefined && !nodes.has(node);
      const leaked = pod !== undefined && namespace !== undefined && !pods.has(`${namespace}/${pod}`);
      if (!orphan && !leaked) continue;
      seen.add(a.ip);
      suspects[a.ip] ??= p.now;
      if (!orphan && p.now - suspects[a.ip]! < grace) continue;
      log(p, "WARNING", "ipam/ipam.go 1048", `Garbage collecting leaked IP address handle="${a.handle}" ip="${a.ip}" node="${node ?? ""}"`);
      releaseAddresses(d, [a.ip]);
      delete suspects[a.ip];
    }
  for (const ip of Object.keys(suspects)) if (!seen.has(ip)) delete suspects[ip];
  const affinities = d.list("blockaffinities");
  for (const host of new Set(affinities.map((a) => a.spec.node as string)))
    if (!nodes.has(host)) {
      log(p, "INFO", "ipam/ipam.go 1190", `Cleaning up IPAM affinities for deleted node node="${host}"`);
      releaseHostAffinities(d, host);
    }
  const covering = pools(d);
  for (const a of affinities) {
    const cidr = a.spec.cidr as string;
    if (!nodes.has(a.spec.node as string) || covering.some((x) => contains(x.cidr, cidr))) continue;
    const block = d.find("ipamblocks", dashed(cidr));
    if (!block || allocations(block).length === 0) releaseAffinity(d, a);
  }
}

export const kubeControllers: DaemonProgram = {
  name: "calico-kube-controllers",
  start: (p) => startRole(p, role),
  on: (p, event, data) => onRole(p, role, event, data),
};

/** `check-status -l|-r`: the probes of calico-kube-controllers. */
export const checkStatus: CommandProgram = {
  name: "calico-check-status",
  async main(p) {
    const text = p.fs.tryReadText(statusFile);
    if (text === undefined) {
      await p.out("initialized to false\n");
      return p.args.includes("-l") ? 0 : 1;
    }
    const readiness = (JSON.parse(text) as Obj).Readiness as Record<string, { Ready: boolean; Reason: string }>;
    const bad = Object.entries(readiness).filter(([, v]) => !v.Ready);
    if (bad.length === 0) {
      await p.out("Ready\n");
      return 0;
    }
    await p.out(`${bad.map(([k, v]) => `Error getting cluster information from the datastore: ${k}: ${v.Reason}`).join("\n")}\n`);
    return p.args.includes("-l") ? 0 : 1;
  },
};
