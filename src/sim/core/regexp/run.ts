/** Runs programs of the bounded engine: all paths at once (Thompson, Pike), or one after the other with a limit. */
import type { Program, Step } from "./compile.ts";

export interface RunOptions {
  unicode: boolean;
  multiline: boolean;
  /** Only at `from`. */
  sticky: boolean;
  /** The leftmost longest match (POSIX) instead of the first that the expression prefers. */
  longest: boolean;
}

/** Together, a search takes at most its text times its expression; this is a second or two. */
const limit = 20_000_000;
/** One path after the other there is no such bound; this is a third of a second. */
const backtracks = 3_000_000;

/** It takes more steps than anybody would wait for. */
export class TooManySteps extends Error {}

/** Positions of the groups, two each (-1: took no part); undefined: no match. Throws TooManySteps. */
export function run(program: Program, text: string, from: number, o: RunOptions): number[] | undefined {
  return program.backtracks ? backtrack(program, text, from, o) : together(program, text, from, o);
}

const isWord = (code: number | undefined): boolean => code !== undefined && /\w/.test(String.fromCodePoint(code));

/** What does not move: edges and neighbours. */
class Places {
  readonly text: string;
  readonly #o: RunOptions;
  constructor(text: string, o: RunOptions) {
    this.text = text;
    this.#o = o;
  }
  after(at: number): number | undefined {
    if (at >= this.text.length) return undefined;
    return this.#o.unicode ? this.text.codePointAt(at) : this.text.charCodeAt(at);
  }
  before(at: number): number | undefined {
    if (at <= 0) return undefined;
    const unit = this.text.charCodeAt(at - 1);
    if (this.#o.unicode && unit >= 0xdc00 && unit <= 0xdfff && at > 1) {
      const pair = this.text.codePointAt(at - 2)!;
      if (pair > 0xffff) return pair;
    }
    return unit;
  }
  holds(step: Step & { op: "edge" | "beside" }, at: number): boolean {
    if (step.op === "beside") {
      const code = step.behind ? this.before(at) : this.after(at);
      return (code !== undefined && step.accepts(code)) !== step.negative;
    }
    const lineEnd = (code: number | undefined): boolean =>
      code === undefined || (this.#o.multiline && (code === 10 || code === 13 || code === 0x2028 || code === 0x2029));
    if (step.which === "^") return lineEnd(this.before(at));
    if (step.which === "$") return lineEnd(this.after(at));
    return (isWord(this.before(at)) !== isWord(this.after(at))) === (step.which === "\\b");
  }
}

interface Threads {
  pcs: number[];
  groups: number[][];
}

function together(program: Program, text: string, from: number, o: RunOptions): number[] | undefined {
  const { steps } = program;
  const places = new Places(text, o);
  const visited = new Int32Array(steps.length).fill(-1);
  const none = Array<number>(2 * program.groups + 2).fill(-1);
  let budget = limit;

  /** Follows what takes no character; the order of the threads is that of preference. */
  const add = (to: Threads, start: number, at: number, first: number[]): void => {
    const stack: [number, number[]][] = [[start, first]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      let [pc, groups] = top;
      for (;;) {
        if (visited[pc] === at) break;
        visited[pc] = at;
        if (--budget < 0) throw new TooManySteps();
        const step = steps[pc]!;
        if (step.op === "jump") pc = step.to;
        else if (step.op === "split") {
          stack.push([step.second, groups]);
          pc = step.first;
        } else if (step.op === "save") {
          groups = groups.with(step.slot, at);
          pc++;
        } else if (step.op === "edge" || step.op === "beside") {
          if (!places.holds(step, at)) break;
          pc++;
        } else {
          to.pcs.push(pc);
          to.groups.push(groups);
          break;
        }
      }
    }
  };

  let best: number[] | undefined;
  let now: Threads = { pcs: [], groups: [] };
  for (let at = from; ;) {
    if (!best && (at === from || !o.sticky)) add(now, 0, at, none);
    if (now.pcs.length === 0 && (best || o.sticky)) return best;
    const code = places.after(at);
    const next: Threads = { pcs: [], groups: [] };
    const then = at + (code !== undefined && code > 0xffff ? 2 : 1);
    for (let i = 0; i < now.pcs.length; i++) {
      const step = steps[now.pcs[i]!]!;
      const groups = now.groups[i]!;
      if (best && groups[0]! > best[0]!) break;
      if (step.op === "match") {
        if (!best || !o.longest || groups[1]! > best[1]!) best = groups;
        if (!o.longest) break;
      } else if (step.op === "char" && code !== undefined && step.accepts(code)) add(next, now.pcs[i]! + 1, then, groups);
    }
    if (code === undefined) return best;
    now = next;
    at = then;
  }
}

function backtrack(program: Program, text: string, from: number, o: RunOptions): number[] | undefined {
  const places = new Places(text, o);
  const none = Array<number>(2 * program.groups + 2).fill(-1);
  let budget = backtracks;

  const attempt = (steps: Step[], start: number, first: number[], longest: boolean): number[] | undefined => {
    const stack: [pc: number, at: number, groups: number[]][] = [[0, start, first]];
    let best: number[] | undefined;
    for (let top = stack.pop(); top; top = stack.pop()) {
      let [pc, at, groups] = top;
      // steps since the last character: an empty body must not go round for ever
      let idle = 0;
      for (;;) {
        if (--budget < 0) throw new TooManySteps();
        const step = steps[pc]!;
        const here = at;
        if (step.op === "match") {
          if (!longest) return groups;
          if (!best || groups[1]! > best[1]!) best = groups;
          break;
        }
        if (step.op === "jump") pc = step.to;
        else if (step.op === "split") {
          stack.push([step.second, at, groups]);
          pc = step.first;
        } else if (step.op === "save") {
          groups = groups.with(step.slot, at);
          pc++;
        } else if (step.op === "edge" || step.op === "beside") {
          if (!places.holds(step, at)) break;
          pc++;
        } else if (step.op === "char") {
          const code = places.after(at);
          if (code === undefined || !step.accepts(code)) break;
          at += code > 0xffff ? 2 : 1;
          pc++;
        } else if (step.op === "ahead") {
          const found = attempt(step.program, at, groups, false);
          if ((found !== undefined) === step.negative) break;
          if (found) groups = found;
          pc++;
        } else {
          const [begin, end] = [groups[2 * step.group]!, groups[2 * step.group + 1]!];
          const part = begin < 0 || end < begin ? "" : text.slice(begin, end);
          if (!text.startsWith(part, at)) break;
          at += part.length;
          pc++;
        }
        idle = at > here ? 0 : idle + 1;
        if (idle > 2 * steps.length) break;
      }
    }
    return best;
  };

  for (let at = from; at <= text.length; at++) {
    const found = attempt(program.steps, at, none, o.longest);
    if (found || o.sticky) return found;
  }
  return undefined;
}
