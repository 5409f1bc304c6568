/** A key pair for one cluster. */
import { chmod, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import type { utils as Utils } from "ssh2";

/** Makes the pair at `path` and `path`.pub unless it is there; returns the public key's line. */
export async function ensureKey(path: string, comment: string): Promise<string> {
  if (!existsSync(path) || !existsSync(`${path}.pub`)) {
    const { default: ssh2 } = await import("ssh2");
    const pair = generate(ssh2.utils, comment);
    await writeFile(path, pair.private, { mode: 0o600 });
    await chmod(path, 0o600);
    await writeFile(`${path}.pub`, `${pair.public}\n`);
  }
  return (await readFile(`${path}.pub`, "utf8")).trim();
}

/** ssh2 1.17 drops a leading zero byte of the secret or the public half, so that one pair in 220 is malformed: it is drawn again. */
function generate(utils: typeof Utils, comment: string): { private: string; public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519", { comment });
    if (!(utils.parseKey(pair.private) instanceof Error) && !(utils.parseKey(pair.public) instanceof Error)) return pair;
  }
}
