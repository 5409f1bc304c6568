/** -o: yaml, json, name, jsonpath, custom-columns (k8s.io/cli-runtime/pkg/genericclioptions/print_flags.go). */
import type { Obj } from "../../core/json.ts";
import { jsonPath, JsonPathError, parseTemplate, renderTemplate } from "../jsonpath.ts";
import { tabulate } from "./columns.ts";
import { Failure } from "./failure.ts";
import { renderGoTemplate } from "../gotemplate/execute.ts";
import { TemplateError } from "../gotemplate/parse.ts";
import type { Session } from "./session.ts";
import { toYaml } from "./yaml-out.ts";

const allowed =
  "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml";

/** Without managedFields unless asked for, keys in Go's order of encoding. */
export function clean(o: Obj, keepManaged: boolean): Obj {
  if (Array.isArray(o.items)) return { ...o, items: (o.items as Obj[]).map((i) => clean(i, keepManaged)) };
  if (keepManaged || !o.metadata?.managedFields) return o;
  const { managedFields: _, ...metadata } = o.metadata as Obj;
  return { ...o, metadata };
}

/** Field order of JSON as encoding/json writes maps: sorted. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, v]) => [k, sorted(v)]),
        )
      : value;

export const toJson = (value: unknown): string => `${JSON.stringify(sorted(value), null, 4)}\n`;

/** Text of a structured output, or undefined for tables ("" and wide). `nameOf`: `pod/x`. */
export function formatted(s: Session, output: string, object: Obj, nameOf: (o: Obj) => string): string | undefined {
  if (output === "" || output === "wide") return undefined;
  const keep = s.flags.bool("show-managed-fields");
  const shown = clean(object, keep);
  const template = s.flags.text("template");
  const eq = output.indexOf("=");
  const kind = eq < 0 ? output : output.slice(0, eq);
  const argument = eq < 0 ? (template ?? "") : output.slice(eq + 1);
  switch (kind) {
    case "yaml":
      return toYaml(shown);
    case "json":
      return toJson(shown);
    case "name":
      return (Array.isArray(object.items) ? (object.items as Obj[]) : [object]).map((o) => `${nameOf(o)}\n`).join("");
    case "jsonpath":
    case "jsonpath-file":
    case "jsonpath-as-json": {
      if (argument === "") throw new Failure("error: template format specified but no template given");
      const text = kind === "jsonpath-file" ? readTemplate(s, argument) : argument;
      try {
        if (kind === "jsonpath-as-json") return toJson(jsonPath(text, shown));
        return renderTemplate(parseTemplate(/[{}]/.test(text) ? text : `{${text.startsWith(".") ? "" : "."}${text}}`), shown);
      } catch (error) {
        if (!(error instanceof JsonPathError)) throw error;
        throw new Failure(`error: error parsing jsonpath ${text}, ${error.message}`);
      }
    }
    case "custom-columns":
      return customColumns(argument, shown, s.flags.bool("no-headers"));
    case "custom-columns-file": {
      const [heads, paths] = readTemplate(s, argument).split("\n");
      const names = heads!.trim().split(/\s+/);
      return customColumns(
        paths!
          .trim()
          .split(/\s+/)
          .map((p, i) => `${names[i]}:${p}`)
          .join(","),
        shown,
        s.flags.bool("no-headers"),
      );
    }
    case "go-template":
    case "go-template-file":
    case "template":
    case "templatefile": {
      if (argument === "") throw new Failure("error: template format specified but no template given");
      return goTemplate(kind.endsWith("file") ? readTemplate(s, argument) : argument, shown);
    }
    default:
      throw new Failure(
        `error: unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: ${s.minor >= 35 ? allowed.replace("name,", "kyaml,name,") : allowed}`,
      );
  }
}

/** k8s.io/cli-runtime/pkg/printers/template.go */
export function goTemplate(text: string, object: Obj): string {
  const data = JSON.parse(JSON.stringify(object)) as Obj;
  try {
    return renderGoTemplate(text, data);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const message = `template: ${error.message}`;
    if (!message.includes(": executing ")) throw new Failure(`error: error parsing template ${text}, ${message}`);
    const more =
      `Error executing template: ${message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${text}\n` +
      `\traw data was:\n\t\t${JSON.stringify(sorted(data))}\n\tobject given to template engine was:\n\t\t${goValue(data)}\n\n`;
    throw new Failure(`error: error executing template ${JSON.stringify(text)}: ${message}`, 1, more);
  }
}

function readTemplate(s: Session, path: string): string {
  const text = s.p.fs.tryReadText(path);
  if (text === undefined) throw new Failure(`error: error reading --template ${path}, open ${path}: no such file or directory`);
  return text;
}

function customColumns(spec: string, object: Obj, noHeaders: boolean): string {
  if (spec === "") throw new Failure("error: custom-columns format specified but no custom columns given");
  const columns = spec.split(/,(?=[^,:]+:)/).map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) throw new Failure(`error: unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    const path = part.slice(colon + 1).replace(/^\{(.*)\}$/, "$1");
    return { name: part.slice(0, colon), path: path.startsWith(".") || path.startsWith("$") ? path : `.${path}` };
  });
  const items = Array.isArray(object.items) ? (object.items as Obj[]) : [object];
  const rows = items.map((o) =>
    columns.map(({ path }) => {
      let values: unknown[];
      try {
        values = jsonPath(path, o).filter((v) => v !== undefined && v !== null);
      } catch (error) {
        if (!(error instanceof JsonPathError)) throw error;
        values = [];
      }
      return values.length === 0 ? "<none>" : values.map(goValue).join(",");
    }),
  );
  return tabulate([...(noHeaders ? [] : [columns.map((c) => c.name)]), ...rows]);
}

/** Go's %v of a decoded JSON value. */
function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goValue).join(" ")}]`;
  if (value !== null && typeof value === "object")
    return `map[${Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${k}:${goValue(v)}`)
      .join(" ")}]`;
  return String(value);
}
