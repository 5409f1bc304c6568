/** JSON Web Tokens: service accounts' (ES256) and the bootstrap signer's detached signatures (HS256). */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Obj } from "../core/json.ts";
import { parsePublicKey, signRaw } from "./key.ts";
import { decodePem } from "./pem.ts";
import { verifySignature } from "./verify.ts";

const base64url = (data: string | Uint8Array): string => Buffer.from(data as Uint8Array).toString("base64url");

/** The key id that Kubernetes puts into the header: SHA-256 of the public key's DER (pkg/serviceaccount/jwt.go). */
const keyId = (spki: Uint8Array): string => base64url(sha256(spki));

export function createToken(privatePem: string, claims: Obj): string {
  const spki = parsePublicKey(privatePem);
  const header = { alg: "ES256", kid: spki ? keyId(spki) : "" };
  const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${signed}.${base64url(signRaw(privatePem, Buffer.from(signed), "compact"))}`;
}

const verified = new Map<string, { keys: readonly string[]; claims: Obj | undefined }>();

/** The claims when one of the PEM keys (public or private) made the signature; undefined otherwise. Times are the caller's to check. */
export function verifyToken(token: string, keysPem: string[]): Obj | undefined {
  const known = verified.get(token);
  if (known?.keys.length === keysPem.length && known.keys.every((key, i) => key === keysPem[i])) return known.claims;
  const claims = check(token, keysPem);
  if (verified.size > 1000) verified.clear();
  verified.set(token, { keys: [...keysPem], claims });
  return claims;
}

function check(token: string, keysPem: string[]): Obj | undefined {
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return undefined;
  try {
    const { alg } = JSON.parse(Buffer.from(header, "base64url").toString()) as Obj;
    const encoding = alg === "ES256" ? "ieee-p1363" : alg === "RS256" ? "der" : undefined;
    if (!encoding) return undefined;
    const data = Buffer.from(`${header}.${payload}`);
    const bytes = Buffer.from(signature, "base64url");
    for (const pem of keysPem) {
      for (const block of decodePem(pem)) {
        const spki = block.label === "PUBLIC KEY" ? block.der : parsePublicKey(pem);
        if (spki && verifySignature(spki, data, bytes, encoding)) return JSON.parse(Buffer.from(payload, "base64url").toString()) as Obj;
      }
    }
  } catch {
    return undefined;
  }
  return undefined;
}

/** JWS with detached content (RFC 7515 appendix F), as kube-public/cluster-info carries it: header..signature. */
export function detachedSignature(content: string, tokenId: string, tokenSecret: string): string {
  const header = base64url(JSON.stringify({ alg: "HS256", kid: tokenId }));
  return `${header}..${base64url(hmac(sha256, Buffer.from(tokenSecret), Buffer.from(`${header}.${base64url(content)}`)))}`;
}
