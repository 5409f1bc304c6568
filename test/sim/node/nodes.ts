/** A node with containerd and a kubelet that were put there without a package manager. */
import type { Obj } from "../../../src/sim/core/json.ts";
import { executable } from "../../../src/sim/fs/image.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";

export interface NodeOptions {
  containerd?: string;
  kubelet?: string;
  toml?: string;
  config?: string;
}

export function install(machine: Machine, o: NodeOptions = {}): void {
  const fs = machine.rootFs();
  const put = (path: string, program: string, version: string): void => {
    fs.mkdirp(path.slice(0, path.lastIndexOf("/")));
    if (!fs.exists(path)) fs.write(path, "", { mode: 0o755 });
    fs.setContent(path, executable(program, version));
    fs.chmod(path, 0o755);
  };
  const version = o.containerd ?? "1.7.28";
  put("/usr/bin/containerd", "containerd", version);
  put("/usr/bin/containerd-shim-runc-v2", "containerd-shim-runc-v2", version);
  put("/usr/bin/ctr", "ctr", version);
  put("/usr/bin/runc", "runc", "1.3.0");
  put("/usr/bin/crictl", "crictl", "1.35.0");
  put("/usr/bin/kubelet", "kubelet", o.kubelet ?? "1.35.2");
  for (const plugin of ["bridge", "host-local", "loopback", "portmap"])
    put(`/opt/cni/bin/${plugin}`, plugin === "bridge" ? "cni-bridge" : plugin, "1.7.1");
  fs.mkdirp("/etc/containerd");
  if (o.toml !== undefined) fs.write("/etc/containerd/config.toml", o.toml);
  fs.mkdirp("/etc/kubernetes/manifests");
  fs.mkdirp("/var/lib/kubelet");
  fs.write("/var/lib/kubelet/config.yaml", o.config ?? standalone("systemd"));
  fs.mkdirp("/etc/cni/net.d");
}

export const systemdCgroup = (on: boolean): string =>
  `version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n  SystemdCgroup = ${on}\n`;

export const standalone = (driver: string): string =>
  `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncgroupDriver: ${driver}\nstaticPodPath: /etc/kubernetes/manifests\nfailSwapOn: false\nauthorization:\n  mode: AlwaysAllow\n`;

export const bridge = JSON.stringify({
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "bridge",
      bridge: "cni0",
      isGateway: true,
      ipMasq: true,
      ipam: { type: "host-local", ranges: [[{ subnet: "10.244.1.0/24" }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
});

/** Starts a daemon with its output in a file, as a unit of its name would. */
export function daemon(machine: Machine, argv: string[]): Proc {
  const name = argv[0]!.split("/").at(-1)!;
  return machine.spawn({
    argv,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    cgroup: `/system.slice/${name}.service`,
    session: true,
    sinks: { out: { kind: "file", path: `/var/log/${name}.log` }, err: { kind: "file", path: `/var/log/${name}.log` } },
  });
}

export const logOf = (machine: Machine, name: string): string => machine.rootFs().tryReadText(`/var/log/${name}.log`) ?? "";

export const pod = (name: string, container: Obj, spec: Obj = {}): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [{ name, ...container }], terminationGracePeriodSeconds: 1, ...spec },
  });
