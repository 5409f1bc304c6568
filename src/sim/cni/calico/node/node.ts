/** The program `calico-node`: one executable with many parts, chosen by flag (node/cmd/calico-node/main.go). */
import { NotSimulated } from "../../../core/errno.ts";
import type { Data } from "../../../core/json.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { Incoming } from "../../../net/api.ts";
import { writeKubeconfig } from "../install.ts";
import { confdRole } from "./confd.ts";
import { felixRole, serveHealth } from "./felix.ts";
import { runProbe } from "./health.ts";
import { log } from "./log.ts";
import { onMonitor, startMonitor } from "./monitor.ts";
import { onRole, startRole, type Role } from "./role.ts";
import { onStartup, startStartup } from "./startup.ts";
import { tunnelRole } from "./tunnels.ts";

const roles: Record<string, Role> = { felix: felixRole, confd: confdRole, "allocate-tunnel-addrs": tunnelRole };
const probes = ["felix-live", "bird-live", "felix-ready", "bird-ready", "bird6-live", "bird6-ready"];

/** Flags without their one or two dashes. */
const flagsOf = (p: Proc): Set<string> => new Set(p.args.filter((a) => a.startsWith("-")).map((a) => a.replace(/^--?/, "").split("=")[0]!));

export const calicoNode: DaemonProgram = {
  name: "calico-node",
  start(p) {
    const flags = flagsOf(p);
    if (flags.has("v")) {
      p.log(p.state.version, 1);
      p.exit(0);
    }
    if (probes.some((f) => flags.has(f))) {
      const at = p.args.findIndex((a) => a.replace(/^--?/, "").startsWith("threshold-time"));
      const given = at < 0 ? undefined : (p.args[at]!.split("=")[1] ?? p.args[at + 1]);
      runProbe(p, flags, given === undefined ? 30 : Number.parseInt(given, 10));
    }
    const role = Object.keys(roles).find((name) => flags.has(name));
    if (role !== undefined) return startRole(p, roles[role]!);
    if (flags.has("startup")) return startStartup(p);
    if (flags.has("monitor-addresses")) return startMonitor(p);
    if (flags.has("monitor-token")) return renewToken(p);
    if (flags.has("status-reporter")) return;
    // -init -best-effort mounts BPF's filesystem for a dataplane that is not in use
    if (flags.has("init")) return p.exit(0);
    if (flags.has("shutdown")) return shutdown(p);
    throw new NotSimulated(`calico-node ${p.args.join(" ")}`);
  },
  on(p: Proc, event: string, data: Data) {
    const flags = flagsOf(p);
    const role = Object.keys(roles).find((name) => flags.has(name));
    if (role !== undefined) return onRole(p, roles[role]!, event, data);
    if (event === "startup-again") return onStartup(p);
    if (event === "poll") return onMonitor(p);
    if (event === "token") return renewToken(p);
  },
  serve(p: Proc, request: Incoming) {
    return serveHealth(p, request);
  },
};

/** The plugins' kubeconfig follows the service account's token, which the kubelet renews about hourly. */
function renewToken(p: Proc): void {
  if (p.fs.isDir("/host/etc/cni/net.d") && p.fs.exists("/var/run/secrets/kubernetes.io/serviceaccount/token"))
    writeKubeconfig(p, "/host/etc/cni/net.d");
  p.after(30 * 60_000, "token");
}

function shutdown(p: Proc): void {
  log(p, "INFO", "shutdown/shutdown.go 37", "Shutting down node");
  p.exit(0);
}
