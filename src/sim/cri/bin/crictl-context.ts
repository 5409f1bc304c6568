/** What crictl's commands share: their flags, their calls and how they fail. */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { criAsk, criCall } from "../client.ts";

/** Ends crictl with status 1. */
export class Fatal extends Error {}

/** How logrus names a level on a terminal and in a line of fields. */
const levels = { INFO: "info", WARN: "warning", ERRO: "error", FATA: "fatal" } as const;

export async function say(p: Proc, level: keyof typeof levels, message: string): Promise<void> {
  if (p.fds.get(2)?.isTerminal) return p.err(`${level}[0000] ${message} \n`);
  await p.err(`time="${new Date(p.now).toISOString().slice(0, 19)}Z" level=${levels[level]} msg=${JSON.stringify(message)}\n`);
}

export const idEmpty = (): Fatal => new Fatal("ID cannot be empty");

export interface Context {
  p: Proc;
  endpoint: string;
}

export const call = (c: Context, method: string, request: Obj = {}): Obj => {
  const reply = criCall(c.p, c.endpoint, method, request);
  if (!reply.ok) throw reply;
  return reply.response;
};
export const ask = async (c: Context, method: string, request: Obj): Promise<Obj> => {
  const reply = await criAsk(c.p, c.endpoint, method, request);
  if (!reply.ok) throw reply;
  return reply.response;
};

export interface Flags {
  on: Set<string>;
  values: Record<string, string[]>;
  rest: string[];
}

/** Flags of one command; `takes` maps spellings to names, a trailing = marks those with a value. */
export function flags(args: string[], takes: Record<string, string>): Flags {
  const out: Flags = { on: new Set(), values: {}, rest: [] };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      out.rest.push(...args.slice(i + 1));
      break;
    }
    const m = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg);
    if (!m || out.rest.length > 0) {
      out.rest.push(arg);
      continue;
    }
    let names = [m[1]!];
    // -it
    if (!(names[0]! in takes) && !arg.startsWith("--")) names = m[1]!.split("");
    for (const name of names) {
      const to = takes[name];
      if (to === undefined) throw new Fatal(`flag provided but not defined: -${name}`);
      if (to.endsWith("=")) (out.values[to.slice(0, -1)] ??= []).push(m[2] ?? args[++i] ?? "");
      else if (m[2] !== "false") out.on.add(to);
    }
  }
  return out;
}

export type Command = (c: Context, args: string[]) => Promise<number>;
