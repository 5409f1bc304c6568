import { createECDH, randomBytes } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { expect, test } from "vitest";
import { isScalar, signDigest } from "../../../src/sim/pki/ecdsa.ts";

const times = (scalar: Uint8Array): Uint8Array => {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey(null, "uncompressed");
};

test("signatures are those of RFC 6979, as another implementation makes them", () => {
  for (let i = 0; i < 60; i++) {
    const secret = p256.utils.randomSecretKey();
    // small and large digests too: their number may be above the order, or begin with zeros
    const digest = i === 0 ? new Uint8Array(32) : i === 1 ? new Uint8Array(32).fill(255) : new Uint8Array(randomBytes(32));
    for (const format of ["der", "compact"] as const)
      expect(Buffer.from(signDigest(secret, digest, format, times)).toString("hex")).toBe(
        Buffer.from(p256.sign(digest, secret, { prehash: false, format })).toString("hex"),
      );
  }
});

test("a private key lies between zero and the order", () => {
  expect(isScalar(new Uint8Array(32))).toBe(false);
  expect(isScalar(new Uint8Array(32).fill(255))).toBe(false);
  expect(isScalar(Buffer.from("1".padStart(64, "0"), "hex"))).toBe(true);
});
