/** PEM blocks (RFC 7468). */

export interface PemBlock {
  /** Such as `CERTIFICATE`. */
  label: string;
  der: Uint8Array;
}

export function encodePem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString("base64");
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/(.{64})(?=.)/g, "$1\n")}\n-----END ${label}-----\n`;
}

const decoded = new Map<string, readonly PemBlock[]>();

/** All well-formed blocks of a text; anything between them is passed over, as Go's pem.Decode does. */
export function decodePem(text: string): readonly PemBlock[] {
  let blocks = decoded.get(text);
  if (!blocks) {
    if (decoded.size > 1000) decoded.clear();
    blocks = decode(text);
    decoded.set(text, blocks);
  }
  return blocks;
}

function decode(text: string): PemBlock[] {
  const out: PemBlock[] = [];
  for (const [, label, inner] of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^-]*?)-----END \1-----/g)) {
    const base64 = inner!.replace(/^(?:[A-Za-z-]+: .*\r?\n)+\r?\n/, "").replaceAll(/\s/g, "");
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0)
      out.push({ label: label!, der: new Uint8Array(Buffer.from(base64, "base64")) });
  }
  return out;
}
