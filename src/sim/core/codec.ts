/** Snapshots as text: JSON, with byte arrays as `{"$bytes": base64}`. */

/** The bytes of a snapshot; equal states give equal text. */
export function encode(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key: string, item: unknown) {
    // a Buffer's toJSON has run by now, so look at the value itself
    const raw = this[key];
    return raw instanceof Uint8Array ? { $bytes: Buffer.from(raw).toString("base64") } : item;
  });
}

/** The inverse of `encode`; throws SyntaxError on damaged text. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) =>
    item !== null && typeof item === "object" && typeof (item as { $bytes?: unknown }).$bytes === "string"
      ? new Uint8Array(Buffer.from((item as { $bytes: string }).$bytes, "base64"))
      : item,
  );
}
