/** What kube-controller-manager and kube-scheduler share: their command line, and working only while they lead. */
import type { Data } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import { klog } from "../../node/klog.ts";
import { FlagError, parsePflags, type FlagTable, type ParsedFlags } from "../flags.ts";
import { elect, isLeading } from "./election.ts";
import type { Runtime } from "./runtime.ts";
import { serveHealth } from "./serving.ts";

/** Flags of both. */
export const componentFlags: FlagTable = {
  kubeconfig: "string",
  master: "string",
  "leader-elect": "bool",
  "bind-address": "string",
  "secure-port": "int",
  "tls-cert-file": "string",
  "tls-private-key-file": "string",
  version: "bool",
  // without effect on what is simulated
  port: "int",
  address: "string",
  "authentication-kubeconfig": "string",
  "authorization-kubeconfig": "string",
  "authentication-skip-lookup": "bool",
  "authentication-tolerate-lookup-failure": "bool",
  "authorization-always-allow-paths": "list",
  "client-ca-file": "string",
  "requestheader-client-ca-file": "string",
  "leader-elect-resource-lock": "string",
  "leader-elect-resource-name": "string",
  "leader-elect-resource-namespace": "string",
  "feature-gates": "string",
  "kube-api-burst": "int",
  "kube-api-qps": "string",
  profiling: "bool",
  "contention-profiling": "bool",
  "logging-format": "string",
  "log-flush-frequency": "duration",
  "tls-cipher-suites": "list",
  "tls-min-version": "string",
  v: "int",
  vmodule: "string",
};

/** Reads the arguments; answers --version; ends the process on what the real one refuses. `beyond`: real flags that are not modelled. */
export function readCommandLine(p: Proc, flags: FlagTable, beyond: FlagTable): ParsedFlags {
  let parsed: ParsedFlags;
  try {
    parsed = parsePflags(p.args, { ...flags, ...beyond }, { v: "v" });
    if (parsed.rest.length > 0) throw new FlagError(`unknown command "${parsed.rest[0]}" for "${p.name}"`);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    p.log(`Error: ${error.message}`);
    return p.exit(1);
  }
  for (const name of Object.keys(parsed.values)) if (Object.hasOwn(beyond, name)) p.notSimulated(`${p.name} --${name}`);
  if (parsed.values.version !== undefined) {
    p.log(`Kubernetes v${p.state.version}`, 1);
    p.exit(0);
  }
  return parsed;
}

/** The kubeconfig that was given; ends the process when there is none. */
export function requireKubeconfig(p: Proc, path: string | undefined): string {
  if (path === undefined) {
    p.log("invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable");
    return p.exit(1);
  }
  if (!p.fs.exists(path)) {
    p.log(`stat ${path}: no such file or directory`);
    return p.exit(1);
  }
  return path;
}

export interface Leader {
  name: string;
  start: (p: Proc) => void;
  runtime: (p: Proc) => Runtime;
  /** Source and text of the last line when the lease is lost. */
  lost: [source: string, text: string];
  /** Just before the first lists and watches; and once they are there. */
  leading?(runtime: Runtime): void;
  connected?(runtime: Runtime): void;
  watchLost?(p: Proc, message: string): void;
}

export function leaderProgram(leader: Leader): DaemonProgram {
  /** Lists and watches; tries again a second later when that fails. */
  const connect = (runtime: Runtime, again: "leading" | "relist"): void => {
    const { p } = runtime;
    const failure = runtime.connect();
    if (!failure) {
      if (again === "leading") leader.connected?.(runtime);
      return;
    }
    klog(p, "E", "reflector.go:227", `"Failed to watch" err="failed to list: ${failure.message.replaceAll('"', '\\"')}"`);
    p.after(1000, again);
  };
  return {
    name: leader.name,
    start: leader.start,
    on(p: Proc, event: string, data: Data) {
      const runtime = leader.runtime(p);
      switch (event) {
        case "elect": {
          const change = elect(runtime);
          if (change === "acquired") p.after(0, "leading");
          if (change === "lost") {
            klog(p, "E", ...leader.lost);
            p.exit(1);
          }
          return;
        }
        case "leading":
          leader.leading?.(runtime);
          return connect(runtime, event);
        case "relist":
          return connect(runtime, event);
        case "api":
          return runtime.heard(data);
        case "api-lost":
          leader.watchLost?.(p, (data as { message: string }).message);
          p.after(1000, "relist");
          return;
        case "flush":
          return runtime.flush();
        case "enqueue": {
          const { controller, key } = data as { controller: string; key: string };
          return runtime.enqueue(controller, key);
        }
      }
    },
    serve: (p, incoming) =>
      serveHealth(p, incoming, () => p.data.election === undefined || !isLeading(p) || p.now - Number(p.data.election.renewed) < 30_000),
  };
}
