/** Bodies in Kubernetes' protobuf envelope (runtime.Unknown after the bytes `k8s\0`), which typed clients since 1.32 send. */
import type { Obj } from "../../../core/json.ts";
import { messageOf, messageOfKind, type Message, type MessageField } from "./messages.ts";
import { fieldsOf, text } from "./wire.ts";

type Wire = number | Uint8Array;

const numbered = (bytes: Wire): Map<number, Wire> => new Map(typeof bytes === "number" ? [] : fieldsOf(bytes));

/** meta/v1 Time and MicroTime; undefined for Go's zero time. */
function time(bytes: Wire): string | undefined {
  const parts = numbered(bytes);
  const seconds = parts.get(1);
  if (typeof seconds !== "number") return undefined;
  const micros = Math.floor(Number(parts.get(2) ?? 0) / 1000);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micros > 0 ? `${whole}.${String(micros).padStart(6, "0")}Z` : `${whole}Z`;
}

function value(field: MessageField, wire: Wire): unknown {
  switch (field.type) {
    case "string":
      return text(wire);
    case "int":
    case "double":
      return Number(wire);
    case "bool":
      return wire === 1;
    case "bytes":
      return Buffer.from(wire as Uint8Array).toString("base64");
    case "time":
      return time(wire);
    case "quantity":
      return text(numbered(wire).get(1) ?? new Uint8Array());
    case "intstr": {
      const parts = numbered(wire);
      return parts.get(1) === 1 ? text(parts.get(3) ?? new Uint8Array()) : Number(parts.get(2) ?? 0);
    }
    case "raw": {
      const raw = text(numbered(wire).get(1) ?? new Uint8Array());
      return raw === "" ? undefined : (JSON.parse(raw) as unknown);
    }
    default: {
      const message = messageOf(field.type)!;
      const inner = decode(wire as Uint8Array, message);
      return message.get(1)?.name === "=" ? (inner["="] ?? []) : inner;
    }
  }
}

const isZero = (v: unknown): boolean => v === "" || v === 0 || v === false;

function decode(bytes: Uint8Array, message: Message): Obj {
  const out: Obj = {};
  for (const [number, wire] of fieldsOf(bytes)) {
    const field = message.get(number);
    if (!field) continue;
    const { name, form, zero } = field;
    if (form === "map") {
      const entry = numbered(wire);
      ((out[name] ??= {}) as Obj)[text(entry.get(1) ?? new Uint8Array())] = value(field, entry.get(2) ?? new Uint8Array());
    } else if (form === "list") ((out[name] ??= []) as unknown[]).push(value(field, wire));
    else {
      const got = value(field, wire);
      if (name === "^") Object.assign(out, got);
      else if (got !== undefined && (zero || !isZero(got))) out[name] = got;
    }
  }
  return out;
}

/** undefined when the kind's message is not known, or the bytes are no such envelope. Throws RangeError for broken ones. */
export function decodeEnvelope(bytes: Uint8Array): Obj | undefined {
  if (text(bytes.subarray(0, 4)) !== "k8s\0") return undefined;
  const envelope = numbered(bytes.subarray(4));
  const type = numbered(envelope.get(1) ?? new Uint8Array());
  const apiVersion = text(type.get(1) ?? new Uint8Array());
  const kind = text(type.get(2) ?? new Uint8Array());
  const message = messageOfKind(apiVersion, kind);
  return message && { apiVersion, kind, ...decode((envelope.get(2) ?? new Uint8Array()) as Uint8Array, message) };
}
