/**
 * Bodies in Kubernetes' protobuf envelope, which typed clients of 1.32 and newer send: the small kinds of reviews, evictions,
 * tokens and simple objects. Field numbers: the generated.proto files of k8s.io/api. Other kinds are refused with 415.
 */
import type { Obj } from "../../core/json.ts";

type Shape = { [field: number]: [name: string, kind: "string" | "int" | "bool" | "strings" | "bytesMap" | "stringMap" | Shape] };

const metadata: Shape = {
  1: ["name", "string"],
  2: ["generateName", "string"],
  3: ["namespace", "string"],
  5: ["uid", "string"],
  6: ["resourceVersion", "string"],
  11: ["labels", "stringMap"],
  12: ["annotations", "stringMap"],
  14: ["finalizers", "strings"],
};
const deleteOptions: Shape = {
  1: ["gracePeriodSeconds", "int"],
  2: ["preconditions", { 1: ["uid", "string"], 2: ["resourceVersion", "string"] }],
  3: ["orphanDependents", "bool"],
  4: ["propagationPolicy", "string"],
  5: ["dryRun", "strings"],
};
const resourceAttributes: Shape = {
  1: ["namespace", "string"],
  2: ["verb", "string"],
  3: ["group", "string"],
  4: ["version", "string"],
  5: ["resource", "string"],
  6: ["subresource", "string"],
  7: ["name", "string"],
};
const nonResource: Shape = { 1: ["path", "string"], 2: ["verb", "string"] };

const shapes: Record<string, Shape> = {
  DeleteOptions: deleteOptions,
  SelfSubjectReview: { 1: ["metadata", metadata] },
  SelfSubjectAccessReview: {
    1: ["metadata", metadata],
    2: ["spec", { 1: ["resourceAttributes", resourceAttributes], 2: ["nonResourceAttributes", nonResource] }],
  },
  SelfSubjectRulesReview: { 1: ["metadata", metadata], 2: ["spec", { 1: ["namespace", "string"] }] },
  SubjectAccessReview: {
    1: ["metadata", metadata],
    2: [
      "spec",
      {
        1: ["resourceAttributes", resourceAttributes],
        2: ["nonResourceAttributes", nonResource],
        3: ["user", "string"],
        4: ["groups", "strings"],
      },
    ],
  },
  TokenReview: { 1: ["metadata", metadata], 2: ["spec", { 1: ["token", "string"], 2: ["audiences", "strings"] }] },
  Eviction: { 1: ["metadata", metadata], 2: ["deleteOptions", deleteOptions] },
  TokenRequest: {
    1: ["metadata", metadata],
    2: [
      "spec",
      {
        1: ["audiences", "strings"],
        3: ["boundObjectRef", { 1: ["kind", "string"], 2: ["apiVersion", "string"], 3: ["name", "string"], 4: ["uid", "string"] }],
        4: ["expirationSeconds", "int"],
      },
    ],
  },
  Namespace: { 1: ["metadata", metadata], 2: ["spec", { 1: ["finalizers", "strings"] }] },
  ServiceAccount: { 1: ["metadata", metadata] },
  ConfigMap: { 1: ["metadata", metadata], 2: ["data", "stringMap"], 3: ["binaryData", "bytesMap"], 4: ["immutable", "bool"] },
  Secret: {
    1: ["metadata", metadata],
    2: ["data", "bytesMap"],
    3: ["type", "string"],
    4: ["stringData", "stringMap"],
    5: ["immutable", "bool"],
  },
};

function varint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  let scale = 1;
  for (let i = at; i < bytes.length; i++) {
    value += (bytes[i]! & 127) * scale;
    if (bytes[i]! < 128) return [value, i + 1];
    scale *= 128;
  }
  return [value, bytes.length];
}

/** Fields in order: number and value (a number, or bytes). */
function* fields(bytes: Uint8Array): Generator<[field: number, value: number | Uint8Array]> {
  for (let at = 0; at < bytes.length;) {
    let tag: number;
    [tag, at] = varint(bytes, at);
    let value: number;
    switch (tag & 7) {
      case 0:
        [value, at] = varint(bytes, at);
        yield [tag >>> 3, value];
        break;
      case 2: {
        [value, at] = varint(bytes, at);
        yield [tag >>> 3, bytes.subarray(at, at + value)];
        at += value;
        break;
      }
      default:
        at += (tag & 7) === 1 ? 8 : 4;
    }
  }
}

const text = (v: number | Uint8Array): string => (typeof v === "number" ? String(v) : Buffer.from(v).toString("utf8"));

function decode(bytes: Uint8Array, shape: Shape): Obj {
  const out: Obj = {};
  for (const [number, value] of fields(bytes)) {
    const known = shape[number];
    if (!known) continue;
    const [name, kind] = known;
    if (typeof kind === "object") out[name] = decode(value as Uint8Array, kind);
    else if (kind === "strings") out[name] = [...((out[name] ?? []) as string[]), text(value)];
    else if (kind === "stringMap" || kind === "bytesMap") {
      const entry: [string, Uint8Array] = ["", new Uint8Array()];
      for (const [n, v] of fields(value as Uint8Array)) {
        if (n === 1) entry[0] = text(v);
        else entry[1] = v as Uint8Array;
      }
      out[name] = {
        ...(out[name] as Obj | undefined),
        [entry[0]]: Buffer.from(entry[1]).toString(kind === "bytesMap" ? "base64" : "utf8"),
      };
    } else if (kind === "int") out[name] = value as number;
    else if (kind === "bool") out[name] = value === 1;
    else if (text(value) !== "") out[name] = text(value);
  }
  return out;
}

/** undefined when the kind is none of those above (or the bytes are no such envelope). */
export function decodeEnvelope(bytes: Uint8Array): Obj | undefined {
  if (Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== "k8s\0") return undefined;
  let apiVersion = "";
  let kind = "";
  let raw: Uint8Array = new Uint8Array();
  for (const [number, value] of fields(bytes.subarray(4))) {
    if (number === 1) {
      for (const [n, v] of fields(value as Uint8Array)) {
        if (n === 1) apiVersion = text(v);
        if (n === 2) kind = text(v);
      }
    } else if (number === 2) raw = value as Uint8Array;
  }
  const shape = shapes[kind];
  return shape && { apiVersion, kind, ...decode(raw, shape) };
}
