/** ASN.1 in the distinguished encoding (X.690): as much as certificates, keys and requests need. */

/** One decoded element. `whole` is header and content, as signatures cover it. */
export interface Der {
  /** Identifier octet: 0x30 SEQUENCE, 0x31 SET, 0xa0… context-specific constructed, 0x80… context-specific primitive. */
  tag: number;
  body: Uint8Array;
  whole: Uint8Array;
}

/** Malformed DER; the text is Go's (encoding/asn1), as components print it. */
export class DerError extends Error {}

export function encodeDer(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const { length } = body;
  const header =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : length < 65536
          ? [tag, 0x82, length >> 8, length & 255]
          : [tag, 0x83, length >> 16, (length >> 8) & 255, length & 255];
  return Buffer.concat([Uint8Array.from(header), body]);
}

export const sequence = (...parts: Uint8Array[]): Uint8Array => encodeDer(0x30, ...parts);
export const set = (...parts: Uint8Array[]): Uint8Array => encodeDer(0x31, ...parts);
export const octets = (bytes: Uint8Array): Uint8Array => encodeDer(0x04, bytes);
export const boolean = (value: boolean): Uint8Array => encodeDer(0x01, Uint8Array.of(value ? 255 : 0));
export const utf8 = (text: string): Uint8Array => encodeDer(0x0c, Buffer.from(text, "utf8"));

/** A non-negative INTEGER from its big-endian bytes. */
export function unsigned(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const trimmed = bytes.subarray(start);
  return encodeDer(0x02, trimmed[0]! & 0x80 ? Buffer.concat([Uint8Array.of(0), trimmed]) : trimmed);
}

export const integer = (value: number): Uint8Array => unsigned(Buffer.from(value.toString(16).padStart(value > 255 ? 8 : 2, "0"), "hex"));

/** BIT STRING; `unused` bits at the end. */
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array => encodeDer(0x03, Uint8Array.of(unused), bytes);

/** BIT STRING of named bits, the first being bit 0, with trailing zeros left out as DER demands. */
export function namedBits(positions: number[]): Uint8Array {
  if (positions.length === 0) return bits(new Uint8Array());
  const last = Math.max(...positions);
  const out = new Uint8Array((last >> 3) + 1);
  for (const at of positions) out[at >> 3]! |= 0x80 >> (at & 7);
  return bits(out, 7 - (last & 7));
}

export function oid(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  const out = [first! * 40 + second!];
  for (const arc of rest) {
    const septets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) septets.unshift(128 + (left % 128));
    out.push(...septets);
  }
  return encodeDer(0x06, Uint8Array.from(out));
}

/** UTCTime up to 2049, GeneralizedTime after it (RFC 5280 4.1.2.5). */
export function time(ms: number): Uint8Array {
  const text = new Date(ms).toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  return new Date(ms).getUTCFullYear() < 2050
    ? encodeDer(0x17, Buffer.from(`${text.slice(2)}Z`))
    : encodeDer(0x18, Buffer.from(`${text}Z`));
}

/** The element at the start of `bytes`. */
export function decodeDer(bytes: Uint8Array): Der {
  if (bytes.length < 2) throw new DerError("x509: malformed certificate");
  let length = bytes[1]!;
  let header = 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new DerError("x509: malformed certificate");
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[header++] ?? 0);
  }
  if (bytes.length < header + length) throw new DerError("x509: malformed certificate");
  return { tag: bytes[0]!, body: bytes.subarray(header, header + length), whole: bytes.subarray(0, header + length) };
}

/** The elements within a constructed one. */
export function elements(body: Uint8Array): Der[] {
  const out: Der[] = [];
  for (let rest = body; rest.length > 0;) {
    const one = decodeDer(rest);
    out.push(one);
    rest = rest.subarray(one.whole.length);
  }
  return out;
}

export function decodeOid(body: Uint8Array): string {
  const arcs: number[] = [];
  let value = 0;
  for (const byte of body) {
    value = value * 128 + (byte & 127);
    if (byte & 128) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else arcs.push(value);
    value = 0;
  }
  return arcs.join(".");
}

/** Milliseconds since the epoch. */
export function decodeTime(der: Der): number {
  const text = Buffer.from(der.body).toString("latin1");
  const full = der.tag === 0x17 ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text : text;
  const at = (from: number, to: number): number => Number(full.slice(from, to));
  return Date.UTC(at(0, 4), at(4, 6) - 1, at(6, 8), at(8, 10), at(10, 12), at(12, 14));
}

/** Positions of the bits that are set in a BIT STRING's body. */
export function decodeNamedBits(body: Uint8Array): number[] {
  const out: number[] = [];
  for (let i = 0; i < (body.length - 1) * 8; i++) if (body[1 + (i >> 3)]! & (0x80 >> (i & 7))) out.push(i);
  return out;
}
