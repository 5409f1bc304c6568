/** The live objects that a changing command works on, by arguments, files or selectors. */
import type { Obj } from "../../../core/json.ts";
import { Failure } from "../failure.ts";
import type { Kind, Session } from "../session.ts";
import { kindOfDocument, namespaceOf, readFiles, targetsOf } from "../targets.ts";

export interface Live {
  kind: Kind;
  namespace: string;
  name: string;
  object: Obj;
}

export async function liveObjects(s: Session, args: string[], command: string): Promise<Live[]> {
  const { flags } = s;
  const out: Live[] = [];
  const files = flags.list("filename");
  if (files.length > 0) {
    for (const d of await readFiles(s, files, flags.bool("recursive"))) {
      const kind = await kindOfDocument(s, d);
      const namespace = namespaceOf(s, d, kind);
      const name = String(d.object.metadata?.name);
      out.push({ kind, namespace, name, object: await s.request("GET", s.path(kind, namespace, name)) });
    }
    return out;
  }
  for (const t of await targetsOf(s, args, command)) {
    const namespace = t.kind.namespaced ? s.namespace : "";
    if (t.name !== "") {
      out.push({ kind: t.kind, namespace, name: t.name, object: await s.request("GET", s.path(t.kind, namespace, t.name)) });
      continue;
    }
    const selector = flags.text("selector");
    const field = flags.text("field-selector");
    if (!flags.bool("all") && selector === undefined && field === undefined && !flags.bool("all-namespaces"))
      throw new Failure("error: resource(s) were provided, but no name was specified");
    const list = await s.request("GET", s.path(t.kind, flags.bool("all-namespaces") ? "" : namespace), undefined, {
      query: { ...(selector ? { labelSelector: selector } : {}), ...(field ? { fieldSelector: field } : {}) },
    });
    for (const o of list.items as Obj[])
      out.push({
        kind: t.kind,
        namespace: String(o.metadata.namespace ?? ""),
        name: String(o.metadata.name),
        object: { ...o, apiVersion: list.apiVersion as string, kind: t.kind.kind },
      });
  }
  return out;
}
