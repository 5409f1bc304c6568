/** Pod sandboxes: network namespace, CNI, the pause process and its cgroup. */
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import { addressesOf, loadNetwork, setupNetwork, teardownNetwork, type NetworkConfig } from "./cni.ts";
import { missingRuntime, newId, removeContainer } from "./container.ts";
import { CriError } from "./messages.ts";
import { createNetns, deleteNetns } from "./netns.ts";
import { createRootfs, removeRootfs } from "./rootfs.ts";
import { leaveCgroup, placeInCgroup } from "./runc.ts";
import { callMonitor, type Service } from "./service.ts";
import { startShim } from "./shim.ts";
import type { ImageRecord, SandboxRecord } from "./store.ts";

const hostNetwork = (config: Obj): boolean => config.linux?.securityContext?.namespaceOptions?.network === "NODE";

/** RunPodSandbox, once the sandbox image is there. Throws CriError. */
export function runPodSandbox(s: Service, config: Obj, handler: string, image: ImageRecord): string {
  const meta = config.metadata as Obj;
  const name = (c: Obj): string => `${c.name as string}_${c.namespace as string}_${c.uid as string}_${c.attempt as number}`;
  const twin = Object.values(s.store.sandboxes).find((x) => name(x.config.metadata as Obj) === name(meta));
  const { words } = s.runtime;
  if (twin) throw new CriError("Unknown", words.sandboxNameTaken(meta, twin.id));
  if (handler !== "" && !s.settings.runtimes.includes(handler)) throw new CriError("Unknown", words.noHandler(handler));
  const { systemdCgroup } = s.settings;
  const parent = (config.linux?.cgroupParent ?? "") as string;
  const id = newId(s);
  const sandbox: SandboxRecord = {
    id,
    config,
    state: "SANDBOX_NOTREADY",
    createdAt: s.p.now,
    netns: "",
    ips: [],
    cgroup: "",
    runtimeHandler: handler,
  };
  // CRI-O refuses a parent of the other form here
  const path = s.runtime.cgroupsPath(parent, id, systemdCgroup);
  const host = hostNetwork(config);
  let network: NetworkConfig | undefined;
  if (!host) {
    const loaded = loadNetwork(s.p, s.settings);
    sandbox.netns = s.runtime.netns(s.p.machine.random("netns").uuid());
    createNetns(s.p, sandbox.netns);
    try {
      if ("error" in loaded) throw new Error(words.noNetwork);
      network = loaded;
      sandbox.cniResult = setupNetwork(s.p, s.settings, loaded, sandbox);
      sandbox.cni = loaded as unknown as Obj;
      sandbox.ips = addressesOf(sandbox.cniResult);
      if (sandbox.ips.length === 0) throw new Error("failed to find network info for sandbox " + JSON.stringify(id));
    } catch (error) {
      const why = error instanceof Errno ? error.message : (error as Error).message;
      if (!(error instanceof Error) || error.name === "NotSimulated") throw error;
      undoNetwork(s, sandbox, network);
      throw failed(s, config, words.networkFailed(sandbox, why, network));
    }
  }
  writeSandboxFiles(s, sandbox, host);
  const abort = (why: string): CriError => {
    undoNetwork(s, sandbox, network);
    leaveCgroup(s.p.machine, sandbox);
    removeRootfs(s.p.machine, id);
    s.p.fs.removeAll(s.runtime.sandboxDir(id));
    callMonitor(s, id, id, { type: "shim", method: "Shutdown" });
    return failed(s, config, words.sandboxFailed(s.p, id, why));
  };
  if (s.settings.optionsProblem !== undefined) {
    undoNetwork(s, sandbox, network);
    s.p.fs.removeAll(s.runtime.sandboxDir(id));
    throw failed(s, config, s.settings.optionsProblem);
  }
  const missing = missingRuntime(s);
  if (missing) throw abort(missing);
  const pid = config.linux?.securityContext?.namespaceOptions?.pid as string | undefined;
  if (s.runtime.dropsPause && pid !== "POD") {
    return ready(s, sandbox);
  }
  const placed = placeInCgroup(s.p.machine, systemdCgroup, path, s.p.state.cgroup);
  if ("error" in placed) throw abort(words.createFailed(placed.error));
  sandbox.cgroup = placed.cgroup;
  if (placed.scope !== undefined) sandbox.scope = placed.scope;
  createRootfs(s.p.machine, id, image.root, [], { privileged: false, readonlyRoot: true });
  startShim(s.p, s.runtime.monitor, id);
  const reply = callMonitor(s, id, id, {
    type: "shim",
    method: "Start",
    id,
    spec: {
      argv: image.config.Entrypoint ?? ["/pause"],
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
      cwd: "/",
      uid: 65535,
      gid: 65535,
      groups: [],
      mntns: id,
      netns: sandbox.netns,
      pidns: pid === "NODE" ? "" : id,
      ...(config.hostname ? { hostname: config.hostname as string } : {}),
      cgroup: sandbox.cgroup,
    },
  });
  if (!reply?.ok) throw abort(!reply ? words.monitorGone : reply.exec ? words.createFailed(reply.error) : reply.error);
  return ready(s, sandbox);
}

function ready(s: Service, sandbox: SandboxRecord): string {
  sandbox.state = "SANDBOX_READY";
  s.store.sandboxes[sandbox.id] = sandbox;
  s.runtime.journal(s.p, { what: "sandbox", meta: sandbox.config.metadata as Obj, id: sandbox.id });
  return sandbox.id;
}

function failed(s: Service, config: Obj, why: string): CriError {
  s.runtime.journal(s.p, { what: "sandbox-failed", meta: config.metadata as Obj, why });
  return new CriError("Unknown", why);
}

/** The network's part of the clean-up of a failed RunPodSandbox. */
function undoNetwork(s: Service, sandbox: SandboxRecord, network: NetworkConfig | undefined): void {
  if (sandbox.netns === "") return;
  try {
    if (!network) throw new Error(s.runtime.words.noNetwork);
    teardownNetwork(s.p, s.settings, network, sandbox);
  } catch {
    if (s.runtime.keepsFailedSandbox(s.p, sandbox.cniResult !== undefined)) {
      s.store.sandboxes[sandbox.id] = sandbox;
      return;
    }
  }
  deleteNetns(s.p, sandbox.netns);
}

/** hostname, hosts and resolv.conf that containers get when the kubelet mounts none. */
function writeSandboxFiles(s: Service, sandbox: SandboxRecord, host: boolean): void {
  const dir = s.runtime.sandboxDir(sandbox.id);
  s.p.fs.mkdirp(dir, 0o755);
  const dns = sandbox.config.dnsConfig as { servers?: string[]; searches?: string[]; options?: string[] } | undefined;
  s.p.fs.write(`${dir}/hostname`, `${(sandbox.config.hostname as string) || s.p.machine.hostname}\n`);
  s.p.fs.write(`${dir}/hosts`, s.p.fs.tryReadText("/etc/hosts") ?? "");
  const lines: string[] = [];
  if (dns?.searches?.length) lines.push(`search ${dns.searches.join(" ")}`);
  for (const server of dns?.servers ?? []) lines.push(`nameserver ${server}`);
  if (dns?.options?.length) lines.push(`options ${dns.options.join(" ")}`);
  s.p.fs.write(
    `${dir}/resolv.conf`,
    dns && (host || lines.length > 0) ? `${lines.join("\n")}\n` : (s.p.fs.tryReadText("/etc/resolv.conf") ?? ""),
  );
}

/** Its network namespace is there: it has not been stopped, or could not be. */
export const holdsNetwork = (s: Service, x: SandboxRecord): boolean => x.netns !== "" && s.p.fs.exists(`/run/netns/${x.netns}`);

/** The part of StopPodSandbox after its containers have ended. Throws CriError when the network cannot be torn down. */
export function stopSandbox(s: Service, x: SandboxRecord): void {
  if (holdsNetwork(s, x)) {
    const loaded = x.cni ? (x.cni as unknown as NetworkConfig) : loadNetwork(s.p, s.settings);
    try {
      if ("error" in loaded) throw new Error(s.runtime.words.noNetwork);
      teardownNetwork(s.p, s.settings, loaded, x);
    } catch (error) {
      throw new CriError("Unknown", s.runtime.words.teardownFailed(x, (error as Error).message, "error" in loaded ? undefined : loaded));
    }
    deleteNetns(s.p, x.netns);
  }
  callMonitor(s, x.id, x.id, { type: "shim", method: "Kill", id: x.id, signal: "SIGKILL" });
  x.state = "SANDBOX_NOTREADY";
  leaveCgroup(s.p.machine, x);
  s.runtime.journal(s.p, { what: "stopped", id: x.id, of: "pod sandbox" });
}

export function removeSandbox(s: Service, x: SandboxRecord): void {
  for (const c of Object.values(s.store.containers)) if (c.sandbox === x.id) removeContainer(s, c);
  leaveCgroup(s.p.machine, x);
  removeRootfs(s.p.machine, x.id);
  s.p.fs.removeAll(s.runtime.sandboxDir(x.id));
  callMonitor(s, x.id, x.id, { type: "shim", method: "Shutdown" });
  delete s.store.sandboxes[x.id];
  s.runtime.journal(s.p, { what: "removed", id: x.id, of: "pod sandbox" });
}

/** The pause process has ended by itself or was killed. */
export function sandboxExited(s: Service, x: SandboxRecord): void {
  x.state = "SANDBOX_NOTREADY";
  leaveCgroup(s.p.machine, x);
}
