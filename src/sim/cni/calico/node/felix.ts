/** `calico-node -felix`: programs routes, tunnels, sets and rules on the node from what the datastore says (felix). */
import { createHash } from "node:crypto";
import { Errno } from "../../../core/errno.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { Incoming } from "../../../net/api.ts";
import { nodeOf, poolOf, type Datastore } from "../datastore.ts";
import { endpointOf } from "../workload.ts";
import { programFirewall } from "./firewall.ts";
import { log } from "./log.ts";
import { policies } from "./policy.ts";
import type { Known, Role } from "./role.ts";
import { programRoutes } from "./routes.ts";
import { nodeName } from "./startup.ts";
import { programTunnels } from "./tunneldevices.ts";

/** What Felix knows when it programs the dataplane. */
export interface Knowledge {
  self: ReturnType<typeof nodeOf>;
  nodes: ReturnType<typeof nodeOf>[];
  pools: ReturnType<typeof poolOf>[];
  blocks: Obj[];
  /** Of this node. */
  endpoints: NonNullable<ReturnType<typeof endpointOf>>[];
  felix: Obj;
}

export const felixRole: Role = {
  watches: [
    "nodes",
    "pods",
    "namespaces",
    "ippools.crd.projectcalico.org",
    "ipamblocks.crd.projectcalico.org",
    "felixconfigurations.crd.projectcalico.org",
    "networkpolicies.networking.k8s.io",
  ],
  delay: 200,
  // routeRefreshInterval: what somebody else removed comes back
  refresh: 90_000,
  start(p) {
    log(
      p,
      "INFO",
      "felix/daemon.go 153",
      `Felix starting up GOMAXPROCS=${p.machine.state.cpus} builddate="2026-01-13T19:40:12+0000" version="${p.state.version}"`,
    );
    const port = Number(p.env.FELIX_HEALTHPORT ?? 9099);
    if (p.env.FELIX_HEALTHENABLED === "true") {
      try {
        p.net.listen(
          "tcp",
          p.env.FELIX_HEALTHHOST === undefined || p.env.FELIX_HEALTHHOST === "localhost" ? "127.0.0.1" : p.env.FELIX_HEALTHHOST,
          port,
          { accept: "serve" },
        );
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        log(
          p,
          "ERROR",
          "health/health.go 336",
          `Health endpoint failed, trying to restart it... error=listen tcp 127.0.0.1:${port}: bind: ${error.text.toLowerCase()}`,
        );
      }
    }
  },
  reconcile(p, d, why, known) {
    const k = learn(p, d, known);
    sayWhatIsMissing(p, d);
    const first = p.data.ready !== true;
    const rules = policies(d, known);
    // most changes (heartbeats, conditions) mean nothing to the dataplane
    const digest = createHash("sha1")
      .update(JSON.stringify([k, rules]))
      .digest("hex");
    if (why === "change" && p.data.digest === digest) return;
    p.data.digest = digest;
    programTunnels(p, k);
    programFirewall(p, k, rules);
    programRoutes(p, k);
    p.data.ready = true;
    if (first) log(p, "INFO", "felix/int_dataplane.go 2089", "Completed first update to dataplane. secsSinceStart=0.1");
  },
  failed(p, error) {
    log(p, "ERROR", "felix/daemon.go 310", `Failed to connect to the datastore error=${error.message}`);
  },
};

/** Resources of Calico that nothing here acts on; whoever makes one is told so in the log. */
const unmodelled = ["globalnetworkpolicies", "networkpolicies", "hostendpoints", "ipreservations", "bgpfilters"];

function sayWhatIsMissing(p: Proc, d: Datastore): void {
  if (p.data.looked !== undefined && p.now - (p.data.looked as number) < 60_000) return;
  p.data.looked = p.now;
  const said = (p.data.said ??= []) as string[];
  for (const plural of unmodelled) {
    if (said.includes(plural) || d.list(plural).length === 0) continue;
    said.push(plural);
    p.machine.world.gap(p.machine.name, "calico-node -felix", `${plural}.crd.projectcalico.org`);
    log(p, "WARNING", "felix/kubemend", `kubemend: not simulated: ${plural}.crd.projectcalico.org`);
  }
}

function learn(p: Proc, d: Datastore, known: Known): Knowledge {
  const nodes = known("nodes", () => d.list("nodes").map(nodeOf));
  const name = nodeName(p);
  const self = nodes.find((n) => n.name === name) ?? { name, labels: {} };
  return {
    self,
    nodes,
    pools: known("ippools.crd.projectcalico.org", () => d.list("ippools").map(poolOf)),
    blocks: known("ipamblocks.crd.projectcalico.org", () => d.list("ipamblocks").map((b) => ({ spec: b.spec as Obj }))),
    endpoints: known("pods", () => d.list("pods", { fieldSelector: `spec.nodeName=${name}` }).flatMap((pod) => endpointOf(pod) ?? [])),
    felix: known("felixconfigurations.crd.projectcalico.org", () => (d.find("felixconfigurations", "default")?.spec ?? {}) as Obj),
  };
}

/** /liveness and /readiness on port 9099. */
export function serveHealth(p: Proc, request: Incoming): unknown {
  const m = request.message as { type?: string; request?: { path: string } };
  if (m.type !== "http") return undefined;
  const path = m.request!.path.split("?")[0];
  const ready = p.data.ready === true;
  const status = path === "/liveness" ? 200 : path === "/readiness" ? (ready ? 200 : 503) : 404;
  return { type: "http", response: { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: "" } };
}
