/**
 * ECDSA on P-256 whose nonce comes from the key and the message (RFC 6979), so that a world's signatures are the same on every run.
 * node:crypto's own signatures are random with the OpenSSL of Node.js 20; its multiplication of points is used, which is most of
 * the work.
 */
import { createHmac } from "node:crypto";
import { sequence, unsigned } from "./der.ts";

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const bytesOf = (n: bigint): Buffer => Buffer.from(n.toString(16).padStart(64, "0"), "hex");
const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer => {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

/** Whether it is a private key: in [1, n-1]. */
export function isScalar(bytes: Uint8Array): boolean {
  const n = numberOf(bytes);
  return n > 0n && n < order;
}

/** Candidates for the nonce: RFC 6979 section 3.2, with SHA-256. */
function* nonces(secret: Uint8Array, digest: Uint8Array): Generator<Buffer> {
  const reduced = bytesOf(numberOf(digest) % order);
  let v: Buffer = Buffer.alloc(32, 1);
  let k: Buffer = Buffer.alloc(32);
  for (const round of [0, 1]) {
    k = hmac(k, v, Buffer.of(round), secret, reduced);
    v = hmac(k, v);
  }
  for (;;) {
    v = hmac(k, v);
    yield v;
    k = hmac(k, v, Buffer.of(0));
    v = hmac(k, v);
  }
}

/** The inverse modulo the order, by Euclid's algorithm. */
function inverse(n: bigint): bigint {
  let [r, next, s, t] = [order, n, 0n, 1n];
  while (next !== 0n) {
    const q = r / next;
    [r, next] = [next, r - q * next];
    [s, t] = [t, s - q * t];
  }
  return s < 0n ? s + order : s;
}

/**
 * The signature of a SHA-256 digest: a DER sequence, or r||s (`compact`). `times` multiplies the curve's base point and gives the
 * uncompressed point.
 */
export function signDigest(
  secret: Uint8Array,
  digest: Uint8Array,
  format: "der" | "compact",
  times: (scalar: Uint8Array) => Uint8Array,
): Uint8Array {
  const key = numberOf(secret);
  const message = numberOf(digest) % order;
  for (const candidate of nonces(secret, digest)) {
    const nonce = numberOf(candidate);
    if (nonce === 0n || nonce >= order) continue;
    const r = numberOf(times(candidate).subarray(1, 33)) % order;
    let s = (inverse(nonce) * ((message + r * key) % order)) % order;
    if (r === 0n || s === 0n) continue;
    // of the two that are valid, the smaller one
    if (s > order >> 1n) s = order - s;
    return format === "compact" ? Buffer.concat([bytesOf(r), bytesOf(s)]) : sequence(unsigned(bytesOf(r)), unsigned(bytesOf(s)));
  }
  throw new Error("unreachable");
}
