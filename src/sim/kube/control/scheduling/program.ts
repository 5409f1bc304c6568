/** The program kube-scheduler. */
import type { Data, Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import { parse } from "yaml";
import { klog } from "../../node/klog.ts";
import { FlagError, parsePflags, type FlagTable } from "../flags.ts";
import { elect, isLeading, startElection } from "../framework/election.ts";
import { Runtime } from "../framework/runtime.ts";
import { serveHealth, startServing } from "../framework/serving.ts";
import { scheduler } from "./schedule.ts";

const flags: FlagTable = {
  kubeconfig: "string",
  master: "string",
  config: "string",
  "leader-elect": "bool",
  "bind-address": "string",
  "secure-port": "int",
  "tls-cert-file": "string",
  "tls-private-key-file": "string",
  version: "bool",
  port: "int",
  address: "string",
  "authentication-kubeconfig": "string",
  "authorization-kubeconfig": "string",
  "authentication-skip-lookup": "bool",
  "authentication-tolerate-lookup-failure": "bool",
  "authorization-always-allow-paths": "list",
  "client-ca-file": "string",
  "requestheader-client-ca-file": "string",
  "feature-gates": "string",
  "kube-api-burst": "int",
  "kube-api-qps": "string",
  "leader-elect-resource-lock": "string",
  "leader-elect-resource-name": "string",
  "leader-elect-resource-namespace": "string",
  profiling: "bool",
  "contention-profiling": "bool",
  "logging-format": "string",
  "log-flush-frequency": "duration",
  "tls-cipher-suites": "list",
  "tls-min-version": "string",
  v: "int",
  vmodule: "string",
};

const beyond: FlagTable = {
  "leader-elect-lease-duration": "duration",
  "leader-elect-renew-deadline": "duration",
  "leader-elect-retry-period": "duration",
  "pod-max-in-unschedulable-pods-duration": "duration",
  "write-config-to": "string",
  "policy-config-file": "string",
  "policy-configmap": "string",
  "algorithm-provider": "string",
};

const watched = ["nodes", "pods", "services", "namespaces", "persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io"];

/** --config: the client's kubeconfig and leader election; profiles must be the default one. */
function readConfig(p: Proc, path: string): { kubeconfig?: string; leaderElect?: boolean } {
  let document: Obj;
  try {
    document = (parse(p.fs.readText(path)) ?? {}) as Obj;
  } catch {
    p.log(`open ${path}: no such file or directory`);
    return p.exit(1);
  }
  if (document.kind !== "KubeSchedulerConfiguration") {
    p.log(
      `no kind "${document.kind}" is registered for version "${document.apiVersion}" in scheme "pkg/scheduler/apis/config/scheme/scheme.go:30"`,
    );
    p.exit(1);
  }
  const profiles = (document.profiles as Obj[] | undefined) ?? [];
  if (
    profiles.some(
      (profile) => profile.plugins || profile.pluginConfig || (profile.schedulerName && profile.schedulerName !== "default-scheduler"),
    ) ||
    document.extenders
  )
    p.notSimulated("scheduler profiles other than the default");
  return {
    kubeconfig: document.clientConnection?.kubeconfig as string | undefined,
    leaderElect: document.leaderElection?.leaderElect as boolean | undefined,
  };
}

function start(p: Proc): void {
  let values: Record<string, string>;
  try {
    const parsed = parsePflags(p.args, { ...flags, ...beyond }, { v: "v" });
    ({ values } = parsed);
    if (parsed.rest.length > 0) throw new FlagError(`unknown command "${parsed.rest[0]}" for "kube-scheduler"`);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    p.log(`Error: ${error.message}`);
    p.exit(1);
  }
  for (const name of Object.keys(values)) if (Object.hasOwn(beyond, name)) p.notSimulated(`kube-scheduler --${name}`);
  if (values.version !== undefined) {
    p.log(`Kubernetes v${p.state.version}`, 1);
    p.exit(0);
  }
  const config = values.config === undefined ? {} : readConfig(p, values.config);
  const kubeconfig = config.kubeconfig ?? values.kubeconfig;
  if (kubeconfig === undefined) {
    p.log("invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable");
    p.exit(1);
  }
  if (!p.fs.exists(kubeconfig)) {
    p.log(`stat ${kubeconfig}: no such file or directory`);
    p.exit(1);
  }
  startServing(
    p,
    values["bind-address"] ?? "0.0.0.0",
    Number(values["secure-port"] ?? 10259),
    values["tls-cert-file"] ? { cert: values["tls-cert-file"], key: values["tls-private-key-file"] ?? "" } : undefined,
  );
  klog(p, "I", "server.go:176", `"Starting Kubernetes Scheduler" version="v${p.state.version}"`);
  Runtime.prepare(p, p.fs.absolute(kubeconfig), watched, [scheduler.name]);
  p.data.ownCredentials = true;
  if ((config.leaderElect ?? values["leader-elect"] !== "false") === false) p.after(0, "leading");
  else startElection(p, "kube-scheduler");
}

function connect(p: Proc, runtime: Runtime, again: string): void {
  const failure = runtime.connect();
  if (!failure) return;
  klog(p, "E", "reflector.go:227", `"Failed to watch" err="failed to list: ${failure.message.replaceAll('"', '\\"')}"`);
  p.after(1000, again);
}

export const kubeScheduler: DaemonProgram = {
  name: "kube-scheduler",
  start,
  on(p: Proc, event: string, data: Data) {
    const runtime = new Runtime(p, [scheduler]);
    switch (event) {
      case "elect": {
        const change = elect(runtime);
        if (change === "acquired") p.after(0, "leading");
        if (change === "lost") {
          klog(p, "E", "server.go:285", '"Leaderelection lost"');
          p.exit(1);
        }
        return;
      }
      case "leading":
      case "relist":
        return connect(p, runtime, event);
      case "api":
        return runtime.heard(data);
      case "api-lost":
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
