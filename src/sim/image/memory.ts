/** Memory of a machine in KiB, from what its processes use. */
import type { Machine } from "../kernel/machine.ts";
import { swapAreas } from "./swap.ts";

export interface Memory {
  total: number;
  free: number;
  available: number;
  buffers: number;
  cached: number;
  shared: number;
  used: number;
  swapTotal: number;
  swapFree: number;
}

export function memoryOf(machine: Machine): Memory {
  // the kernel keeps about 4 % and 12 MiB for itself
  const total = Math.floor(machine.state.memory * 1024 * 0.96) - 12_288;
  let processes = 0;
  for (const p of machine.procs.values()) processes += p.state.rss;
  const kernel = 110_000;
  const used = Math.min(total - 20_000, processes + kernel);
  const buffers = 24_000;
  const cached = Math.min(Math.floor(total * 0.35), Math.max(0, total - used - buffers - 30_000));
  const free = Math.max(10_000, total - used - buffers - cached);
  const swapTotal = swapAreas(machine).reduce((sum, a) => sum + a.size, 0);
  const swapUsed = swapAreas(machine).reduce((sum, a) => sum + a.used, 0);
  return {
    total,
    free,
    available: Math.max(0, total - used - 12_000),
    buffers,
    cached,
    shared: 1_100,
    used,
    swapTotal,
    swapFree: swapTotal - swapUsed,
  };
}

/** Load averages: command programs that run right now, and one part in a hundred for each daemon. */
export function loadOf(machine: Machine): [number, number, number] {
  let running = 0;
  let cpu = 0;
  for (const p of machine.procs.values()) {
    if (!p.state.daemon && !p.state.stopped) running += 0.02;
    cpu += p.state.cpu;
  }
  const up = Math.max(1000, machine.world.timeline.now - machine.state.bootedAt);
  const base = Math.min(machine.state.cpus * 2, cpu / up) + running;
  const daemons = machine.procs.size * 0.002;
  return [base + daemons, base * 0.8 + daemons, base * 0.5 + daemons];
}
