/** ECDSA P-256 keys: made from seeded randomness, so that a world's certificates are the same on every run. */
import { createECDH, createPrivateKey, createPublicKey } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import { NotSimulated } from "../core/errno.ts";
import type { Random } from "../core/random.ts";
import { isScalar, signDigest } from "./ecdsa.ts";
import { bits, decodeDer, decodeOid, elements, encodeDer, integer, octets, oid, sequence } from "./der.ts";
import { decodePem, encodePem } from "./pem.ts";

export interface Key {
  /** SEC 1 form, `EC PRIVATE KEY`, as kubeadm writes ECDSA keys. */
  privatePem: string;
  /** SubjectPublicKeyInfo, `PUBLIC KEY`. */
  publicPem: string;
  /** DER of the SubjectPublicKeyInfo. */
  spki: Uint8Array;
}

const ecPublicKey = "1.2.840.10045.2.1";
const prime256v1 = "1.2.840.10045.3.1.7";
const algorithm = sequence(oid(ecPublicKey), oid(prime256v1));

/** The native curve is ten times as fast as the portable one, and as deterministic: a point is a point. */
function pointOf(secret: Uint8Array): Uint8Array {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(secret);
  return ecdh.getPublicKey(null, "uncompressed");
}

function keyOf(secret: Uint8Array): Key {
  const point = pointOf(secret);
  const spki = sequence(algorithm, bits(point));
  const sec1 = sequence(integer(1), octets(secret), encodeDer(0xa0, oid(prime256v1)), encodeDer(0xa1, bits(point)));
  return { privatePem: encodePem("EC PRIVATE KEY", sec1), publicPem: encodePem("PUBLIC KEY", spki), spki };
}

export function createKey(random: Random): Key {
  for (;;) {
    const secret = random.bytes(32);
    // a scalar must lie in [1, n-1]; n begins with 32 one bits, so almost every draw will do
    if (isScalar(secret)) return keyOf(secret);
  }
}

const secrets = new Map<string, Uint8Array | undefined>();

/** The P-256 scalar of a PEM private key (SEC 1 or PKCS #8); undefined for other kinds of key. */
function secretOf(pem: string): Uint8Array | undefined {
  if (secrets.has(pem)) return secrets.get(pem);
  let secret: Uint8Array | undefined;
  for (const block of decodePem(pem)) {
    if (block.label === "EC PRIVATE KEY") {
      const [, scalar, parameters] = elements(decodeDer(block.der).body);
      if (scalar && (!parameters || decodeOid(decodeDer(parameters.body).body) === prime256v1)) secret = scalar.body;
    } else if (block.label === "PRIVATE KEY") {
      const [, kind, wrapped] = elements(decodeDer(block.der).body);
      const [name, curve] = kind ? elements(kind.body) : [];
      if (name && curve && wrapped && decodeOid(name.body) === ecPublicKey && decodeOid(curve.body) === prime256v1)
        secret = elements(decodeDer(wrapped.body).body)[1]?.body;
    } else continue;
    break;
  }
  if (secrets.size > 500) secrets.clear();
  secrets.set(pem, secret);
  return secret;
}

/** A key file's contents; undefined when they hold no private key that this simulator can use. */
export function parsePrivateKey(pem: string): Key | undefined {
  const secret = secretOf(pem);
  return secret && keyOf(secret);
}

const publics = new Map<string, Uint8Array | undefined>();

/** SubjectPublicKeyInfo of any private key file (RSA and Ed25519 too); undefined when it holds none. */
export function publicOf(privatePem: string): Uint8Array | undefined {
  if (publics.has(privatePem)) return publics.get(privatePem);
  let spki: Uint8Array | undefined;
  try {
    const secret = secretOf(privatePem);
    spki = secret ? keyOf(secret).spki : createPublicKey(createPrivateKey(privatePem)).export({ type: "spki", format: "der" });
  } catch {
    spki = undefined;
  }
  if (publics.size > 500) publics.clear();
  publics.set(privatePem, spki);
  return spki;
}

/** DER signature over the SHA-256 of `data` (RFC 6979: the same input gives the same bytes). */
export function sign(privatePem: string, data: Uint8Array): Uint8Array {
  return signRaw(privatePem, data, "der");
}

/** `compact` is r||s, as JSON Web Signatures carry it. */
export function signRaw(privatePem: string, data: Uint8Array, format: "der" | "compact"): Uint8Array {
  const secret = secretOf(privatePem);
  if (!secret) throw new NotSimulated("signing with a key that is not ECDSA P-256");
  return signDigest(secret, sha256(data), format, pointOf);
}

/** The PUBLIC KEY block's DER, or that of the public half of a private key block. */
export function parsePublicKey(pem: string): Uint8Array | undefined {
  return decodePem(pem).find((b) => b.label === "PUBLIC KEY")?.der ?? publicOf(pem);
}

export const publicKeyPem = (spki: Uint8Array): string => encodePem("PUBLIC KEY", spki);

/** SHA-1 of the key's bits: the subject key identifier that Go and OpenSSL compute (RFC 5280 4.2.1.2, method 1). */
export function keyBits(spki: Uint8Array): Uint8Array {
  const [, key] = elements(decodeDer(spki).body);
  return key!.body.subarray(1);
}
