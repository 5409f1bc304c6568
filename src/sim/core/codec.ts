/** Snapshots as text: JSON, with byte arrays as `{"$bytes": base64}`. */

/** How a byte array is written. */
function written(this: Uint8Array): { $bytes: string } {
  return { $bytes: Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString("base64") };
}

/** The bytes of a snapshot; equal states give equal text. */
export function encode(value: unknown): string {
  // JSON.stringify is several times faster without a replacer function, so byte arrays learn to write themselves while it runs
  const arrays = Uint8Array.prototype as { toJSON?: unknown };
  const buffers = Buffer.prototype as { toJSON?: unknown };
  const before = buffers.toJSON;
  arrays.toJSON = written;
  buffers.toJSON = written;
  try {
    return JSON.stringify(value);
  } finally {
    delete arrays.toJSON;
    buffers.toJSON = before;
  }
}

/** The inverse of `encode`; throws SyntaxError on damaged text. */
export function decode(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // a reviver function would be called for every value of a large text that holds hardly any bytes
  return text.includes('"$bytes"') ? revive(value) : value;
}

/** Puts byte arrays in place, in depth. */
function revive(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (typeof value[i] === "object") value[i] = revive(value[i]);
    return value;
  }
  const object = value as Record<string, unknown>;
  if (typeof object.$bytes === "string") return new Uint8Array(Buffer.from(object.$bytes, "base64"));
  for (const key of Object.keys(object)) if (typeof object[key] === "object") object[key] = revive(object[key]);
  return object;
}
