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
  return JSON.parse(text, (_key, item: unknown) =>
    item !== null && typeof item === "object" && typeof (item as { $bytes?: unknown }).$bytes === "string"
      ? new Uint8Array(Buffer.from((item as { $bytes: string }).$bytes, "base64"))
      : item,
  );
}
