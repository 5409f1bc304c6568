import type { CommandProgram } from "../../../kernel/program.ts";
import { command, readInput } from "../command.ts";
import { BadOption, optionTable, parseOptions } from "../options.ts";
import { quote } from "../quote.ts";

export const numfmt = command({
  name: "numfmt",
  options:
    "!debug d,delimiter= field= !format= from= !from-unit= grouping header=? !invalid= padding= round= suffix= to= !to-unit= !z,zero-terminated",
  usage: "[OPTION]... [NUMBER]...",
  summary: "Reformat NUMBER(s), or the numbers from standard input if none are specified.",
  async run(c) {
    const { p, o } = c;
    if (o.has("field", "d", "header", "round", "grouping")) p.notSimulated("numfmt with fields, rounding or grouping");
    const [from, to] = [o.value("from") ?? "none", o.value("to") ?? "none"];
    const input = o.operands.length > 0 ? o.operands : (await readInput(p, "-")).toString("utf8").replace(/\n$/, "").split("\n");
    const units = "KMGTPEZY";
    for (const text of input) {
      const m = /^\s*(-?\d+(?:\.\d+)?)([KMGTPEZY]?)(i?)(.*)$/.exec(text);
      if (!m) {
        await c.fail(`invalid number: ${quote(p, text)}`, 2);
        return;
      }
      if (m[2] !== "" && from === "none") await c.fail(`rejecting suffix in input: ${quote(p, text)} (consider using --from)`, 2);
      const scale =
        m[2] === ""
          ? 1
          : (from === "iec" || from === "iec-i" || (from === "auto" && m[3] === "i") ? 1024 : 1000) ** (units.indexOf(m[2]!) + 1);
      const value = Number(m[1]) * scale;
      let shown: string;
      if (to === "none") shown = String(value);
      else {
        const base = to === "si" ? 1000 : 1024;
        let v = Math.abs(value);
        let i = -1;
        while (v >= base && i < units.length - 1) {
          v /= base;
          i++;
        }
        if (i < 0) shown = String(value);
        else {
          let r = v < 10 ? Math.ceil(v * 10 - 1e-9) / 10 : Math.ceil(v - 1e-9);
          if (r >= base && i < units.length - 1) {
            r = 1;
            i++;
          }
          shown = `${value < 0 ? "-" : ""}${r < 10 ? r.toFixed(1) : r}${units[i]}${to === "iec-i" ? "i" : ""}`;
        }
      }
      shown += o.value("suffix") ?? "";
      const pad = Number(o.value("padding") ?? "0");
      c.out.text(`${pad < 0 ? shown.padEnd(-pad) : shown.padStart(pad)}\n`);
    }
  },
});

export const envsubst = command({
  name: "envsubst",
  options: "v,variables",
  version: "(GNU gettext-runtime) 0.21",
  usage: "[OPTION] [SHELL-FORMAT]",
  summary: "Substitutes the values of environment variables.",
  async run(c) {
    const { p, o } = c;
    const pattern = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g;
    const format = o.operands[0];
    const only = format === undefined ? undefined : new Set([...format.matchAll(pattern)].map((m) => m[1] ?? m[2]!));
    if (o.has("v")) {
      for (const name of only ?? []) c.out.text(`${name}\n`);
      return;
    }
    const text = (await readInput(p, "-")).toString("utf8");
    c.out.text(
      text.replace(pattern, (whole, a: string | undefined, b: string | undefined) =>
        only && !only.has(a ?? b!) ? whole : (p.env[a ?? b!] ?? ""),
      ),
    );
  },
});

/** util-linux's getopt: prints the options in order, quoted for eval. */
export const getopt: CommandProgram = {
  name: "getopt",
  async main(p) {
    const args = [...p.args];
    if (args[0] === "-T" || args[0] === "--test") return 4;
    let [short, long, name] = ["", "", p.name];
    let [quiet, unquoted] = [false, false];
    let rest: string[];
    if (args[0] !== undefined && !args[0].startsWith("-")) {
      short = args.shift()!;
      rest = args;
      unquoted = true;
    } else {
      const own = parseOptions(
        "getopt",
        optionTable("!a,alternative !h l,longoptions= n,name= o,options= q,quiet !Q,quiet-output !s,shell= T,test u,unquoted +"),
        args,
      );
      // what tells scripts that this is the enhanced getopt
      if (own.has("T")) return 4;
      short = own.value("o") ?? "";
      long = own.values("l").join(",");
      name = own.value("n") ?? name;
      quiet = own.has("q");
      unquoted = own.has("u");
      rest = own.operands;
      if (!own.has("o")) short = rest.shift() ?? "";
      if (short === "" && !own.has("o")) {
        await p.err("getopt: missing optstring argument\nTry 'getopt --help' for more information.\n");
        return 2;
      }
    }
    const table: string[] = [];
    for (const m of short.replace(/^[+-]/, "").matchAll(/([^:])(:{0,2})/g))
      table.push(m[1]! + (m[2] === "::" ? "=?" : m[2] === ":" ? "=" : ""));
    for (const word of long.split(/[,\s]+/).filter((x) => x !== ""))
      table.push(`${word.replace(/:+$/, "")}${word.endsWith("::") ? "=?" : word.endsWith(":") ? "=" : ""}`);
    if (short.startsWith("+")) table.push("+");
    const show = (text: string): string => (unquoted ? text : `'${text.replaceAll("'", "'\\''")}'`);
    const spec = optionTable(table.join(" "));
    let status = 0;
    let out = "";
    // each word is looked at alone, so that a bad one does not hide the others
    const words = [...rest];
    const operands: string[] = [];
    while (words.length > 0) {
      const word = words.shift()!;
      if (word === "--") {
        operands.push(...words.splice(0));
        break;
      }
      if (word === "-" || !word.startsWith("-")) {
        if (spec.posix) {
          operands.push(word, ...words.splice(0));
          break;
        }
        operands.push(word);
        continue;
      }
      try {
        const first = parseOptions("getopt", { ...spec, posix: true }, [word, ...words]);
        const alone = ((): number => {
          try {
            return parseOptions("getopt", spec, [word]).list.length;
          } catch {
            return -1;
          }
        })();
        const count = alone >= 0 ? alone : wordOptions(word, first.list.length);
        for (const [key, value] of first.list.slice(0, count)) {
          const option = key.length === 1 ? spec.short.get(key) : spec.long.get(key);
          out += ` ${key.length === 1 ? `-${key}` : `--${key}`}`;
          if (option && option.arg !== "no") out += ` ${show(value)}`;
        }
        if (alone < 0) words.shift();
      } catch (error) {
        if (!(error instanceof BadOption)) throw error;
        if (!quiet) await p.err(`${name}: ${error.message}\n`);
        status = 1;
      }
    }
    await p.out(`${out} --${operands.map((x) => ` ${show(x)}`).join("")}\n`);
    return status;
  },
};

/** Options in a word whose last one takes the next word as its value. */
const wordOptions = (word: string, most: number): number => (word.startsWith("--") ? 1 : Math.min(most, word.length - 1));
