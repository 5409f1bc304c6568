/** Package pki implements the cluster's keys, certificates, requests and tokens: synchronous, and the same for a seed. */
export * from "./certificate.ts";
export * from "./hash.ts";
export * from "./key.ts";
export * from "./parse.ts";
export * from "./pem.ts";
export * from "./request.ts";
export * from "./token.ts";
export * from "./verify.ts";
