/** Server-side tables: what `kubectl get` prints (k8s.io/kubernetes/pkg/printers/internalversion/printers.go; CRDs by their printer columns). */
import type { Obj } from "../../core/json.ts";
import { builtinColumns } from "./columns/builtin.ts";
import { customColumns } from "./columns/custom.ts";
import type { Columns } from "./columns/types.ts";
import type { Resource } from "./resources.ts";
import type { ApiServer } from "./server.ts";

const generic: Columns = {
  columns: [
    {
      name: "Name",
      type: "string",
      format: "name",
      description:
        "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
    },
    {
      name: "Created At",
      type: "date",
      description: "CreationTimestamp is a timestamp representing the server time when this object was created.",
    },
  ],
  row: (o) => [String(o.metadata.name), (o.metadata.creationTimestamp as string | undefined) ?? "<unknown>"],
};

function columnsOf(r: Resource, version: string): Columns {
  if (r.crd) return customColumns(r.crd, version);
  return builtinColumns[r.type === "ResourceClaim_" ? "ResourceClaim" : r.type] ?? generic;
}

export function tableOf(api: ApiServer, r: Resource, version: string, body: Obj, include: string): Obj {
  const items = Array.isArray(body.items) ? (body.items as Obj[]) : [body];
  const shown = columnsOf(r, version);
  const now = api.p.now;
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: Array.isArray(body.items) ? (body.metadata as Obj) : { resourceVersion: body.metadata.resourceVersion as string },
    columnDefinitions: shown.columns.map((c) => ({
      name: c.name,
      type: c.type,
      format: c.format ?? "",
      description: c.description ?? "",
      priority: c.priority ?? 0,
    })),
    rows: items.map((o) => ({
      cells: shown.row(o, now, api.minor),
      ...(include === "None"
        ? {}
        : {
            object: include === "Object" ? o : { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: o.metadata as Obj },
          }),
    })),
  };
}
