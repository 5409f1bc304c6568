/** Permission bits: parsing of chmod's modes, and ls's letters. */
import type { Stat } from "../../../fs/view.ts";

/** A parsed mode: gives the new bits for the old ones. */
export type ModeChange = (old: number, dir: boolean, umask: number) => number;

/** undefined: not a mode. */
export function parseMode(text: string): ModeChange | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const bits = parseInt(text, 8);
    if (bits > 0o7777) return undefined;
    // a short octal mode keeps a folder's setuid and setgid bits
    return (old, dir) => (dir && text.length < 5 ? bits | (old & 0o6000) : bits);
  }
  const steps: ModeChange[] = [];
  for (const clause of text.split(",")) {
    const m = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]|[0-7]+))+)$/.exec(clause);
    if (!m) return undefined;
    for (const [, op, what] of m[2]!.matchAll(/([-+=])([rwxXst]*[ugo]?|[0-7]+)(?=[-+=]|$)/g)) steps.push(step(m[1]!, op!, what!));
  }
  return (old, dir, umask) => steps.reduce((mode, change) => change(mode, dir, umask), old);
}

function step(who: string, op: string, what: string): ModeChange {
  return (old, dir, umask) => {
    const named = who === "" || who.includes("a") ? "ugo" : who;
    let mask = 0;
    if (named.includes("u")) mask |= 0o4700;
    if (named.includes("g")) mask |= 0o2070;
    if (named.includes("o")) mask |= 0o1007;
    if (who === "" || who.includes("a")) mask |= 0o7000;
    let bits = 0;
    if (/^[0-7]+$/.test(what)) bits = parseInt(what, 8);
    else if (/^[ugo]$/.test(what)) {
      const three = (old >> ({ u: 6, g: 3, o: 0 } as Record<string, number>)[what]!) & 7;
      bits = three * 0o111;
    } else {
      if (what.includes("r")) bits |= 0o444;
      if (what.includes("w")) bits |= 0o222;
      if (what.includes("x") || (what.includes("X") && (dir || old & 0o111))) bits |= 0o111;
      if (what.includes("s")) bits |= 0o6000;
      if (what.includes("t")) bits |= 0o1000;
    }
    bits &= mask;
    if (who === "") bits &= ~umask;
    if (op === "+") return old | bits;
    if (op === "-") return old & ~bits;
    const cleared = old & ~(mask & (dir ? 0o1777 : 0o7777));
    return cleared | bits;
  };
}

const kinds: Record<Stat["type"], string> = { file: "-", dir: "d", symlink: "l", fifo: "p", socket: "s", char: "c", block: "b" };

/** `drwxr-xr-x`. */
export function modeText(type: Stat["type"], mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const x = (mode >> shift) & 1;
    return (
      (mode & (4 << shift) ? "r" : "-") +
      (mode & (2 << shift) ? "w" : "-") +
      (mode & special ? (x ? letter : letter.toUpperCase()) : x ? "x" : "-")
    );
  };
  return kinds[type] + triple(6, 0o4000, "s") + triple(3, 0o2000, "s") + triple(0, 0o1000, "t");
}
