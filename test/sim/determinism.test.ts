/** A world is a function of its seed and of what is done to it; saving and loading at any moment changes nothing. */
import { describe, expect, it } from "vitest";
import { layers } from "../../src/sim/assemble.ts";
import { World } from "../../src/sim/world.ts";
import { daemon, install, pod, standalone, systemdCgroup } from "./node/nodes.ts";
import { run, start, useWorld } from "./support.ts";

const work = [
  "ip -br addr; hostname -I; cat /proc/sys/kernel/random/boot_id; mktemp",
  "printf '[Service]\\nExecStart=/bin/sleep inf\\n' > /etc/systemd/system/nap.service; systemctl enable --now nap",
  "iptables -A INPUT -p tcp --dport 179 -j DROP; ping -c 2 192.168.56.11; nc -zv -w 2 192.168.56.11 22",
  "apt-get update -q && apt-get install -yq tree; for i in $RANDOM $RANDOM; do echo $i; done; journalctl -b | wc -l",
];

async function worked(seed: string): Promise<{ world: World; shown: string }> {
  const world = await useWorld(["node1", "node2"], seed);
  let shown = "";
  for (const line of work) {
    const { stdout, stderr } = await run(world.machine("node1"), line);
    shown += stdout + stderr;
  }
  await world.advance(60_000);
  return { world, shown };
}

describe("one seed", () => {
  it("gives the same bytes twice, and another seed others", async () => {
    const [one, two, other] = [await worked("a"), await worked("a"), await worked("b")];
    expect(two.shown).toBe(one.shown);
    expect(two.world.save() === one.world.save()).toBe(true);
    expect(other.shown).not.toBe(one.shown);
  });
});

/** Goes on with both for a while and looks whether they came to the same. */
async function continuesAlike(world: World, ms: number): Promise<void> {
  const saved = world.save();
  const again = World.load(layers(), saved);
  expect(again.save() === saved).toBe(true);
  const rest = World.load(layers(), saved);
  await again.advance(ms);
  await rest.advance(ms / 2);
  const halfway = World.load(layers(), rest.save());
  await halfway.advance(ms - ms / 2);
  expect(halfway.save() === again.save()).toBe(true);
}

describe("saved and loaded", () => {
  it.each([0, 3, 40, 250, 900, 1700, 2500, 4000])("a boot goes on alike from %i ms", async (moment) => {
    const world = World.create(layers(), "boot", start);
    world.addMachine({ name: "node1", image: "ubuntu-24.04", cpus: 2, memory: 2048, disk: 40, address: "192.168.56.10/24" }).powerOn();
    await world.advance(moment);
    const copy = World.load(layers(), world.save());
    await world.advance(20_000);
    await copy.advance(20_000);
    expect(copy.save() === world.save()).toBe(true);
    expect(Object.keys(copy.machine("node1").state.procs).length).toBeGreaterThan(5);
  });

  it("a running static pod goes on alike", async () => {
    const world = await useWorld(["node1"]);
    const m = world.machine("node1");
    install(m, { containerd: "1.7.28", kubelet: "1.30.14", toml: systemdCgroup(true), config: standalone("systemd") });
    m.rootFs().write("/etc/kubernetes/manifests/web.yaml", pod("web", { image: "nginx:1.27" }, { hostNetwork: true }));
    daemon(m, ["/usr/bin/containerd"]);
    await world.advance(1000);
    daemon(m, ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"]);
    for (const ms of [10, 700, 5000, 60_000]) {
      await world.advance(ms);
      await continuesAlike(world, 30_000);
    }
    expect([...m.procs.values()].some((p) => p.state.comm === "nginx")).toBe(true);
  });
});
