import { createHash } from "node:crypto";
import { parseCertificate } from "./parse.ts";

/** What --discovery-token-ca-cert-hash pins: SHA-256 of the authority's SubjectPublicKeyInfo. */
export const publicKeyHash = (certPem: string): string =>
  `sha256:${createHash("sha256").update(parseCertificate(certPem).spki).digest("hex")}`;
