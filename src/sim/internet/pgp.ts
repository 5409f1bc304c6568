/**
 * OpenPGP public keys and signatures, as far as apt and gpg look at them here: a key is a block of bytes that a keyring holds
 * or does not hold, and a signature names the key that made it. Nothing is encrypted or computed.
 */
import { createHash } from "node:crypto";

export interface PublicKey {
  /** Long key id. */
  id: string;
  fingerprint: string;
  uid: string;
  created: string;
  bits: string;
}

const keys: PublicKey[] = [
  {
    id: "234654DA9A296436",
    fingerprint: "DE15B14486CD377B9E876E1A234654DA9A296436",
    uid: "isv:kubernetes OBS Project <isv:kubernetes@build.opensuse.org>",
    created: "2022-08-25",
    bits: "rsa2048",
  },
  {
    id: "CBA9C85640A2B579",
    fingerprint: "85B67D5C50100B1AC8CEFE49CBA9C85640A2B579",
    uid: "isv:cri-o OBS Project <isv:cri-o@build.opensuse.org>",
    created: "2024-11-06",
    bits: "rsa4096",
  },
  {
    id: "8D81803C0EBFCD88",
    fingerprint: "9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
    uid: "Docker Release (CE deb) <docker@docker.com>",
    created: "2017-02-22",
    bits: "rsa4096",
  },
  {
    id: "B53DC80D13EF7F05",
    fingerprint: "A362B822F6DEDC652817EA46B53DC80D13EF7F05",
    uid: "Rapture Automatic Signing Key (cloud-rapture-signing-key-2022-03-07-08_01_01.pub)",
    created: "2022-03-07",
    bits: "rsa2048",
  },
  {
    id: "871920D1991BC93C",
    fingerprint: "F6ECB3762474EDA9D21B7022871920D1991BC93C",
    uid: "Ubuntu Archive Automatic Signing Key (2018) <ftpmaster@ubuntu.com>",
    created: "2018-09-17",
    bits: "rsa4096",
  },
];

/** Packet tag 6 (public key, old format) with a body that only this key has, then tag 13 (user id). */
export function keyBytes(key: PublicKey): Buffer {
  const parts: Buffer[] = [Buffer.from([4])];
  for (let i = 0; i < 9; i++) parts.push(createHash("sha256").update(`${key.fingerprint}/${i}`).digest());
  const body = Buffer.concat(parts);
  const uid = Buffer.from(key.uid, "utf8");
  return Buffer.concat([Buffer.from([0x99, body.length >> 8, body.length & 255]), body, Buffer.from([0xb4, uid.length]), uid]);
}

/** RFC 4880, 6.1. */
function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let i = 0; i < 8; i++) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return crc & 0xffffff;
}

export function armor(bytes: Uint8Array): string {
  const body = Buffer.from(bytes)
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")
    .replace(/\n$/, "");
  const crc = crc24(bytes);
  const sum = Buffer.from([crc >> 16, (crc >> 8) & 255, crc & 255]).toString("base64");
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${body}\n=${sum}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
}

/** The bytes in the first armored block; undefined when there is none or its checksum is wrong. */
export function dearmor(text: string): Buffer | undefined {
  const m =
    /-----BEGIN PGP [A-Z ]+-----\r?\n(?:[^\n]+: [^\n]*\n)*\r?\n([\s\S]*?)\r?\n=([A-Za-z0-9+/]{4})\r?\n-----END PGP [A-Z ]+-----/.exec(text);
  if (!m) return undefined;
  const bytes = Buffer.from(m[1]!.replace(/\s+/g, ""), "base64");
  const sum = Buffer.from(m[2]!, "base64");
  return crc24(bytes) === ((sum[0]! << 16) | (sum[1]! << 8) | sum[2]!) ? bytes : undefined;
}

/** Keys that a keyring file, binary or armored, holds. */
export function keysIn(content: Uint8Array): PublicKey[] {
  const raw = Buffer.from(content);
  const bytes = raw.includes("-----BEGIN PGP") ? dearmor(raw.toString("latin1")) : raw;
  return bytes ? keys.filter((key) => bytes.includes(keyBytes(key))) : [];
}

export const keyById = (id: string): PublicKey => keys.find((k) => k.id === id)!;

/** A clear-signed text (InRelease). */
export function clearsign(text: string, id: string): string {
  return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${text}-----BEGIN PGP SIGNATURE-----\n\n${Buffer.from(
    `signature ${id} ${createHash("sha512").update(text).digest("hex")}`,
  )
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")}\n-----END PGP SIGNATURE-----\n`;
}

/** The text and who signed it; `good` says whether it is what was signed. */
export function verifyClearsigned(message: string): { text: string; key: string; good: boolean } | undefined {
  const m =
    /^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\n]+\n)*\n([\s\S]*)-----BEGIN PGP SIGNATURE-----\n\n([\s\S]*?)\n-----END PGP SIGNATURE-----/.exec(
      message,
    );
  if (!m) return undefined;
  const [, id = "", digest] = Buffer.from(m[2]!.replace(/\n/g, ""), "base64").toString("latin1").split(" ");
  return { text: m[1]!, key: id, good: digest === createHash("sha512").update(m[1]!).digest("hex") };
}
