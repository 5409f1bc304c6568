/** -m owner: whose socket a packet comes from (xt_owner.c). */
import { IptablesError } from "./env.ts";
import type { MatchExtension } from "./matches.ts";

const rangeText = (low: number, high: number): string => (low === high ? String(low) : `${low}-${high}`);
const bang = (not: unknown): string => (not ? "! " : "");

export const owner: MatchExtension = {
  options: { "uid-owner": 1, "gid-owner": null, "socket-exists": null },
  hooks: ["OUTPUT", "POSTROUTING"],
  parse(m, _option, [word], not, context) {
    const named = context.uid(word!);
    const range = /^(\d+)(?:-(\d+))?$/.exec(word!);
    if (named === undefined && !range) throw new IptablesError(`owner: Bad value for "--uid-owner" option: "${word}"`);
    const low = named ?? Number(range![1]);
    Object.assign(m, { uid: low, last: named ?? Number(range![2] ?? low), not, ...(named === undefined ? {} : { user: word }) });
  },
  check(m) {
    if (m.uid === undefined) throw new IptablesError("owner: At least one of --uid-owner, --gid-owner or --socket-exists is required");
  },
  save: (m) => ` ${bang(m.not)}--uid-owner ${rangeText(m.uid as number, m.last as number)}`,
  list: (m, numeric) =>
    `${bang(m.not)}owner UID match ${numeric || m.user === undefined ? rangeText(m.uid as number, m.last as number) : (m.user as string)}`,
  test(m) {
    const { uid, last, not } = m as unknown as { uid: number; last: number; not: boolean };
    return (p) => (p.uid !== undefined && p.uid >= uid && p.uid <= last) !== not;
  },
};
