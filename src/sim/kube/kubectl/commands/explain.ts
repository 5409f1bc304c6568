/** explain (pkg/cmd/explain): up to 1.26 in the form of OpenAPI v2, later by the template of v3. */
import type { Obj } from "../../../core/json.ts";
import { Failure, TransportFailure, transportText } from "../failure.ts";
import { parseFlags, type Flags } from "../flags.ts";
import { apiVersionOf, objectOf, Session, type Kind } from "../session.ts";
import type { Command } from "./command.ts";

type Schemas = Record<string, Obj>;

/** What was asked for: the field with its type's schema behind it. */
interface Explained {
  kind: Kind;
  path: string[];
  /** The last field of the path. */
  field: Obj | undefined;
  /** What has the fields to list; an array's are its items'. */
  node: Obj | undefined;
  schemas: Schemas;
  recursive: boolean;
  /** Lines of a paragraph are joined before they are wrapped. */
  joined: boolean;
}

export const explain: Command = async (p, argv) => {
  const flags = parseFlags(p, "explain", argv, { recursive: "bool", "api-version": "string", output: "string" }, { o: "output" });
  const s = new Session(p, flags);
  const [word, more] = flags.args;
  if (word === undefined)
    throw new Failure(
      'error: You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  if (more !== undefined) throw new Failure("error: We accept only this format: explain RESOURCE");
  const older = s.minor < 27;
  const output = flags.text("output") ?? "plaintext";
  if (output !== "plaintext" && output !== "plaintext-openapiv2") throw new Failure(`error: unrecognized format: ${output}`);
  const { kind, path } = await requested(s, word, flags);
  const schemas = await schemasOf(s, kind);
  const second = older || output === "plaintext-openapiv2" || !(await hasThird(s));
  const parts = second ? path : path.filter((x) => x !== "");
  // the template has begun to print when it finds that there is no such field
  if (!second) await p.out(head(kind));
  const found = walk(schemas, kind, parts);
  // it names the last, the other form the first that is not there
  if ("missing" in found) throw new Failure(`error: field ${JSON.stringify(second ? found.missing : parts.at(-1))} does not exist`);
  const explained: Explained = { kind, path: parts, schemas, recursive: flags.bool("recursive"), joined: older, ...found };
  await p.out(second ? ofSecond(explained) : ofThird(explained));
  return 0;
};

async function requested(s: Session, given: string, flags: Flags): Promise<{ kind: Kind; path: string[] }> {
  const word = given.replace(/\.$/, "");
  const [type, ...path] = word.split(".");
  const found = await s.kind(type!).catch((error: unknown) => {
    // explain prints this one without "error:"
    throw error instanceof Failure ? new Failure(error.message.replace(/^error: (the server doesn't have)/, "$1")) : error;
  });
  const version = flags.text("api-version");
  if (version !== undefined) return { kind: await ofVersion(s, found, version, flags), path };
  // the first resource of that name whose `plural.group` begins the word; what follows that to the next dot is passed over
  const twins = (await s.kinds()).filter((k) => k.plural === type && k.preferred);
  const whole = [found, ...twins].find((k) => word.startsWith(k.group === "" ? k.plural : `${k.plural}.${k.group}`));
  if (s.minor < 27 || whole === undefined) return { kind: found, path };
  const length = whole.plural.length + (whole.group === "" ? 0 : whole.group.length + 1);
  return { kind: whole, path: word.slice(length).split(".").slice(1) };
}

async function ofVersion(s: Session, found: Kind, version: string, flags: Flags): Promise<Kind> {
  const kind = (await s.kinds()).find((k) => apiVersionOf(k) === version && k.plural === found.plural);
  const wanted = s.minor < 27 || flags.text("output") === "plaintext-openapiv2" ? `Kind=${found.kind}` : `Resource=${found.plural}`;
  if (!kind) throw new Failure(`error: couldn't find resource for "${version}, ${wanted}"`);
  return kind;
}

/** Servers before 1.24 publish OpenAPI v2 alone; this one's schemas are read from its v3 all the same, since they are the same. */
async function hasThird(s: Session): Promise<boolean> {
  const result = await s.attempt("GET", "/version");
  if (!result.ok) throw new TransportFailure(transportText(s.config.server, result));
  return Number(objectOf(result.response).minor) >= 24;
}

async function schemasOf(s: Session, k: Kind): Promise<Schemas> {
  const result = await s.attempt("GET", `/openapi/v3/${k.group === "" ? "api" : `apis/${k.group}`}/${k.version}`);
  if (!result.ok) throw new TransportFailure(transportText(s.config.server, result));
  return (objectOf(result.response).components?.schemas ?? {}) as Schemas;
}

const refOf = (o: Obj | undefined): string | undefined => (o?.$ref ?? o?.allOf?.[0]?.$ref) as string | undefined;

function resolve(schemas: Schemas, o: Obj | undefined): Obj | undefined {
  const ref = refOf(o);
  return ref === undefined ? o : schemas[ref.split("/").at(-1)!];
}
const itemsOf = (schemas: Schemas, o: Obj | undefined): Obj | undefined =>
  o?.type === "array" ? itemsOf(schemas, resolve(schemas, o.items as Obj)) : o;

function walk(schemas: Schemas, k: Kind, path: string[]): Pick<Explained, "field" | "node"> | { missing: string } {
  let node = Object.values(schemas).find((x) =>
    ((x["x-kubernetes-group-version-kind"] ?? []) as Obj[]).some(
      (g) => g.group === k.group && g.version === k.version && g.kind === k.kind,
    ),
  );
  let field: Obj | undefined;
  for (const part of path) {
    field = (node?.properties as Obj | undefined)?.[part] as Obj | undefined;
    if (field === undefined) return { missing: part };
    node = itemsOf(schemas, resolve(schemas, field));
  }
  return { field, node };
}

const fieldsOf = (node: Obj | undefined): [string, Obj, boolean][] => {
  const required = (node?.required ?? []) as string[];
  return Object.entries((node?.properties ?? {}) as Schemas)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => [name, field, required.includes(name)]);
};

// --- by the template of OpenAPI v3

function head(k: Kind): string {
  return `${k.group === "" ? "" : `GROUP:      ${k.group}\n`}KIND:       ${k.kind}\nVERSION:    ${k.version}\n\n`;
}

function ofThird(e: Explained): string {
  const description = (e.field?.description ?? e.node?.description) as string | undefined;
  const name = e.path.at(-1);
  const title = name === undefined ? "" : `FIELD: ${name} <${namedType(e.field!)}>\n${enumLines(e.field!)}\n`;
  const text = description === undefined ? "    <empty>\n" : wrapped(e, description, 76, "    ") + "    \n";
  const fields = e.node?.properties === undefined ? "" : `FIELDS:\n${thirdFields(e, e.node, "  ")}`;
  return `${title}DESCRIPTION:\n${text}${fields}\n`;
}

function enumLines(field: Obj): string {
  const values = (field.enum ?? []) as unknown[];
  return values.length === 0 ? "\n" : `ENUM:\n${values.map((v) => `    ${String(v)}\n`).join("")}`;
}

function thirdFields(e: Explained, node: Obj, indent: string): string {
  let out = "";
  for (const [name, field, required] of fieldsOf(node)) {
    out += `${indent}${name}\t<${namedType(field)}>${required ? " -required-" : ""}\n`;
    if (Array.isArray(field.enum) && field.enum.length > 0) out += `${indent}enum: ${field.enum.join(", ")}\n`;
    const inner = e.recursive ? itemsOf(e.schemas, resolve(e.schemas, field)) : undefined;
    // schemas that name themselves end somewhere
    if (inner?.properties !== undefined && indent.length < 24) out += thirdFields(e, inner, `${indent}  `);
    if (e.recursive) continue;
    const description = field.description as string | undefined;
    out += description === undefined ? "    <no description>\n\n" : `${wrapped(e, description, 76, "    ")}\n`;
  }
  return out;
}

function namedType(f: Obj): string {
  const ref = refOf(f);
  if (ref !== undefined) return ref.split(".").at(-1)!;
  if (f.type === "array") return `[]${namedType((f.items ?? {}) as Obj)}`;
  if (f.additionalProperties) return `map[string]${namedType(f.additionalProperties as Obj)}`;
  return f.type === "object" ? "Object" : String(f.type ?? (f.oneOf ? "IntOrString" : "Object"));
}

// --- as from OpenAPI v2 (pkg/explain)

function ofSecond(e: Explained): string {
  const { kind } = e;
  const name = e.path.at(-1);
  const list = fieldsOf(e.node);
  const label = list.length > 0 ? "RESOURCE: " : "FIELD:    ";
  const title = name === undefined ? "" : `${label}${name} <${plainType(e.schemas, e.field!)}>\n\n`;
  const own = (e.field?.description ?? undefined) as string | undefined;
  const ofType = (e.node === e.field ? undefined : e.node?.description) as string | undefined;
  const texts = [own, ofType].filter((x) => x !== undefined && x !== "") as string[];
  const text = texts.length === 0 ? "     <empty>\n" : texts.map((t) => wrapped(e, t, 75, "     ")).join("\n");
  const fields = list.length === 0 ? "" : `\nFIELDS:\n${secondFields(e, e.node!, "   ")}`;
  return `KIND:     ${kind.kind}\nVERSION:  ${apiVersionOf(kind)}\n\n${title}DESCRIPTION:\n${text}${fields}`;
}

function secondFields(e: Explained, node: Obj, indent: string): string {
  let out = "";
  for (const [name, field, required] of fieldsOf(node)) {
    out += `${indent}${name}\t<${plainType(e.schemas, field)}>${required && !e.recursive ? " -required-" : ""}\n`;
    const inner = e.recursive ? itemsOf(e.schemas, resolve(e.schemas, field)) : undefined;
    if (inner?.properties !== undefined && indent.length < 36) out += secondFields(e, inner, `${indent}   `);
    if (e.recursive) continue;
    const description = (field.description ?? "") as string;
    out += `${description === "" ? "" : wrapped(e, description, 75, "     ")}\n`;
  }
  return out;
}

function plainType(schemas: Schemas, f: Obj): string {
  const o = resolve(schemas, f) ?? f;
  if (o.type === "array") return `[]${plainType(schemas, (o.items ?? {}) as Obj)}`;
  if (o.additionalProperties) return `map[string]${plainType(schemas, o.additionalProperties as Obj)}`;
  return o.type === "object" || o.type === undefined ? (o.oneOf ? "string" : "Object") : String(o.type);
}

/** Paragraphs, lists and code stay apart, everything else is filled up (pkg/explain/formatter.go). */
function wrapped({ joined }: Explained, text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = "";
  const flush = (): void => {
    if (line !== "") lines.push(line);
    line = "";
  };
  for (const source of text.split("\n")) {
    const code = source.startsWith("    ");
    if (code || (lines.length > 0 && source.trim() === "")) {
      flush();
      lines.push(code ? source : "");
      continue;
    }
    if (!joined || line.endsWith(":") || source.trim() === "" || /^(\d+\.?|-|\*)\s/.test(source.trim())) flush();
    for (const word of source.split(/\s+/).filter((w) => w !== "")) {
      if (line !== "" && line.length + 1 + word.length > width) flush();
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  flush();
  return lines.map((l) => `${indent}${l}\n`).join("");
}
