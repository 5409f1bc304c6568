/** The program kube-controller-manager. */
import { Errno } from "../../../core/errno.ts";
import type { Data } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import { goErrno } from "../../../net/http.ts";
import { parsePrivateKey } from "../../../pki/index.ts";
import { klog } from "../../node/klog.ts";
import { FlagError, parseDuration, parsePflags } from "../flags.ts";
import { elect, isLeading, startElection } from "../framework/election.ts";
import { Runtime } from "../framework/runtime.ts";
import { serveHealth, startServing } from "../framework/serving.ts";
import { controllers, disabledByDefault, watched } from "./controllers.ts";
import { beyond, flags } from "./flags.ts";

function start(p: Proc): void {
  let values: Record<string, string>;
  let lists: Record<string, string[]>;
  try {
    const parsed = parsePflags(p.args, { ...flags, ...beyond }, { v: "v" });
    ({ values, lists } = parsed);
    if (parsed.rest.length > 0) throw new FlagError(`unknown command "${parsed.rest[0]}" for "kube-controller-manager"`);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    p.log(`Error: ${error.message}`);
    p.exit(1);
  }
  for (const name of Object.keys(values)) if (Object.hasOwn(beyond, name)) p.notSimulated(`kube-controller-manager --${name}`);
  if (values.version !== undefined) {
    p.log(`Kubernetes v${p.state.version}`, 1);
    p.exit(0);
  }
  if (values.port !== undefined) p.log("Flag --port has been deprecated, see --secure-port instead.");
  const kubeconfig = values.kubeconfig;
  if (kubeconfig === undefined) {
    p.log("invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable");
    p.exit(1);
  }
  const read = (path: string | undefined, what: string): string | undefined => {
    if (path === undefined || path === "") return undefined;
    try {
      return p.fs.readText(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      klog(p, "E", "controllermanager.go:542", `Error starting controllers: ${what}: open ${path}: ${goErrno(error.code)}`);
      return p.exit(1);
    }
  };
  if (!p.fs.exists(kubeconfig)) {
    p.log(`stat ${kubeconfig}: no such file or directory`);
    p.exit(1);
  }
  startServing(
    p,
    values["bind-address"] ?? "0.0.0.0",
    Number(values["secure-port"] ?? 10257),
    values["tls-cert-file"] ? { cert: values["tls-cert-file"], key: values["tls-private-key-file"] ?? "" } : undefined,
  );
  klog(p, "I", "controllermanager.go:185", `"Starting" version="v${p.state.version}"`);
  p.data.rootCa = read(values["root-ca-file"], "error reading root-ca-file");
  const key = read(values["service-account-private-key-file"], "error reading key for service account token controller");
  if (key !== undefined && parsePrivateKey(key)) p.data.accountKey = key;
  p.data.signing = { cert: values["cluster-signing-cert-file"] ?? "", key: values["cluster-signing-key-file"] ?? "" };
  p.data.signingDuration = parseDuration(values["cluster-signing-duration"] ?? values["experimental-cluster-signing-duration"] ?? "8760h");
  p.data.ownCredentials = values["use-service-account-credentials"] !== "true";
  p.data.nodeIpam = {
    allocate: values["allocate-node-cidrs"] === "true",
    clusterCidr: values["cluster-cidr"] ?? "",
    serviceCidr: values["service-cluster-ip-range"] ?? "",
    maskSize:
      values["node-cidr-mask-size-ipv4"] !== undefined
        ? Number(values["node-cidr-mask-size-ipv4"])
        : values["node-cidr-mask-size"] !== undefined
          ? Number(values["node-cidr-mask-size"])
          : undefined,
  };
  Runtime.prepare(p, p.fs.absolute(kubeconfig), watched, enabled(lists.controllers ?? ["*"]));
  if (values["leader-elect"] === "false") p.after(0, "leading");
  else startElection(p, "kube-controller-manager");
}

/** --controllers: `*` for all that are on by default, `name` to add, `-name` to take away. */
function enabled(given: string[]): string[] {
  return controllers
    .map((c) => c.name)
    .filter((name) => !given.includes(`-${name}`) && (given.includes(name) || (given.includes("*") && !disabledByDefault.has(name))));
}

/** Lists and watches; tries again a second later when that fails. */
function connect(p: Proc, runtime: Runtime, first: boolean): void {
  const failure = runtime.connect();
  if (!failure) {
    if (first) runtime.startControllers();
    return;
  }
  klog(p, "E", "reflector.go:227", `"Failed to watch" err="failed to list: ${failure.message.replaceAll('"', '\\"')}"`);
  p.after(1000, first ? "leading" : "relist");
}

export const kubeControllerManager: DaemonProgram = {
  name: "kube-controller-manager",
  start,
  on(p: Proc, event: string, data: Data) {
    const runtime = new Runtime(p, controllers);
    switch (event) {
      case "elect": {
        const change = elect(runtime);
        if (change === "acquired") p.after(0, "leading");
        if (change === "lost") {
          klog(p, "E", "controllermanager.go:340", '"leaderelection lost"');
          p.exit(1);
        }
        return;
      }
      case "leading":
        for (const name of runtime.state.controllers)
          klog(
            p,
            "I",
            "controllermanager.go:765",
            `"Started controller" controller=${JSON.stringify(name.endsWith("-controller") ? name : `${name}-controller`)}`,
          );
        return connect(p, runtime, true);
      case "relist":
        return connect(p, runtime, false);
      case "api":
        return runtime.heard(data);
      case "api-lost":
        klog(
          p,
          "W",
          "reflector.go:470",
          `"Watch closed" err="an error on the server (\\"unable to decode an event from the watch stream: ${(data as { message: string }).message}\\") has prevented the request from succeeding"`,
        );
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
