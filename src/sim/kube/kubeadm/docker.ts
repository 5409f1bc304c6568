/** What kubeadm up to 1.23 does with docker itself, instead of the CRI: it runs the docker command. */
import type { Obj } from "../../core/json.ts";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { runProgram } from "./run.ts";

export const isDocker = (c: Context, socket: unknown): boolean => c.minor < 24 && String(socket).endsWith("dockershim.sock");

async function docker(c: Context, ...args: string[]): Promise<{ ok: boolean; failure: string; output: string; stdout: string }> {
  const ran = await runProgram(c.p, ["docker", ...args]);
  if (!ran) return { ok: false, failure: "executable file not found in $PATH", output: "", stdout: "" };
  return { ok: ran.status === 0, failure: `exit status ${ran.status}`, output: ran.stdout + ran.stderr, stdout: ran.stdout };
}

/** docker's cgroup driver, or the text of why it is not known. */
async function driverOf(c: Context): Promise<{ driver: string } | { problem: string }> {
  const ran = await docker(c, "info", "-f", "{{.CgroupDriver}}");
  return ran.ok ? { driver: ran.stdout.trim() } : { problem: `cannot execute 'docker info -f {{.CgroupDriver}}': ${ran.failure}` };
}

/** kubeadm 1.20 gives the kubelet docker's driver, whatever its configuration says (componentconfigs/kubelet.go). */
export async function followDocker(c: Context, config: Config): Promise<void> {
  if (c.minor > 20 || !isDocker(c, config.init.nodeRegistration.criSocket)) return;
  const found = await driverOf(c);
  if ("problem" in found)
    return c.klog("W", "kubelet.go:200", `cannot automatically set CgroupDriver when starting the Kubelet: ${found.problem}`);
  const given = config.kubelet.cgroupDriver as string | undefined;
  if (given !== undefined && given !== "" && given !== found.driver)
    await c.klog(
      "W",
      "kubelet.go:205",
      `detected "${found.driver}" as the Docker cgroup driver, the provided value "${given}" in "KubeletConfiguration" will be overrided`,
    );
  (config.kubelet as Obj).cgroupDriver = found.driver;
}

interface Findings {
  warnings: string[];
  errors: string[];
}
type Check = { name: string; run: () => Promise<Findings> };
const fine: Findings = { warnings: [], errors: [] };
const error = (text: string): Findings => ({ warnings: [], errors: [text] });
const warning = (text: string): Findings => ({ warnings: [text], errors: [] });

/** In place of the CRI check; those after it, in kubeadm's order. */
export function dockerChecks(c: Context): Check[] {
  return [
    {
      name: "CRI",
      run: async () => {
        const ran = await docker(c, "info");
        return ran.ok ? fine : error(`container runtime is not running: output: ${ran.output}, error: ${ran.failure}`);
      },
    },
    {
      name: "Service-Docker",
      run: async () => {
        const enabled = (await runProgram(c.p, ["systemctl", "is-enabled", "docker"]))?.status === 0;
        const active = (await runProgram(c.p, ["systemctl", "is-active", "docker"]))?.status === 0;
        return {
          warnings: enabled ? [] : ["docker service is not enabled, please run 'systemctl enable docker.service'"],
          errors: active ? [] : ["docker service is not active, please run 'systemctl start docker.service'"],
        };
      },
    },
    {
      name: "IsDockerSystemdCheck",
      run: async () => {
        const found = await driverOf(c);
        if ("problem" in found) return error(found.problem);
        return found.driver === "systemd"
          ? fine
          : warning(
              `detected "${found.driver}" as the Docker cgroup driver. The recommended driver is "systemd". Please follow the guide at https://kubernetes.io/docs/setup/cri/`,
            );
      },
    },
  ];
}

/** Of the system's verification: docker's version (k8s.io/system-validators). */
export const dockerVersionCheck = (c: Context): Check => ({
  name: "SystemVerification",
  run: async () => {
    const ran = await docker(c, "info", "-f", "{{.ServerVersion}}");
    if (!ran.ok) return error(`error verifying Docker info: ${JSON.stringify(ran.output.trim())}`);
    const version = ran.stdout.trim();
    const latest = c.minor <= 20 ? "19.03" : "20.10";
    const validated = c.minor <= 20 ? /^(17\.0[369]|18\.0[69]|19\.03)\./ : /^(17\.0[369]|18\.0[69]|19\.03|20\.10)\./;
    return validated.test(version)
      ? fine
      : warning(`this Docker version is not on the list of validated versions: ${version}. Latest validated version: ${latest}`);
  },
});

export const dockerHasImage = async (c: Context, image: string): Promise<boolean> => (await docker(c, "inspect", image)).ok;

/** undefined when it was pulled; five attempts. */
export async function dockerPull(c: Context, image: string): Promise<string | undefined> {
  let ran = await docker(c, "pull", image);
  for (let attempt = 1; attempt < 5 && !ran.ok; attempt++) ran = await docker(c, "pull", image);
  return ran.ok ? undefined : `output: ${ran.output}, error: ${ran.failure}`;
}

/** kubeadm reset. The text of what failed. */
export async function dockerRemovePods(c: Context): Promise<string | undefined> {
  const listed = await docker(c, "ps", "-a", "--filter", "name=k8s_", "-q");
  if (!listed.ok) return `output: ${listed.output}, error: ${listed.failure}`;
  for (const id of listed.stdout.split("\n").filter((line) => line !== "")) {
    await docker(c, "stop", id);
    await docker(c, "rm", "--volumes", id);
  }
  return undefined;
}
