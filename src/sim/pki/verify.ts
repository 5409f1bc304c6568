/** Verifies certificate chains, in the order and words of Go's crypto/x509 (verify.go), which every component prints. */
import { createPublicKey, verify as nativeVerify } from "node:crypto";
import { extendedUsageOids } from "./certificate.ts";
import { addressBytes } from "./certificate.ts";
import { addressText, commonName, parseCertificates, type Certificate } from "./parse.ts";
import { publicOf } from "./key.ts";

export interface VerifyOptions {
  /** Leaf first, then intermediates. */
  chainPem: string;
  rootsPem: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Host name or IP address that the client dialled. */
  serverName?: string;
  usage: "server" | "client" | "any";
}

/** undefined when the chain is good, else Go's error text (`x509: certificate signed by unknown authority`). */
export function verifyChain(options: VerifyOptions): string | undefined {
  const [leaf, ...intermediates] = parseCertificates(options.chainPem);
  if (!leaf) return "tls: received empty certificates message";
  const roots = parseCertificates(options.rootsPem);
  return (
    validity(leaf, options.now) ??
    (options.serverName === undefined ? undefined : verifyHostname(leaf, options.serverName)) ??
    findChain(leaf, intermediates, roots, options.now) ??
    verifyUsage(leaf, options.usage)
  );
}

/** RFC 3339 as Go's time.RFC3339, UTC. */
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function validity(certificate: Certificate, now: number): string | undefined {
  const prefix = "x509: certificate has expired or is not yet valid: ";
  if (now < certificate.notBefore) return `${prefix}current time ${stamp(now)} is before ${stamp(certificate.notBefore)}`;
  if (now > certificate.notAfter) return `${prefix}current time ${stamp(now)} is after ${stamp(certificate.notAfter)}`;
  return undefined;
}

const isAddress = (name: string): boolean => /^[0-9.]+$/.test(name) || name.includes(":");

/** Go's Certificate.VerifyHostname. */
function verifyHostname(certificate: Certificate, name: string): string | undefined {
  const host = name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
  if (isAddress(host)) {
    const canonical = addressText(addressBytes(host));
    if (certificate.ipAddresses.includes(canonical)) return undefined;
    if (certificate.ipAddresses.length === 0) return `x509: cannot validate certificate for ${name} because it doesn't contain any IP SANs`;
    return `x509: certificate is valid for ${certificate.ipAddresses.join(", ")}, not ${name}`;
  }
  const wanted = host.toLowerCase().replace(/\.$/, "");
  if (certificate.dnsNames.some((pattern) => matches(pattern.toLowerCase(), wanted))) return undefined;
  if (!certificate.hasAlternativeNames && commonName(certificate.subject).toLowerCase() === wanted)
    return "x509: certificate relies on legacy Common Name field, use SANs instead";
  if (certificate.dnsNames.length === 0) return `x509: certificate is not valid for any names, but wanted to match ${name}`;
  return `x509: certificate is valid for ${certificate.dnsNames.join(", ")}, not ${name}`;
}

function matches(pattern: string, host: string): boolean {
  const left = pattern.split(".");
  const right = host.split(".");
  if (left.length !== right.length) return false;
  return left.every((label, i) => (i === 0 && label === "*") || label === right[i]);
}

function findChain(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
  now: number,
): string | undefined {
  if (roots.some((root) => root.fingerprint === leaf.fingerprint)) return undefined;
  let hint: { error: string; certificate: Certificate } | undefined;
  const seen = new Set([leaf.fingerprint]);
  const extend = (child: Certificate, depth: number): { error: string } | "good" => {
    let failure: string | undefined;
    const candidates = [
      ...ordered(child, roots).map((c) => ({ c, root: true })),
      ...ordered(child, intermediates).map((c) => ({ c, root: false })),
    ];
    for (const { c: parent, root } of candidates) {
      if (seen.has(parent.fingerprint)) continue;
      const bad = signedBy(child, parent);
      if (bad !== undefined) {
        hint ??= { error: bad, certificate: parent };
        continue;
      }
      const why =
        validity(parent, now) ??
        (!parent.isCa || !parent.hasBasicConstraints ? "x509: certificate is not authorized to sign other certificates" : undefined) ??
        (parent.pathLength !== undefined && depth > parent.pathLength
          ? "x509: too many intermediates for path length constraint"
          : undefined);
      if (why !== undefined) {
        failure = why;
        continue;
      }
      if (root) return "good";
      seen.add(parent.fingerprint);
      const further = extend(parent, depth + 1);
      seen.delete(parent.fingerprint);
      if (further === "good") return "good";
      failure = further.error;
    }
    return { error: failure ?? "" };
  };
  const result = extend(leaf, 0);
  if (result === "good") return undefined;
  if (result.error !== "") return result.error;
  const known = "x509: certificate signed by unknown authority";
  if (!hint) return known;
  const name =
    commonName(hint.certificate.subject) ||
    hint.certificate.subject.find(([t]) => t === "O")?.[1] ||
    `serial:${BigInt(`0x${Buffer.from(hint.certificate.serial).toString("hex")}`)}`;
  return `${known} (possibly because of "${hint.error}" while trying to verify candidate authority certificate "${name}")`;
}

/** Candidates by subject name; those whose key identifier fits first. */
function ordered(child: Certificate, pool: readonly Certificate[]): Certificate[] {
  const same = pool.filter((c) => Buffer.compare(c.subjectDer, child.issuerDer) === 0);
  const rank = (c: Certificate): number =>
    c.subjectKeyId && child.authorityKeyId ? (Buffer.compare(c.subjectKeyId, child.authorityKeyId) === 0 ? 0 : 2) : 1;
  return same.sort((a, b) => rank(a) - rank(b));
}

/** By the child's fingerprint, then the parent's. */
const checked = new Map<string, Map<string, string | undefined>>();

/** undefined when `parent`'s key made the child's signature; else Go's error of CheckSignatureFrom. */
function signedBy(child: Certificate, parent: Certificate): string | undefined {
  let known = checked.get(child.fingerprint);
  if (known?.has(parent.fingerprint)) return known.get(parent.fingerprint);
  let result: string | undefined;
  // Go refuses a parent that may not sign before it looks at the signature
  if (parent.hasBasicConstraints && !parent.isCa)
    result = "x509: invalid signature: parent certificate cannot sign this kind of certificate";
  else if (parent.keyUsage && !parent.keyUsage.includes(5))
    result = "x509: invalid signature: parent certificate cannot sign this kind of certificate";
  else if (!verifySignature(parent.spki, child.tbs, child.signature))
    result = parent.publicKey.kind === "RSA" ? "crypto/rsa: verification error" : "x509: ECDSA verification failure";
  if (checked.size > 1000) checked.clear();
  if (!known) checked.set(child.fingerprint, (known = new Map()));
  known.set(parent.fingerprint, result);
  return result;
}

/** `signature` in DER for ECDSA. SHA-256 is what every certificate of a cluster uses. */
export function verifySignature(
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
  encoding: "der" | "ieee-p1363" = "der",
): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return nativeVerify(key.asymmetricKeyType === "ed25519" ? null : "sha256", data, { key, dsaEncoding: encoding }, signature);
  } catch {
    return false;
  }
}

function verifyUsage(leaf: Certificate, usage: VerifyOptions["usage"]): string | undefined {
  if (usage === "any" || leaf.extendedKeyUsage.length === 0) return undefined;
  const wanted = usage === "server" ? extendedUsageOids.serverAuth : extendedUsageOids.clientAuth;
  const ok = leaf.extendedKeyUsage.includes(wanted) || leaf.extendedKeyUsage.includes(extendedUsageOids.any);
  return ok ? undefined : "x509: certificate specifies an incompatible key usage";
}

/** Go's tls.X509KeyPair: undefined when the key belongs to the certificate, else its error text. */
export function checkKeyPair(certPem: string, keyPem: string): string | undefined {
  let known = pairs.get(certPem);
  if (known?.keyPem !== keyPem) {
    if (pairs.size > 1000) pairs.clear();
    known = { keyPem, problem: keyPairProblem(certPem, keyPem) };
    pairs.set(certPem, known);
  }
  return known.problem;
}

const pairs = new Map<string, { keyPem: string; problem: string | undefined }>();

function keyPairProblem(certPem: string, keyPem: string): string | undefined {
  let leaf: Certificate | undefined;
  try {
    [leaf] = parseCertificates(certPem);
  } catch (error) {
    return (error as Error).message;
  }
  if (!leaf) {
    if (!certPem.includes("-----BEGIN")) return "tls: failed to find any PEM data in certificate input";
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(certPem))
      return `tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched`;
    return "tls: failed to find any PEM data in certificate input";
  }
  if (!keyPem.includes("-----BEGIN")) return "tls: failed to find any PEM data in key input";
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(keyPem))
    return keyPem.includes("-----BEGIN CERTIFICATE-----")
      ? "tls: found a certificate rather than a key in the PEM for the private key"
      : "tls: failed to find any PEM data in key input";
  const spki = publicOf(keyPem);
  if (!spki) return "tls: failed to parse private key";
  return Buffer.compare(spki, leaf.spki) === 0 ? undefined : "tls: private key does not match public key";
}
