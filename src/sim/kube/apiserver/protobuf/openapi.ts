/** The OpenAPI v2 document as gnostic's `openapi.v2.Document` message, the only form that kubectl before 1.23 asks for. Field numbers: OpenAPIv2.proto. */
import type { Obj } from "../../../core/json.ts";
import { Writer } from "./wire.ts";

export function encodeOpenapi(document: Obj): Uint8Array {
  const info = document.info as Obj;
  const out = new Writer().bytes(1, String(document.swagger));
  out.bytes(2, new Writer().bytes(1, String(info.title)).bytes(2, String(info.version)).done());
  const paths = new Writer();
  for (const [path, item] of Object.entries(document.paths as Obj)) paths.bytes(2, named(path, pathItem(item as Obj)));
  const definitions = new Writer();
  for (const [name, one] of Object.entries(document.definitions as Obj)) definitions.bytes(1, named(name, schema(one as Obj)));
  return out.bytes(8, paths.done()).bytes(9, definitions.done()).done();
}

const named = (name: string, value: Uint8Array): Uint8Array => new Writer().bytes(1, name).bytes(2, value).done();

/** `x-…` keys, each a NamedAny whose value is YAML (JSON is YAML too). */
function extensions(out: Writer, field: number, of: Obj): Uint8Array {
  for (const [name, value] of Object.entries(of))
    if (name.startsWith("x-")) out.bytes(field, named(name, new Writer().bytes(2, `${JSON.stringify(value)}\n`).done()));
  return out.done();
}

const operationFields: Record<string, number> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(item: Obj): Uint8Array {
  const out = new Writer();
  for (const [method, field] of Object.entries(operationFields)) if (item[method]) out.bytes(field, operation(item[method] as Obj));
  return out.done();
}

function operation(of: Obj): Uint8Array {
  const out = new Writer();
  for (const type of (of.consumes ?? []) as string[]) out.bytes(7, type);
  for (const parameter of (of.parameters ?? []) as Obj[]) {
    const query = new Writer()
      .bytes(2, String(parameter.in))
      .bytes(4, String(parameter.name))
      .bytes(6, String(parameter.type))
      .number(20, parameter.uniqueItems ? 1 : 0)
      .done();
    // ParametersItem.parameter → Parameter.non_body_parameter → NonBodyParameter.query_parameter_sub_schema
    const nonBody = new Writer().bytes(3, query).done();
    out.bytes(8, new Writer().bytes(1, new Writer().bytes(2, nonBody).done()).done());
  }
  const responses = new Writer();
  for (const [code, response] of Object.entries((of.responses ?? {}) as Obj))
    responses.bytes(1, named(code, new Writer().bytes(1, new Writer().bytes(1, String((response as Obj).description)).done()).done()));
  return extensions(out.bytes(9, responses.done()), 13, of);
}

function schema(of: Obj): Uint8Array {
  const out = new Writer();
  if (of.$ref) out.bytes(1, String(of.$ref));
  if (of.format) out.bytes(2, String(of.format));
  if (of.description) out.bytes(4, String(of.description));
  for (const name of (of.required ?? []) as string[]) out.bytes(19, name);
  if (of.additionalProperties) out.bytes(21, new Writer().bytes(1, schema(of.additionalProperties as Obj)).done());
  if (of.type) out.bytes(22, new Writer().bytes(1, String(of.type)).done());
  if (of.items) out.bytes(23, new Writer().bytes(1, schema(of.items as Obj)).done());
  if (of.properties) {
    const properties = new Writer();
    for (const [name, one] of Object.entries(of.properties as Obj)) properties.bytes(1, named(name, schema(one as Obj)));
    out.bytes(25, properties.done());
  }
  return extensions(out, 31, of);
}
