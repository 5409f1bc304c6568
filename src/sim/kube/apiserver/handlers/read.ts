/** Get, list, watch. */
import type { Obj } from "../../../core/json.ts";
import { apiVersionOf, keyOf, storagePrefix, type Resource } from "../resources.ts";
import { parseLabelSelector, type LabelTerm } from "../label-selector.ts";
import type { ApiServer, WatchEvent } from "../server.ts";
import { checkFieldSelector, matchesFields, matchesLabels, parseFieldSelector, type FieldTerm } from "../selectors.ts";
import { badRequest, gone } from "../status.ts";
import { load, present, type Call } from "./context.ts";

/** What a list or watch is restricted to. Plain data. */
export interface Filter {
  prefix: string;
  namespace: string;
  labels: LabelTerm[];
  fields: FieldTerm[];
}

export function filterOf(c: Call): Filter {
  const { resource: r, query, info } = c;
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "");
  const extra = ((r.crd?.spec.versions ?? []) as Obj[]).flatMap((v) =>
    ((v.selectableFields ?? []) as Obj[]).map((f) => String(f.jsonPath).replace(/^\./, "")),
  );
  checkFieldSelector(fields, keyOf(r), r.namespaced, extra);
  if (info.name !== "") fields.push({ field: "metadata.name", equal: true, value: info.name });
  return {
    prefix: storagePrefix(r),
    namespace: r.namespaced ? info.namespace : "",
    labels: parseLabelSelector(query.get("labelSelector") ?? "", c.api.minor),
    fields,
  };
}

export const matches = (f: Filter, o: Obj): boolean =>
  (f.namespace === "" || o.metadata.namespace === f.namespace) &&
  matchesLabels(o.metadata.labels as Record<string, string> | undefined, f.labels) &&
  matchesFields(o, f.fields);

export const get = (c: Call): Obj => present(c, load(c));

const listKind = (r: Resource): string => (r.crd ? String(r.crd.spec.names.listKind) : `${r.kind}List`);

export function list(c: Call): Obj {
  const { resource: r, api, query } = c;
  const filter = filterOf(c);
  const prefix = storagePrefix(r, filter.namespace);
  const { items: all, revision } = api.store.list(prefix);
  const limit = Number(query.get("limit") ?? 0);
  const token = query.get("continue");
  const after = token ? continueKey(token) : "";
  const metadata: Obj = { resourceVersion: String(revision) };
  let items: Obj[] = [];
  if (filter.labels.length === 0 && filter.fields.length === 0 && limit === 0 && after === "") items = all;
  else {
    let rest = 0;
    for (const o of all) {
      const key = `${o.metadata.namespace ?? ""}/${o.metadata.name}`;
      if (after !== "" && key <= after) continue;
      if (!matches(filter, o)) continue;
      if (limit > 0 && items.length >= limit) {
        rest++;
        continue;
      }
      items.push(o);
    }
    if (rest > 0) {
      const last = items.at(-1)!;
      metadata.continue = Buffer.from(
        JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: `${last.metadata.namespace ?? ""}/${last.metadata.name}` }),
      ).toString("base64url");
      if (filter.labels.length === 0 && filter.fields.length === 0) metadata.remainingItemCount = rest;
    }
  }
  return { kind: listKind(r), apiVersion: apiVersionOf(r.group, c.version), metadata, items: items.map((o) => present(c, o)) };
}

function continueKey(token: string): string {
  try {
    return String((JSON.parse(Buffer.from(token, "base64url").toString()) as Obj).start ?? "");
  } catch {
    throw badRequest("continue key is not valid: illegal base64 data at input byte 0");
  }
}

/** The event as a watcher with this filter sees it: something that begins or ceases to match is added or deleted. */
export function seenBy(f: Filter, e: WatchEvent): { type: "ADDED" | "MODIFIED" | "DELETED"; object: Obj } | undefined {
  if (e.prefix !== f.prefix) return undefined;
  const now = e.type !== "DELETED" && matches(f, e.object);
  const before = e.old !== undefined && matches(f, e.old);
  if (e.type === "DELETED")
    return before || (e.old === undefined && matches(f, e.object)) ? { type: "DELETED", object: e.object } : undefined;
  if (now && !before) return { type: "ADDED", object: e.object };
  if (now) return { type: "MODIFIED", object: e.object };
  return before ? { type: "DELETED", object: gonePart(e) } : undefined;
}

/** The last state that matched, with the revision of the change. */
const gonePart = (e: WatchEvent): Obj =>
  Object.freeze({ ...e.old, metadata: Object.freeze({ ...(e.old!.metadata as Obj), resourceVersion: String(e.revision) }) });

/** What a new watch begins with. Throws Gone. */
export function initialEvents(api: ApiServer, c: Call, f: Filter): { events: { type: string; object: Obj }[]; revision: number } {
  const from = c.query.get("resourceVersion") ?? "";
  const sendInitial = c.query.get("sendInitialEvents") === "true";
  if (from === "" || from === "0" || sendInitial) {
    const { items, revision } = api.store.list(storagePrefix(c.resource, f.namespace));
    return { events: items.filter((o) => matches(f, o)).map((object) => ({ type: "ADDED", object })), revision };
  }
  const since = api.since(f.prefix, Number(from));
  if (!since) throw gone(from, String(api.store.revision()));
  return { events: since.flatMap((e) => seenBy(f, e) ?? []), revision: Number(from) };
}
