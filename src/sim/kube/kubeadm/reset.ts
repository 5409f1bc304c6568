/** `kubeadm reset` (cmd/kubeadm/app/cmd/reset.go, cmd/phases/reset). */
import type { Obj } from "../../core/json.ts";
import { criAsk, criCall } from "../../cri/client.ts";
import { rpcError } from "../../cri/messages.ts";
import { configOf, fetchClusterConfiguration, localNode, openApi } from "./cluster.ts";
import { detectSocket, readDocuments, type Config } from "./config.ts";
import { dockerRemovePods, isDocker } from "./docker.ts";
import { KubeadmError, type Context } from "./context.ts";
import { removeMember } from "./etcd-members.ts";
import { adminConf, bootstrapConf, emptyFolder, kubeletConf, kubeletDir, kubernetesDir, manifestsDir, superAdminConf } from "./files.ts";
import { refuseMixedFlags, type InitFlags } from "./init.ts";
import { ignoredChecks, rootCheck } from "./preflight.ts";
import { runProgram, systemctl } from "./run.ts";
import { fromYaml } from "./yaml.ts";

async function readCluster(
  c: Context,
  kubeconfig: string | undefined,
): Promise<{ config: Config; api: ReturnType<typeof openApi> } | undefined> {
  let api: ReturnType<typeof openApi>;
  try {
    api = openApi(c, kubeconfig);
  } catch {
    // without a kubeconfig there is nobody to ask, and nothing is said
    return undefined;
  }
  if (c.minor >= 32) {
    await c.out('[reset] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...');
    await c.out("[reset] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.");
  } else {
    await c.out("[reset] Reading configuration from the cluster...");
    await c.out("[reset] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'");
  }
  try {
    return { config: configOf(await fetchClusterConfiguration(api, true), localNode(c)), api };
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    await c.klog("W", "reset.go:99", `[reset] Unable to fetch the kubeadm-config ConfigMap from cluster: ${error.message}`);
    return undefined;
  }
}

async function confirm(c: Context): Promise<void> {
  await c.out("[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.");
  await c.p.out("[reset] Are you sure you want to proceed? [y/N]: ");
  let answer = "";
  for await (const line of c.p.lines()) {
    answer = line;
    break;
  }
  if (answer.toLowerCase() !== "y") throw new KubeadmError("error execution phase preflight: aborted reset operation");
}

/** Stops and removes every pod of the kubelet. */
async function removeContainers(c: Context, socket: string): Promise<void> {
  if (isDocker(c, socket)) {
    const problem = await dockerRemovePods(c);
    if (problem !== undefined) await c.klog("W", "cleanupnode.go:99", `[reset] Failed to remove containers: ${problem}`);
    return;
  }
  const listed = criCall(c.p, socket, "ListPodSandbox", {});
  if (!listed.ok) {
    await c.klog(
      "W",
      "cleanupnode.go:104",
      `[reset] Failed to remove containers: ${c.minor >= 31 ? "" : "output: "}${rpcError(listed)}${c.minor >= 31 ? "" : ", error: exit status 1"}`,
    );
    return;
  }
  for (const { id } of (listed.response.items as Obj[] | undefined) ?? []) {
    // the runtime answers these only once the containers have ended
    for (const method of ["StopPodSandbox", "RemovePodSandbox"]) {
      const reply = await criAsk(c.p, socket, method, { podSandboxId: String(id) });
      if (reply.ok) continue;
      const verb = method.startsWith("Stop") ? "stop" : "remove";
      await c.klog(
        "W",
        "cleanupnode.go:104",
        `[reset] Failed to remove containers: failed to ${verb} running pod ${String(id)}: ${rpcError(reply)}`,
      );
      break;
    }
  }
}

async function etcdPhase(c: Context, found: Awaited<ReturnType<typeof readCluster>>, folders: string[]): Promise<void> {
  const text = c.p.fs.tryReadText(`${manifestsDir}/etcd.yaml`);
  if (found && !found.config.cluster.etcd?.local) return;
  if (!found) await c.klog("W", "removeetcdmember.go:106", "[reset] No kubeadm config, using etcd pod spec to get data directory");
  if (text === undefined) {
    if (c.minor >= 24 && found === undefined && !c.p.fs.isDir(`${kubernetesDir}/pki/etcd`)) {
      await c.out("[reset] No etcd config found. Assuming external etcd");
      await c.out("[reset] Please, manually reset etcd to prevent further issues");
      return;
    }
    await c.out("[reset] No etcd config found. Assuming external etcd");
    await c.out("[reset] Please, manually reset etcd to prevent further issues");
    return;
  }
  const pod = fromYaml(text)[0] as Obj;
  const data = ((pod.spec?.volumes as Obj[] | undefined) ?? []).find((v) => v.name === "etcd-data")?.hostPath?.path as string | undefined;
  folders.push(data ?? "/var/lib/etcd");
  if (!found) return;
  try {
    await removeMember(c, found.config, found.api);
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    await c.klog(
      "W",
      "removeetcdmember.go:84",
      `[reset] Failed to remove etcd member: ${error.message}, please manually remove this etcd member using etcdctl`,
    );
  }
  if (c.minor >= 29) {
    const path = String(data ?? "/var/lib/etcd");
    await c.out(`[reset] Deleted contents of the etcd data directory: ${path}`);
    emptyFolder(c.p, path);
    folders.pop();
  }
}

export async function reset(c: Context, flags: InitFlags): Promise<void> {
  if (flags.values["dry-run"] === "true") c.p.notSimulated("kubeadm reset --dry-run");
  refuseMixedFlags(c, flags);
  let given: Obj = {};
  if (flags.values.config !== undefined) given = (await readDocuments(c, flags.values.config)).ResetConfiguration ?? {};
  const ignored = ignoredChecks([
    ...(flags.lists["ignore-preflight-errors"] ?? []),
    ...((given.ignorePreflightErrors as string[] | undefined) ?? []),
  ]);
  const skipped = new Set(flags.lists["skip-phases"] ?? (given.skipPhases as string[] | undefined) ?? []);
  for (const name of skipped)
    if (!["preflight", "remove-etcd-member", "cleanup-node", "update-cluster-status"].includes(name))
      throw new KubeadmError(`invalid phase name: ${name}`);
  const found = c.p.uid === 0 ? await readCluster(c, flags.values.kubeconfig) : undefined;
  const force = flags.values.force === "true" || given.force === true;
  if (!skipped.has("preflight")) {
    if (!force) await confirm(c);
    await c.out("[preflight] Running pre-flight checks");
    try {
      await rootCheck(c, ignored);
    } catch (error) {
      if (!(error instanceof KubeadmError)) throw error;
      throw new KubeadmError(`error execution phase preflight: ${error.message}`);
    }
  }
  const folders: string[] = [];
  if (!skipped.has("remove-etcd-member")) await etcdPhase(c, found, folders);
  if (!skipped.has("cleanup-node")) await cleanup(c, flags, given, folders);
  await farewell(c);
}

async function cleanup(c: Context, flags: InitFlags, given: Obj, folders: string[]): Promise<void> {
  let socket = flags.values["cri-socket"] ?? (given.criSocket as string | undefined);
  if (socket === undefined) {
    // the node's own record comes before detection
    const recorded = /^containerRuntimeEndpoint: "?([^"\n]+)"?/m.exec(c.p.fs.tryReadText(`${kubeletDir}/instance-config.yaml`) ?? "")?.[1];
    socket = recorded ?? detectSocket(c);
  }
  await c.out("[reset] Stopping the kubelet service");
  if (!(await systemctl(c.p, "stop", "kubelet"))) {
    await c.klog("W", "cleanupnode.go:66", "[reset] The kubelet service could not be stopped by kubeadm: [exit status 1]");
    await c.klog("W", "cleanupnode.go:67", "[reset] Please ensure kubelet is stopped manually");
  }
  await c.out(`[reset] Unmounting mounted directories in "${kubeletDir}"`);
  await unmount(c);
  await removeContainers(c, socket);
  const pki = flags.values["cert-dir"] ?? (given.certificatesDir as string | undefined) ?? `${kubernetesDir}/pki`;
  const stateful = [
    ...folders,
    kubeletDir,
    ...(c.minor >= 24 ? [] : ["/var/lib/dockershim"]),
    ...(c.minor >= 26 ? [] : ["/var/run/kubernetes", "/var/lib/cni"]),
    ...(flags.values["cleanup-tmp-dir"] === "true" || given.cleanupTmpDir === true ? [`${kubernetesDir}/tmp`] : []),
  ];
  const configFiles = [
    adminConf,
    ...(c.minor >= 29 ? [superAdminConf] : []),
    kubeletConf,
    bootstrapConf,
    `${kubernetesDir}/controller-manager.conf`,
    `${kubernetesDir}/scheduler.conf`,
  ];
  const config = async (): Promise<void> => {
    await c.out(
      `[reset] Deleting contents of ${c.minor >= 25 ? "directories" : "config directories"}: [${manifestsDir} ${c.minor >= 28 ? `${kubeletDir} ` : ""}${pki}]`,
    );
    if (pki !== `${kubernetesDir}/pki`)
      await c.klog("W", "cleanupnode.go:125", `[reset] WARNING: Cleaning a non-default certificates directory: "${pki}"`);
    emptyFolder(c.p, manifestsDir);
    emptyFolder(c.p, pki);
    await c.out(`[reset] Deleting files: [${configFiles.join(" ")}]`);
    for (const path of configFiles) c.p.fs.removeAll(path);
  };
  const rest = c.minor >= 28 ? stateful.filter((f) => f !== kubeletDir) : stateful;
  await config();
  if (rest.length > 0) await c.out(`[reset] Deleting contents of stateful directories: [${rest.join(" ")}]`);
  for (const path of new Set([...rest, kubeletDir])) emptyFolder(c.p, path);
}

/** Unmounts what pods had mounted below the kubelet's folder. */
async function unmount(c: Context): Promise<void> {
  const below = c.p.fs.mounts.filter((m) => m.dir.startsWith(`${kubeletDir}/`)).map((m) => m.dir);
  for (const dir of below.reverse()) {
    const ran = await runProgram(c.p, ["umount", dir]);
    if (ran?.status !== 0)
      await c.klog(
        "E",
        "cleanupnode.go:85",
        `[reset] Failed to unmount mounted directories in ${kubeletDir}: failed to unmount "${dir}": ${(ran?.stderr ?? "").trim()}`,
      );
  }
}

async function farewell(c: Context): Promise<void> {
  if (c.minor >= 32) {
    await c.out(`
The reset process does not perform cleanup of CNI plugin configuration,
network filtering rules and kubeconfig files.

For information on how to perform this cleanup manually, please see:
    https://k8s.io/docs/reference/setup-tools/kubeadm/kubeadm-reset/
`);
    return;
  }
  await c.out(`
The reset process does not clean CNI configuration. To do so, you must remove /etc/cni/net.d

The reset process does not reset or clean up iptables rules or IPVS tables.
If you wish to reset iptables, you must do so manually by using the "iptables" command.

If your cluster was setup to utilize IPVS, run ipvsadm --clear (or similar)
to reset your system's IPVS tables.

The reset process does not clean your kubeconfig files and you must remove them manually.
Please, check the contents of the $HOME/.kube/config file.`);
}
