/** Key pairs that the real ssh-keygen and our own client read, each of them. */
import { execa } from "execa";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, it } from "vitest";
import { ensureKey } from "../../src/ssh/keys.ts";
import { needs } from "../needs.ts";

it("are never malformed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kubemend-keys-"));
  try {
    // ssh2 makes about ten malformed ones among so many
    for (let i = 0; i < 2200; i++) {
      const file = join(folder, String(i));
      const line = await ensureKey(file, "a cluster");
      const key = ssh2.utils.parseKey(readFileSync(file));
      if (key instanceof Error) throw key;
      expect(line).toBe(`ssh-ed25519 ${key.getPublicSSH().toString("base64")} a cluster`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

it.skipIf(!needs("ssh-keygen", ["sh", "-c", "command -v ssh-keygen"]))("are read by OpenSSH, and kept", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kubemend-keys-"));
  try {
    const line = await ensureKey(join(folder, "key"), "a cluster");
    const { stdout } = await execa("ssh-keygen", ["-y", "-f", join(folder, "key")]);
    expect(stdout).toBe(line);
    expect(await ensureKey(join(folder, "key"), "another")).toBe(line);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
