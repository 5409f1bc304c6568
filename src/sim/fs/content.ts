/** What is in a file. */
import { encodeText, hasRawBytes } from "../core/text-bytes.ts";
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";

/** Bytes of a file: text, raw bytes, `extents` for long runs of one byte, or `object` for databases kept as structured data. */
export type Content = string | Uint8Array | { extents: Extent[] } | { object: Obj };
type Extent = { bytes: Uint8Array } | { fill: number; length: number };

const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function sizeOf(content: Content | undefined): number {
  if (content === undefined) return 0;
  if (typeof content === "string") return Buffer.byteLength(content);
  if (content instanceof Uint8Array) return content.length;
  if ("object" in content) return databaseSize(content.object);
  return content.extents.reduce((sum, e) => sum + ("fill" in e ? e.length : e.bytes.length), 0);
}

/** What it takes of the host's memory: nothing for runs of one byte. */
export const realSize = (content: Content | undefined): number => {
  if (content === undefined) return 0;
  if (typeof content === "string" || content instanceof Uint8Array) return content.length;
  if ("object" in content) return 0;
  let sum = 0;
  for (const e of content.extents) if (!("fill" in e)) sum += e.bytes.length;
  return sum;
};

/** Size that a database file shows: by its number of records, since writing it out for every stat(2) would be dear. */
function databaseSize(object: Obj): number {
  let records = 0;
  for (const value of Object.values(object) as unknown[])
    records += value !== null && typeof value === "object" ? Object.keys(value).length : 1;
  return Math.max(16384, Math.ceil((records * 1100) / 4096) * 4096);
}

export function bytesOf(content: Content | undefined): Uint8Array {
  if (content === undefined) return new Uint8Array();
  if (typeof content === "object" && "extents" in content && sizeOf(content) > 1024 ** 3) throw new Errno("ENOMEM");
  if (typeof content === "string") return encodeText(content);
  if (content instanceof Uint8Array) return content;
  if ("object" in content) return Buffer.from(JSON.stringify(content.object), "utf8");
  return Buffer.concat(content.extents.map((e) => ("fill" in e ? Buffer.alloc(e.length, e.fill) : e.bytes)));
}

/** Part of a file's bytes, without making the runs of a sparse file real. */
export function sliceOf(content: Content | undefined, offset: number, length: number): Uint8Array {
  if (content === undefined || typeof content === "string" || content instanceof Uint8Array || "object" in content)
    return bytesOf(content).subarray(offset, offset + length);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const e of content.extents) {
    const size = "fill" in e ? e.length : e.bytes.length;
    const from = Math.max(0, offset - at);
    const to = Math.min(size, offset + length - at);
    if (to > from) parts.push("fill" in e ? Buffer.alloc(to - from, e.fill) : e.bytes.subarray(from, to));
    at += size;
    if (at >= offset + length) break;
  }
  return Buffer.concat(parts);
}

/** Keeps text as text, so that snapshots stay readable and small. */
export function contentOf(bytes: Uint8Array | string): Content {
  if (typeof bytes === "string") return hasRawBytes(bytes) ? encodeText(bytes) : bytes;
  try {
    return text.decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}

/** Pieces of a large file grow to this size. */
const piece = 128 * 1024;

/** Content with more behind it. Long runs of one byte (from /dev/zero) are kept as a count, so that they take no memory. */
export function joined(old: Content, data: Uint8Array | string): Content {
  if (typeof data !== "string" && data.length >= 4096 && data.every((b) => b === data[0])) {
    const fill = data[0]!;
    const extents = typeof old === "object" && "extents" in old ? [...old.extents] : sizeOf(old) === 0 ? [] : [{ bytes: bytesOf(old) }];
    const last = extents.at(-1);
    if (last && "fill" in last && last.fill === fill) extents[extents.length - 1] = { fill, length: last.length + data.length };
    else extents.push({ fill, length: data.length });
    return { extents };
  }
  // a file that grows large is kept in pieces, so that adding to it does not copy it
  const large = 256 * 1024;
  if ((typeof old === "string" && old.length >= large) || (old instanceof Uint8Array && old.length >= large)) {
    return { extents: [{ bytes: bytesOf(old) }, { bytes: typeof data === "string" ? encodeText(data) : new Uint8Array(data) }] };
  }
  if (typeof old === "string") {
    const more = contentOf(data);
    if (typeof more === "string") return old + more;
  }
  const bytes = typeof data === "string" ? encodeText(data) : new Uint8Array(data);
  if (typeof old === "object" && "extents" in old) {
    // small pieces become larger ones, so that there are few of them
    const last = old.extents.at(-1);
    if (last && "bytes" in last && last.bytes.length < piece)
      return { extents: [...old.extents.slice(0, -1), { bytes: Buffer.concat([last.bytes, bytes]) }] };
    return { extents: [...old.extents, { bytes }] };
  }
  return contentOf(Buffer.concat([bytesOf(old), bytes]));
}
