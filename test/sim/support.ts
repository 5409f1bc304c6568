/** Worlds and commands for tests of the simulator. */
import { MemoryFile } from "../../src/sim/kernel/file.ts";
import type { Machine } from "../../src/sim/kernel/machine.ts";
import { shellStatus } from "../../src/sim/kernel/proc.ts";
import { layers } from "../../src/sim/assemble.ts";
import { World, type MachineSpec } from "../../src/sim/world.ts";

export const start = Date.UTC(2026, 10, 20, 9, 0, 0);

/** A world with machines that are on (and have booted). Machine i has 192.168.56.(10+i). */
export async function useWorld(names: string[] = ["node1"], seed = "test", spec: Partial<MachineSpec> = {}): Promise<World> {
  const world = World.create(layers(), seed, start);
  world.onBug = (machine, command, error) => {
    throw new Error(`${machine}: ${command}`, { cause: error });
  };
  names.forEach((name, i) => {
    world
      .addMachine({ name, image: "ubuntu-24.04", cpus: 2, memory: 2048, disk: 40, address: `192.168.56.${10 + i}/24`, ...spec })
      .powerOn();
  });
  await world.until(() => false, 20_000);
  return world;
}

export interface Ran {
  stdout: string;
  stderr: string;
  status: number;
}

/** Runs a command (argv, or a line for bash) to its end, running virtual time ahead as needed. */
export async function run(
  machine: Machine,
  command: string | string[],
  options: { uid?: number; env?: Record<string, string>; stdin?: string; limit?: number; cwd?: string } = {},
): Promise<Ran> {
  const argv = typeof command === "string" ? ["/bin/bash", "-c", command] : command;
  const stdout = new MemoryFile();
  const stderr = new MemoryFile();
  const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8", ...options.env };
  const p = machine.spawn({
    argv,
    env,
    uid: options.uid ?? 0,
    cwd: options.cwd ?? "/root",
    session: true,
    fds: new Map([
      [0, new MemoryFile(options.stdin ?? "")],
      [1, stdout],
      [2, stderr],
    ]),
  });
  if (!(await machine.world.until(() => p.status !== undefined, options.limit ?? 3_600_000)))
    throw new Error(`still running: ${argv.join(" ")}\n${stdout.text()}\n${stderr.text()}`);
  return { stdout: stdout.text(), stderr: stderr.text(), status: shellStatus(p.status!) };
}
