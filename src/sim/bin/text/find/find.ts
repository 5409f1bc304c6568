import { Errno } from "../../../core/errno.ts";
import type { Stat } from "../../../fs/view.ts";
import { shellStatus, type Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { groupNamed, ownerNamed, groupName, userName } from "../../../image/users.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { Context, finish } from "../command.ts";
import { Options } from "../options.ts";
import { modeText, parseMode } from "../file/mode.ts";
import { blocksOf } from "../file/size.ts";
import { quote } from "../quote.ts";
import { Regex } from "../regex.ts";
import { matchGlob } from "./glob.ts";
import { parseDate } from "../date.ts";
import { confirm } from "../file/cp.ts";

interface Visit {
  path: string;
  /** The starting point it was found under. */
  start: string;
  depth: number;
  stat: Stat;
}

type Test = (v: Visit, f: Find) => boolean | Promise<boolean>;

/** Stops the search (-quit). */
class Quit extends Error {}

class Find {
  readonly c: Context;
  readonly p: Proc;
  maxDepth = Infinity;
  minDepth = 0;
  depthFirst = false;
  follow: "never" | "arguments" | "always" = "never";
  xdev = false;
  prune = false;
  acts = false;
  warned = false;
  readonly batches: { argv: string[]; at: number; files: string[]; dir?: string }[] = [];

  constructor(c: Context) {
    this.c = c;
    this.p = c.p;
  }

  async complain(text: string): Promise<void> {
    await this.c.warn(text);
  }

  async walk(path: string, start: string, depth: number, test: Test, device: string | undefined): Promise<void> {
    await this.p.tick();
    let stat: Stat;
    try {
      const through = this.follow === "always" || (this.follow === "arguments" && depth === 0);
      stat = (through ? this.p.fs.tryStat(path) : undefined) ?? this.p.fs.lstat(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return this.complain(`${quote(this.p, path)}: ${error.text}`);
    }
    const v: Visit = { path, start, depth, stat };
    this.prune = false;
    if (!this.depthFirst && depth >= this.minDepth) await test(v, this);
    const pruned = this.prune && !this.depthFirst;
    if (stat.type === "dir" && depth < this.maxDepth && !pruned && !(this.xdev && device !== undefined && stat.dev !== device)) {
      let names: string[] = [];
      try {
        names = this.p.fs.readdir(path);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await this.complain(`${quote(this.p, path)}: ${error.text}`);
      }
      for (const name of names)
        await this.walk(path.endsWith("/") ? path + name : `${path}/${name}`, start, depth + 1, test, device ?? stat.dev);
    }
    if (this.depthFirst && depth >= this.minDepth) await test(v, this);
    if (this.c.out.full) await this.c.out.flush();
  }

  async run(argv: string[], cwd?: string): Promise<number> {
    await this.c.out.flush();
    try {
      const child = this.p.spawn({ argv, ...(cwd === undefined ? {} : { cwd }) });
      return shellStatus(await this.p.wait(child));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await this.complain(`${quote(this.p, argv[0]!)}: ${error.text}`);
      return 1;
    }
  }
}

const baseName = (path: string): string =>
  /^\/+$/.test(path)
    ? "/"
    : path
        .replace(/(.)\/+$/, "$1")
        .split("/")
        .at(-1)!;
const dirName = (path: string): string => {
  const cut = path.lastIndexOf("/");
  return cut < 0 ? "." : cut === 0 ? "/" : path.slice(0, cut);
};

/** What is said where an expression should begin and `word` is (undefined: the end), after `after`. */
function missingOperand(word: string | undefined, after: string | undefined): string {
  if (word === undefined)
    return after === "("
      ? "invalid expression; expected to find a ')' but didn't see one. Perhaps you need an extra predicate after '('"
      : `expected an expression after '${after}'`;
  if (word !== ")") return `invalid expression; you have used a binary operator '${word}' with nothing before it.`;
  if (after === undefined) return "invalid expression; you have too many ')'";
  return after === "(" ? "invalid expression; empty parentheses are not allowed." : `expected an expression between '${after}' and ')'`;
}

/** The expression of a find command line, as one test. */
class Expression {
  readonly #f: Find;
  readonly #words: string[];
  #at = 0;
  constructor(f: Find, words: string[]) {
    this.#f = f;
    this.#words = words;
  }

  async parse(): Promise<Test> {
    if (this.#words.length === 0) return printer;
    const test = await this.#or();
    const rest = this.#words[this.#at];
    if (rest !== undefined) await this.#f.c.fail(rest === ")" ? "you have too many ')'" : `paths must precede expression: \`${rest}'`);
    if (this.#f.acts) return test;
    return async (v, f) => ((await test(v, f)) ? printer(v, f) : false);
  }

  /** `after`: the operator or parenthesis before it. */
  async #or(after?: string): Promise<Test> {
    let a = await this.#and(after);
    for (;;) {
      const w = this.#words[this.#at];
      if (w === "-o" || w === "-or") {
        this.#at++;
        const left = a;
        const right = await this.#and(w);
        a = async (v, f) => (await left(v, f)) || (await right(v, f));
      } else if (w === ",") {
        this.#at++;
        const left = a;
        const right = await this.#and(w);
        a = async (v, f) => {
          await left(v, f);
          return right(v, f);
        };
      } else return a;
    }
  }
  async #and(after?: string): Promise<Test> {
    let a = await this.#not(after);
    for (;;) {
      const w = this.#words[this.#at];
      if (w === undefined || w === ")" || w === "-o" || w === "-or" || w === ",") return a;
      const named = w === "-a" || w === "-and";
      if (named) this.#at++;
      const left = a;
      const right = await this.#not(named ? w : undefined);
      a = async (v, f) => (await left(v, f)) && (await right(v, f));
    }
  }
  async #not(after?: string): Promise<Test> {
    const w = this.#words[this.#at];
    if (w === undefined || /^(-o|-or|-a|-and|,|\))$/.test(w)) return this.#f.c.fail(missingOperand(w, after));
    if (w === "!" || w === "-not") {
      this.#at++;
      const inner = await this.#not(w);
      return async (v, f) => !(await inner(v, f));
    }
    if (w === "(") {
      this.#at++;
      const inner = await this.#or(w);
      if (this.#words[this.#at] !== ")")
        await this.#f.c.fail("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      this.#at++;
      return inner;
    }
    return this.#primary();
  }

  async #argument(name: string): Promise<string> {
    const value = this.#words[++this.#at];
    if (value === undefined) await this.#f.c.fail(`missing argument to \`${name}'`);
    this.#at++;
    return value!;
  }

  /** `+n`, `-n`, `n`. */
  async #number(name: string): Promise<(n: number) => boolean> {
    const text = await this.#argument(name);
    const m = /^([-+]?)(\d+(?:\.\d+)?)$/.exec(text);
    if (!m) await this.#f.c.fail(`invalid argument \`${text}' to \`${name}'`);
    const n = Number(m![2]);
    return m![1] === "+" ? (x) => x > n : m![1] === "-" ? (x) => x < n : (x) => x === n;
  }

  async #primary(): Promise<Test> {
    const f = this.#f;
    const { c, p } = f;
    const name = this.#words[this.#at]!;
    if (!name.startsWith("-")) {
      await c.warn(`paths must precede expression: \`${name}'`);
      if (p.fs.tryStat(name)) await p.err(`find: possible unquoted pattern after predicate \`${this.#words[this.#at - 2] ?? ""}'?\n`);
      throw new Quit("usage");
    }
    const flag = (test: Test): Test => {
      this.#at++;
      return test;
    };
    const age = async (unit: number, of: (s: Stat) => number): Promise<Test> => {
      const fits = await this.#number(name);
      return (v) => fits(Math.floor((p.now - of(v.stat)) / unit));
    };
    switch (name) {
      case "-name":
      case "-iname": {
        const glob = await this.#argument(name);
        return (v) => matchGlob(glob, baseName(v.path), name === "-iname");
      }
      case "-path":
      case "-wholename":
      case "-ipath": {
        const glob = await this.#argument(name);
        return (v) => matchGlob(glob, v.path, name === "-ipath");
      }
      case "-regex":
      case "-iregex": {
        const regex = new Regex(`^\\(${await this.#argument(name)}\\)$`, { syntax: "basic", ignoreCase: name === "-iregex" });
        return (v) => regex.test(v.path);
      }
      case "-type":
      case "-xtype": {
        const text = await this.#argument(name);
        const kinds: Record<string, Stat["type"]> = { f: "file", d: "dir", l: "symlink", p: "fifo", s: "socket", c: "char", b: "block" };
        const wanted = new Set<Stat["type"]>();
        for (const letter of text.split(",")) {
          const kind = kinds[letter];
          if (!kind) await c.fail(`Unknown argument to ${name}: ${letter}`);
          wanted.add(kind!);
        }
        return (v) => wanted.has(name === "-xtype" ? (p.fs.tryStat(v.path)?.type ?? "symlink") : v.stat.type);
      }
      case "-size": {
        const text = await this.#argument(name);
        const m = /^([-+]?)(\d+)([cwbkMG]?)$/.exec(text);
        if (!m) await c.fail(`invalid -size type \`${text.at(-1)}'`);
        const unit = ({ c: 1, w: 2, b: 512, "": 512, k: 1024, M: 1024 ** 2, G: 1024 ** 3 } as Record<string, number>)[m![3]!]!;
        const n = Number(m![2]);
        return (v) => {
          const size = Math.ceil(v.stat.size / unit);
          return m![1] === "+" ? size > n : m![1] === "-" ? size < n : size === n;
        };
      }
      case "-mtime":
      case "-atime":
        return age(86_400_000, (s) => s.mtime);
      case "-ctime":
        return age(86_400_000, (s) => s.ctime);
      case "-mmin":
      case "-amin": {
        const fits = await this.#number(name);
        return (v) => fits(Math.ceil((p.now - v.stat.mtime) / 60_000));
      }
      case "-cmin": {
        const fits = await this.#number(name);
        return (v) => fits(Math.ceil((p.now - v.stat.ctime) / 60_000));
      }
      case "-newer":
      case "-newermt": {
        const file = await this.#argument(name);
        let than: number;
        if (name === "-newer") {
          const s = p.fs.tryStat(file);
          if (!s) await c.fail(`${quote(p, file)}: No such file or directory`);
          than = s!.mtime;
        } else {
          than = parseDate(p, file) ?? (await c.fail(`I cannot figure out how to interpret ${quote(p, file)} as a date or time`));
        }
        return (v) => v.stat.mtime > than;
      }
      case "-perm": {
        const text = await this.#argument(name);
        const change = parseMode(text.replace(/^[-/]/, ""));
        if (!change) await c.fail(`invalid mode ${quote(p, text)}`);
        const bits = change!(0, false, 0);
        return (v) =>
          text.startsWith("-")
            ? (v.stat.mode & bits) === bits
            : text.startsWith("/")
              ? bits === 0 || (v.stat.mode & bits) !== 0
              : (v.stat.mode & 0o7777) === bits;
      }
      case "-user": {
        const text = await this.#argument(name);
        const user = ownerNamed(p.fs, text);
        if (!user) await c.fail(`${quote(p, text)} is not the name of a known user`);
        return (v) => v.stat.uid === user!.uid;
      }
      case "-group": {
        const text = await this.#argument(name);
        const gid = groupNamed(p.fs, text);
        if (gid === undefined) await c.fail(`${quote(p, text)} is not the name of an existing group`);
        return (v) => v.stat.gid === gid;
      }
      case "-uid":
      case "-gid":
      case "-links":
      case "-inum": {
        const fits = await this.#number(name);
        return (v) => fits(name === "-uid" ? v.stat.uid : name === "-gid" ? v.stat.gid : name === "-links" ? v.stat.nlink : v.stat.ino);
      }
      case "-nouser":
        return flag((v) => !/\D/.test(userName(p.fs, v.stat.uid)));
      case "-nogroup":
        return flag((v) => !/\D/.test(groupName(p.fs, v.stat.gid)));
      case "-empty":
        return flag((v) => (v.stat.type === "dir" ? p.fs.readdir(v.path).length === 0 : v.stat.type === "file" && v.stat.size === 0));
      case "-readable":
        return flag((v) => p.fs.access(v.path, 4));
      case "-writable":
        return flag((v) => p.fs.access(v.path, 2));
      case "-executable":
        return flag((v) => p.fs.access(v.path, 1));
      case "-true":
        return flag(() => true);
      case "-false":
        return flag(() => false);
      case "-samefile": {
        const s = p.fs.stat(await this.#argument(name));
        return (v) => v.stat.ino === s.ino && v.stat.dev === s.dev;
      }
      case "-lname": {
        const glob = await this.#argument(name);
        return (v) => v.stat.type === "symlink" && matchGlob(glob, p.fs.readlink(v.path));
      }
      case "-prune":
        return flag((_v, find) => (find.prune = true));
      case "-quit":
        f.acts = true;
        return flag(() => {
          throw new Quit("quit");
        });
      case "-maxdepth":
      case "-mindepth": {
        const text = await this.#argument(name);
        if (!/^\d+$/.test(text)) await c.fail(`Expected a positive decimal integer argument to ${name}, but got ${quote(p, text)}`);
        if (name === "-maxdepth") f.maxDepth = Number(text);
        else f.minDepth = Number(text);
        return () => true;
      }
      case "-depth":
      case "-d":
        f.depthFirst = true;
        return flag(() => true);
      case "-xdev":
      case "-mount":
        f.xdev = true;
        return flag(() => true);
      case "-follow":
        f.follow = "always";
        return flag(() => true);
      case "-noleaf":
      case "-ignore_readdir_race":
      case "-daystart":
      case "-warn":
      case "-nowarn":
        return flag(() => true);
      case "-regextype":
        await this.#argument(name);
        return p.notSimulated("find -regextype");
      case "-print":
        f.acts = true;
        return flag(printer);
      case "-print0":
        f.acts = true;
        return flag((v) => {
          c.out.text(`${v.path}\0`);
          return true;
        });
      case "-printf": {
        f.acts = true;
        const format = await this.#argument(name);
        return (v) => {
          c.out.text(printf(p, format, v));
          return true;
        };
      }
      case "-ls": {
        f.acts = true;
        return flag((v) => {
          const s = v.stat;
          const when = strftime(s.mtime > p.now - 15_778_476_000 ? "%b %e %H:%M" : "%b %e  %Y", momentOf(s.mtime, zoneOf(p)));
          c.out.text(
            `${String(s.ino).padStart(9)} ${String(Math.ceil(blocksOf(s) / 2)).padStart(6)} ${modeText(s.type, s.mode)} ${String(s.nlink).padStart(3)} ${userName(p.fs, s.uid).padEnd(8)} ${groupName(p.fs, s.gid).padEnd(8)} ${String(s.size).padStart(8)} ${when} ${v.path}${s.type === "symlink" ? ` -> ${p.fs.readlink(v.path)}` : ""}\n`,
          );
          return true;
        });
      }
      case "-delete":
        f.acts = true;
        f.depthFirst = true;
        return flag(async (v) => {
          if (v.path === "." || v.path === "..") return true;
          try {
            if (v.stat.type === "dir") p.fs.rmdir(v.path);
            else p.fs.unlink(v.path);
            return true;
          } catch (error) {
            if (!(error instanceof Errno)) throw error;
            await f.complain(`cannot delete ${quote(p, v.path)}: ${error.text}`);
            return false;
          }
        });
      case "-exec":
      case "-execdir":
      case "-ok":
        return this.#exec(name);
      case "-fprint":
      case "-fprintf":
      case "-fls":
      case "-okdir":
      case "-newerXY":
      case "-context":
      case "-fstype":
      case "-used":
      case "-anewer":
      case "-cnewer":
      case "-fprint0":
      case "-files0-from":
        return p.notSimulated(`find ${name}`);
      default:
        return c.fail(`unknown predicate \`${name}'`);
    }
  }

  async #exec(name: string): Promise<Test> {
    const f = this.#f;
    f.acts = true;
    const argv: string[] = [];
    this.#at++;
    for (;;) {
      const w = this.#words[this.#at++];
      if (w === undefined) await f.c.fail(`missing argument to \`${name}'`);
      if (w === ";") break;
      if (w === "+" && argv.at(-1) === "{}") {
        argv.pop();
        const batch = { argv, at: argv.length, files: [] as string[] };
        f.batches.push(batch);
        return (v) => {
          batch.files.push(name === "-execdir" ? `./${baseName(v.path)}` : v.path);
          return true;
        };
      }
      argv.push(w!);
    }
    if (argv.length === 0) await f.c.fail(`missing argument to \`${name}'`);
    return async (v) => {
      const file = name === "-execdir" ? `./${baseName(v.path)}` : v.path;
      const words = argv.map((w) => w.replaceAll("{}", file));
      if (name === "-ok") {
        if (!(await confirm(f.c, `< ${words.join(" ")} > ? `))) return false;
      }
      return (await f.run(words, name === "-execdir" ? f.p.fs.absolute(dirName(v.path)) : undefined)) === 0;
    };
  }
}

const printer: Test = (v, f) => {
  f.c.out.text(`${v.path}\n`);
  return true;
};

function printf(p: Proc, format: string, v: Visit): string {
  const s = v.stat;
  const zone = zoneOf(p);
  const letters: Record<Stat["type"], string> = { file: "f", dir: "d", symlink: "l", fifo: "p", socket: "s", char: "c", block: "b" };
  return format.replace(
    /\\(.)|%([-+ #0]*)(\d*)([ACT])(.)|%([-+ #0]*)(\d*)(.)/gs,
    (whole, escape: string | undefined, _f1, _w1, kind: string | undefined, letter: string, flags: string, width: string, d: string) => {
      if (escape !== undefined) return ({ n: "\n", t: "\t", "0": "\0", "\\": "\\" } as Record<string, string>)[escape] ?? whole;
      if (kind !== undefined) {
        const at = kind === "C" ? s.ctime : s.mtime;
        const m = momentOf(at, zone);
        if (letter === "@") return `${Math.floor(at / 1000)}.${String(at % 1000).padStart(3, "0")}0000000`;
        if (letter === "+") return strftime("%Y-%m-%d+%H:%M:%S.%N0", m);
        if (letter === "T" || letter === "S") return strftime(letter === "T" ? "%H:%M:%S.%N0" : "%S.%N0", m);
        return strftime(`%${letter}`, m);
      }
      let text: string;
      switch (d) {
        case "%":
          return "%";
        case "p":
          text = v.path;
          break;
        case "f":
          text = baseName(v.path);
          break;
        case "h":
          text = v.path.includes("/") ? v.path.slice(0, v.path.lastIndexOf("/")) : ".";
          break;
        case "P":
          text = v.path.slice(v.start.length).replace(/^\//, "");
          break;
        case "H":
          text = v.start;
          break;
        case "d":
          text = String(v.depth);
          break;
        case "y":
          text = letters[s.type];
          break;
        case "Y":
          text = letters[p.fs.tryStat(v.path)?.type ?? "symlink"];
          break;
        case "s":
          text = String(s.size);
          break;
        case "m":
          text = (s.mode & 0o7777).toString(8);
          break;
        case "M":
          text = modeText(s.type, s.mode);
          break;
        case "u":
          text = userName(p.fs, s.uid);
          break;
        case "g":
          text = groupName(p.fs, s.gid);
          break;
        case "U":
          text = String(s.uid);
          break;
        case "G":
          text = String(s.gid);
          break;
        case "n":
          text = String(s.nlink);
          break;
        case "i":
          text = String(s.ino);
          break;
        case "l":
          text = s.type === "symlink" ? p.fs.readlink(v.path) : "";
          break;
        case "t":
          text = strftime("%a %b %e %H:%M:%S.%N0 %Y", momentOf(s.mtime, zone));
          break;
        case "k":
          text = String(Math.ceil(blocksOf(s) / 2));
          break;
        case "b":
          text = String(blocksOf(s));
          break;
        default:
          return whole;
      }
      return flags.includes("-") ? text.padEnd(Number(width || 0)) : text.padStart(Number(width || 0));
    },
  );
}

export const find: CommandProgram = {
  name: "find",
  async main(p) {
    const c = new Context(p, "find", new Options(), 1);
    return finish(c, async () => {
      const f = new Find(c);
      const args = [...p.args];
      while (/^-(P|L|H|O\d|D)$/.test(args[0] ?? "")) {
        const a = args.shift()!;
        if (a === "-L") f.follow = "always";
        else if (a === "-H") f.follow = "arguments";
        else if (a === "-P") f.follow = "never";
      }
      if (args[0] === "--help") return c.out.text("Usage: find [-H] [-L] [-P] [-Olevel] [-D debugopts] [path...] [expression]\n");
      if (args[0] === "--version" || args[0] === "-version") return c.out.text("find (GNU findutils) 4.9.0\n");
      const starts: string[] = [];
      while (args.length > 0 && !/^-./.test(args[0]!) && args[0] !== "(" && args[0] !== "!") starts.push(args.shift()!);
      let test: Test;
      try {
        test = await new Expression(f, args).parse();
      } catch (error) {
        if (error instanceof Quit) return 1;
        throw error;
      }
      try {
        for (const start of starts.length > 0 ? starts : ["."]) await f.walk(start, start, 0, test, undefined);
      } catch (error) {
        if (!(error instanceof Quit)) throw error;
      }
      for (const batch of f.batches) if (batch.files.length > 0 && (await f.run([...batch.argv, ...batch.files])) !== 0) c.status = 1;
      return c.status;
    });
  },
};
