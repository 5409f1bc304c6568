/** `openssl x509 -text`: the layout of OpenSSL 3.0's X509_print. */
import { decodeDer, elements } from "../../../pki/der.ts";
import { extendedUsageOids, parseCertificates, type Certificate } from "../../../pki/index.ts";

/** `Nov 20 09:00:00 2026 GMT`. */
export function certificateTime(ms: number): string {
  const m = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(ms).toUTCString())!;
  return `${m[2]} ${String(Number(m[1])).padStart(2)} ${m[4]} ${m[3]} GMT`;
}

export const distinguishedName = (name: Certificate["subject"]): string =>
  name.map(([type, value]) => `${type} = ${/[,+"\\<>;]/.test(value) ? `"${value}"` : value}`).join(", ");

const colons = (bytes: Uint8Array, upper = false): string => {
  const text = Buffer.from(bytes)
    .toString("hex")
    .replace(/..(?=.)/g, "$&:");
  return upper ? text.toUpperCase() : text;
};

function rows(bytes: Uint8Array, per: number, indent: string): string {
  const out: string[] = [];
  for (let i = 0; i < bytes.length; i += per)
    out.push(`${indent}${colons(bytes.subarray(i, i + per))}${i + per < bytes.length ? ":" : ""}`);
  return out.join("\n");
}

const algorithms: Record<string, string> = {
  "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
  "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
  "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
  "1.3.101.112": "ED25519",
};

const usages = [
  "Digital Signature",
  "Non Repudiation",
  "Key Encipherment",
  "Data Encipherment",
  "Key Agreement",
  "Certificate Sign",
  "CRL Sign",
  "Encipher Only",
  "Decipher Only",
];
const extended: Record<string, string> = {
  [extendedUsageOids.serverAuth]: "TLS Web Server Authentication",
  [extendedUsageOids.clientAuth]: "TLS Web Client Authentication",
  [extendedUsageOids.codeSigning]: "Code Signing",
  [extendedUsageOids.emailProtection]: "E-mail Protection",
  [extendedUsageOids.any]: "Any Extended Key Usage",
};

/** Extensions by the names of `-ext`: title and value. */
export function extensionTexts(c: Certificate): { name: string; title: string; value: string }[] {
  return c.extensions.map((e) => {
    const critical = e.critical ? " critical" : " ";
    const of = (name: string, title: string, value: string): { name: string; title: string; value: string } => ({
      name,
      title: `X509v3 ${title}:${critical}`,
      value,
    });
    switch (e.oid) {
      case "2.5.29.15":
        return of("keyUsage", "Key Usage", (c.keyUsage ?? []).map((bit) => usages[bit]).join(", "));
      case "2.5.29.37":
        return of("extendedKeyUsage", "Extended Key Usage", c.extendedKeyUsage.map((x) => extended[x] ?? x).join(", "));
      case "2.5.29.19":
        return of(
          "basicConstraints",
          "Basic Constraints",
          `CA:${c.isCa ? "TRUE" : "FALSE"}${c.pathLength === undefined ? "" : `, pathlen:${c.pathLength}`}`,
        );
      case "2.5.29.14":
        return of("subjectKeyIdentifier", "Subject Key Identifier", c.subjectKeyId ? colons(c.subjectKeyId, true) : "");
      case "2.5.29.35":
        return of("authorityKeyIdentifier", "Authority Key Identifier", c.authorityKeyId ? colons(c.authorityKeyId, true) : "");
      case "2.5.29.17":
        return of("subjectAltName", "Subject Alternative Name", alternativeNames(c, e.value));
      default:
        return {
          name: e.oid,
          title: `${e.oid}:${critical}`,
          value: Buffer.from(e.value)
            .toString("latin1")
            .replace(/[^ -~]/g, "."),
        };
    }
  });
}

/** In the order of the extension itself. */
function alternativeNames(c: Certificate, value: Uint8Array): string {
  try {
    const ips = [...c.ipAddresses];
    return elements(decodeDer(value).body)
      .map((d) => {
        const text = Buffer.from(d.body).toString("latin1");
        if (d.tag === 0x82) return `DNS:${text}`;
        if (d.tag === 0x87) return `IP Address:${ips.shift() ?? ""}`;
        return d.tag === 0x81 ? `email:${text}` : d.tag === 0x86 ? `URI:${text}` : "othername:<unsupported>";
      })
      .join(", ");
  } catch {
    return [...c.dnsNames.map((n) => `DNS:${n}`), ...c.ipAddresses.map((ip) => `IP Address:${ip}`)].join(", ");
  }
}

export function serialText(c: Certificate): string {
  const hex = Buffer.from(c.serial).toString("hex").toUpperCase();
  return hex.length % 2 ? `0${hex}` : hex;
}

export function certificateText(c: Certificate): string {
  const serial =
    c.serial.length <= 8
      ? ` ${BigInt(`0x${Buffer.from(c.serial).toString("hex") || "0"}`)} (0x${BigInt(`0x${Buffer.from(c.serial).toString("hex") || "0"}`).toString(16)})`
      : `\n            ${colons(c.serial)}`;
  const algorithm = algorithms[c.signatureAlgorithm] ?? c.signatureAlgorithm;
  const key =
    c.publicKey.kind === "ECDSA"
      ? `            Public Key Algorithm: id-ecPublicKey\n                Public-Key: (${c.publicKey.bits} bit)\n                pub:\n${rows(c.publicKey.raw, 15, "                    ")}\n                ASN1 OID: prime256v1\n                NIST CURVE: P-256\n`
      : `            Public Key Algorithm: ${c.publicKey.kind === "RSA" ? "rsaEncryption" : c.publicKey.kind}\n                Public-Key: (${c.publicKey.bits} bit)\n`;
  const list = extensionTexts(c);
  return (
    `Certificate:\n    Data:\n        Version: ${c.version} (0x${c.version - 1})\n        Serial Number:${serial}\n        Signature Algorithm: ${algorithm}\n` +
    `        Issuer: ${distinguishedName(c.issuer)}\n        Validity\n            Not Before: ${certificateTime(c.notBefore)}\n            Not After : ${certificateTime(c.notAfter)}\n` +
    `        Subject: ${distinguishedName(c.subject)}\n        Subject Public Key Info:\n${key}` +
    (list.length === 0
      ? ""
      : `        X509v3 extensions:\n${list.map((e) => `            ${e.title}\n                ${e.value}\n`).join("")}`) +
    `    Signature Algorithm: ${algorithm}\n    Signature Value:\n${rows(c.signature, 18, "        ")}\n`
  );
}

/** First certificate of a text; undefined when there is none. */
export function firstCertificate(text: string): Certificate | undefined {
  try {
    return parseCertificates(text)[0];
  } catch {
    return undefined;
  }
}
