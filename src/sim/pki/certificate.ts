/** Makes X.509 version 3 certificates as kubeadm and the cluster's signers do. */
import { sha1 } from "@noble/hashes/legacy.js";
import { bits, boolean, encodeDer, integer, namedBits, octets, oid, sequence, set, time, unsigned, utf8 } from "./der.ts";
import { keyBits, sign } from "./key.ts";
import { nameOids, parseCertificate } from "./parse.ts";
import { encodePem } from "./pem.ts";

export type ExtendedUsage = "serverAuth" | "clientAuth" | "codeSigning" | "emailProtection" | "any";
/** Names of RFC 5280 4.2.1.3, in the order of their bits. */
const keyUsageNames = [
  "digitalSignature",
  "contentCommitment",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsage = (typeof keyUsageNames)[number];

export const extendedUsageOids: Record<ExtendedUsage, string> = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  any: "2.5.29.37.0",
};

export interface Subject {
  commonName?: string;
  organizations?: string[];
  /** Further attributes in order, by short name: C, ST, L, OU… */
  other?: [name: string, value: string][];
}

export interface CertificateOptions {
  subject: Subject;
  /** Missing: the certificate is self-signed with `key`. */
  issuer?: { certPem: string; keyPem: string };
  /** The subject's key: SubjectPublicKeyInfo. */
  spki: Uint8Array;
  /** The subject's private key, for a self-signed certificate. */
  keyPem?: string;
  ca?: boolean;
  keyUsages?: KeyUsage[];
  usages?: ExtendedUsage[];
  dnsNames?: string[];
  /** Textual IPv4 or IPv6 addresses. */
  ipAddresses?: string[];
  /** Milliseconds since the epoch; certificates keep whole seconds. */
  notBefore: number;
  notAfter: number;
  /** Big-endian bytes, at most 20. */
  serial: Uint8Array;
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));

/** DER of a Name. Go writes O before CN (crypto/x509/pkix.Name.ToRDNSequence). */
export function encodeName(subject: Subject): Uint8Array {
  const rdns: Uint8Array[] = [];
  const attribute = (name: string, value: string): Uint8Array => {
    // Go and OpenSSL write PrintableString where the characters allow it
    const text = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? encodeDer(0x13, Buffer.from(value, "latin1")) : utf8(value);
    return sequence(oid(nameOids[name] ?? name), text);
  };
  for (const [name, value] of subject.other ?? []) rdns.push(set(attribute(name, value)));
  const organizations = [...(subject.organizations ?? [])].map((o) => attribute("O", o)).sort((a, b) => Buffer.compare(a, b));
  // several organizations share one SET, in DER's order
  if (organizations.length > 0) rdns.push(set(...organizations));
  if (subject.commonName !== undefined && subject.commonName !== "") rdns.push(set(attribute("CN", subject.commonName)));
  return sequence(...rdns);
}

/** Bytes of an IP address. */
export function addressBytes(ip: string): Uint8Array {
  if (!ip.includes(":")) return Uint8Array.from(ip.split(".").map(Number));
  const [left, right] = ip.split("::");
  const words = (text: string | undefined): number[] => (text ? text.split(":").map((w) => Number.parseInt(w, 16)) : []);
  const head = words(left);
  const tail = right === undefined ? [] : words(right);
  const all = [...head, ...Array.from({ length: right === undefined ? 0 : 8 - head.length - tail.length }, () => 0), ...tail];
  return Uint8Array.from(all.flatMap((w) => [w >> 8, w & 255]));
}

export function encodeExtension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

export function encodeAlternativeNames(dnsNames: string[], ipAddresses: string[]): Uint8Array {
  return sequence(
    ...dnsNames.map((n) => encodeDer(0x82, Buffer.from(n, "latin1"))),
    ...ipAddresses.map((ip) => encodeDer(0x87, addressBytes(ip))),
  );
}

/** PEM of a new certificate. Extensions come in the order in which Go's x509.CreateCertificate writes them. */
export function createCertificate(options: CertificateOptions): string {
  const issuer = options.issuer && parseCertificate(options.issuer.certPem);
  const name = encodeName(options.subject);
  const keyId = sha1(keyBits(options.spki));
  const usages =
    options.keyUsages ?? (options.ca ? ["digitalSignature", "keyEncipherment", "keyCertSign"] : ["digitalSignature", "keyEncipherment"]);
  const extensions: Uint8Array[] = [];
  if (usages.length > 0) extensions.push(encodeExtension("2.5.29.15", true, namedBits(usages.map((u) => keyUsageNames.indexOf(u)))));
  if (options.usages?.length)
    extensions.push(encodeExtension("2.5.29.37", false, sequence(...options.usages.map((u) => oid(extendedUsageOids[u])))));
  extensions.push(encodeExtension("2.5.29.19", true, options.ca ? sequence(boolean(true)) : sequence()));
  if (options.ca) extensions.push(encodeExtension("2.5.29.14", false, octets(keyId)));
  const authority = issuer?.subjectKeyId;
  if (authority) extensions.push(encodeExtension("2.5.29.35", false, sequence(encodeDer(0x80, authority))));
  if (options.dnsNames?.length || options.ipAddresses?.length)
    extensions.push(encodeExtension("2.5.29.17", false, encodeAlternativeNames(options.dnsNames ?? [], options.ipAddresses ?? [])));
  const body = sequence(
    encodeDer(0xa0, integer(2)),
    unsigned(options.serial),
    ecdsaWithSha256,
    issuer ? issuer.subjectDer : name,
    sequence(time(options.notBefore), time(options.notAfter)),
    name,
    options.spki,
    encodeDer(0xa3, sequence(...extensions)),
  );
  const signer = options.issuer?.keyPem ?? options.keyPem;
  if (signer === undefined) throw new Error("a self-signed certificate needs its private key");
  return encodePem("CERTIFICATE", sequence(body, ecdsaWithSha256, bits(sign(signer, body))));
}
