/** kubectl describe. */
import type { Obj } from "../../../core/json.ts";
import { describers, generic, withoutEvents } from "../describe/kinds.ts";
import { eventsOf, printEvents } from "../describe/events.ts";
import { Failure, Failures, ServerRefusal } from "../failure.ts";
import { fileFlags, parseFlags, selectorFlags } from "../flags.ts";
import { apiVersionOf, Session, type Kind } from "../session.ts";
import { kindOfDocument, namespaceOf, readFiles, targetsOf } from "../targets.ts";
import type { Command } from "./command.ts";

export const describe: Command = async (p, argv) => {
  const flags = parseFlags(p, "describe", argv, { ...fileFlags, ...selectorFlags, "show-events": "bool", "chunk-size": "int" });
  const s = new Session(p, flags);
  const items: { kind: Kind; object: Obj }[] = [];
  // objects that were named, whether or not they are there, or found
  let asked = 0;
  const everywhere = flags.bool("all-namespaces");
  const [failures, unread] = [new Failures(), new Failures()];
  const told = new Set<string>();
  // each thing that went wrong is told once
  const meet = (error: unknown): void => {
    if (!(error instanceof Failure)) throw error;
    if (!told.has(error.message)) failures.add(error);
    told.add(error.message);
  };
  const files = flags.list("filename");
  if (files.length > 0) {
    for (const d of await readFiles(s, files, flags.bool("recursive"))) {
      asked++;
      await unread.during(async () => {
        const kind = await kindOfDocument(s, d);
        try {
          items.push({ kind, object: await s.request("GET", s.path(kind, namespaceOf(s, d, kind), String(d.object.metadata?.name))) });
        } catch (error) {
          meet(error);
        }
      });
    }
  } else {
    if (flags.args.length === 0)
      throw new Failure(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    for (const t of await targetsOf(s, flags.args, "describe")) {
      const namespace = t.kind.namespaced && !everywhere ? s.namespace : "";
      if (t.name === "") {
        const list = await s.request("GET", s.path(t.kind, namespace), undefined, {
          query: {
            ...(flags.text("selector") ? { labelSelector: flags.text("selector")! } : {}),
            ...(flags.text("field-selector") ? { fieldSelector: flags.text("field-selector")! } : {}),
          },
        });
        for (const o of list.items as Obj[]) items.push({ kind: t.kind, object: o });
        asked += (list.items as Obj[]).length;
        continue;
      }
      asked++;
      try {
        items.push({ kind: t.kind, object: await s.request("GET", s.path(t.kind, namespace, t.name)) });
      } catch (error) {
        if (!(error instanceof ServerRefusal)) throw error;
        // a name may be the beginning of several
        if (error.code === 404) {
          const list = await s.request("GET", s.path(t.kind, namespace));
          const found = (list.items as Obj[]).filter((o) => String(o.metadata.name).startsWith(t.name));
          if (found.length > 0) {
            for (const o of found) items.push({ kind: t.kind, object: o });
            continue;
          }
        }
        meet(error);
      }
    }
  }
  if (items.length === 0 && failures.none && unread.none)
    await p.err(everywhere ? "No resources found\n" : `No resources found in ${s.namespace} namespace.\n`);
  // by default events are those of a single object since 1.36 (kubernetes/kubernetes#137145)
  const withEvents = flags.maybe("show-events") ?? (s.minor < 36 || asked <= 1);
  for (const [i, { kind, object }] of items.entries()) {
    const o: Obj = { ...object, kind: kind.kind, apiVersion: apiVersionOf(kind) };
    const key = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
    const describer = describers[key];
    const w = describer ? await describer(s, o) : generic(o, kind.namespaced);
    if (!withoutEvents.has(kind.kind) && withEvents) printEvents(w, await eventsOf(s, o), p.now, s.minor);
    await p.out(`${i > 0 ? "\n\n" : ""}${w.toString()}`);
  }
  const all = new Failures();
  all.add(unread);
  all.addAll(failures);
  all.end();
  return 0;
};
