/** Who manages a pod's cgroups: kubelet × containerd, as recorded (kubelet 1.20 with containerd 1.6) and as KEP-4033 changed it. */
import { describe, expect, test } from "vitest";
import { subtreeControl } from "../../../src/sim/kernel/cgroup.ts";
import { World } from "../../../src/sim/world.ts";
import { layers } from "../../../src/sim/assemble.ts";
import { run, useWorld } from "../support.ts";
import { daemon, install, logOf, pod, standalone, systemdCgroup } from "./nodes.ts";

const v3 = (on: boolean): string =>
  `version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]\n  SystemdCgroup = ${on}\n`;

async function node(o: {
  kubelet: "systemd" | "cgroupfs";
  runtime: "systemd" | "cgroupfs";
  containerd?: string;
  version?: string;
  pods?: string[];
}): Promise<World> {
  const world = await useWorld(["node1"]);
  const m = world.machine("node1");
  const version = o.containerd ?? "1.7.28";
  install(m, {
    containerd: version,
    kubelet: o.version ?? "1.30.14",
    toml: version.startsWith("2") ? v3(o.runtime === "systemd") : systemdCgroup(o.runtime === "systemd"),
    config: standalone(o.kubelet),
  });
  for (const name of o.pods ?? ["web"])
    m.rootFs().write(
      `/etc/kubernetes/manifests/${name}.yaml`,
      pod(name, { image: "busybox:1.36", command: ["sleep", "100000"], resources: { requests: { cpu: "100m" } } }, { hostNetwork: true }),
    );
  daemon(m, ["/usr/bin/containerd"]);
  await world.advance(1000);
  daemon(m, ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"]);
  return world;
}

const attempts = async (world: World): Promise<number[]> => {
  const { stdout } = await run(world.machine("node1"), ["crictl", "-r", "unix:///run/containerd/containerd.sock", "pods", "-o", "json"]);
  return (JSON.parse(stdout) as { items: { metadata: { attempt: number } }[] }).items.map((x) => x.metadata.attempt);
};

describe("cgroup drivers", () => {
  test("both systemd: a delegated scope in the pod's slice, and nothing is disturbed for an hour", async () => {
    const world = await node({ kubelet: "systemd", runtime: "systemd", pods: ["a", "b", "c"] });
    await world.advance(3_600_000);
    expect(await attempts(world)).toEqual([0, 0, 0]);
    const sleep = [...world.machine("node1").procs.values()].find((p) => p.state.argv[0] === "sleep")!;
    expect(sleep.state.cgroup).toMatch(
      /^\/kubepods\.slice\/kubepods-burstable\.slice\/kubepods-burstable-pod[0-9a-f_]+\.slice\/cri-containerd-[0-9a-f]{64}\.scope$/,
    );
    expect(subtreeControl(world.machine("node1"), "/kubepods.slice/kubepods-burstable.slice")).toContain("cpuset");
  });

  test("both cgroupfs: plain folders that systemd does not touch", async () => {
    const world = await node({ kubelet: "cgroupfs", runtime: "cgroupfs", pods: ["a", "b"] });
    await world.advance(1_800_000);
    expect(await attempts(world)).toEqual([0, 0]);
    const sleep = [...world.machine("node1").procs.values()].find((p) => p.state.argv[0] === "sleep")!;
    expect(sleep.state.cgroup).toMatch(/^\/kubepods\/burstable\/pod[0-9a-f]+\/[0-9a-f]{64}$/);
  });

  test("kubelet cgroupfs, runtime systemd: no sandbox can be made", async () => {
    const world = await node({ kubelet: "cgroupfs", runtime: "systemd" });
    await world.advance(30_000);
    expect(await attempts(world)).toEqual([]);
    expect(logOf(world.machine("node1"), "kubelet")).toMatch(
      /RunPodSandbox from runtime service failed" err="rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: expected cgroupsPath to be of format \\"slice:prefix:name\\" for systemd cgroups, got \\"\/kubepods\/burstable\/pod[0-9a-f]+\/[0-9a-f]{64}\\" instead: unknown"/,
    );
  });

  test("kubelet systemd, runtime cgroupfs: containers run beside containerd's cgroup, and are killed one by one", async () => {
    const world = await node({ kubelet: "systemd", runtime: "cgroupfs", pods: ["a", "b", "c"] });
    await world.advance(30_000);
    const m = world.machine("node1");
    expect(await attempts(world)).toEqual([0, 0, 0]);
    const sleep = [...m.procs.values()].find((p) => p.state.argv[0] === "sleep")!;
    expect(sleep.state.cgroup).toMatch(/^\/system\.slice\/kubepods-burstable-pod[0-9a-f_]+\.slice:cri-containerd:[0-9a-f]{64}$/);
    await world.advance(1_200_000);
    expect((await attempts(world)).reduce((a, b) => a + b, 0)).toBeGreaterThan(6);
    // mended: the runtime asks systemd
    m.rootFs().write("/etc/containerd/config.toml", systemdCgroup(true));
    for (const p of Array.from(m.procs.values())) if (p.state.comm === "containerd" || p.state.comm === "kubelet") p.raise("SIGTERM");
    await world.advance(1000);
    daemon(m, ["/usr/bin/containerd"]);
    await world.advance(1000);
    daemon(m, ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"]);
    await world.advance(900_000);
    const settled = await attempts(world);
    await world.advance(1_200_000);
    expect(await attempts(world)).toEqual(settled);
  });

  test("KEP-4033: from 1.31 containerd 2 tells its driver and the kubelet's setting does not count", async () => {
    for (const runtime of ["systemd", "cgroupfs"] as const) {
      const world = await node({
        kubelet: runtime === "systemd" ? "cgroupfs" : "systemd",
        runtime,
        containerd: "2.1.5",
        version: "1.35.2",
        pods: ["a", "b"],
      });
      await world.advance(900_000);
      expect(await attempts(world)).toEqual([0, 0]);
      expect(logOf(world.machine("node1"), "kubelet")).toContain(
        `"Using cgroup driver setting received from the CRI runtime" cgroupDriver="${runtime}"`,
      );
    }
  });

  test("a save in the middle changes nothing", async () => {
    const one = await node({ kubelet: "systemd", runtime: "cgroupfs", pods: [] });
    const web = { resources: { requests: { cpu: "100m" } } };
    one
      .machine("node1")
      .rootFs()
      .write("/etc/kubernetes/manifests/a.yaml", pod("a", { image: "nginx:1.27", ...web }, { hostNetwork: true }));
    one
      .machine("node1")
      .rootFs()
      .write("/etc/kubernetes/manifests/b.yaml", pod("b", { image: "redis:7", ...web }, { hostNetwork: true }));
    await one.advance(45_000);
    const two = World.load(layers(), one.save());
    await one.advance(400_000);
    await two.advance(400_000);
    expect(await attempts(two)).toEqual(await attempts(one));
  });
});
