import { gunzipSync, gzipSync } from "node:zlib";
import { Errno } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { command, Context, finish, readInput } from "../command.ts";
import { MemoryFile } from "../../../kernel/file.ts";

const options =
  "~a,ascii c,stdout,to-stdout d,decompress,uncompress f,force k,keep l,list ~n,no-name !N,name !q,quiet r,recursive ~rsyncable ~synchronous S,suffix= t,test v,verbose 1,fast 2 3 4 5 6 7 8 9,best";

export const isGzip = (data: Uint8Array): boolean => data[0] === 0x1f && data[1] === 0x8b;

function program(name: string): CommandProgram {
  return command({
    name,
    options,
    version: "1.12",
    usage: "[OPTION]... [FILE]...",
    summary: name === "gzip" ? "Compress or uncompress FILEs (by default, compress FILES in-place)." : "Uncompress FILEs.",
    // gunzip and zcat are scripts around gzip
    run(c) {
      const g = new Context(c.p, "gzip", c.o, 1);
      return finish(g, () => work(g, name !== "gzip" || c.o.has("d", "t"), name === "zcat" || c.o.has("c")));
    },
  });
}

const known = /\.(gz|tgz|z|Z)$/;

async function work(c: Context, unpack: boolean, toStdout: boolean): Promise<number> {
  const { p, o } = c;
  if (o.has("l") || o.has("r")) p.notSimulated(`gzip -${o.has("l") ? "l" : "r"}`);
  const suffix = o.value("S") ?? ".gz";
  const level = Number(o.list.findLast(([k]) => /^\d$/.test(k))?.[0] ?? "6");
  for (const given of o.operands.length > 0 ? o.operands : ["-"]) {
    let name = given;
    if (unpack && name !== "-" && !p.fs.exists(name) && (p.fs.exists(name + suffix) || !known.test(name))) name += suffix;
    try {
      if (name !== "-" && p.fs.isDir(name)) {
        await c.warn(`${name} is a directory -- ignored`, 2);
        continue;
      }
      const stays = toStdout || name === "-" || o.has("t");
      const packed = known.test(name);
      if (unpack && !stays && !packed) {
        await c.warn(`${name}: unknown suffix -- ignored`, 2);
        continue;
      }
      if (!unpack && !stays && packed && !o.has("f")) {
        await c.warn(`${name} already has ${/\.[^.]+$/.exec(name)![0]} suffix -- unchanged`, 2);
        continue;
      }
      const data = await readInput(p, name);
      let result: Buffer;
      if (unpack) {
        if (!isGzip(data)) {
          if (data.length === 0) await c.warn(`${name === "-" ? "stdin" : name}: unexpected end of file`);
          else await p.err(`\n${c.name}: ${name === "-" ? "stdin" : name}: not in gzip format\n`);
          c.status = 1;
          continue;
        }
        try {
          result = gunzipSync(data);
        } catch {
          await p.err(
            `\n${c.name}: ${name === "-" ? "stdin" : name}: ${data.length < 18 ? "unexpected end of file" : "invalid compressed data--format violated"}\n`,
          );
          c.status = 1;
          continue;
        }
      } else {
        if (name === "-" && p.file(1).isTerminal && !o.has("f"))
          return c.fail("compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h");
        result = gzipSync(data, { level });
        // byte 9 names the system (3: Unix); no time stamp, so that equal input gives equal output
        result[9] = 3;
      }
      if (o.has("t")) continue;
      if (stays) {
        c.out.bytes(result);
        await c.out.flush();
        continue;
      }
      const to = unpack ? name.replace(/\.tgz$/, ".tar.gz").replace(/\.(gz|z|Z)$/, "") : name + suffix;
      if (p.fs.exists(to) && !o.has("f")) {
        await c.warn(`${to} already exists;${p.file(0).isTerminal ? " do you wish to overwrite (y or n)?" : "\tnot overwritten"}`, 2);
        continue;
      }
      const s = p.fs.stat(name);
      p.fs.write(to, result, { mode: s.mode & 0o777 });
      p.fs.chmod(to, s.mode);
      p.fs.utimes(to, s.mtime);
      if (!o.has("k")) p.fs.unlink(name);
      if (o.has("v"))
        await p.err(
          `${name}:\t${(100 - (100 * Math.min(data.length, result.length)) / Math.max(data.length, result.length, 1)).toFixed(1).padStart(5)}% -- ${o.has("k") ? "created" : "replaced with"} ${to}\n`,
        );
    } catch (error) {
      if (!(error instanceof Errno) || error.code === "EPIPE") throw error;
      await c.warn(`${name}: ${error.text}`);
    }
  }
  return c.status;
}

export const gzip = program("gzip");
export const gunzip = program("gunzip");
export const zcat = program("zcat");

/** zgrep: grep over uncompressed text; the script's own way of calling grep. */
export const zgrep: CommandProgram = {
  name: "zgrep",
  async main(p) {
    const options_: string[] = [];
    const operands: string[] = [];
    let pattern: string | undefined;
    const args = [...p.args];
    while (args.length > 0) {
      const a = args.shift()!;
      if (a === "-e" || a === "-A" || a === "-B" || a === "-C" || a === "-m") {
        const value = args.shift() ?? "";
        options_.push(a, value);
        if (a === "-e") pattern = "";
      } else if (a.startsWith("-") && a !== "-") options_.push(a);
      else if (pattern === undefined) {
        pattern = a;
        options_.push("-e", a);
      } else operands.push(a);
    }
    if (pattern === undefined) {
      await p.err("gzip: zgrep: usage: zgrep [grep_options] pattern [files]\n");
      return 2;
    }
    let found = false;
    for (const name of operands.length > 0 ? operands : ["-"]) {
      let data: Buffer;
      try {
        data = await readInput(p, name);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await p.err(`gzip: ${name}: ${error.text}\n`);
        return 2;
      }
      const input = new MemoryFile(isGzip(data) ? gunzipSync(data) : data);
      const child = p.spawn({
        argv: ["grep", ...options_, ...(operands.length > 1 ? ["-H", `--label=${name}`] : []), "-"],
        fds: new Map([
          [0, input],
          [1, p.file(1)],
          [2, p.file(2)],
        ]),
      });
      const ended = await p.wait(child);
      if (ended.code === 0) found = true;
      if (ended.code > 1) return ended.code;
    }
    return found ? 0 : 1;
  },
};
