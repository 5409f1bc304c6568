/** `--record`: the command line becomes the object's change cause (k8s.io/cli-runtime/pkg/genericclioptions/record_flags.go). */
import type { Session } from "../session.ts";
import { patchLive } from "./change.ts";
import type { DryRun } from "./manage.ts";
import type { Live } from "./objects.ts";

export const recordFlag = { record: "bool" } as const;

/** Sessions in which it was said that the flag is deprecated. */
const said = new WeakSet<Session>();

/** The annotation to be set, if any. Says that the flag is deprecated, which it is since 1.22. */
export async function changeCause(s: Session): Promise<{ "kubernetes.io/change-cause": string } | undefined> {
  if (s.flags.maybe("record") === undefined) return undefined;
  if (s.minor >= 22 && !said.has(s)) await s.p.err("Flag --record has been deprecated, --record will be removed in the future\n");
  said.add(s);
  return s.flags.bool("record") ? { "kubernetes.io/change-cause": s.flags.line } : undefined;
}

/** Of commands that change an object first and record it afterwards. */
export async function recordOn(s: Session, l: Live, annotations: Record<string, string> | undefined, dry: DryRun): Promise<void> {
  if (annotations && dry === "none") await patchLive(s, l, { metadata: { annotations } }, "kubectl", dry);
}
