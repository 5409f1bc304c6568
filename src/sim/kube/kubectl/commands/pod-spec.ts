/** Commands that change the pod template of an object: what `kubectl set` shares. */
import { copy } from "../../../core/copy.ts";
import type { Obj } from "../../../core/json.ts";
import { diffMerge } from "../../apiserver/patch/merge.ts";
import { builtinResources } from "../../apiserver/resources.ts";
import { Failure, ServerRefusal } from "../failure.ts";
import type { Kind, Session } from "../session.ts";
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

/** One of `kubectl set`'s changes. */
export interface SpecChange {
  verb: string;
  /** What stands before the server's words when it refuses. */
  refused: string;
  /** Changes a pod's specification, in place; what cannot be done to it, which keeps nothing else from being done. */
  work(spec: Obj): string[];
}

/** Changes all objects that can be changed, and throws at the end what was met (PatchFn and Run of k8s.io/kubectl/pkg/cmd/set). */
export async function updateSpecs(s: Session, objects: readonly Live[], change: SpecChange, dry: DryRun): Promise<void> {
  const cause = await changeCause(s);
  const complaints: string[] = [];
  const changed = objects.map((l) => {
    const o = copy(l.object);
    const spec = podSpec(o);
    if (!spec) return { l };
    complaints.push(...change.work(spec));
    if (cause) o.metadata.annotations = { ...(o.metadata.annotations as Obj | undefined), ...cause };
    return { l, o };
  });
  for (const { l, o } of changed) {
    if (!o) {
      complaints.push(`error: ${l.kind.plural}/${l.name} the object is not a pod or does not have a pod template: *${goType(l.kind)}\n`);
      continue;
    }
    const patch = diffMerge(l.object, o);
    if (Object.keys(patch).length === 0) continue;
    try {
      await report(s, l.kind, dry === "client" ? o : await patchLive(s, l, patch, "kubectl-set", dry), change.verb, dry);
    } catch (error) {
      if (!(error instanceof ServerRefusal)) throw error;
      complaints.push(`${change.refused} ${error.detail}`);
    }
  }
  // some of them begin and end as a line of their own does
  const [first, ...more] = complaints;
  if (first === undefined) return;
  throw new Failure(more.length > 0 ? complaints.join("\n") : `error: ${first.trimEnd().replace(/^error: /, "")}`);
}

/** As Go's %T writes an object's type. */
const goType = (k: Kind): string =>
  builtinResources.some((r) => r.group === k.group && r.kind === k.kind) ? `${k.version}.${k.kind}` : "unstructured.Unstructured";
