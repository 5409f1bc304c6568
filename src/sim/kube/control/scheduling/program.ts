/** The program kube-scheduler. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { parseYaml } from "../../../core/yaml.ts";
import { klog } from "../../node/klog.ts";
import type { FlagTable } from "../flags.ts";
import { componentFlags, leaderProgram, readCommandLine, requireKubeconfig } from "../framework/component.ts";
import { startElection } from "../framework/election.ts";
import { Runtime } from "../framework/runtime.ts";
import { startServing } from "../framework/serving.ts";
import { scheduler } from "./schedule.ts";

const flags: FlagTable = { ...componentFlags, config: "string" };

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
    document = (parseYaml(p.fs.readText(path)) ?? {}) as Obj;
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
  const { values } = readCommandLine(p, flags, beyond);
  const config = values.config === undefined ? {} : readConfig(p, values.config);
  const kubeconfig = requireKubeconfig(p, config.kubeconfig ?? values.kubeconfig);
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

export const kubeScheduler = leaderProgram({
  name: "kube-scheduler",
  start,
  runtime: (p) => new Runtime(p, [scheduler]),
  lost: ["server.go:285", '"Leaderelection lost"'],
});
