/** Worlds whose machines have addresses and no system, so that only the network is under test. */
import { layers } from "../../../src/sim/assemble.ts";
import type { DaemonProgram } from "../../../src/sim/kernel/program.ts";
import { World } from "../../../src/sim/world.ts";

/** A server that echoes, and writes down what happens to it. */
const echo: DaemonProgram = {
  name: "test-echo",
  start(p) {
    p.data.log = [];
    p.data.conns = [];
    p.net.listen("tcp", "0.0.0.0", Number(p.args[0] ?? 80), { accept: "events" });
    p.net.listen("udp", "0.0.0.0", Number(p.args[0] ?? 80));
  },
  on(p, event, data) {
    (p.data.log as unknown[]).push([event, data]);
    if (event === "accept") (p.data.conns as number[]).push((data as { conn: number }).conn);
  },
  serve: (_p, incoming) => ({ echo: incoming.message, peer: incoming.peer.ip, local: incoming.local }),
};

const address = (i: number): string => `192.168.56.${10 + i}`;

/** Machines with their addresses set, and no system on them. */
export function bareWorld(names: string[]): World {
  const base = layers();
  const world = World.create(bareLayers(base), "net", 0);
  names.forEach((name, i) => {
    world.addMachine({ name, image: "ubuntu-24.04", cpus: 2, memory: 2048, disk: 40, address: `${address(i)}/24` }).powerOn();
    const ns = world.network.ns(name);
    ns.setUp("enp0s3", true);
    ns.addAddress("enp0s3", "10.0.2.15/24", { metric: 100 });
    ns.addRoute({ dst: "default", via: "10.0.2.2", dev: "enp0s3", proto: "dhcp", src: "10.0.2.15", metric: 100 });
    ns.setUp("enp0s8", true);
    ns.addAddress("enp0s8", `${address(i)}/24`);
  });
  return world;
}

export function bareLayers(base = layers()): ReturnType<typeof layers> {
  return {
    ...base,
    programs: [...base.programs, echo],
    install: (machine, spec) => machine.world.network.install(machine, spec),
    boot: (machine) => machine.world.network.boot(machine),
    lostPower: (machine) => machine.world.network.lostPower(machine),
  };
}
