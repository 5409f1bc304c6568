/** Commands that change the pod template of an object: what `kubectl set` shares. */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { diffMerge } from "../../apiserver/patch/merge.ts";
import { Failure } from "../failure.ts";
import { objectName, type Session } from "../session.ts";
import { patchLive } from "./change.ts";
import { report, type DryRun } from "./manage.ts";
import type { Live } from "./objects.ts";
import { changeCause } from "./record.ts";

/** The pod template (or pod) of an object. */
export const podSpec = (o: Obj): Obj | undefined =>
  o.kind === "Pod"
    ? (o.spec as Obj)
    : o.kind === "CronJob"
      ? (o.spec?.jobTemplate?.spec?.template?.spec as Obj)
      : (o.spec?.template?.spec as Obj | undefined);

/** `--containers`, with `*` for any text. */
export const globs = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`).test(name);

export async function updateSpec(
  s: Session,
  l: Live,
  verb: string,
  manager: string,
  dry: DryRun,
  work: (spec: Obj, o: Obj) => void,
): Promise<void> {
  const o = copy(l.object);
  const spec = podSpec(o);
  if (!spec) throw new Failure(`error: ${objectName(l.kind, l.name)} does not have a pod template`);
  work(spec, o);
  const cause = await changeCause(s);
  if (cause) o.metadata.annotations = { ...(o.metadata.annotations as Obj | undefined), ...cause };
  const change = diffMerge(l.object, o);
  if (Object.keys(change).length === 0) return;
  await report(s, l.kind, dry === "client" ? o : await patchLive(s, l, change, manager, dry), verb, dry);
}
