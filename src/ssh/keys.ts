/** A key pair for one cluster. */
import { chmod, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";

/** Makes the pair at `path` and `path`.pub unless it is there; returns the public key's line. */
export async function ensureKey(path: string, comment: string): Promise<string> {
  if (!existsSync(path) || !existsSync(`${path}.pub`)) {
    const { default: ssh2 } = await import("ssh2");
    const pair = ssh2.utils.generateKeyPairSync("ed25519", { comment });
    await writeFile(path, pair.private, { mode: 0o600 });
    await chmod(path, 0o600);
    await writeFile(`${path}.pub`, `${pair.public}\n`);
  }
  return (await readFile(`${path}.pub`, "utf8")).trim();
}
