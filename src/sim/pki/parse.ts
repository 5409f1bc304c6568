/** Reads X.509 certificates of any key type: what verification needs, and what `openssl x509 -text` shows. */
import { createHash } from "node:crypto";
import { decodeDer, decodeNamedBits, decodeOid, decodeTime, DerError, elements, type Der } from "./der.ts";
import { decodePem } from "./pem.ts";

/** Short names of attribute types (RFC 4519). */
export const nameOids: Record<string, string> = {
  CN: "2.5.4.3",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  serialNumber: "2.5.4.5",
  street: "2.5.4.9",
  postalCode: "2.5.4.17",
  emailAddress: "1.2.840.113549.1.9.1",
};
const shortNames = Object.fromEntries(Object.entries(nameOids).map(([name, id]) => [id, name]));

export interface Extension {
  oid: string;
  critical: boolean;
  value: Uint8Array;
}

export interface Certificate {
  pem: string;
  der: Uint8Array;
  /** 1, 2 or 3. */
  version: number;
  /** Big-endian, without a leading zero. */
  serial: Uint8Array;
  /** OID of the signature algorithm. */
  signatureAlgorithm: string;
  signature: Uint8Array;
  /** The signed part. */
  tbs: Uint8Array;
  issuer: [name: string, value: string][];
  subject: [name: string, value: string][];
  issuerDer: Uint8Array;
  subjectDer: Uint8Array;
  notBefore: number;
  notAfter: number;
  spki: Uint8Array;
  publicKey: PublicKeyInfo;
  extensions: Extension[];
  isCa: boolean;
  /** basicConstraints is present. */
  hasBasicConstraints: boolean;
  pathLength: number | undefined;
  /** Bits of keyUsage; undefined when the extension is missing. */
  keyUsage: number[] | undefined;
  /** OIDs of extKeyUsage. */
  extendedKeyUsage: string[];
  dnsNames: string[];
  ipAddresses: string[];
  emails: string[];
  uris: string[];
  /** The subjectAltName extension is present. */
  hasAlternativeNames: boolean;
  subjectKeyId: Uint8Array | undefined;
  authorityKeyId: Uint8Array | undefined;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  fingerprint: string;
}

export interface PublicKeyInfo {
  kind: "ECDSA" | "RSA" | "Ed25519" | "unknown";
  bits: number;
  /** OID of the curve, or "". */
  curve: string;
  /** RSA only. */
  modulus?: Uint8Array;
  exponent?: Uint8Array;
  /** Bits of the key: EC point, Ed25519 key, or the RSA SEQUENCE. */
  raw: Uint8Array;
}

const parsed = new Map<string, Certificate>();
/** The certificates of whole texts: every handshake reads the same few. */
const texts = new Map<string, readonly Certificate[]>();

/** The first certificate of a PEM text. Throws DerError with Go's words. */
export function parseCertificate(pem: string): Certificate {
  const block = decodePem(pem).find((b) => b.label === "CERTIFICATE");
  if (!block) throw new DerError("data does not contain any valid RSA or ECDSA certificates");
  return parseDer(block.der);
}

/** All certificates of a PEM text, such as a bundle of authorities. */
export function parseCertificates(pem: string): readonly Certificate[] {
  let found = texts.get(pem);
  if (!found) {
    if (texts.size > 1000) texts.clear();
    found = decodePem(pem)
      .filter((b) => b.label === "CERTIFICATE")
      .map((b) => parseDer(b.der));
    texts.set(pem, found);
  }
  return found;
}

function parseDer(der: Uint8Array): Certificate {
  const key = Buffer.from(der).toString("base64");
  let found = parsed.get(key);
  if (!found) {
    if (parsed.size > 1000) parsed.clear();
    found = read(der, key);
    parsed.set(key, found);
  }
  return found;
}

function read(der: Uint8Array, base64: string): Certificate {
  const [tbs, algorithm, signature] = elements(decodeDer(der).body);
  if (!tbs || !algorithm || !signature) throw new DerError("x509: malformed certificate");
  const fields = elements(tbs.body);
  const versioned = fields[0]?.tag === 0xa0;
  const version = versioned ? decodeDer(fields.shift()!.body).body[0]! + 1 : 1;
  const [serial, , issuer, validity, subject, spki, ...optional] = fields;
  if (!serial || !issuer || !validity || !subject || !spki) throw new DerError("x509: malformed tbs certificate");
  const [from, to] = elements(validity.body);
  const certificate: Certificate = {
    pem: `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})(?=.)/g, "$1\n")}\n-----END CERTIFICATE-----\n`,
    der,
    version,
    serial: serial.body[0] === 0 && serial.body.length > 1 ? serial.body.subarray(1) : serial.body,
    signatureAlgorithm: decodeOid(elements(algorithm.body)[0]!.body),
    signature: signature.body.subarray(1),
    tbs: tbs.whole,
    issuer: readName(issuer),
    subject: readName(subject),
    issuerDer: issuer.whole,
    subjectDer: subject.whole,
    notBefore: decodeTime(from!),
    notAfter: decodeTime(to!),
    spki: spki.whole,
    publicKey: readPublicKey(spki.whole),
    extensions: [],
    isCa: false,
    hasBasicConstraints: false,
    pathLength: undefined,
    keyUsage: undefined,
    extendedKeyUsage: [],
    dnsNames: [],
    ipAddresses: [],
    emails: [],
    uris: [],
    hasAlternativeNames: false,
    subjectKeyId: undefined,
    authorityKeyId: undefined,
    fingerprint: createHash("sha256").update(der).digest("hex"),
  };
  const wrapped = optional.find((f) => f.tag === 0xa3);
  if (wrapped) for (const extension of readExtensions(decodeDer(wrapped.body))) apply(certificate, extension);
  return certificate;
}

export function readName(name: Der): [string, string][] {
  const out: [string, string][] = [];
  for (const rdn of elements(name.body)) {
    for (const attribute of elements(rdn.body)) {
      const [type, value] = elements(attribute.body);
      const id = decodeOid(type!.body);
      out.push([shortNames[id] ?? id, Buffer.from(value!.body).toString("utf8")]);
    }
  }
  return out;
}

export function readExtensions(list: Der): Extension[] {
  return elements(list.body).map((one) => {
    const parts = elements(one.body);
    return { oid: decodeOid(parts[0]!.body), critical: parts.length > 2 && parts[1]!.body[0] !== 0, value: parts.at(-1)!.body };
  });
}

function apply(certificate: Certificate, extension: Extension): void {
  certificate.extensions.push(extension);
  const { value } = extension;
  switch (extension.oid) {
    case "2.5.29.15":
      certificate.keyUsage = decodeNamedBits(decodeDer(value).body);
      break;
    case "2.5.29.37":
      certificate.extendedKeyUsage = elements(decodeDer(value).body).map((e) => decodeOid(e.body));
      break;
    case "2.5.29.19": {
      certificate.hasBasicConstraints = true;
      for (const part of elements(decodeDer(value).body)) {
        if (part.tag === 0x01) certificate.isCa = part.body[0] !== 0;
        else if (part.tag === 0x02) certificate.pathLength = part.body[0];
      }
      break;
    }
    case "2.5.29.14":
      certificate.subjectKeyId = decodeDer(value).body;
      break;
    case "2.5.29.35":
      certificate.authorityKeyId = elements(decodeDer(value).body).find((e) => e.tag === 0x80)?.body;
      break;
    case "2.5.29.17":
      certificate.hasAlternativeNames = true;
      Object.assign(certificate, readAlternativeNames(value));
  }
}

export function readAlternativeNames(value: Uint8Array): Pick<Certificate, "dnsNames" | "ipAddresses" | "emails" | "uris"> {
  const names = { dnsNames: [] as string[], ipAddresses: [] as string[], emails: [] as string[], uris: [] as string[] };
  for (const name of elements(decodeDer(value).body)) {
    const text = Buffer.from(name.body).toString("latin1");
    if (name.tag === 0x82) names.dnsNames.push(text);
    else if (name.tag === 0x81) names.emails.push(text);
    else if (name.tag === 0x86) names.uris.push(text);
    else if (name.tag === 0x87) names.ipAddresses.push(addressText(name.body));
  }
  return names;
}

/** Text of an address as Go's net.IP.String writes it. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > best.length) best = { at: i, length: n };
  }
  const hex = (list: number[]): string => list.map((w) => w.toString(16)).join(":");
  return best.at < 0 ? hex(words) : `${hex(words.slice(0, best.at))}::${hex(words.slice(best.at + best.length))}`;
}

const curveBits: Record<string, number> = { "1.2.840.10045.3.1.7": 256, "1.3.132.0.34": 384, "1.3.132.0.35": 521, "1.3.132.0.33": 224 };

export function readPublicKey(spki: Uint8Array): PublicKeyInfo {
  const [algorithm, key] = elements(decodeDer(spki).body);
  const [name, parameters] = elements(algorithm!.body);
  const raw = key!.body.subarray(1);
  switch (decodeOid(name!.body)) {
    case "1.2.840.10045.2.1": {
      const curve = decodeOid(parameters!.body);
      return { kind: "ECDSA", bits: curveBits[curve] ?? 0, curve, raw };
    }
    case "1.2.840.113549.1.1.1": {
      const [n, e] = elements(decodeDer(raw).body);
      const modulus = n!.body[0] === 0 ? n!.body.subarray(1) : n!.body;
      return { kind: "RSA", bits: modulus.length * 8 - Math.clz32(modulus[0]!) + 24, curve: "", modulus, exponent: e!.body, raw };
    }
    case "1.3.101.112":
      return { kind: "Ed25519", bits: 256, curve: "", raw };
    default:
      return { kind: "unknown", bits: 0, curve: "", raw };
  }
}

export const commonName = (name: [string, string][]): string => name.findLast(([type]) => type === "CN")?.[1] ?? "";
export const organizations = (name: [string, string][]): string[] => name.filter(([type]) => type === "O").map(([, value]) => value);
