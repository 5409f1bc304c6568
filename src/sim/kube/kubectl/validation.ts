/** kubectl's own validation of documents against the server's OpenAPI (k8s.io/kubectl/pkg/validation, pkg/util/openapi). */
import type { Obj } from "../../core/json.ts";
import { decodeAs, DecodeError } from "../apiserver/decode.ts";
import { builtinResources } from "../apiserver/resources.ts";
import { objectType, type FieldType } from "../apiserver/schema/index.ts";
import { Failure } from "./failure.ts";
import type { Session } from "./session.ts";
import type { Document } from "./targets.ts";

/** The type that holds the last field of a path such as `spec.containers[0].imagee`. */
function ownerOf(type: string, path: string[]): string {
  let at: FieldType = { kind: "object", type };
  for (const step of path.slice(0, -1)) {
    if (at.kind !== "object") break;
    const field: FieldType | undefined = objectType(at.type!).fields.get(step.replace(/\[\d+\]$/, ""));
    if (!field) break;
    at = step.endsWith("]") ? field.item! : field;
    // a step into a map is the key
    if (at.kind === "map") at = at.item!;
  }
  return at.kind === "object" ? at.type! : type;
}

/** What is wrong with a document, in the words of `ValidationError(…)`; undefined when nothing is. */
export function schemaError(k: { group: string; version: string; kind: string }, object: Obj): string | undefined {
  const type = builtinResources.find((r) => r.group === k.group && r.kind === k.kind)?.type;
  if (!type) return undefined;
  const unknown: string[] = [];
  const at = `${(k.group || "core").split(".")[0]}.${k.version}`;
  try {
    decodeAs(type, object, unknown);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const m = /cannot unmarshal (\w+) into Go struct field (\w+)\.(\S+) of type (\w+)/.exec(error.message);
    // a number passes for a string (pkg/util/openapi/validation/types.go)
    if (m && !(m[1] === "number" && m[4] === "string"))
      return `ValidationError(${k.kind}.${error.path || m[3]}): invalid type for io.k8s.api.${at}.${m[2]}.${m[3]!.split(".").at(-1)}: got "${m[1]}", expected "${m[4]!.replace(/int\d+/, "integer")}"`;
  }
  const [first] = unknown;
  if (first === undefined) return undefined;
  const path = (JSON.parse(first.slice("unknown field ".length)) as string).split(".");
  const parent = path.slice(0, -1).join(".");
  return `ValidationError(${k.kind}${parent === "" ? "" : `.${parent}`}): unknown field ${JSON.stringify(path.at(-1))} in ${objectType(ownerOf(type, path)).openapi}`;
}

const refused = (source: string, what: string): Failure =>
  new Failure(
    `error: error validating ${JSON.stringify(source)}: error validating data: ${what}; if you choose to ignore these errors, turn validation off with --validate=false`,
  );

const off = new Set(["false", "ignore"]);

/**
 * kubectl leaves it to servers that know `fieldValidation` (1.25 on both sides; the parameter is in the OpenAPI document from 1.23 on)
 * and validates by itself for others.
 */
export async function serverValidates(s: Session, source: string): Promise<boolean> {
  if (s.minor < 25) return false;
  if (off.has(s.flags.text("validate") ?? "")) return true;
  const got = await s.attempt("GET", "/version");
  if (!got.ok) {
    if (!got.message.includes("dial tcp")) return true;
    throw refused(source, `failed to download openapi: Get ${JSON.stringify(`${s.config.server}/openapi/v2?timeout=32s`)}: ${got.message}`);
  }
  const version = (got.response.object ?? JSON.parse(got.response.body || "{}")) as Obj;
  const minor = Number(version.minor ?? Number.NaN);
  return !(minor < 23);
}

/** What kubectl says of a document that is none, or, unless the server does, that does not fit its schema. */
export function validationFailure(s: Session, d: Document, byServer: boolean): Failure | undefined {
  if (off.has(s.flags.text("validate") ?? "")) return undefined;
  const { apiVersion, kind } = d.object as { apiVersion?: string; kind?: string };
  if (!apiVersion || !kind) {
    const missing = [...(apiVersion ? [] : ["apiVersion not set"]), ...(kind ? [] : ["kind not set"])];
    return refused(d.source, missing.length === 1 ? missing[0]! : `[${missing.join(", ")}]`);
  }
  const [group, version] = apiVersion.includes("/") ? (apiVersion.split("/") as [string, string]) : ["", apiVersion];
  const wrong = byServer ? undefined : schemaError({ group, version, kind }, d.object);
  return wrong === undefined ? undefined : refused(d.source, wrong);
}
