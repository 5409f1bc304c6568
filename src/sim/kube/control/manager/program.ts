/** The program kube-controller-manager. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { goErrno } from "../../../net/http.ts";
import { parsePrivateKey } from "../../../pki/index.ts";
import { klog } from "../../node/klog.ts";
import { parseDuration } from "../flags.ts";
import { leaderProgram, readCommandLine, requireKubeconfig } from "../framework/component.ts";
import { startElection } from "../framework/election.ts";
import { Runtime } from "../framework/runtime.ts";
import { startServing } from "../framework/serving.ts";
import { controllers, disabledByDefault, watched } from "./controllers.ts";
import { beyond, flags } from "./flags.ts";

function start(p: Proc): void {
  const { values, lists } = readCommandLine(p, flags, beyond);
  if (values.port !== undefined) p.log("Flag --port has been deprecated, see --secure-port instead.");
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
  const kubeconfig = requireKubeconfig(p, values.kubeconfig);
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

export const kubeControllerManager = leaderProgram({
  name: "kube-controller-manager",
  start,
  runtime: (p) => new Runtime(p, controllers),
  lost: ["controllermanager.go:340", '"leaderelection lost"'],
  leading({ p, state }) {
    for (const name of state.controllers)
      klog(
        p,
        "I",
        "controllermanager.go:765",
        `"Started controller" controller=${JSON.stringify(name.endsWith("-controller") ? name : `${name}-controller`)}`,
      );
  },
  connected: (runtime) => runtime.startControllers(),
  watchLost: (p, message) =>
    klog(
      p,
      "W",
      "reflector.go:470",
      `"Watch closed" err="an error on the server (\\"unable to decode an event from the watch stream: ${message}\\") has prevented the request from succeeding"`,
    ),
});
