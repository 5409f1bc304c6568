/** kubectl get: k8s.io/kubectl/pkg/cmd/get. */
import type { Obj } from "../../../core/json.ts";
import { parseQuantity } from "../../quantity.ts";
import { jsonPath } from "../../jsonpath.ts";
import { printTable, type TableOptions } from "../columns.ts";
import { Failure, Failures, ServerRefusal } from "../failure.ts";
import { fileFlags, outputFlags, parseFlags, selectorFlags } from "../flags.ts";
import { formatted } from "../output.ts";
import { must, objectName, objectOf, resourceName, Session, type Kind } from "../session.ts";
import { kindOfDocument, namespaceOf, readFiles, targetsOf, type Document, type Target } from "../targets.ts";
import type { Command } from "./command.ts";

const tableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

export const get: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "get",
    argv,
    {
      ...outputFlags,
      ...fileFlags,
      ...selectorFlags,
      watch: "bool",
      "watch-only": "bool",
      "output-watch-events": "bool",
      "no-headers": "bool",
      "show-labels": "bool",
      "show-kind": "bool",
      "label-columns": "list",
      "sort-by": "string",
      "ignore-not-found": "bool",
      raw: "string",
      "chunk-size": "int",
      "server-print": "bool",
      subresource: "string",
    },
    { w: "watch", L: "label-columns" },
  );
  const s = new Session(p, flags);
  const raw = flags.text("raw");
  if (raw !== undefined) {
    if (flags.args.length > 0) throw new Failure("error: arguments may not be passed when --raw is specified");
    const response = must(s, await s.attempt("GET", raw, undefined, { headers: { "x-object": "" } }));
    if (response.code >= 300) objectOf(response);
    await p.out(response.object === undefined ? response.body : JSON.stringify(response.object));
    return 0;
  }
  const files = flags.list("filename");
  const wanted: (Wanted | Failure)[] = [];
  if (files.length > 0) {
    for (const d of await readFiles(s, files, flags.bool("recursive"))) wanted.push(await wantedBy(s, d));
  } else {
    for (const t of await targetsOf(s, flags.args, "get"))
      wanted.push({ ...t, namespace: flags.bool("all-namespaces") ? "" : s.namespace });
  }
  const targets = wanted.filter((w): w is Wanted => !(w instanceof Failure));
  // a template asks for itself (cli-runtime/pkg/genericclioptions/kube_template_flags.go)
  const output = flags.text("output") ?? (flags.text("template") ? "go-template" : "");
  const everywhere = flags.bool("all-namespaces");
  const selector = flags.text("selector");
  const fieldSelector = flags.text("field-selector");
  if (everywhere && targets.some((t) => t.name !== "" && t.kind.namespaced))
    throw new Failure("error: a resource cannot be retrieved by name across all namespaces");
  if (selector && targets.some((t) => t.name !== "")) throw new Failure("error: name cannot be provided when a selector is specified");
  if (flags.bool("watch") || flags.bool("watch-only")) return watch(s, targets, output);
  const query: Record<string, string> = {
    ...(selector ? { labelSelector: selector } : {}),
    ...(fieldSelector ? { fieldSelector } : {}),
    ...(output === "" || output === "wide" ? { limit: "500" } : {}),
  };
  const asTable = (output === "" || output === "wide") && !flags.text("sort-by")?.startsWith("\0");

  // answers, in the order asked; refusals are told at the end
  const answers: { kind: Kind; body: Obj; named: boolean }[] = [];
  const failures = new Failures();
  for (const t of wanted) {
    if (t instanceof Failure) {
      // above a table told as one of several, also when it is the only one
      failures.add(asTable ? new Failure(t.message.replace(/^error: /, "")) : t);
      continue;
    }
    try {
      const path = s.path(t.kind, t.kind.namespaced ? t.namespace : "", t.name, flags.text("subresource") ?? "");
      const headers: Record<string, string> = asTable ? { accept: tableAccept } : {};
      const body = await s.request("GET", path, undefined, {
        headers,
        query:
          t.name === ""
            ? { ...query, ...(asTable && flags.text("sort-by") ? { includeObject: "Object" } : {}) }
            : asTable && flags.text("sort-by")
              ? { includeObject: "Object" }
              : {},
      });
      answers.push({ kind: t.kind, body, named: t.name !== "" });
    } catch (caught) {
      if (!(caught instanceof ServerRefusal)) throw caught;
      const error = t.name === "" ? unableToList(t.kind, caught, selector, fieldSelector) : caught;
      if (error.code === 404 && flags.bool("ignore-not-found")) continue;
      failures.add(error);
    }
  }
  // one file or one name (cli-runtime/pkg/resource/builder.go, singleItemImplied)
  const implied = files.length > 0 ? files.length === 1 && !p.fs.isDir(files[0]!) : targets.length === 1 && targets[0]!.name !== "";
  if (!asTable) return structured(s, output, answers, failures, implied);

  const many = new Set(targets.map((t) => resourceName(t.kind))).size > 1 || flags.bool("show-kind");
  // named objects of one kind share a table
  const tables: { kind: Kind; table: Obj }[] = [];
  for (const a of answers) {
    const last = tables.at(-1);
    if (a.named && last && last.kind === a.kind)
      last.table = { ...last.table, rows: [...(last.table.rows as Obj[]), ...(a.body.rows as Obj[])] };
    else tables.push({ kind: a.kind, table: a.body });
  }
  const sortBy = flags.text("sort-by");
  const filled = tables
    .map((t) => (sortBy ? { ...t, table: sortRows(t.table, sortBy) } : t))
    .filter((t) => (t.table.rows as Obj[]).length > 0);
  let out = "";
  const widths: number[] = [];
  for (const [i, { kind, table }] of filled.entries()) {
    const options: TableOptions = {
      minor: s.minor,
      wide: output === "wide",
      noHeaders: flags.bool("no-headers"),
      namespace: everywhere && kind.namespaced,
      showLabels: flags.bool("show-labels"),
      labelColumns: flags.list("label-columns"),
      ...(many ? { prefix: `${kind.kind.toLowerCase()}${kind.group === "" ? "" : `.${kind.group}`}/` } : {}),
    };
    if (i > 0 && !flags.bool("no-headers")) out += "\n";
    else if (i > 0) options.widths = widths;
    out += printTable(table, options);
  }
  await p.out(out);
  if (filled.length === 0 && failures.none && !flags.bool("ignore-not-found")) {
    const namespaced = targets.every((t) => t.kind.namespaced);
    await p.err(everywhere || !namespaced ? "No resources found\n" : `No resources found in ${s.namespace} namespace.\n`);
  }
  failures.end();
  return 0;
};

type Wanted = Target & { namespace: string };

async function wantedBy(s: Session, d: Document): Promise<Wanted | Failure> {
  try {
    const kind = await kindOfDocument(s, d);
    return { kind, name: String(d.object.metadata?.name ?? ""), namespace: namespaceOf(s, d, kind) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error;
  }
}

async function structured(
  s: Session,
  output: string,
  answers: { kind: Kind; body: Obj; named: boolean }[],
  failures: Failures,
  implied: boolean,
): Promise<number> {
  const items: Obj[] = [];
  const kinds = new Map<Obj, Kind>();
  for (const a of answers) {
    const list = a.named ? [a.body] : ((a.body.items ?? []) as Obj[]);
    for (const o of list) {
      items.push(o);
      kinds.set(o, a.kind);
    }
  }
  const sortBy = s.flags.text("sort-by");
  const ordered = sortBy ? sortItems(items, sortBy) : items;
  const nameOf = (o: Obj): string => objectName(kinds.get(o)!, String(o.metadata.name));
  // a list also when there is nothing in it, unless that is nothing
  if (implied ? failures.none && items.length > 0 : items.length > 0 || !s.flags.bool("ignore-not-found")) {
    const object: Obj =
      implied && items.length === 1
        ? ordered[0]!
        : { apiVersion: "v1", items: ordered, kind: "List", metadata: { resourceVersion: "", ...(s.minor < 24 ? { selfLink: "" } : {}) } };
    await s.p.out(formatted(s, output, object, nameOf)!);
  }
  failures.end();
  return 0;
}

/** k8s.io/cli-runtime/pkg/resource/selector.go */
function unableToList(kind: Kind, error: ServerRefusal, labels: string | undefined, fields: string | undefined): ServerRefusal {
  if (error.code !== 400 && error.code !== 404) return error;
  const resource = JSON.stringify(`${kind.group}/${kind.version}, Resource=${kind.plural}`);
  const message =
    (labels ?? fields)
      ? `Unable to find ${resource} that match label selector ${JSON.stringify(labels ?? "")}, field selector ${JSON.stringify(fields ?? "")}: ${error.detail}`
      : `Unable to list ${resource}: ${error.detail}`;
  return new ServerRefusal(error.code, { ...error.body, message });
}

const sortKey = (expression: string): string => {
  const inner = /^\{(.*)\}$/.exec(expression)?.[1] ?? expression;
  return inner.startsWith(".") || inner.startsWith("$") ? inner : `.${inner}`;
};

function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [qa, qb] = [parseQuantity(a), parseQuantity(b)];
  if (qa !== undefined && qb !== undefined) return qa - qb;
  const [left, right] = [String(a as string), String(b as string)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function sortItems(items: Obj[], expression: string): Obj[] {
  const key = sortKey(expression);
  const value = (o: Obj): unknown => jsonPath(key, o)[0];
  if (items.length > 0 && items.every((o) => value(o) === undefined))
    throw new Failure(`error: couldn't find any field with path ${JSON.stringify(`{${key}}`)} in the list of objects`);
  return items.toSorted((a, b) => compare(value(a), value(b)));
}

/** A field that no row has leaves none, and no error (seen in 1.20 and 1.36). */
function sortRows(table: Obj, expression: string): Obj {
  const rows = table.rows as Obj[];
  if (rows.every((r) => jsonPath(sortKey(expression), r.object)[0] === undefined)) return { ...table, rows: [] };
  const order = sortItems(
    rows.map((r) => r.object as Obj),
    expression,
  );
  return { ...table, rows: order.map((o) => rows.find((r) => r.object === o)!) };
}

async function watch(s: Session, targets: Wanted[], output: string): Promise<number> {
  const { flags, p } = s;
  if (targets.length !== 1) throw new Failure("error: you may only specify a single resource type");
  const { kind, name, namespace } = targets[0]!;
  const table = output === "" || output === "wide";
  const fields = [flags.text("field-selector"), name === "" ? undefined : `metadata.name=${name}`].filter((f) => f !== undefined).join(",");
  if (name !== "") await s.get(kind, name, namespace);
  const opened = s.client.openWatch([
    {
      resource: resourceName(kind),
      path: s.path(kind, namespace),
      table,
      ...(fields ? { fieldSelector: fields } : {}),
      ...(flags.text("selector") ? { labelSelector: flags.text("selector")! } : {}),
    },
  ]);
  if (!opened.ok) {
    const { failure } = opened;
    if (failure.kind === "status") throw new ServerRefusal(failure.code, failure.status);
    throw new Failure(`Unable to connect to the server: ${failure.message}`);
  }
  const widths: number[] = [];
  let headed = flags.bool("no-headers");
  const events = flags.bool("output-watch-events");
  const show = async (body: Obj, event: string): Promise<void> => {
    if (!table) {
      const text = formatted(s, output, body, (o) => objectName(kind, String(o.metadata.name)))!;
      await p.out(output === "yaml" ? `---\n${text}`.replace(/^---\n/, headed ? "---\n" : "") : text);
      headed = true;
      return;
    }
    await p.out(
      printTable(body, {
        minor: s.minor,
        wide: output === "wide",
        noHeaders: headed,
        namespace: flags.bool("all-namespaces") && kind.namespaced,
        showLabels: flags.bool("show-labels"),
        labelColumns: flags.list("label-columns"),
        widths,
        ...(events ? { event } : {}),
      }),
    );
    headed = true;
  };
  const first = opened.lists[resourceName(kind)] as Obj;
  if (!flags.bool("watch-only")) {
    if (table) {
      if ((first.rows as Obj[]).length > 0) await show(first, "ADDED");
    } else for (const o of (first.items ?? []) as Obj[]) await show(o, "ADDED");
  }
  const limit = flags.text("request-timeout");
  const m = /^(\d+)(s|m)?$/.exec(limit ?? "");
  if (m && Number(m[1]) > 0) {
    void p.machine.world.wait(Number(m[1]) * (m[2] === "m" ? 60_000 : 1000)).done.then(() => p.net.shut(opened.conn));
  }
  for (;;) {
    const message = (await p.net.receive(opened.conn)) as Obj | undefined;
    if (message === undefined) return 0;
    if (message.object) await show(message.object as Obj, String(message.type));
  }
}
