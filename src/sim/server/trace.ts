/** A packet's walk as text. */
import type { World } from "../world.ts";

export function traceText(_world: World, _from: string, _to: string): { hops: { where: string; what: string }[]; outcome: string; ok: boolean } {
  throw new Error("trace: not built yet");
}
