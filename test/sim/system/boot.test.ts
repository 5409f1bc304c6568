import { describe, expect, it } from "vitest";
import { layers } from "../../../src/sim/assemble.ts";
import { World } from "../../../src/sim/world.ts";
import { run, start, useWorld } from "../support.ts";

describe("boot", () => {
  it("ends running, with swap on, both networks up and names resolving", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    expect((await run(m, ["systemctl", "is-system-running"])).stdout).toBe("running\n");
    expect((await run(m, ["systemctl", "list-jobs"])).stdout).toBe("No jobs running.\n");
    expect((await run(m, ["swapon", "--show", "--noheadings"])).stdout).toBe("/swap.img file 2G 0B -2\n");
    expect((await run(m, ["hostname", "-I"])).stdout).toBe("10.0.2.15 192.168.56.10 \n");
    expect((await run(m, ["getent", "hosts", "pkgs.k8s.io"])).stdout).toMatch(/^\d+\.\d+\.\d+\.\d+ +pkgs\.k8s\.io\n$/);
    expect((await run(m, ["systemctl", "--failed", "--no-legend"])).stdout).toBe("");
    expect((await run(m, ["systemctl", "--failed"])).stdout).toBe("  UNIT LOAD ACTIVE SUB DESCRIPTION\n0 loaded units listed.\n");
  });

  it("goes on the same way when it is saved and loaded in the middle", async () => {
    const world = World.create(layers(), "test", start);
    world.addMachine({ name: "node1", image: "ubuntu-24.04", cpus: 2, memory: 2048, disk: 40, address: "192.168.56.10/24" }).powerOn();
    await world.until(() => false, 2460);
    const again = World.load(layers(), world.save());
    await again.until(() => false, 20_000);
    expect((await run(again.machine("node1"), ["systemctl", "is-system-running"])).stdout).toBe("running\n");
  });

  it("comes back from a reboot with what the disk says: no swap, modules and variables from /etc", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    const fs = m.rootFs();
    fs.write("/etc/fstab", fs.readText("/etc/fstab").replace("/swap.img", "# /swap.img"));
    fs.write("/etc/modules-load.d/k8s.conf", "overlay\nbr_netfilter\n");
    fs.write("/etc/sysctl.d/k8s.conf", "net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1\n");
    expect(fs.exists("/proc/sys/net/bridge")).toBe(false);
    const boot = m.state.boot;
    m.spawn({ argv: ["/usr/sbin/reboot"] });
    await world.until(() => m.state.boot > boot && m.state.on, 200_000);
    await world.until(() => false, 20_000);
    expect(m.state.boot).toBe(boot + 1);
    expect((await run(m, ["swapon", "--show"])).stdout).toBe("");
    expect((await run(m, ["sysctl", "-n", "net.ipv4.ip_forward", "net.bridge.bridge-nf-call-iptables"])).stdout).toBe("1\n1\n");
    expect((await run(m, ["systemctl", "is-system-running"])).stdout).toBe("running\n");
    const boots = await run(m, ["journalctl", "--list-boots"]);
    expect(boots.stdout.split("\n").filter((l) => /^ *(-1|0) /.test(l))).toHaveLength(2);
  });

  it("stays off after poweroff", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    m.spawn({ argv: ["systemctl", "poweroff"], env: { PATH: "/usr/bin" } });
    await world.until(() => !m.state.on, 100_000);
    await world.until(() => false, 60_000);
    expect(m.state.on).toBe(false);
    expect(m.procs.size).toBe(0);
  });

  it("leaves swap off only until the next boot when fstab still names it", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    await run(m, ["swapoff", "-a"]);
    expect((await run(m, ["cat", "/proc/swaps"])).stdout).toBe("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    m.powerOff();
    m.powerOn();
    await world.until(() => false, 20_000);
    expect((await run(m, ["cat", "/proc/swaps"])).stdout).toContain("/swap.img");
  });
});
