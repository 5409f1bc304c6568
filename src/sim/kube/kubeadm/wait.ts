/** Waiting for the kubelet and the control plane, with what is said when they do not come (util/apiclient/wait.go). */
import type { Obj } from "../../core/json.ts";
import { httpCall } from "../../net/http.ts";
import type { KubeClient } from "../api.ts";
import { durationText, parseDuration } from "../control/flags.ts";
import type { Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { manifestsDir } from "./files.ts";
import { fromYaml } from "./yaml.ts";

const poll = 500;

/** `501.39ms`, `5.503s`: what time.Since prints, to the microsecond. */
const elapsed = (ms: number): string => durationText(Math.round(ms * 1000) / 1000);

async function kubeletHealth(c: Context, url: string): Promise<string | undefined> {
  const result = httpCall(c.p, { url });
  if (result.ok) return result.response.status === 200 ? undefined : `status code: ${result.response.status}`;
  await c.p.sleep(Math.min(result.after, 10_000));
  return `error: Get "${url}": ${result.detail}`;
}

const advice = `
	Unfortunately, an error has occurred, likely caused by:
		- The kubelet is not running
		- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)

	If you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:
		- 'systemctl status kubelet'
		- 'journalctl -xeu kubelet'
`;

const oldAdvice = (error: string): string => `
	Unfortunately, an error has occurred:
		${error}

	This error is likely caused by:
		- The kubelet is not running
		- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)

	If you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:
		- 'systemctl status kubelet'
		- 'journalctl -xeu kubelet'
`;

const controlPlaneAdvice = (socket: string): string => `
A control plane component may have crashed or exited when started by the container runtime.
To troubleshoot, list all containers using your preferred container runtimes CLI.
Here is one example how you may list all running Kubernetes containers by using crictl:
	- 'crictl --runtime-endpoint ${socket} ps -a | grep kube | grep -v pause'
	Once you have found the failing container, you can inspect its logs with:
	- 'crictl --runtime-endpoint ${socket} logs CONTAINERID'
`;

/** Since 1.29: the kubelet's health first. Throws when it does not become healthy. */
export async function waitForKubelet(c: Context, timeout: number, kubelet: Obj): Promise<void> {
  const port = Number(kubelet.healthzPort ?? 10248);
  if (port === 0) {
    await c.out("[kubelet-check] Skipping the kubelet health check because the healthz port is set to 0");
    return;
  }
  const url = `http://${kubelet.healthzBindAddress ?? "127.0.0.1"}:${port}/healthz`;
  await c.out(`[kubelet-check] Waiting for a healthy kubelet at ${url}. This can take up to ${durationText(timeout)}`);
  const start = c.p.now;
  for (;;) {
    const problem = await kubeletHealth(c, url);
    if (problem === undefined) {
      await c.out(`[kubelet-check] The kubelet is healthy after ${elapsed(c.p.now - start)}`);
      return;
    }
    if (c.p.now - start >= timeout) {
      await c.out(`[kubelet-check] The kubelet is not healthy after ${elapsed(c.p.now - start)}`);
      await c.out(advice);
      throw new KubeadmError(`The HTTP call equal to 'curl -sSL ${url}' returned ${problem}\n`);
    }
    await c.p.sleep(poll);
  }
}

/** Before 1.29 two waits ran at once: the kubelet's health was looked at while the API server was awaited. */
export class OldKubeletCheck {
  readonly #c: Context;
  readonly #start: number;
  #next = 40_000;
  #said = false;

  constructor(c: Context) {
    this.#c = c;
    this.#start = c.p.now;
  }

  /** To be called while waiting; prints the kubelet-check lines at 40, 45, 55, 75 and 115 seconds. Throws after the last. */
  async look(): Promise<void> {
    const c = this.#c;
    const passed = c.p.now - this.#start;
    if (passed < this.#next) return;
    if (!this.#said) {
      this.#said = true;
      await c.out("[kubelet-check] Initial timeout of 40s passed.");
    }
    const url = "http://localhost:10248/healthz";
    const problem = await kubeletHealth(c, url);
    if (problem === undefined) {
      this.#next = Infinity;
      return;
    }
    await c.out("[kubelet-check] It seems like the kubelet isn't running or healthy.");
    await c.out(`[kubelet-check] The HTTP call equal to 'curl -sSL ${url}' failed with ${problem}.`);
    // wait.Backoff of TryRunCommand: 5, 10, 20, 40 seconds
    const step = this.#next - 40_000;
    this.#next = step === 0 ? 45_000 : step === 5000 ? 55_000 : step === 15_000 ? 75_000 : step === 35_000 ? 115_000 : Infinity;
    if (this.#next === Infinity) throw new KubeadmError("timed out waiting for the condition");
  }
}

interface Target {
  name: string;
  url: string;
}

/** Addresses of the components' health endpoints as their static pods give them. */
function targets(c: Context, apiAddress: string): Target[] {
  const argument = (name: string, flag: string): string | undefined => {
    const text = c.p.fs.tryReadText(`${manifestsDir}/${name}.yaml`);
    const pod = text === undefined ? undefined : (fromYaml(text)[0] as Obj);
    const args = (pod?.spec?.containers?.[0]?.command ?? []) as string[];
    return args.find((a) => a.startsWith(`--${flag}=`))?.slice(flag.length + 3);
  };
  return [
    {
      name: "kube-apiserver",
      url: `https://${argument("kube-apiserver", "advertise-address") ?? apiAddress}:${argument("kube-apiserver", "secure-port") ?? "6443"}/livez`,
    },
    {
      name: "kube-controller-manager",
      url: `https://${argument("kube-controller-manager", "bind-address") ?? "127.0.0.1"}:${argument("kube-controller-manager", "secure-port") ?? "10257"}/healthz`,
    },
    {
      name: "kube-scheduler",
      url: `https://${argument("kube-scheduler", "bind-address") ?? "127.0.0.1"}:${argument("kube-scheduler", "secure-port") ?? "10259"}/livez`,
    },
  ];
}

async function apiHealth(c: Context, client: KubeClient, path: string): Promise<string | undefined> {
  const result = client.request("GET", path);
  if (result.ok) return undefined;
  if (result.kind === "transport") {
    await c.p.sleep(Math.min(result.after, 10_000));
    return `Get "${client.server}${path}?timeout=10s": ${result.message}`;
  }
  return result.message === "" ? `an error on the server ("") has prevented the request from succeeding` : result.message;
}

/** [control-plane-check], 1.33 and later: the three components side by side. */
async function waitForComponents(c: Context, client: KubeClient, timeout: number, apiAddress: string): Promise<string[]> {
  await c.out(`[control-plane-check] Waiting for healthy control plane components. This can take up to ${durationText(timeout)}`);
  const list = targets(c, apiAddress);
  for (const { name, url } of list) await c.out(`[control-plane-check] Checking ${name} at ${url}`);
  const start = c.p.now;
  const pending = new Map(list.map((t) => [t.name, t]));
  const last = new Map<string, string>();
  for (;;) {
    for (const target of pending.values()) {
      let problem: string | undefined;
      if (target.name === "kube-apiserver") {
        problem = await apiHealth(c, client, "/livez");
        if (problem !== undefined) problem = `${target.name} check failed at ${target.url}: ${problem}`;
      } else {
        const result = httpCall(c.p, { url: target.url, tls: { insecure: true } });
        if (!result.ok) problem = `${target.name} check failed at ${target.url}: Get "${target.url}": ${result.detail}`;
        else if (result.response.status !== 200)
          problem = `${target.name} check failed at ${target.url} with status: ${result.response.status}`;
      }
      if (problem === undefined) {
        pending.delete(target.name);
        await c.out(`[control-plane-check] ${target.name} is healthy after ${elapsed(c.p.now - start)}`);
      } else last.set(target.name, problem);
    }
    if (pending.size === 0) return [];
    if (c.p.now - start >= timeout) {
      for (const name of pending.keys()) await c.out(`[control-plane-check] ${name} is not healthy after ${elapsed(c.p.now - start)}`);
      return [...pending.keys()].map((name) => last.get(name) ?? "");
    }
    await c.p.sleep(poll);
  }
}

async function waitForApi(c: Context, client: KubeClient, timeout: number, check?: OldKubeletCheck): Promise<string | undefined> {
  const start = c.p.now;
  for (;;) {
    const problem = await apiHealth(c, client, "/healthz");
    if (problem === undefined) {
      if (c.minor < 29)
        await c.out(`[apiclient] All control plane components are healthy after ${((c.p.now - start) / 1000).toFixed(6)} seconds`);
      else await c.out(`[api-check] The API server is healthy after ${elapsed(c.p.now - start)}`);
      return undefined;
    }
    await check?.look();
    if (c.p.now - start >= timeout) {
      if (c.minor >= 29) await c.out(`[api-check] The API server is not healthy after ${elapsed(c.p.now - start)}`);
      return c.minor >= 29
        ? `client rate limiter Wait returned an error: context deadline exceeded`
        : "timed out waiting for the condition";
    }
    await c.p.sleep(poll);
  }
}

/** The phase wait-control-plane of init. */
export async function waitControlPlane(c: Context, config: Config, client: KubeClient, kubelet: Obj): Promise<void> {
  const socket = String(config.init.nodeRegistration.criSocket);
  const setting = (name: string): number =>
    parseDuration(String(config.init.timeouts?.[name] ?? config.cluster.apiServer.timeoutForControlPlane ?? "4m0s")) ?? 240_000;
  const timeout = setting("controlPlaneComponentHealthCheck");
  if (c.minor < 29) {
    await c.out(
      `[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory "${manifestsDir}". This can take up to ${durationText(timeout)}`,
    );
    let problem: string | undefined;
    try {
      problem = await waitForApi(c, client, timeout, new OldKubeletCheck(c));
    } catch (error) {
      if (!(error instanceof KubeadmError)) throw error;
      problem = error.message;
    }
    if (problem === undefined) return;
    await c.out(oldAdvice(problem));
    await c.out("	Additionally, a control plane component may have crashed or exited when started by the container runtime.");
    await c.out("	To troubleshoot, list all containers using your preferred container runtimes CLI.\n");
    await c.out(
      c.minor >= 24
        ? "	Here is one example how you may list all running Kubernetes containers by using crictl:"
        : "	Here is one example how you may list all Kubernetes containers running in cri-o/containerd using crictl:",
    );
    await c.out(`		- 'crictl --runtime-endpoint ${socket} ps -a | grep kube | grep -v pause'`);
    await c.out("		Once you have found the failing container, you can inspect its logs with:");
    await c.out(`		- 'crictl --runtime-endpoint ${socket} logs CONTAINERID'\n`);
    throw new KubeadmError("couldn't initialize a Kubernetes cluster");
  }
  await c.out(`[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory "${manifestsDir}"`);
  try {
    await waitForKubelet(c, setting("kubeletHealthCheck"), kubelet);
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    throw new KubeadmError(
      c.minor >= 34 ? `failed while waiting for the kubelet to start: ${error.message}` : "could not initialize a Kubernetes cluster",
    );
  }
  if (c.minor >= 33) {
    const problems = await waitForComponents(c, client, timeout, String(config.init.localAPIEndpoint.advertiseAddress));
    if (problems.length === 0) return;
    await c.out(controlPlaneAdvice(socket));
    throw new KubeadmError(
      `failed while waiting for the control plane to start: ${problems.length === 1 ? problems[0]! : `[${problems.join(", ")}]`}`,
    );
  }
  await c.out(`[api-check] Waiting for a healthy API server. This can take up to ${durationText(timeout)}`);
  const problem = await waitForApi(c, client, timeout);
  if (problem === undefined) return;
  await c.out(oldAdvice(problem));
  await c.out(controlPlaneAdvice(socket));
  throw new KubeadmError("couldn't initialize a Kubernetes cluster");
}
