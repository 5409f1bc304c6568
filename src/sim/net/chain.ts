/** Verification of certificate chains for TLS. */
import { verifyChain as verify, type VerifyOptions } from "../pki/verify.ts";

export type ChainQuestion = Omit<VerifyOptions, "usage"> & { usage: "server" | "client" };

/** undefined, or crypto/x509's words. */
export const verifyChain = (question: ChainQuestion): string | undefined => verify(question);
