import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/sim/core/random.ts";
import {
  checkKeyPair,
  createCertificate,
  createKey,
  createRequest,
  createToken,
  parseCertificate,
  parsePrivateKey,
  parseRequest,
  publicKeyHash,
  verifyChain,
  verifyToken,
} from "../../../src/sim/pki/index.ts";

const folder = mkdtempSync(join(tmpdir(), "kubemend-pki-"));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const openssl = (...args: string[]): string =>
  execFileSync("openssl", args, { encoding: "utf8", cwd: folder, stdio: ["ignore", "pipe", "pipe"] });

const random = new Random({}, "seed", "pki");
const now = Date.UTC(2026, 10, 20, 9);
const year = 365 * 86_400_000;
const caKey = createKey(random);
const ca = createCertificate({
  subject: { commonName: "kubernetes" },
  spki: caKey.spki,
  keyPem: caKey.privatePem,
  ca: true,
  dnsNames: ["kubernetes"],
  notBefore: now,
  notAfter: now + 10 * year,
  serial: random.bytes(8),
});
const serverKey = createKey(random);
const server = createCertificate({
  subject: { commonName: "kube-apiserver", organizations: ["system:masters", "a"] },
  issuer: { certPem: ca, keyPem: caKey.privatePem },
  spki: serverKey.spki,
  usages: ["serverAuth"],
  dnsNames: ["kubernetes", "*.example.org"],
  ipAddresses: ["10.96.0.1", "192.168.56.10", "::1"],
  notBefore: now,
  notAfter: now + year,
  serial: random.bytes(8),
});
const verify = (extra: Partial<Parameters<typeof verifyChain>[0]> = {}): string | undefined =>
  verifyChain({ chainPem: server, rootsPem: ca, now: now + 1000, usage: "server", ...extra });

describe("certificates against real OpenSSL", () => {
  test("openssl verifies the chain, reads every field and both key forms", () => {
    put("ca.crt", ca);
    put("server.crt", server);
    put("server.key", serverKey.privatePem);
    expect(openssl("verify", "-attime", String(now / 1000 + 60), "-CAfile", "ca.crt", "-purpose", "sslserver", "server.crt")).toBe(
      "server.crt: OK\n",
    );
    const text = openssl("x509", "-in", "server.crt", "-noout", "-text");
    expect(text).toContain("DNS:kubernetes, DNS:*.example.org, IP Address:10.96.0.1, IP Address:192.168.56.10, IP Address:0:0:0:0:0:0:0:1");
    expect(text).toContain("Digital Signature, Key Encipherment");
    expect(text).toContain("CA:FALSE");
    expect(openssl("ec", "-in", "server.key", "-pubout")).toBe(serverKey.publicPem);
    put("p8.key", openssl("pkcs8", "-topk8", "-nocrypt", "-in", "server.key"));
    expect(parsePrivateKey(readFileSync(join(folder, "p8.key"), "utf8"))?.privatePem).toBe(serverKey.privatePem);
  });

  test("the CA hash is the one that kubeadm's documentation computes with openssl", () => {
    put("ca.crt", ca);
    put("ca.pub", openssl("x509", "-pubkey", "-noout", "-in", "ca.crt"));
    openssl("pkey", "-pubin", "-in", "ca.pub", "-outform", "DER", "-out", "ca.der");
    expect(openssl("dgst", "-sha256", "-r", "ca.der").split(" ")[0]).toBe(publicKeyHash(ca).slice("sha256:".length));
  });

  test("requests go both ways", () => {
    const request = createRequest({
      subject: { commonName: "system:node:worker1", organizations: ["system:nodes"] },
      keyPem: serverKey.privatePem,
      spki: serverKey.spki,
      dnsNames: ["worker1"],
      ipAddresses: ["192.168.56.21"],
    });
    put("node.csr", request);
    expect(openssl("req", "-in", "node.csr", "-noout", "-verify", "-subject", "-nameopt", "RFC2253")).toContain(
      "CN=system:node:worker1,O=system:nodes",
    );
    expect(parseRequest(request)).toMatchObject({ signed: true, dnsNames: ["worker1"], ipAddresses: ["192.168.56.21"] });
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "r.key", "-out", "r.csr", "-subj", "/O=dev/CN=jane");
    expect(parseRequest(readFileSync(join(folder, "r.csr"), "utf8"))).toMatchObject({
      signed: true,
      publicKey: { kind: "RSA", bits: 2048 },
    });
  });

  test("certificates of other key types are read and verified", () => {
    for (const [algorithm, kind, size] of [
      ["rsa:2048", "RSA", 2048],
      ["ed25519", "Ed25519", 256],
    ] as const) {
      openssl(
        "req",
        "-x509",
        "-newkey",
        algorithm,
        "-nodes",
        "-keyout",
        "o.key",
        "-out",
        "o.crt",
        "-subj",
        "/CN=other",
        "-addext",
        "subjectAltName=DNS:other",
        "-days",
        "3650",
      );
      const pem = readFileSync(join(folder, "o.crt"), "utf8");
      const certificate = parseCertificate(pem);
      expect(certificate.publicKey).toMatchObject({ kind, bits: size });
      expect(
        verifyChain({ chainPem: pem, rootsPem: pem, now: certificate.notBefore + 1000, serverName: "other", usage: "server" }),
      ).toBeUndefined();
      expect(checkKeyPair(pem, readFileSync(join(folder, "o.key"), "utf8"))).toBeUndefined();
      expect(checkKeyPair(pem, serverKey.privatePem)).toBe("tls: private key does not match public key");
    }
  });
});

describe("verification in Go's words", () => {
  test("a good chain", () => {
    expect(verify({ serverName: "192.168.56.10" })).toBeUndefined();
    expect(verify({ serverName: "a.example.org" })).toBeUndefined();
    expect(verify({ serverName: "0:0:0:0:0:0:0:1" })).toBeUndefined();
  });
  test("names", () => {
    expect(verify({ serverName: "10.0.2.15" })).toBe("x509: certificate is valid for 10.96.0.1, 192.168.56.10, ::1, not 10.0.2.15");
    expect(verify({ serverName: "b.a.example.org" })).toBe("x509: certificate is valid for kubernetes, *.example.org, not b.a.example.org");
  });
  test("times", () => {
    expect(verify({ now: now + 2 * year })).toBe(
      "x509: certificate has expired or is not yet valid: current time 2028-11-19T09:00:00Z is after 2027-11-20T09:00:00Z",
    );
    expect(verify({ now: now - 1000 })).toContain("current time 2026-11-20T08:59:59Z is before 2026-11-20T09:00:00Z");
  });
  test("authorities", () => {
    const otherKey = createKey(random);
    const make = (commonName: string): string =>
      createCertificate({
        subject: { commonName },
        spki: otherKey.spki,
        keyPem: otherKey.privatePem,
        ca: true,
        notBefore: now,
        notAfter: now + year,
        serial: random.bytes(8),
      });
    expect(verify({ rootsPem: make("etcd-ca") })).toBe("x509: certificate signed by unknown authority");
    expect(verify({ rootsPem: make("kubernetes") })).toBe(
      'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "kubernetes")',
    );
    expect(verify({ usage: "client" })).toBe("x509: certificate specifies an incompatible key usage");
  });
});

test("service account tokens verify with the public key only when untouched", () => {
  const token = createToken(serverKey.privatePem, { sub: "system:serviceaccount:default:default" });
  expect(verifyToken(token, [serverKey.publicPem])).toEqual({ sub: "system:serviceaccount:default:default" });
  expect(verifyToken(token, [caKey.publicPem])).toBeUndefined();
  const [header, , signature] = token.split(".");
  const forged = [header, Buffer.from('{"sub":"system:admin"}').toString("base64url"), signature].join(".");
  expect(verifyToken(forged, [serverKey.publicPem])).toBeUndefined();
});

test("the same seed gives the same key and certificate", () => {
  const again = new Random({}, "seed", "pki");
  expect(createKey(again).privatePem).toBe(caKey.privatePem);
});
