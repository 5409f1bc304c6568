/** /sys/fs/cgroup: cgroup v2, over the kernel's group tree. */
import { Errno } from "../core/errno.ts";
import type { VirtualFs } from "../fs/view.ts";
import { cgroupChildren, cgroupExists, controllersOf, rootControllers, setSubtreeControl, subtreeControl } from "../kernel/cgroup.ts";
import type { Machine } from "../kernel/machine.ts";
import { file, virtualFs, type Node } from "./virtual.ts";

/** Limits and weights that were written, by group and file. */
interface Written {
  values: Record<string, string>;
}
const written = (machine: Machine): Written => machine.layer("cgroup-values", () => ({ values: {} })) as unknown as Written;

const settable: Record<string, string> = {
  "cpu.max": "max 100000",
  "cpu.weight": "100",
  "cpu.weight.nice": "0",
  "cpuset.cpus": "",
  "cpuset.mems": "",
  "io.weight": "default 100",
  "memory.high": "max",
  "memory.low": "0",
  "memory.max": "max",
  "memory.min": "0",
  "memory.oom.group": "0",
  "memory.swap.max": "max",
  "pids.max": "max",
  "cgroup.freeze": "0",
  "cgroup.max.depth": "max",
  "cgroup.max.descendants": "max",
};

export function cgroupFs(machine: Machine): VirtualFs {
  return virtualFs(
    "cgroup2",
    () => machine.world.timeline.now,
    (parts) => {
      const whole = `/${parts.join("/")}`;
      if (parts.length === 0 || cgroupExists(machine, whole)) return folder(machine, whole);
      const name = parts.at(-1)!;
      const group = `/${parts.slice(0, -1).join("/")}`;
      return cgroupExists(machine, group) ? entry(machine, group, name) : undefined;
    },
  );
}

const inside = (machine: Machine, group: string) =>
  [...machine.procs.values()].filter((p) => group === "/" || p.state.cgroup === group || p.state.cgroup.startsWith(`${group}/`));

function names(machine: Machine, group: string): string[] {
  const controllers = controllersOf(machine, group);
  const out = [
    "cgroup.controllers",
    "cgroup.procs",
    "cgroup.subtree_control",
    "cgroup.threads",
    "cgroup.stat",
    "cpu.stat",
    "cpu.pressure",
    "memory.pressure",
    "io.pressure",
    "cgroup.max.depth",
    "cgroup.max.descendants",
  ];
  if (group === "/") return [...out, "memory.stat", "cpuset.cpus.effective", "cpuset.mems.effective"];
  out.push("cgroup.events", "cgroup.freeze", "cgroup.type", "cgroup.kill");
  if (controllers.includes("cpu")) out.push("cpu.max", "cpu.weight", "cpu.weight.nice");
  if (controllers.includes("cpuset")) out.push("cpuset.cpus", "cpuset.mems", "cpuset.cpus.effective", "cpuset.mems.effective");
  if (controllers.includes("io")) out.push("io.stat", "io.weight");
  if (controllers.includes("memory"))
    out.push(
      "memory.current",
      "memory.high",
      "memory.low",
      "memory.max",
      "memory.min",
      "memory.oom.group",
      "memory.events",
      "memory.stat",
      "memory.peak",
      "memory.swap.current",
      "memory.swap.max",
    );
  if (controllers.includes("pids")) out.push("pids.current", "pids.max", "pids.events");
  return out;
}

function folder(machine: Machine, group: string): Node {
  return { dir: () => [...names(machine, group), ...cgroupChildren(machine, group)], mode: 0o755 };
}

function entry(machine: Machine, group: string, name: string): Node | undefined {
  if (!names(machine, group).includes(name)) return undefined;
  const key = `${group}:${name}`;
  if (name in settable) {
    return file(
      () => `${written(machine).values[key] ?? settable[name]}\n`,
      (text) => {
        written(machine).values[key] = text.trim();
      },
    );
  }
  const range = machine.state.cpus === 1 ? "0" : `0-${machine.state.cpus - 1}`;
  switch (name) {
    case "cgroup.controllers":
      return file(() => `${controllersOf(machine, group).join(" ")}\n`);
    case "cgroup.subtree_control":
      return file(
        () => `${subtreeControl(machine, group).join(" ")}\n`,
        (text) => {
          const add: string[] = [];
          const remove: string[] = [];
          for (const word of text.trim().split(/\s+/)) {
            const controller = word.slice(1);
            if (!/^[+-]/.test(word) || !(rootControllers as readonly string[]).includes(controller)) throw new Errno("EINVAL");
            if (!controllersOf(machine, group).includes(controller)) throw new Errno("ENOENT");
            (word.startsWith("+") ? add : remove).push(controller);
          }
          setSubtreeControl(machine, group, add, remove);
        },
      );
    case "cgroup.procs":
    case "cgroup.threads":
      return file(
        () =>
          [...machine.procs.values()]
            .filter((p) => p.state.cgroup === group || (group === "/" && p.state.cgroup === ""))
            .map((p) => `${p.pid}\n`)
            .join(""),
        (text) => {
          const p = machine.procs.get(Number(text.trim()));
          if (!p) throw new Errno("ESRCH");
          p.state.cgroup = group;
        },
      );
    case "cgroup.type":
      return file(() => "domain\n");
    case "cgroup.events":
      return file(() => `populated ${inside(machine, group).length > 0 ? 1 : 0}\nfrozen 0\n`);
    case "cgroup.stat":
      return file(() => `nr_descendants ${cgroupChildren(machine, group).length}\nnr_dying_descendants 0\n`);
    case "cgroup.kill":
      return { read: () => "", mode: 0o200, write: () => inside(machine, group).forEach((p) => p.raise("SIGKILL")) };
    case "cpu.stat":
      return file(() => {
        const us = Math.round(inside(machine, group).reduce((sum, p) => sum + p.state.cpu, 0) * 1000);
        return `usage_usec ${us}\nuser_usec ${Math.round(us * 0.7)}\nsystem_usec ${us - Math.round(us * 0.7)}\n`;
      });
    case "memory.current":
    case "memory.peak":
      return file(() => `${inside(machine, group).reduce((sum, p) => sum + p.state.rss * 1024, 0)}\n`);
    case "memory.stat":
      return file(() => {
        const rss = inside(machine, group).reduce((sum, p) => sum + p.state.rss * 1024, 0);
        return `anon ${Math.round(rss * 0.8)}\nfile ${Math.round(rss * 0.2)}\ninactive_file ${Math.round(rss * 0.1)}\n`;
      });
    case "memory.events":
      return file(() => "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
    case "memory.swap.current":
      return file(() => "0\n");
    case "pids.current":
      return file(() => `${inside(machine, group).length}\n`);
    case "pids.events":
      return file(() => "max 0\n");
    case "cpuset.cpus.effective":
      return file(() => `${range}\n`);
    case "cpuset.mems.effective":
      return file(() => "0\n");
    case "io.stat":
      return file(() => "");
    default:
      return file(() => "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
  }
}
