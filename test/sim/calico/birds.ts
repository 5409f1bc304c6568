/** Three machines with BIRD 2 in a full mesh, as in the recordings bird-00…08 (BIRD 2.0.12). */
import { executable } from "../../../src/sim/fs/image.ts";
import type { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";

const names = ["master", "node1", "node2"];
const address = (name: string): string => `192.168.56.${10 + names.indexOf(name)}`;

export function birdConf(
  name: string,
  options: { as?: number; peers?: Record<string, { as?: number; address?: string }>; direct?: boolean } = {},
): string {
  const i = names.indexOf(name);
  const peers: Record<string, { as?: number; address?: string }> =
    options.peers ?? Object.fromEntries(names.filter((n) => n !== name).map((n) => [n, {}]));
  return `log "/var/log/bird.log" all;
router id ${address(name)};

protocol device {
}

protocol direct {
${options.direct === false ? "    disabled;\n" : ""}    ipv4;
    interface "enp0s8", "lo";
}

protocol kernel {
    ipv4 {
        export all;
    };
    merge paths off;
}

protocol static {
    ipv4;
    route 172.16.${i}.0/24 blackhole;
}

template bgp mesh {
    local ${address(name)} as ${options.as ?? 64512};
    ipv4 {
        import all;
        export where source = RTS_STATIC;
    };
}
${Object.entries(peers)
  .map(([peer, o]) => `protocol bgp ${peer} from mesh {\n    neighbor ${o.address ?? address(peer)} as ${o.as ?? 64512};\n}\n`)
  .join("")}`;
}

export async function useBirds(seed = "birds"): Promise<World> {
  const world = await useWorld(names, seed);
  for (const name of names) {
    const fs = world.machine(name).rootFs();
    const ns = world.network.ns(name, "");
    ns.setUp("lo", true);
    ns.setUp("enp0s8", true);
    if (!ns.link("enp0s8")!.addresses.some((a) => a.ip === address(name))) ns.addAddress("enp0s8", `${address(name)}/24`);
    for (const [path, program] of [
      ["/usr/sbin/bird", "bird"],
      ["/usr/sbin/birdc", "birdc"],
    ] as const) {
      fs.write(path, "");
      fs.setContent(path, executable(program, "2.0.12"));
      fs.chmod(path, 0o755);
    }
    fs.mkdirp("/etc/bird");
    fs.mkdirp("/run/bird");
    fs.write("/etc/bird/bird.conf", birdConf(name));
    await command(world, name, "/usr/sbin/bird");
  }
  return world;
}

/** Output and error text together, as the recorder saw them. */
export async function command(world: World, machine: string, line: string): Promise<string> {
  const r = await run(world.machine(machine), line.split(" "), {});
  return r.stdout + r.stderr;
}

export const pass = (world: World, seconds: number): Promise<void> => world.advance(seconds * 1000);

/** `name proto table state info` of every protocol: what is left of `show protocols` without times. */
export async function protocols(world: World, machine: string): Promise<Record<string, string>> {
  const lines = (await command(world, machine, "/usr/sbin/birdc show protocols")).split("\n").slice(2);
  return Object.fromEntries(
    lines
      .filter((l) => l !== "")
      .map((l) => {
        const [name, , , state] = l.split(/\s+/);
        return [name, `${state} ${l.slice(54).replace(/\s+/g, " ").trim()}`.trim()];
      }),
  );
}
