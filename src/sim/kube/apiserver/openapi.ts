/** OpenAPI documents made from the schemas: v2 for older clients' validation, v3 for `kubectl explain` and apply. */
import type { Obj } from "../../core/json.ts";
import { groups, versionInfo } from "./discovery.ts";
import { apiVersionOf, type Resource } from "./resources.ts";
import { objectType, objectTypes, type Field, type FieldType, type ObjectType } from "./schema/index.ts";
import type { ApiServer } from "./server.ts";

const typeSchema = (f: FieldType, root: string): Obj => {
  switch (f.kind) {
    case "int":
      return { type: "integer", format: "int32" };
    case "number":
      return { type: "number", format: "double" };
    case "bool":
      return { type: "boolean" };
    case "time":
      return { type: "string", format: "date-time" };
    case "bytes":
      return { type: "string", format: "byte" };
    case "quantity":
      return root.includes("schemas") ? { oneOf: [{ type: "string" }, { type: "number" }] } : { type: "string" };
    case "intstr":
      return root.includes("schemas")
        ? { oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" }
        : { type: "string", format: "int-or-string" };
    case "any":
      return { type: "object" };
    case "object":
      return { $ref: `${root}${objectType(f.type!).openapi}` };
    case "list":
      return { type: "array", items: typeSchema(f.item!, root) };
    case "map":
      return { type: "object", additionalProperties: typeSchema(f.item!, root) };
    default:
      return { type: "string" };
  }
};

function property(f: Field, root: string): Obj {
  const out: Obj = typeSchema(f, root);
  if (f.kind === "list") {
    if (f.mergeKey !== undefined) {
      out["x-kubernetes-patch-strategy"] = "merge";
      if (f.mergeKey !== "") out["x-kubernetes-patch-merge-key"] = f.mergeKey;
    }
    if (f.listKeys) {
      out["x-kubernetes-list-type"] = f.listKeys.length > 0 ? "map" : "set";
      if (f.listKeys.length > 0) out["x-kubernetes-list-map-keys"] = f.listKeys;
    }
  }
  return out;
}

function definition(t: ObjectType, root: string, gvks: Obj[]): Obj {
  const required = [...t.fields.values()].filter((f) => f.required).map((f) => f.name);
  return {
    type: "object",
    properties: Object.fromEntries([...t.fields.values()].map((f) => [f.name, property(f, root)])),
    ...(required.length > 0 ? { required } : {}),
    ...(gvks.length > 0 ? { "x-kubernetes-group-version-kind": gvks } : {}),
  };
}

const gvksOf = (api: ApiServer): Map<string, Obj[]> => {
  const out = new Map<string, Obj[]>();
  for (const r of api.resources())
    if (r.type !== "")
      out.set(r.type, [...(out.get(r.type) ?? []), ...api.versions(r).map((version) => ({ group: r.group, version, kind: r.kind }))]);
  return out;
};

/** io.projectcalico.crd.v1.IPPool for group crd.projectcalico.org. */
const customName = (r: Resource, version: string): string => `${r.group.split(".").toReversed().join(".")}.${version}.${r.kind}`;

function customSchema(r: Resource, version: string): Obj {
  const found = ((r.crd!.spec.versions as Obj[]).find((v) => v.name === version)?.schema?.openAPIV3Schema ?? { type: "object" }) as Obj;
  return { ...found, "x-kubernetes-group-version-kind": [{ group: r.group, version, kind: r.kind }] };
}

export function openapiV2(api: ApiServer): Obj {
  const root = "#/definitions/";
  const gvks = gvksOf(api);
  const definitions: Obj = {};
  for (const t of objectTypes.values()) definitions[t.openapi] = definition(t, root, gvks.get(t.name) ?? []);
  const paths: Obj = {};
  for (const r of api.resources())
    for (const version of api.versions(r)) {
      if (r.crd)
        definitions[customName(r, version)] = {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          "x-kubernetes-group-version-kind": [{ group: r.group, version, kind: r.kind }],
        };
      paths[pathOf(r, version)] = operations(r, version);
    }
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: String(versionInfo(api.p.state.version).gitVersion) },
    paths,
    definitions,
  };
}

const pathOf = (r: Resource, version: string): string =>
  `${r.group === "" ? "/api" : "/apis"}/${apiVersionOf(r.group, version)}${r.namespaced ? "/namespaces/{namespace}" : ""}/${r.plural}/{name}`;

function operations(r: Resource, version: string): Obj {
  const gvk = { group: r.group, version, kind: r.kind };
  const operation = (action: string, media: string[]): Obj => ({
    consumes: media,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk,
    parameters: [
      { uniqueItems: true, type: "string", name: "dryRun", in: "query" },
      { uniqueItems: true, type: "string", name: "fieldManager", in: "query" },
      { uniqueItems: true, type: "string", name: "fieldValidation", in: "query" },
    ],
    responses: { "200": { description: "OK" } },
  });
  return {
    patch: operation("patch", [
      "application/json-patch+json",
      "application/merge-patch+json",
      "application/strategic-merge-patch+json",
      "application/apply-patch+yaml",
    ]),
    put: operation("put", ["*/*"]),
  };
}

/** "" lists the documents; `api/v1`, `apis/apps/v1` are documents. */
export function openapiV3(api: ApiServer, which: string): Obj | undefined {
  const all = groups(api).filter((g) => !g.aggregated);
  if (which === "") {
    const paths: Obj = {};
    for (const g of all)
      for (const v of g.versions) {
        const key = g.name === "" ? `api/${v}` : `apis/${g.name}/${v}`;
        paths[key] = { serverRelativeURL: `/openapi/v3/${key}?hash=${api.p.state.version}-${g.resources.length}` };
      }
    return { paths };
  }
  const [kind, a, b] = which.split("/");
  const g = all.find((x) => x.name === (kind === "api" ? "" : a));
  const version = kind === "api" ? a! : b!;
  if (!g || !g.versions.includes(version)) return undefined;
  const root = "#/components/schemas/";
  const gvks = gvksOf(api);
  const schemas: Obj = {};
  const add = (name: string): void => {
    const t = objectType(name);
    if (schemas[t.openapi]) return;
    schemas[t.openapi] = definition(t, root, gvks.get(name) ?? []);
    const follow = (f: FieldType): void => {
      if (f.type) add(f.type);
      if (f.item) follow(f.item);
    };
    for (const f of t.fields.values()) follow(f);
  };
  const paths: Obj = {};
  for (const r of g.resources.filter((x) => api.versions(x).includes(version))) {
    if (r.crd) schemas[customName(r, version)] = customSchema(r, version);
    else add(r.type);
    paths[pathOf(r, version)] = v3Operations(r, version);
  }
  add("DeleteOptions");
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: String(versionInfo(api.p.state.version).gitVersion) },
    paths,
    components: { schemas },
  };
}

function v3Operations(r: Resource, version: string): Obj {
  const gvk = { group: r.group, version, kind: r.kind };
  const parameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
    name,
    in: "query",
    schema: { type: "string", uniqueItems: true },
  }));
  const schema = r.crd
    ? { $ref: `#/components/schemas/${customName(r, version)}` }
    : { $ref: `#/components/schemas/${objectType(r.type).openapi}` };
  return {
    get: {
      "x-kubernetes-action": "get",
      "x-kubernetes-group-version-kind": gvk,
      responses: { "200": { description: "OK", content: { "application/json": { schema } } } },
    },
    patch: {
      "x-kubernetes-action": "patch",
      "x-kubernetes-group-version-kind": gvk,
      parameters,
      requestBody: { content: { "application/apply-patch+yaml": { schema: { type: "object" } } } },
      responses: { "200": { description: "OK", content: { "application/json": { schema } } } },
    },
  };
}
