/** The client's calls: an answer, or docker's words about its failure. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { dockerAsk, dockerCall, type ApiReply } from "../api.ts";
import { CliError } from "./flags.ts";

/** `Error: No such container: x` of calls that look first, `Error response from daemon: …` of others. */
export function fault(reply: Extract<ApiReply, { ok: false }>, looks = false): CliError {
  if (reply.status === 0) return new CliError(reply.message);
  if (looks && reply.status === 404) return new CliError(`Error: ${reply.message}`);
  return new CliError(`Error response from daemon: ${reply.message}`);
}

export async function must(p: Proc, call: string, args: Obj = {}, looks = false): Promise<Obj> {
  const reply = await Promise.resolve(dockerCall(p, call, args));
  if (!reply.ok) throw fault(reply, looks);
  return reply.body;
}

/** A call that takes time. */
export async function wait(p: Proc, call: string, args: Obj = {}, looks = false): Promise<Obj> {
  const reply = await dockerAsk(p, call, args);
  if (!reply.ok) throw fault(reply, looks);
  return reply.body;
}
