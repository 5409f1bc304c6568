/**
 * Bytes and text. Bytes that are no UTF-8 travel through text as lone surrogates U+DC80–U+DCFF (PEP 383) and come out as they
 * went in: in argv, variables, file names, whatever a system call takes.
 */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escaped(bytes);
  }
}

function escaped(bytes: Uint8Array): string {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return raw.replace(/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g, (piece) => {
    const part = Buffer.from(piece, "latin1");
    try {
      return strict.decode(part);
    } catch {
      return Array.from(part, (byte) => String.fromCharCode(0xdc00 + byte)).join("");
    }
  });
}

export const hasRawBytes = (text: string): boolean => /(?<![\ud800-\udbff])[\udc80-\udcff]/.test(text);

/** The bytes of a text. */
export function encodeText(text: string): Buffer {
  if (!hasRawBytes(text)) return Buffer.from(text, "utf8");
  const parts = text.split(/(?<![\ud800-\udbff])([\udc80-\udcff]+)/);
  return Buffer.concat(
    parts.map((part, i) => (i % 2 ? Buffer.from(Array.from(part, (c) => c.charCodeAt(0) & 0xff)) : Buffer.from(part, "utf8"))),
  );
}

/** Joins texts: bytes that came apart in two of them may be one character together. */
export const rejoined = (text: string): string => (hasRawBytes(text) ? decodeText(encodeText(text)) : text);
