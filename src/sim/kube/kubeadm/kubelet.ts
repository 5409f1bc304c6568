/** The kubelet's files and its service (cmd/kubeadm/app/phases/kubelet, componentconfigs). */
import type { Obj } from "../../core/json.ts";
import { certificatesDir } from "./certs.ts";
import { pauseImage, type Arg, type Config } from "./config.ts";
import type { Context } from "./context.ts";
import { kubeletDir, manifestsDir, write } from "./files.ts";
import { dnsAddress } from "./manifests.ts";
import { runProgram, systemctl } from "./run.ts";
import { toYaml } from "./yaml.ts";

/** Zero durations that Go writes for fields that were not set. */
const zeros = [
  "cpuManagerReconcilePeriod",
  "evictionPressureTransitionPeriod",
  "fileCheckFrequency",
  "httpCheckFrequency",
  "imageMinimumGCAge",
  "nodeStatusReportFrequency",
  "nodeStatusUpdateFrequency",
  "runtimeRequestTimeout",
  "shutdownGracePeriod",
  "shutdownGracePeriodCriticalPods",
  "streamingConnectionIdleTimeout",
  "syncFrequency",
  "volumeStatsAggPeriod",
];

/** The KubeletConfiguration of the cluster: what the user gave, with kubeadm's defaults and Go's zero values. */
export function kubeletConfiguration(c: Context, config: Config): Obj {
  const given = config.kubelet;
  const { minor } = c;
  const webhook = (extra: Obj, value: Obj | undefined): Obj => ({ ...extra, ...value });
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    ...Object.fromEntries(zeros.map((name) => [name, "0s"])),
    ...(minor >= 29 ? { imageMaximumGCAge: "0s" } : {}),
    ...(minor >= 22 ? { cgroupDriver: "systemd" } : {}),
    ...(minor >= 27 ? { containerRuntimeEndpoint: "" } : {}),
    ...(minor >= 32 ? { crashLoopBackOff: {} } : {}),
    ...(minor >= 22 ? { memorySwap: {} } : {}),
    clusterDomain: config.cluster.networking.dnsDomain as string,
    clusterDNS: [dnsAddress(config.cluster)],
    healthzBindAddress: "127.0.0.1",
    healthzPort: 10248,
    logging:
      minor >= 30
        ? { flushFrequency: 0, options: { json: { infoBufferSize: "0" }, text: { infoBufferSize: "0" } }, verbosity: 0 }
        : minor >= 24
          ? { flushFrequency: 0, options: { json: { infoBufferSize: "0" } }, verbosity: 0 }
          : {},
    rotateCertificates: true,
    staticPodPath: manifestsDir,
    ...given,
    authentication: {
      ...given.authentication,
      anonymous: { enabled: false, ...given.authentication?.anonymous },
      webhook: webhook({ cacheTTL: "0s", enabled: true }, given.authentication?.webhook as Obj | undefined),
      x509: { clientCAFile: `${certificatesDir(config)}/ca.crt`, ...given.authentication?.x509 },
    },
    authorization: {
      mode: "Webhook",
      ...given.authorization,
      webhook: webhook({ cacheAuthorizedTTL: "0s", cacheUnauthorizedTTL: "0s" }, given.authorization?.webhook as Obj | undefined),
    },
  };
}

/** Whether systemd-resolved runs: then pods must not get its stub address as their nameserver (since 1.19: kubernetes/kubernetes#90394). */
async function resolvConf(c: Context): Promise<Obj> {
  const active = (await runProgram(c.p, ["systemctl", "is-active", "systemd-resolved"]))?.status === 0;
  return active ? { resolvConf: "/run/systemd/resolve/resolv.conf" } : {};
}

const writesInstanceConfig = (minor: number): boolean => minor >= 34;

function flags(c: Context, config: Config, registerTaints: boolean): string {
  const node = config.init.nodeRegistration as Obj;
  const { minor } = c;
  const extra = (node.kubeletExtraArgs as Arg[] | undefined) ?? [];
  const defaults: Record<string, string> = {};
  const docker = String(node.criSocket).endsWith("dockershim.sock");
  if (docker) defaults["network-plugin"] = "cni";
  else {
    if (minor <= 26) defaults["container-runtime"] = "remote";
    if (!writesInstanceConfig(minor)) defaults["container-runtime-endpoint"] = String(node.criSocket);
  }
  if ((docker || minor >= 22) && minor < 35) defaults["pod-infra-container-image"] = pauseImage(c, config.cluster);
  const taints = (node.taints as Obj[] | null) ?? [];
  if (registerTaints && taints.length > 0)
    defaults["register-with-taints"] = taints.map((t) => `${t.key}${t.value ? `=${t.value}` : ""}:${t.effect}`).join(",");
  if (node.name !== c.p.hostname.toLowerCase()) defaults["hostname-override"] = String(node.name);
  const given = new Set(extra.map((a) => a.name));
  const all: Arg[] = [
    ...Object.entries(defaults)
      .filter(([n]) => !given.has(n))
      .map(([name, value]) => ({ name, value })),
    ...extra,
  ];
  all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `KUBELET_KUBEADM_ARGS=${JSON.stringify(all.map((a) => `--${a.name}=${a.value}`).join(" "))}\n`;
}

export async function writeFlags(c: Context, config: Config, registerTaints: boolean): Promise<void> {
  const path = `${kubeletDir}/kubeadm-flags.env`;
  await c.out(`[kubelet-start] Writing kubelet environment file with flags to file "${path}"`);
  write(c.p, path, flags(c, config, registerTaints), 0o644, 0o700);
}

/** Writes config.yaml; `configuration` is what the cluster's ConfigMap holds, for nodes that join. */
export async function writeConfiguration(c: Context, config: Config, configuration?: Obj): Promise<void> {
  const mutated: Obj = configuration ?? kubeletConfiguration(c, config);
  const file: Obj = { ...(await resolvConf(c)), ...mutated };
  if (writesInstanceConfig(c.minor)) {
    const endpoint = String(config.init.nodeRegistration.criSocket);
    const path = `${kubeletDir}/instance-config.yaml`;
    await c.out(`[kubelet-start] Writing kubelet configuration to file "${path}"`);
    write(c.p, path, `containerRuntimeEndpoint: ${JSON.stringify(endpoint)}\n`, 0o644, 0o700);
    file.containerRuntimeEndpoint = endpoint;
    // patches are reported by the machinery that applies them
    await c.out('[patches] Applied patch of type "application/strategic-merge-patch+json" to target "kubeletconfiguration"');
  }
  const path = `${kubeletDir}/config.yaml`;
  await c.out(`[kubelet-start] Writing kubelet configuration to file "${path}"`);
  write(c.p, path, toYaml(file), 0o644, 0o700);
}

export async function stopKubelet(c: Context): Promise<void> {
  if (!(await systemctl(c.p, "stop", "kubelet")))
    await c.out("[kubelet-start] WARNING: unable to stop the kubelet service momentarily: [exit status 1]");
}

export async function startKubelet(c: Context): Promise<void> {
  await c.out("[kubelet-start] Starting the kubelet");
  await systemctl(c.p, "daemon-reload");
  const ran = await runProgram(c.p, ["systemctl", "restart", "kubelet"]);
  if (ran?.status !== 0) {
    await c.out(`[kubelet-start] WARNING: unable to start the kubelet service: [exit status ${ran?.status ?? 1}]`);
    await c.out("[kubelet-start] Please ensure kubelet is reloaded and running manually.");
  }
}

export async function kubeletStartPhase(c: Context, config: Config): Promise<void> {
  await stopKubelet(c);
  await writeFlags(c, config, false);
  await writeConfiguration(c, config);
  await startKubelet(c);
}
