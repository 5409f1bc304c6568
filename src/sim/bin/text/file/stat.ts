import { Errno } from "../../../core/errno.ts";
import type { Stat } from "../../../fs/view.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { groupName, userName } from "../../../image/users.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { command, sized, type Context } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";
import { modeText } from "./mode.ts";
import { blocksOf } from "./size.ts";
import { resize } from "./resize.ts";
import { fileSystemOf } from "./stat-filesystem.ts";

const kindText = (s: Stat): string =>
  ({
    file: s.size === 0 ? "regular empty file" : "regular file",
    dir: "directory",
    symlink: "symbolic link",
    fifo: "fifo",
    socket: "socket",
    char: "character special file",
    block: "block special file",
  })[s.type];

const typeBits: Record<Stat["type"], number> = {
  file: 0o100000,
  dir: 0o040000,
  symlink: 0o120000,
  fifo: 0o010000,
  socket: 0o140000,
  char: 0o020000,
  block: 0o060000,
};

/** A stable number for a filesystem's name. */
const deviceNumber = (dev: string): number => [...dev].reduce((n, c) => (n * 31 + c.charCodeAt(0)) % 200, 7) + 2048;

function directive(p: Proc, letter: string, name: string, s: Stat): string | undefined {
  const time = (at: number): string => strftime("%Y-%m-%d %H:%M:%S.%N %z", momentOf(at, zoneOf(p)));
  const seconds = (at: number): string => String(Math.floor(at / 1000));
  switch (letter) {
    case "n":
      return name;
    case "N":
      return s.type === "symlink" ? `${quoteAlways(name)} -> ${quoteAlways(p.fs.readlink(name))}` : quoteAlways(name);
    case "s":
      return String(s.size);
    case "a":
      return (s.mode & 0o7777).toString(8);
    case "A":
      return modeText(s.type, s.mode);
    case "f":
      return (typeBits[s.type] | s.mode).toString(16);
    case "F":
      return kindText(s);
    case "u":
      return String(s.uid);
    case "U":
      return userName(p.fs, s.uid);
    case "g":
      return String(s.gid);
    case "G":
      return groupName(p.fs, s.gid);
    case "h":
      return String(s.nlink);
    case "i":
      return String(s.ino);
    case "b":
      return String(blocksOf(s));
    case "B":
      return "512";
    case "o":
      return "4096";
    case "d":
      return String(deviceNumber(s.dev));
    case "D":
      return deviceNumber(s.dev).toString(16);
    case "m":
      return p.fs.mountOf(name).dir;
    case "t":
      return Number(s.rdev?.split(":")[0] ?? 0).toString(16);
    case "T":
      return Number(s.rdev?.split(":")[1] ?? 0).toString(16);
    case "x":
    case "y":
      return time(s.mtime);
    case "z":
      return time(s.ctime);
    case "w":
      return time(s.ctime);
    case "X":
    case "Y":
      return seconds(s.mtime);
    case "Z":
    case "W":
      return seconds(s.ctime);
    case "%":
      return "%";
    default:
      return undefined;
  }
}

function formatted(given: string, printf: boolean, valueOf: (letter: string) => string | undefined): string {
  const text = given.replace(/%([-+ #0]*)(\d*)(?:\.\d+)?(.)/g, (whole, flags: string, width: string, letter: string) => {
    const value = valueOf(letter);
    if (value === undefined) return whole === "%" ? "%" : "?";
    const n = Number(width || 0);
    return flags.includes("-") ? value.padEnd(n) : value.padStart(n, flags.includes("0") ? "0" : " ");
  });
  if (!printf) return `${text}\n`;
  return text.replace(/\\([ntr\\"0])/g, (_m, x: string) => ({ n: "\n", t: "\t", r: "\r", "0": "\0" } as Record<string, string>)[x] ?? x);
}

async function fileSystems(c: Context, given: string | undefined): Promise<void> {
  for (const name of c.operands) {
    try {
      const system = fileSystemOf(c.p, name);
      if (given !== undefined) c.out.text(formatted(given, c.o.has("printf"), (letter) => system.directive(letter)));
      else c.out.text(c.o.has("t") ? system.terse() : system.text());
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await c.warn(`cannot read file system information for ${quoteAlways(name)}: ${error.text}`);
    }
  }
}

export const stat = command({
  name: "stat",
  options: "L,dereference f,file-system c,format= printf= t,terse ~cached=",
  usage: "[OPTION]... FILE...",
  summary: "Display file or file system status.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) await c.usage("missing operand");
    const given = o.value("printf") ?? o.value("c");
    if (o.has("f")) return fileSystems(c, given);
    for (const name of o.operands) {
      let s: Stat;
      try {
        s = o.has("L") ? p.fs.stat(name) : p.fs.lstat(name);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot statx ${quoteAlways(name)}: ${error.text}`);
        continue;
      }
      if (given === undefined && o.has("t")) {
        c.out.text(
          `${name} ${s.size} ${blocksOf(s)} ${directive(p, "f", name, s)} ${s.uid} ${s.gid} ${directive(p, "D", name, s)} ${s.ino} ${s.nlink} 0 0 ${directive(p, "X", name, s)} ${directive(p, "Y", name, s)} ${directive(p, "Z", name, s)} 0 4096\n`,
        );
        continue;
      }
      if (given !== undefined) {
        c.out.text(formatted(given, o.has("printf"), (letter) => directive(p, letter, name, s)));
        continue;
      }
      const d = (letter: string): string => directive(p, letter, name, s)!;
      const special = s.type === "char" || s.type === "block";
      const major = Math.floor(deviceNumber(s.dev) / 256);
      c.out.text(
        `  File: ${s.type === "symlink" ? `${name} -> ${p.fs.readlink(name)}` : name}\n` +
          `  Size: ${d("s").padEnd(10)}\tBlocks: ${d("b").padEnd(10)} IO Block: ${d("o").padEnd(6)} ${d("F")}\n` +
          `Device: ${major},${deviceNumber(s.dev) % 256}\tInode: ${d("i").padEnd(11)} Links: ${special ? d("h").padEnd(5) : d("h")}${special ? ` Device type: ${s.rdev?.replace(":", ",") ?? ""}` : ""}\n` +
          `Access: (${(s.mode & 0o7777).toString(8).padStart(4, "0")}/${d("A")})  Uid: (${d("u").padStart(5)}/${d("U").padStart(8)})   Gid: (${d("g").padStart(5)}/${d("G").padStart(8)})\n` +
          `Access: ${d("x")}\nModify: ${d("y")}\nChange: ${d("z")}\n Birth: ${d("w")}\n`,
      );
    }
  },
});

export const truncate = command({
  name: "truncate",
  options: "c,no-create !o,io-blocks r,reference= s,size=",
  usage: "OPTION... FILE...",
  summary: "Shrink or extend the size of each FILE to the specified size",
  async run(c) {
    const { p, o } = c;
    const text = o.value("s");
    const reference = o.value("r");
    if (text === undefined && reference === undefined)
      await c.usage(`you must specify either ${quote(p, "--size")} or ${quote(p, "--reference")}`);
    if (o.operands.length === 0) await c.usage("missing file operand");
    const m = /^\s*([-+<>/%]?)(.*)$/.exec(text ?? "+0")!;
    const number = sized(m[2]!);
    if (number === undefined) await c.fail(`Invalid number: ${quote(p, text!)}`);
    for (const name of o.operands) {
      try {
        if (!p.fs.exists(name)) {
          if (o.has("c")) continue;
          p.fs.write(name, "");
        }
        if (p.fs.isDir(name)) throw new Errno("EISDIR", name);
        const now = p.fs.stat(name).size;
        const base = reference === undefined ? now : p.fs.stat(reference).size;
        const n = number!;
        const size = Math.max(
          0,
          reference !== undefined && text === undefined
            ? base
            : m[1] === "+"
              ? base + n
              : m[1] === "-"
                ? base - n
                : m[1] === "<"
                  ? Math.min(base, n)
                  : m[1] === ">"
                    ? Math.max(base, n)
                    : m[1] === "/"
                      ? Math.floor(base / n) * n
                      : m[1] === "%"
                        ? Math.ceil(base / n) * n
                        : n,
        );
        resize(p, name, size);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(
          error.code === "ENOSPC" || error.code === "EFBIG"
            ? `failed to truncate ${quoteAlways(name)} at ${m[2]} bytes: ${error.text}`
            : `cannot open ${quoteAlways(name)} for writing: ${error.text}`,
        );
      }
    }
  },
});
