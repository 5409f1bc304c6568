/** df of coreutils 9.4. */
import type { Mount } from "../../fs/view.ts";
import type { Proc } from "../../kernel/proc.ts";
import { command, Exit, sized, type Context } from "../text/command.ts";
import { quote } from "../text/quote.ts";

interface Space {
  size: number;
  used: number;
  free: number;
}

/** Bytes of a filesystem that has some. */
export function spaceOf(p: Proc, m: Mount): Space | undefined {
  if (["proc", "sysfs", "cgroup2", "virtual", "devpts"].includes(m.fstype)) return undefined;
  const tree = p.machine.tree(m.source);
  const { used } = tree;
  return { size: tree.state.capacity, used, free: Math.max(0, tree.state.capacity - used) };
}

interface Row extends Space {
  source: string;
  fstype: string;
  target: string;
  file: string;
}

/** How sizes are shown: for people in steps of 1024 or 1000, or in blocks with what -BM puts behind each. */
interface Unit {
  human?: 1024 | 1000;
  block: number;
  suffix: string;
}

const fields = ["source", "fstype", "itotal", "iused", "iavail", "ipcent", "size", "used", "avail", "pcent", "file", "target"];
const widths: Record<string, number> = { source: 14, fstype: 4, size: 5, used: 5, avail: 5, pcent: 4, file: 0, target: 0 };
const leftAligned = ["source", "fstype", "file", "target"];

/** Which columns: those of --output, or the usual ones. */
async function columnsOf(c: Context): Promise<string[]> {
  const { o, p } = c;
  if (!o.has("output")) return ["source", ...(o.has("T") ? ["fstype"] : []), "size", "used", "avail", "pcent", "target"];
  for (const key of ["i", "P", "T"]) if (o.has(key)) await c.usage(`options -${key} and --output are mutually exclusive`);
  const given = o.values("output").filter((x) => x !== "");
  const chosen = given.length === 0 ? [...fields] : given.join(",").split(",");
  for (const [i, name] of chosen.entries()) {
    if (!fields.includes(name)) await c.usage(`option --output: field ${quote(p, name)} unknown`);
    if (chosen.indexOf(name) < i) await c.usage(`option --output: field ${quote(p, name)} used more than once`);
  }
  return chosen;
}

async function unitOf(c: Context): Promise<Unit> {
  const { o } = c;
  const last = o.last("h", "H", "k", "m", "B");
  if (last === "h" || last === "H") return { human: last === "h" ? 1024 : 1000, block: 1, suffix: "" };
  if (last === "m") return { block: 1024 ** 2, suffix: "" };
  const text = last === "B" ? o.value("B")! : "K";
  const bare = /^[KMGTPEk](?:B|iB)?$/.test(text);
  const block = sized(bare ? `1${text}` : text);
  const option = c.p.args.some((a) => a.startsWith("--b")) ? "--block-size" : "-B";
  if (block === undefined || block === 0) await c.fail(`invalid ${/^\d+\D/.test(text) ? "suffix in " : ""}${option} argument '${text}'`);
  return { block: block!, suffix: bare && last === "B" ? text.replace(/^k$/, "K").replace(/^KB$/, "kB") : "" };
}

/** `1K-blocks`, `1024-blocks`: the unit in the header. */
function sizeHeader(unit: Unit, posix: boolean): string {
  if (unit.human) return "Size";
  if (posix) return `${unit.block}-blocks`;
  const powers = (base: number): number => {
    let [n, power] = [unit.block, 0];
    for (; n % base === 0; power++) n /= base;
    return power;
  };
  const binary = powers(1024) > powers(1000);
  const base = binary ? 1024 : 1000;
  let [n, i] = [unit.block, 0];
  for (; n >= base && i < 6; i++) n /= base;
  const text = Number.isInteger(n) || n >= 10 ? String(Math.ceil(n)) : (Math.ceil(n * 10) / 10).toFixed(1);
  return `${text}${(binary ? ["", "K", "M", "G", "T", "P", "E"] : ["", "k", "M", "G", "T", "P", "E"])[i]}${binary ? "" : "B"}-blocks`;
}

function heading(column: string, c: Context, unit: Unit): string {
  const { o } = c;
  switch (column) {
    case "source":
      return "Filesystem";
    case "fstype":
      return "Type";
    case "size":
      return sizeHeader(unit, o.has("P"));
    case "used":
      return "Used";
    case "avail":
      return unit.human || o.has("output") ? "Avail" : "Available";
    case "pcent":
      return o.has("P") && !unit.human ? "Capacity" : "Use%";
    case "file":
      return "File";
    case "target":
      return "Mounted on";
    default:
      throw new Exit(1);
  }
}

function cell(column: string, row: Row, unit: Unit): string {
  const show = (n: number): string => (unit.human ? humanCeil(n, unit.human) : `${Math.ceil(n / unit.block)}${unit.suffix}`);
  switch (column) {
    case "size":
      return show(row.size);
    case "used":
      return show(row.used);
    case "avail":
      return show(row.free);
    case "pcent":
      return row.size === 0 ? "-" : `${Math.ceil((100 * row.used) / (row.used + row.free))}%`;
    default:
      return row[column as "source" | "fstype" | "target" | "file"];
  }
}

async function chosenMounts(c: Context): Promise<{ mount: Mount; file: string }[]> {
  const { p, o } = c;
  const list: { mount: Mount; file: string }[] = [];
  for (const file of c.operands) {
    try {
      list.push({ mount: p.fs.mountOf(file), file });
    } catch (error) {
      await c.report(error, file);
    }
  }
  if (c.operands.length > 0) return list;
  return p.fs.mounts
    .filter((m, i) => (o.has("a") || spaceOf(p, m) !== undefined) && p.fs.mounts.findLastIndex((x) => x.dir === m.dir) === i)
    .map((mount) => ({ mount, file: "-" }));
}

export const df = command({
  name: "df",
  usage: "[OPTION]... [FILE]...",
  summary: "Show information about the file system on which each FILE resides,\nor all file systems by default.",
  options:
    "a,all h,human-readable H,si T,print-type !i,inodes k m t,type= x,exclude-type= P,portability B,block-size= output=? l,local total !sync !no-sync",
  async run(c) {
    const { p, o } = c;
    const unit = await unitOf(c);
    const columns = await columnsOf(c);
    // how many inodes a real system has taken is not known here
    if (columns.some((x) => x.startsWith("i")))
      return p.notSimulated(`df --output with ${columns.filter((x) => x.startsWith("i")).join(",")}`);
    const [types, without] = [o.values("t"), o.values("x")];
    const rows: Row[] = (await chosenMounts(c))
      .filter(({ mount: m }) => (types.length === 0 || types.includes(m.fstype)) && !without.includes(m.fstype))
      .map(({ mount: m, file }) => {
        const space = spaceOf(p, m) ?? { size: 0, used: 0, free: 0 };
        return { source: m.device, fstype: m.fstype, target: m.dir, file, ...space };
      });
    if (rows.length === 0) return c.status || c.fail("no file systems processed");
    if (o.has("total")) rows.push(totalOf(rows, columns));
    const table = [columns.map((x) => heading(x, c, unit)), ...rows.map((row) => columns.map((x) => cell(x, row, unit)))];
    const width = columns.map((x, i) => Math.max(widths[x]!, ...table.map((line) => line[i]!.length)));
    for (const line of table) {
      const cells = line.map((text, i) => {
        if (!leftAligned.includes(columns[i]!)) return text.padStart(width[i]!);
        return i === columns.length - 1 ? text : text.padEnd(width[i]!);
      });
      c.out.text(`${cells.join(" ")}\n`);
    }
    return c.status;
  },
});

/** The sum; `total` stands in the first column that names something. */
function totalOf(rows: Row[], columns: string[]): Row {
  const sum = (key: "size" | "used" | "free"): number => rows.reduce((n, row) => n + row[key], 0);
  const named = columns.includes("source") ? "source" : columns.includes("target") ? "target" : "";
  const word = (column: string): string => (column === named ? "total" : "-");
  return {
    source: word("source"),
    fstype: "-",
    target: word("target"),
    file: "-",
    size: sum("size"),
    used: sum("used"),
    free: sum("free"),
  };
}

/** coreutils rounds up: `2.0G`, `195M`, `0`. */
function humanCeil(n: number, step: 1024 | 1000): string {
  if (n === 0) return "0";
  const units = step === 1024 ? ["", "K", "M", "G", "T"] : ["", "k", "M", "G", "T"];
  let v = n;
  let i = 0;
  while (v >= step && i < 4) {
    v /= step;
    i++;
  }
  return i > 0 && v < 10 ? `${(Math.ceil(v * 10) / 10).toFixed(1)}${units[i]}` : `${Math.ceil(v)}${units[i]}`;
}
