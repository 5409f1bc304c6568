/** CRI-O under a kubelet: its cgroups, its configuration's errors, what it does after restarts and reboots. */
import { describe, expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import { executable } from "../../../src/sim/fs/image.ts";
import { crioPackages } from "../../../src/sim/internet/packages/crio.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import { layers } from "../../../src/sim/assemble.ts";
import { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";
import { bridge, daemon, install, logOf, pod, standalone } from "./nodes.ts";

const endpoint = "unix:///var/run/crio/crio.sock";
const crictl = async (m: Machine, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await run(m, ["crictl", "-r", endpoint, ...args]);
  return stdout + stderr;
};
const pods = async (m: Machine): Promise<Obj[]> => (JSON.parse(await crictl(m, "pods", "-o", "json")) as { items: Obj[] }).items;
const start = (m: Machine): Proc => daemon(m, ["/usr/bin/crio"]);

async function node(o: { crio?: string; minor?: number; kubelet?: string; driver?: string; cni?: boolean } = {}): Promise<World> {
  const world = await useWorld(["node1"]);
  const m = world.machine("node1");
  install(m, { kubelet: o.kubelet ?? "1.30.14", config: `${standalone(o.driver ?? "systemd")}containerRuntimeEndpoint: ${endpoint}\n` });
  const fs = m.rootFs();
  for (const file of crioPackages(o.minor ?? 30)[0]!.files) {
    if (file.dir) continue;
    fs.mkdirp(file.path.slice(0, file.path.lastIndexOf("/")));
    fs.write(file.path, file.text ?? "", { mode: file.program ? 0o755 : 0o644 });
    if (file.program) fs.setContent(file.path, executable(file.program, file.version));
  }
  fs.write("/etc/containers/registries.conf.d/kubernetes.conf", 'unqualified-search-registries = ["docker.io"]\n');
  if (o.crio !== undefined) fs.write("/etc/crio/crio.conf.d/20-test.conf", o.crio);
  if (o.cni !== false) fs.write("/etc/cni/net.d/10-bridge.conflist", bridge);
  return world;
}
const static_ = (m: Machine, name: string, container: Obj, spec: Obj = {}): void =>
  m.rootFs().write(`/etc/kubernetes/manifests/${name}.yaml`, pod(name, container, spec));
const kubelet = (m: Machine): Proc => daemon(m, ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"]);

describe("CRI-O", () => {
  test("a pod has its container in a crio scope, a conmon beside it, and no pause process", async () => {
    const world = await node();
    const m = world.machine("node1");
    static_(m, "web", { image: "nginx:1.27" });
    start(m);
    await world.advance(1000);
    kubelet(m);
    await world.advance(40_000);
    const [one] = await pods(m);
    expect(one?.state).toBe("SANDBOX_READY");
    const nginx = [...m.procs.values()].find((p) => p.state.argv[0] === "nginx" || p.state.comm === "nginx")!;
    expect(nginx.state.cgroup).toMatch(/^\/kubepods\.slice\/.*\/crio-[0-9a-f]{64}\.scope$/);
    const conmon = [...m.procs.values()].find((p) => p.state.comm === "conmon")!;
    expect(conmon.state.cgroup).toMatch(/^\/system\.slice\/crio-conmon-[0-9a-f]{64}\.scope$/);
    expect([...m.procs.values()].some((p) => p.state.comm === "pause")).toBe(false);
    expect(await crictl(m, "version")).toContain("RuntimeName:  cri-o\nRuntimeVersion:  1.30.14\n");
  });

  test("containers outlive a restart of CRI-O and a save; after a reboot nothing of them is left", async () => {
    let world = await node();
    let m = world.machine("node1");
    static_(m, "web", { image: "redis:7" });
    let crio = start(m);
    await world.advance(1000);
    kubelet(m);
    await world.advance(40_000);
    const before = await crictl(m, "ps", "-q");
    expect(before).toMatch(/^[0-9a-f]{64}\n$/);
    crio.raise("SIGTERM");
    await world.advance(3000);
    expect([...m.procs.values()].some((p) => p.state.comm === "redis-server")).toBe(true);
    world = World.load(layers(), world.save());
    m = world.machine("node1");
    crio = start(m);
    await world.advance(5000);
    expect(await crictl(m, "ps", "-q")).toBe(before);
    crio.raise("SIGTERM");
    for (const p of Array.from(m.procs.values())) if (/conmon|redis|kubelet/.test(p.state.comm)) p.raise("SIGKILL");
    m.rootFs().removeAll("/run/crio");
    await world.advance(2000);
    start(m);
    await world.advance(1000);
    expect(await pods(m)).toEqual([]);
  });

  test("without a network configuration the node is not ready, in CRI-O's words", async () => {
    const world = await node({ cni: false });
    const m = world.machine("node1");
    start(m);
    await world.advance(1000);
    kubelet(m);
    await world.advance(10_000);
    expect(logOf(m, "kubelet")).toContain(
      "NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: No CNI configuration file in /etc/cni/net.d/. Has your network provider started?",
    );
  });

  test("the other cgroup manager than the kubelet's: no sandbox can be made", async () => {
    for (const [kubeletDriver, conf, text] of [
      ["cgroupfs", "", "cri-o configured with systemd cgroup manager, but did not receive slice as parent: /kubepods/besteffort/pod"],
      [
        "systemd",
        '[crio.runtime]\nconmon_cgroup = "pod"\ncgroup_manager = "cgroupfs"\n',
        "cri-o configured with cgroupfs cgroup manager, but received systemd slice as parent: /kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod",
      ],
    ] as const) {
      const world = await node({ driver: kubeletDriver, ...(conf === "" ? {} : { crio: conf }) });
      const m = world.machine("node1");
      static_(m, "web", { image: "busybox:1.36", command: ["sleep", "1000"] });
      start(m);
      await world.advance(1000);
      kubelet(m);
      await world.advance(20_000);
      expect(logOf(m, "kubelet")).toContain(text);
      expect(await pods(m)).toEqual([]);
    }
  });

  test("from 1.31 the kubelet takes the manager that CRI-O tells", async () => {
    const world = await node({ kubelet: "1.35.2", minor: 35, driver: "cgroupfs" });
    const m = world.machine("node1");
    static_(m, "web", { image: "busybox:1.36", command: ["sleep", "1000"] });
    start(m);
    await world.advance(1000);
    kubelet(m);
    await world.advance(40_000);
    expect((await pods(m)).map((x) => x.state)).toEqual(["SANDBOX_READY"]);
  });

  test.each([
    [
      '[crio.runtime]\ncgroup_manager = "cgroupfs"\nconmon_cgroup = "system.slice"\n',
      "cgroupfs manager conmon cgroup should be 'pod' or empty",
    ],
    ['[crio.runtime]\ndefault_runtime = "kata"\n', 'default_runtime set to "kata", but no runtime entry for it is configured'],
    ['[crio.runtime\ncgroup_manager = "systemd"\n', "unable to decode configuration /etc/crio/crio.conf.d/20-test.conf"],
    ['[crio.runtime.runtimes.crun]\nmonitor_path = "/nowhere/conmon"\n', "stat /nowhere/conmon: no such file or directory"],
  ])("a configuration that is wrong ends it: %s", async (crio, text) => {
    const world = await node({ crio });
    const p = start(world.machine("node1"));
    await world.advance(1000);
    expect(p.status?.code).toBe(1);
    expect(logOf(world.machine("node1"), "crio")).toContain("level=fatal");
    expect(logOf(world.machine("node1"), "crio").replaceAll('\\"', '"')).toContain(text);
  });

  test("errors of pulls, names and commands are CRI-O's", async () => {
    const world = await node({ minor: 34 });
    const m = world.machine("node1");
    start(m);
    await world.advance(1000);
    expect(await crictl(m, "pull", "nginx:nope")).toContain("reading manifest nope in docker.io/library/nginx: manifest unknown");
    expect(await crictl(m, "pull", "docker.io/nobody/nothing")).toContain("requested access to the resource is denied");
    expect(await crictl(m, "inspect", "abcdef")).toContain("container with ID starting with abcdef not found: ID does not exist");
    m.rootFs().unlink("/etc/containers/registries.conf.d/kubernetes.conf");
    expect(await crictl(m, "pull", "nginx:1.27")).toContain(
      "short name mode is enforcing, but image name nginx:1.27 returns ambiguous list",
    );
    expect(await crictl(m, "pull", "docker.io/library/nginx:1.27")).toContain("Image is up to date");
  });
});
