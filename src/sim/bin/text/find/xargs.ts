import { Errno } from "../../../core/errno.ts";
import { shellStatus } from "../../../kernel/proc.ts";
import { command, fromBytes, readInput } from "../command.ts";

export const xargs = command({
  name: "xargs",
  options:
    "0,null a,arg-file= d,delimiter= E= e,eof=? I= i,replace=? L,max-lines= l=? n,max-args= !o,open-tty P,max-procs= p,interactive r,no-run-if-empty s,max-chars= !show-limits t,verbose !x,exit !process-slot-var= +",
  usage: "[OPTION]... COMMAND [INITIAL-ARGS]...",
  summary: "Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.",
  version: "(GNU findutils) 4.9.0",
  async run(c) {
    const { p, o } = c;
    const source = o.value("a");
    let text: string;
    try {
      text = fromBytes((await readInput(p, source ?? "-")).toString("latin1"));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return c.fail(`Cannot open input file '${source}': ${error.text}`);
    }
    const base = o.operands.length > 0 ? o.operands : ["echo"];
    const replace = o.has("I", "i") ? (o.value("I") ?? (o.value("i") || "{}")) : undefined;
    const number = async (key: string): Promise<number | undefined> => {
      const v = o.value(key);
      if (v === undefined || v === "") return v === undefined ? undefined : 1;
      if (!/^\d+$/.test(v)) await c.usage(`invalid number "${v}" for -${key} option`);
      if (Number(v) < 1 && key !== "P") await c.usage(`value ${v} for -${key} option should be >= 1`);
      return Number(v);
    };
    const most = await number("n");
    const perLines = (await number("L")) ?? (await number("l"));
    await number("P");
    const fixed = o.has("0")
      ? "\0"
      : o.value("d") === undefined
        ? undefined
        : (({ "\\n": "\n", "\\t": "\t", "\\0": "\0" } as Record<string, string>)[o.value("d")!] ?? o.value("d")!);
    let items: { text: string; line: number }[];
    if (fixed !== undefined)
      items = text
        .split(fixed)
        .filter((x, i, all) => i < all.length - 1 || x !== "")
        .map((x, line) => ({ text: x, line }));
    else if (replace !== undefined)
      items = text
        .split("\n")
        .map((x) => unquote(x.replace(/^[ \t]+/, "")))
        .filter((x) => x !== "")
        .map((x, line) => ({ text: x, line }));
    else {
      const parsed = words(text);
      if (typeof parsed === "string") {
        await c.fail(parsed);
        return 1;
      }
      items = parsed;
    }
    const end = o.value("E") ?? (o.value("e") || undefined);
    if (end !== undefined) {
      const at = items.findIndex((x) => x.text === end);
      if (at >= 0) items = items.slice(0, at);
    }
    const runs: string[][] = [];
    if (replace !== undefined) for (const item of items) runs.push(base.map((w) => w.replaceAll(replace, item.text)));
    else if (items.length === 0) {
      if (!o.has("r")) runs.push([...base]);
    } else {
      let now: string[] = [];
      let lines = new Set<number>();
      let size = 0;
      const limit = Number(o.value("s") ?? "131072");
      for (const item of items) {
        const full =
          (most !== undefined && now.length >= most) ||
          (perLines !== undefined && !lines.has(item.line) && lines.size >= perLines) ||
          size + item.text.length + 1 > limit;
        if (full && now.length > 0) {
          runs.push([...base, ...now]);
          now = [];
          lines = new Set();
          size = 0;
        }
        now.push(item.text);
        lines.add(item.line);
        size += item.text.length + 1;
      }
      runs.push([...base, ...now]);
    }
    let status = 0;
    const parallel = Math.max(1, Number(o.value("P") ?? "1") || runs.length);
    const running: Promise<void>[] = [];
    let stop: number | undefined;
    const one = async (argv: string[]): Promise<void> => {
      try {
        const child = p.spawn({ argv });
        const ended = await p.wait(child);
        const code = shellStatus(ended);
        if (ended.signal) {
          await c.warn(`${argv[0]}: terminated by signal ${code - 128}`);
          stop = 125;
        } else if (code === 255) {
          await c.warn(`${argv[0]}: exited with status 255; aborting`);
          stop = 124;
        } else if (code !== 0) status = 123;
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`${argv[0]}: ${error.text}`);
        stop = error.code === "ENOENT" ? 127 : 126;
      }
    };
    for (const argv of runs) {
      if (stop !== undefined) break;
      if (o.has("p")) p.notSimulated("xargs -p");
      if (o.has("t")) await p.err(`${argv.join(" ")}\n`);
      if (parallel === 1) await one(argv);
      else {
        const job: Promise<void> = one(argv).finally(() => running.splice(running.indexOf(job), 1));
        running.push(job);
        if (running.length >= parallel) await Promise.race(running);
      }
      await p.tick();
    }
    await Promise.all(running);
    return stop ?? status;
  },
});

const unquote = (line: string): string => {
  const parsed = words(line.replace(/[ \t]/g, (x) => `\\${x}`));
  return typeof parsed === "string" ? line : parsed.map((x) => x.text).join(" ");
};

/** Words with quotes and backslashes; a message when a quote is not closed. */
function words(text: string): { text: string; line: number }[] | string {
  const out: { text: string; line: number }[] = [];
  let word: string | undefined;
  let line = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      const newline = text.indexOf("\n", i + 1);
      if (end < 0 || (newline >= 0 && newline < end))
        return `unmatched ${c === "'" ? "single" : "double"} quote; by default quotes are special to xargs unless you use the -0 option`;
      word = (word ?? "") + text.slice(i + 1, end);
      i = end;
    } else if (c === "\\" && i + 1 < text.length) word = (word ?? "") + text[++i];
    else if (/[ \t\n]/.test(c)) {
      if (word !== undefined) out.push({ text: word, line });
      word = undefined;
      if (c === "\n" && (out.at(-1)?.line ?? -1) === line) line++;
    } else word = (word ?? "") + c;
  }
  if (word !== undefined) out.push({ text: word, line });
  return out;
}
