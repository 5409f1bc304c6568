/** Bytes and text. Bytes that are no UTF-8 travel through text as lone surrogates U+DC80–U+DCFF and come out as they went in. */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A one-byte-a-character string read as UTF-8. */
export function fromBytes(raw: string): string {
  if (/^[\x00-\x7f]*$/.test(raw)) return raw;
  const bytes = Buffer.from(raw, "latin1");
  try {
    return strict.decode(bytes);
  } catch {
    return raw.replace(/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g, (piece) => {
      try {
        return strict.decode(Buffer.from(piece, "latin1"));
      } catch {
        return [...piece].map((c) => String.fromCharCode(0xdc00 + c.charCodeAt(0))).join("");
      }
    });
  }
}

export function encodeText(text: string): Buffer {
  if (!/[\udc80-\udcff]/.test(text)) return Buffer.from(text, "utf8");
  const parts = text.split(/(?<![\ud800-\udbff])([\udc80-\udcff]+)/);
  return Buffer.concat(
    parts.map((part, i) => (i % 2 ? Buffer.from([...part].map((c) => c.charCodeAt(0) & 0xff)) : Buffer.from(part, "utf8"))),
  );
}

/** The bytes of a text, one a character. */
export const toBytes = (text: string): string => (/^[\x00-\x7f]*$/.test(text) ? text : encodeText(text).toString("latin1"));
