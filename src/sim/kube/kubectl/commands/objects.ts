/** The live objects that a changing command works on, by arguments, files or selectors. */
import type { Obj } from "../../../core/json.ts";
import { Failures } from "../failure.ts";
import type { Kind, Session } from "../session.ts";
import { kindOfDocument, namespaceOf, noName, readFiles, targetsOf } from "../targets.ts";

export interface Live {
  kind: Kind;
  namespace: string;
  name: string;
  object: Obj;
}

/** Does the work on each object, and throws what was met at the end. */
export async function eachObject(...visit: Parameters<typeof visitObjects>): Promise<void> {
  (await visitObjects(...visit)).end();
}

/**
 * Asks the server for one object after the other and works on it; goes on after a failure of the question or of the work. `typeIsAll`: a
 * type alone means all its objects.
 */
export async function visitObjects(
  s: Session,
  args: string[],
  command: string,
  work: (l: Live) => Promise<void>,
  { typeIsAll = false } = {},
): Promise<Failures> {
  const failures = new Failures();
  const named = (kind: Kind, namespace: string, name: string): Promise<void> =>
    failures.during(async () => work({ kind, namespace, name, object: await s.request("GET", s.path(kind, namespace, name)) }));
  const files = s.flags.list("filename");
  if (files.length > 0) {
    for (const d of await readFiles(s, files, s.flags.bool("recursive")))
      await failures.during(async () => {
        const kind = await kindOfDocument(s, d);
        await named(kind, namespaceOf(s, d, kind), String(d.object.metadata?.name));
      });
  } else {
    for (const t of await targetsOf(s, args, command)) {
      if (t.name !== "") {
        await named(t.kind, t.kind.namespaced ? s.namespace : "", t.name);
        continue;
      }
      const all = await listed(s, t.kind, typeIsAll);
      for (const l of all) await failures.during(() => work(l));
    }
  }
  return failures;
}

/** All objects first, for commands that change none unless all are there. */
export async function liveObjects(s: Session, args: string[], command: string): Promise<Live[]> {
  const out: Live[] = [];
  await eachObject(s, args, command, async (l) => void out.push(l));
  return out;
}

async function listed(s: Session, kind: Kind, typeIsAll: boolean): Promise<Live[]> {
  const { flags } = s;
  const selector = flags.text("selector");
  const field = flags.text("field-selector");
  const everywhere = flags.bool("all-namespaces");
  if (!typeIsAll && !flags.bool("all") && selector === undefined && field === undefined && !everywhere) throw noName(s);
  const list = await s.request("GET", s.path(kind, everywhere || !kind.namespaced ? "" : s.namespace), undefined, {
    query: { ...(selector ? { labelSelector: selector } : {}), ...(field ? { fieldSelector: field } : {}) },
  });
  return (list.items as Obj[]).map((o) => ({
    kind,
    namespace: String(o.metadata.namespace ?? ""),
    name: String(o.metadata.name),
    object: { ...o, apiVersion: list.apiVersion as string, kind: kind.kind },
  }));
}
