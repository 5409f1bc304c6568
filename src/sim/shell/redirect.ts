/** Redirections: applied to the shell's own descriptors, and taken back. */
import type { Command, Redirection } from "unbash";
import { Errno } from "../core/errno.ts";
import { MemoryFile, type OpenFile } from "../kernel/file.ts";
import { expandString, expandTarget, joinSegments, RedirectionError } from "./expand.ts";
import type { Shell } from "./shell.ts";
import { bodySegments, hereText } from "./syntax.ts";
import { networkFile } from "./network-file.ts";

/** The 2>&1 that `|&` adds behind the redirections of a simple command. */
export const implied = new WeakMap<Command, Redirection>();

export function redirectsOf(node: Command): readonly Redirection[] {
  const extra = implied.get(node);
  return extra ? [...node.redirects, extra] : node.redirects;
}

/** What the descriptors were before. */
export type Saved = Map<number, OpenFile | undefined>;

export function restore(sh: Shell, saved: Saved): void {
  for (const [fd, file] of saved) {
    if (sh.p.status) file?.release();
    else if (file) {
      sh.p.setFd(fd, file);
      file.release();
    } else sh.p.closeFd(fd);
  }
}

/** Keeps what was there (retained) so that it can be put back. */
function save(sh: Shell, fd: number, saved: Saved): void {
  if (saved.has(fd)) return;
  saved.set(fd, sh.p.fds.get(fd)?.retain());
}

export function forget(saved: Saved): void {
  for (const file of saved.values()) file?.release();
}

/** Applies all; on failure puts everything back and throws RedirectionError. */
export async function redirect(sh: Shell, list: readonly Redirection[], saved: Saved): Promise<void> {
  try {
    for (const one of list) await apply(sh, one, saved);
  } catch (error) {
    restore(sh, saved);
    saved.clear();
    if (error instanceof RedirectionError) throw error;
    if (error instanceof Errno) throw new RedirectionError(`${error.path === undefined ? "" : `${error.path}: `}${error.text}`);
    throw error;
  }
}

async function apply(sh: Shell, one: Redirection, saved: Saved): Promise<void> {
  const { p } = sh;
  const chosen = (fallback: number): number => {
    const { descriptor } = one;
    if (!descriptor) return fallback;
    if (descriptor.type === "FileDescriptor") return descriptor.value;
    let fd = 10;
    while (p.fds.has(fd)) fd++;
    sh.vars.set(descriptor.name, String(fd));
    return fd;
  };
  const named = one.descriptor?.type === "FileDescriptorVariable" ? one.descriptor.name : undefined;
  const put = (fd: number, file: OpenFile): void => {
    // {fd}> stays open after the command
    if (named === undefined) save(sh, fd, saved);
    p.setFd(fd, file);
  };
  if (one.type === "HereDoc") {
    if (!one.closing && one.delimiter) {
      const name = sh.prefix.replace(/line \d+: $/, "");
      const text = sh.source.text;
      const where = sh.interactive ? "" : `line ${sh.source.lineOf(text.length - (text.endsWith("\n") ? 1 : 0))}: `;
      await p.err(
        `${name}${where}warning: here-document at line ${sh.source.lineOf(one.pos)} delimited by end-of-file (wanted \`${one.delimiter.value}')\n`,
      );
    }
    const quoted = one.delimiter?.quoted ?? false;
    const dash = one.operator === "<<-" && /^\t/m.test(one.body.text);
    const body = dash ? one.body.text.replaceAll(/^\t+/gm, "") : one.body.text;
    const text = quoted
      ? body
      : await joinSegments(sh, dash ? hereText(body) : bodySegments(one.body.parts, body.replaceAll(/\\([$`\\])|\\\n/g, "$1")));
    put(chosen(0), new MemoryFile(text));
    return;
  }
  if (!one.target) throw new RedirectionError("syntax error near unexpected token `newline'");
  if (one.type === "HereString") {
    put(chosen(0), new MemoryFile(`${await expandString(sh, one.target)}\n`));
    return;
  }
  const target = await expandTarget(sh, one.target);
  const { operator } = one;
  if (operator === "<&" || (operator === ">&" && (/^(\d+-?|-)$/.test(target) || one.descriptor))) {
    if (target === "-") {
      const fd = named === undefined ? chosen(operator === "<&" ? 0 : 1) : Number(sh.vars.get(named));
      if (named === undefined) save(sh, fd, saved);
      p.closeFd(fd);
      return;
    }
    if (!/^\d+-?$/.test(target)) throw new RedirectionError(`${one.target.text}: ambiguous redirect`);
    const from = Number.parseInt(target, 10);
    const file = p.fds.get(from);
    if (!file) throw new RedirectionError(`${from}: Bad file descriptor`);
    const to = chosen(operator === "<&" ? 0 : 1);
    if (to !== from) put(to, file);
    if (target.endsWith("-")) {
      save(sh, from, saved);
      p.closeFd(from);
    }
    return;
  }
  if (operator === "&>" || operator === "&>>" || operator === ">&") {
    const file = await open(sh, target, operator === "&>>" ? "append" : "write");
    put(1, file);
    put(2, file);
    return;
  }
  const mode =
    operator === "<" ? "read" : operator === ">>" ? "append" : operator === "<>" ? "both" : operator === ">|" ? "force" : "write";
  const file = await open(sh, target, mode);
  put(chosen(operator === "<" || operator === "<>" ? 0 : 1), file);
}

async function open(sh: Shell, path: string, mode: "read" | "write" | "force" | "append" | "both"): Promise<OpenFile> {
  const { p } = sh;
  const device = /^\/dev\/(tcp|udp)\/([^/]+)\/([^/]+)$/.exec(path);
  if (device) return await networkFile(sh, path, device[1] as "tcp" | "udp", device[2]!, device[3]!);
  if (path === "") throw new RedirectionError(": No such file or directory");
  try {
    if (mode === "read") {
      if (p.fs.isDir(path)) return p.open(path, { read: true });
      return p.open(path, { read: true });
    }
    if (p.fs.isDir(path)) throw new Errno("EISDIR", path);
    if (mode === "write" && sh.flags.noclobber && p.fs.isFile(path)) throw new RedirectionError(`${path}: cannot overwrite existing file`);
    if (mode === "both") return p.open(path, { read: true, write: true, create: true });
    return p.open(path, { write: true, create: true, append: mode === "append", truncate: mode !== "append" });
  } catch (error) {
    if (error instanceof Errno) throw new RedirectionError(`${path}: ${error.text}`);
    throw error;
  }
}
