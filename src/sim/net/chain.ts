/** Verification of certificate chains for TLS. */
export interface ChainQuestion {
  chainPem: string;
  rootsPem: string;
  now: number;
  serverName?: string;
  usage: "server" | "client";
}

/** undefined, or crypto/x509's words. */
export function verifyChain(_question: ChainQuestion): string | undefined {
  throw new Error("pki: not built yet");
}
