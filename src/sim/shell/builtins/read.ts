/** read, mapfile. */
import { decodeText } from "../../core/text-bytes.ts";
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { Shell } from "../shell.ts";
import { isName, options, type Builtin } from "./builtin.ts";
import { single } from "../quote.ts";

interface Line {
  text: string;
  /** Characters that a backslash made literal, by their index in `text` (empty with raw). */
  literal: Set<number>;
  /** The end of the input came before the delimiter. */
  atEnd: boolean;
}

/**
 * Reads up to a delimiter without taking more than it: byte by byte from pipes and terminals, as bash does; from files
 * it reads ahead and seeks back. undefined at the end of the input.
 */
export async function readLine(
  sh: Shell,
  fd: number,
  delimiter: string,
  limits: { characters?: number; exact?: boolean; raw?: boolean; deadline?: number } = {},
): Promise<Line | undefined> {
  const { p } = sh;
  const file = p.file(fd);
  const raw = limits.raw ?? false;
  const stop = limits.exact ? -1 : delimiter === "" ? 0 : delimiter.charCodeAt(0);
  const bytes: number[] = [];
  const literalAt = new Set<number>();
  let escape = false;
  let chunk: Uint8Array = new Uint8Array();
  let at = 0;
  const seekable = file.kind === "file";
  let characters = 0;
  let ended = false;
  for (;;) {
    if (at >= chunk.length) {
      at = 0;
      chunk = await file.read(seekable ? 4096 : 1, p);
      if (chunk.length === 0) {
        ended = true;
        break;
      }
    }
    const byte = chunk[at++]!;
    if (!raw) {
      if (escape) {
        escape = false;
        if (byte === 10) continue;
        literalAt.add(bytes.length);
        bytes.push(byte);
        if ((byte & 0xc0) !== 0x80) characters++;
        if (limits.characters !== undefined && characters >= limits.characters) break;
        continue;
      }
      if (byte === 92) {
        escape = true;
        continue;
      }
    }
    if (byte === stop) break;
    if (byte === 0) continue;
    bytes.push(byte);
    if ((byte & 0xc0) !== 0x80) characters++;
    if (limits.characters !== undefined && characters >= limits.characters) break;
  }
  if (seekable && at < chunk.length) file.seek(at - chunk.length, "current");
  if (ended && bytes.length === 0) return undefined;
  const text = decodeText(Buffer.from(bytes));
  // indices of bytes are indices of characters unless there are multi-byte ones before them
  const literal = new Set<number>();
  for (const index of literalAt) literal.add(decodeText(Buffer.from(bytes.slice(0, index))).length);
  return { text, literal, atEnd: ended };
}

/** Splits a line into fields as read does: the last name takes the rest. */
function fields(line: Line, ifs: string, count: number): string[] {
  const { text, literal } = line;
  const separator = (i: number): boolean => !literal.has(i) && ifs.includes(text[i]!);
  const blank = (i: number): boolean => separator(i) && " \t\n".includes(text[i]!);
  const out: string[] = [];
  let i = 0;
  while (i < text.length && blank(i)) i++;
  while (i < text.length && out.length < count - 1) {
    const from = i;
    while (i < text.length && !separator(i)) i++;
    out.push(text.slice(from, i));
    while (i < text.length && blank(i)) i++;
    if (i < text.length && separator(i)) {
      i++;
      while (i < text.length && blank(i)) i++;
    }
  }
  if (i < text.length) {
    let end = text.length;
    while (end > i && blank(end - 1)) end--;
    // one delimiter that ends the only remaining field goes as well
    let rest = text.slice(i, end);
    const first = [...Array(end - i).keys()].findIndex((k) => separator(i + k) && !blank(i + k));
    if (first >= 0 && i + first === end - 1) rest = rest.slice(0, -1);
    out.push(rest);
  }
  return out;
}

export const read: Builtin = async (sh, words) => {
  const parsed = await options(
    sh,
    words,
    "ersa:d:i:n:N:p:t:u:",
    "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
  );
  if (!parsed) return 2;
  const { flags, values, rest } = parsed;
  const fd = Number(values.get("u") ?? 0);
  const file = sh.p.fds.get(fd);
  if (!file) {
    await sh.error(`read: ${values.get("u") === undefined ? "read error: 0" : `${fd}: invalid file descriptor`}: Bad file descriptor`);
    return 1;
  }
  for (const name of rest) {
    if (isName(name.replace(/\[.*\]$/s, ""))) continue;
    await sh.error(`read: \`${name}': not a valid identifier`);
    return 1;
  }
  if (file.isTerminal && values.has("i")) throw new NotSimulated("read -i");
  const prompt = values.get("p");
  if (prompt !== undefined && file.isTerminal) await sh.p.err(prompt);
  const count = values.get("N") ?? values.get("n");
  if (count !== undefined && !/^\d+$/.test(count)) {
    await sh.error(`read: ${count}: invalid number`);
    return 1;
  }
  const terminal = file.isTerminal ? sh.terminal : undefined;
  const restoreTerminal =
    terminal && (flags.has("s") || count !== undefined)
      ? terminal.readMode({ silent: flags.has("s"), characters: count !== undefined })
      : undefined;
  let line: Line | undefined;
  let timedOut = false;
  try {
    const task = readLine(sh, fd, values.get("d") ?? "\n", {
      ...(count === undefined ? {} : { characters: Number(count) }),
      exact: values.has("N"),
      raw: flags.has("r"),
    });
    const timeout = values.get("t");
    if (timeout === undefined) line = await task;
    else {
      const ms = Number(timeout) * 1000;
      if (Number.isNaN(ms)) {
        await sh.error(`read: ${timeout}: invalid timeout specification`);
        return 1;
      }
      task.catch(() => undefined);
      const wait = sh.p.machine.world.wait(ms);
      const first = await Promise.race([task.then((value) => ({ value })), wait.done.then(() => "late" as const)]);
      wait.cancel();
      if (first === "late") {
        timedOut = true;
        sh.p.interrupt();
      } else line = first.value;
    }
  } catch (error) {
    if (error instanceof Errno && error.code === "EISDIR") {
      await sh.error("read: read error: 0: Is a directory");
      return 1;
    }
    throw error;
  } finally {
    restoreTerminal?.();
  }
  const status = timedOut ? 142 : line === undefined || line.atEnd ? 1 : 0;
  const got: Line = line ?? { text: "", literal: new Set(), atEnd: true };
  const ifs = sh.vars.get("IFS") ?? " \t\n";
  const array = values.get("a");
  if (array !== undefined) {
    sh.vars.setArray(
      array,
      fields(got, ifs, Number.POSITIVE_INFINITY).map((value) => ({ key: undefined, value })),
    );
    return status;
  }
  if (rest.length === 0) {
    sh.vars.set("REPLY", got.text);
    return status;
  }
  const parts = values.has("N") ? [got.text] : fields(got, ifs, rest.length);
  rest.forEach((name, i) => {
    const element = /^(\w+)\[(.*)\]$/s.exec(name);
    sh.vars.set(element?.[1] ?? name, parts[i] ?? "", element?.[2]);
  });
  return status;
};

export const mapfile: Builtin = async (sh, words) => {
  const parsed = await options(
    sh,
    words,
    "td:n:O:s:u:C:c:",
    `${words[0]} [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]`,
  );
  if (!parsed) return 2;
  const { flags, values, rest } = parsed;
  const fd = Number(values.get("u") ?? 0);
  if (!sh.p.fds.has(fd)) {
    await sh.error(`${words[0]}: ${fd}: invalid file descriptor: Bad file descriptor`);
    return 1;
  }
  const name = rest[0] ?? "MAPFILE";
  const delimiter = values.get("d") ?? "\n";
  const limit = Number(values.get("n") ?? 0);
  const skip = Number(values.get("s") ?? 0);
  const origin = Number(values.get("O") ?? 0);
  const lines: string[] = [];
  for (let n = 0; limit === 0 || lines.length < limit; n++) {
    const line = await readLine(sh, fd, delimiter, { raw: true });
    if (line === undefined) break;
    if (n < skip) continue;
    lines.push(line.text + (flags.has("t") || line.atEnd ? "" : delimiter));
    if (line.atEnd) break;
  }
  const callback = values.get("C");
  if (values.has("O")) for (const [i, value] of lines.entries()) sh.vars.set(name, value, String(origin + i));
  else
    sh.vars.setArray(
      name,
      lines.map((value) => ({ key: undefined, value })),
    );
  if (callback !== undefined) {
    const quantum = Number(values.get("c") ?? 5000);
    for (let i = quantum - 1; i < lines.length; i += quantum)
      await sh.evaluateText(`${callback} ${origin + i} ${single(lines[i]!)}`, "eval");
  }
  return 0;
};
