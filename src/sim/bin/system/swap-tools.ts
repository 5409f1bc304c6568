/** swapon, swapoff and mkswap of util-linux 2.39. */
import { Errno } from "../../core/errno.ts";
import { hasSignature, swapAreas, type SwapArea, swapOff, swapOn, swapSignature } from "../../image/swap.ts";
import { readFstab } from "../../systemd/generators.ts";
import { managerOf } from "../../systemd/manager.ts";
import { escapePath } from "../../systemd/unit-file.ts";
import type { Proc } from "../../kernel/proc.ts";
import { command } from "../text/command.ts";

/** systemd learns from /proc/swaps that an area has come or gone. */
function tellSystemd(p: Proc, path: string, on: boolean): void {
  const m = managerOf(p.machine);
  if (!m) return;
  const unit = m.unit(`${escapePath(path)}.swap`);
  if (unit.def.load !== "loaded" && !on) return;
  if (on && unit.active !== "active") m.set(unit, "active", "active");
  if (!on && unit.active === "active") {
    m.log(`${unit.def.name}: Deactivated successfully.`, unit.def.name);
    m.set(unit, "inactive", "dead");
  }
}

export function humanSize(bytes: number): string {
  for (const [unit, size] of [
    ["T", 1024 ** 4],
    ["G", 1024 ** 3],
    ["M", 1024 ** 2],
    ["K", 1024],
  ] as const) {
    if (bytes < size) continue;
    const n = bytes / size;
    return `${n >= 10 || Number.isInteger(Math.round(n * 10) / 10) ? (Math.round(n * 10) / 10).toString() : n.toFixed(1)}${unit}`;
  }
  return `${bytes}B`;
}

/** util-linux reads the kernel's list, whatever is mounted over it. */
const listed = (text: string): Pick<SwapArea, "path" | "type" | "size" | "used" | "priority">[] =>
  text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [path, type, size, used, priority] = line.split(/\s+/) as [string, SwapArea["type"], string, string, string];
      return { path, type, size: Number(size), used: Number(used), priority: Number(priority) };
    });

export const swapon = command({
  name: "swapon",
  usage: "[options] [<spec>]",
  summary: "Enable devices and files for paging and swapping.",
  options: "a,all s,summary show=? noheadings !raw bytes p,priority= !f,fixpgsz !e,ifexists v,verbose !d,discard=? !o,options= !L= !U=",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    const areas = listed(p.fs.tryReadText("/proc/swaps") ?? "");
    if (o.has("s")) {
      if (areas.length > 0)
        c.out.text(
          "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" +
            areas.map((a) => `${a.path.padEnd(39)}\t${a.type.padEnd(8)}\t${a.size}\t\t${a.used}\t\t${a.priority}\n`).join(""),
        );
      return;
    }
    if (o.has("show") || (c.operands.length === 0 && !o.has("a"))) {
      if (areas.length === 0) return;
      const size = (kib: number) => (o.has("bytes") ? String(kib * 1024) : humanSize(kib * 1024));
      const rows = areas.map((a) => [a.path, a.type, size(a.size), size(a.used), String(a.priority)]);
      const heads = ["NAME", "TYPE", "SIZE", "USED", "PRIO"];
      const all = o.has("noheadings") ? rows : [heads, ...rows];
      const w = heads.map((_h, i) => Math.max(...all.map((r) => r[i]!.length)));
      for (const r of all) c.out.text(`${r.map((t, i) => (i < 2 ? t.padEnd(w[i]!) : t.padStart(w[i]!))).join(" ")}\n`);
      return;
    }
    const specs = o.has("a")
      ? readFstab(p.fs)
          .filter((e) => e.type === "swap" && !e.options.includes("noauto"))
          .map((e) => e.what)
      : c.operands;
    for (const path of specs) {
      if (o.has("a") && areas.some((a) => a.path === path)) continue;
      if (p.uid !== 0) {
        await c.warn(`cannot open ${path}: Permission denied`, 255);
        continue;
      }
      try {
        if (!p.fs.exists(path)) {
          await c.warn(`cannot open ${path}: No such file or directory`, 255);
          continue;
        }
        if (!hasSignature(p.fs, path)) {
          await c.warn(`${path}: read swap header failed`, 255);
          continue;
        }
        const s = p.fs.stat(path);
        if (s.mode & 0o077)
          await p.err(`swapon: ${path}: insecure permissions ${(s.mode & 0o7777).toString(8).padStart(4, "0")}, 0600 suggested.\n`);
        if (o.has("v"))
          c.out.text(
            `swapon: ${path}: found signature [pagesize=4096, signature=swap]\nswapon: ${path}: pagesize=4096, swapsize=${s.size}, devsize=${s.size}\nswapon ${path}\n`,
          );
        swapOn(p.machine, p.fs, path, o.value("p") === undefined ? undefined : Number(o.value("p")));
        tellSystemd(p, path, true);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`${path}: swapon failed: ${error.text}`, 255);
      }
    }
  },
});

export const swapoff = command({
  name: "swapoff",
  usage: "[options] [<spec>]",
  summary: "Disable devices and files for paging and swapping.",
  options: "a,all v,verbose !L= !U=",
  version: "from util-linux 2.39.3",
  usageStatus: 1,
  async run(c) {
    const { p, o } = c;
    if (p.uid !== 0) return c.fail("Not superuser.", 16);
    if (!o.has("a") && c.operands.length === 0) {
      await p.err("swapoff: bad usage\nTry 'swapoff --help' for more information.\n");
      return 16;
    }
    const paths = o.has("a") ? swapAreas(p.machine).map((a) => a.path) : c.operands;
    for (const path of paths) {
      try {
        if (o.has("v")) c.out.text(`swapoff ${path}\n`);
        swapOff(p.machine, p.fs, path);
        tellSystemd(p, path, false);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`${path}: swapoff failed: ${error.text}`, 4);
      }
    }
  },
});

export const mkswap = command({
  name: "mkswap",
  usage: "[options] device [size]",
  summary: "Set up a Linux swap area.",
  options: "L,label= U,uuid= ~f,force !q,quiet !c,check !p,pagesize= !v,swapversion= !e,endianness= !o,offset= s,size= !F,file !verbose",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    const path = c.operands[0];
    if (path === undefined) return c.fail("error: Nowhere to set up swap on?");
    if (!p.fs.exists(path)) return c.fail(`cannot open ${path}: No such file or directory`);
    const s = p.fs.stat(path);
    if (s.size < 40_960) return c.fail(`error: swap area needs to be at least 40 KiB`);
    if (s.mode & 0o077)
      await p.err(
        `mkswap: ${path}: insecure permissions ${(s.mode & 0o7777).toString(8).padStart(4, "0")}, fix with: chmod 0600 ${path}\n`,
      );
    p.fs.setContent(path, {
      extents: [{ bytes: new Uint8Array(Buffer.from(swapSignature)) }, { fill: 0, length: s.size - swapSignature.length }],
    });
    const bytes = s.size - 4096;
    const label = o.value("L");
    c.out.text(
      `Setting up swapspace version 1, size = ${mkswapSize(bytes)} (${bytes} bytes)\n${label === undefined ? "no label" : `LABEL=${label}`}, UUID=${o.value("U") ?? p.machine.random("mkswap").uuid()}\n`,
    );
  },
});

/** `1024 MiB`, `2 GiB`. */
function mkswapSize(bytes: number): string {
  for (const [unit, size] of [
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
  ] as const)
    if (bytes >= size) {
      const n = Math.round((bytes / size) * 10) / 10;
      return `${n} ${unit}`;
    }
  return `${bytes} B`;
}
