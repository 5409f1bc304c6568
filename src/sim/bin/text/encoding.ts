/** Bytes and text, with bytes as one-byte-a-character strings. */
import { decodeText, encodeText } from "../../core/text-bytes.ts";

export { encodeText } from "../../core/text-bytes.ts";

/** A one-byte-a-character string read as UTF-8. */
export const fromBytes = (raw: string): string => (/^[\x00-\x7f]*$/.test(raw) ? raw : decodeText(Buffer.from(raw, "latin1")));

/** The bytes of a text, one a character. */
export const toBytes = (text: string): string => (/^[\x00-\x7f]*$/.test(text) ? text : encodeText(text).toString("latin1"));
