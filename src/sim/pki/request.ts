/** Certificate signing requests (PKCS #10), as kubelets and `openssl req` make them. */
import { encodeAlternativeNames, encodeExtension, encodeName, type Subject } from "./certificate.ts";
import { bits, decodeDer, decodeOid, DerError, elements, encodeDer, integer, oid, sequence, set } from "./der.ts";
import { sign } from "./key.ts";
import { readAlternativeNames, readExtensions, readName, readPublicKey, type Extension, type PublicKeyInfo } from "./parse.ts";
import { decodePem, encodePem } from "./pem.ts";
import { verifySignature } from "./verify.ts";

export interface CertificateRequest {
  subject: [name: string, value: string][];
  spki: Uint8Array;
  publicKey: PublicKeyInfo;
  dnsNames: string[];
  ipAddresses: string[];
  emails: string[];
  uris: string[];
  extensions: Extension[];
  /** The signature was made with the request's own key. */
  signed: boolean;
  signature: Uint8Array;
}

const extensionRequest = "1.2.840.113549.1.9.14";

export function createRequest(options: {
  subject: Subject;
  keyPem: string;
  spki: Uint8Array;
  dnsNames?: string[];
  ipAddresses?: string[];
}): string {
  const names = options.dnsNames?.length || options.ipAddresses?.length;
  const extensions = names
    ? sequence(
        oid(extensionRequest),
        set(sequence(encodeExtension("2.5.29.17", false, encodeAlternativeNames(options.dnsNames ?? [], options.ipAddresses ?? [])))),
      )
    : undefined;
  const body = sequence(
    integer(0),
    encodeName(options.subject),
    options.spki,
    encodeDer(0xa0, ...(extensions ? [extensions] : [new Uint8Array()])),
  );
  return encodePem("CERTIFICATE REQUEST", sequence(body, sequence(oid("1.2.840.10045.4.3.2")), bits(sign(options.keyPem, body))));
}

/** Throws DerError when the text holds no request. */
export function parseRequest(pem: string): CertificateRequest {
  const block = decodePem(pem).find((b) => b.label === "CERTIFICATE REQUEST" || b.label === "NEW CERTIFICATE REQUEST");
  if (!block) throw new DerError("PEM block type must be CERTIFICATE REQUEST");
  const [body, , signature] = elements(decodeDer(block.der).body);
  const [, subject, spki, attributes] = elements(body!.body);
  const extensions: Extension[] = [];
  for (const attribute of attributes ? elements(attributes.body) : []) {
    const [type, values] = elements(attribute.body);
    if (decodeOid(type!.body) === extensionRequest) extensions.push(...readExtensions(decodeDer(values!.body)));
  }
  const names = extensions.find((e) => e.oid === "2.5.29.17");
  const alternative = names ? readAlternativeNames(names.value) : { dnsNames: [], ipAddresses: [], emails: [], uris: [] };
  return {
    subject: readName(subject!),
    spki: spki!.whole,
    publicKey: readPublicKey(spki!.whole),
    ...alternative,
    extensions,
    signature: signature!.body.subarray(1),
    signed: verifySignature(spki!.whole, body!.whole, signature!.body.subarray(1)),
  };
}
