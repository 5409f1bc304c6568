/** Host keys of machines, in a file of OpenSSH's format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), so that a stock client shares it. */
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";

/** The name under which a machine's key stands in the file, whatever its address and port (ssh_config(5), HostKeyAlias). */
export const hostKeyAlias = (machine: string): string => `kubemend-${machine}`;

export interface HostKey {
  /** `ssh-ed25519`, `ssh-rsa`, … */
  type: string;
  /** As it goes over the wire. */
  blob: Buffer;
}

/** Keys that a file has for a name; none when there is no file. */
export function knownKeys(file: string, alias: string): HostKey[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    const [names, type, key] = line.trim().split(/\s+/);
    return names?.split(",").includes(alias) && type !== undefined && key !== undefined ? [{ type, blob: Buffer.from(key, "base64") }] : [];
  });
}

export function remember(file: string, alias: string, blob: Buffer): void {
  appendFileSync(file, `${alias} ${typeOf(blob)} ${blob.toString("base64")}\n`, { mode: 0o600 });
}

/** The type is the first string of the key (RFC 4253, 6.6). */
export const typeOf = (blob: Buffer): string => blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export const fingerprint = (blob: Buffer): string => `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;

/** What a server may sign with for a key of a type: RSA has newer signatures under the same type. */
export const algorithmsOf = (type: string): string[] => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type]);
