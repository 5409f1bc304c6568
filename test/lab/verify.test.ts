/** Every shipped lab proves itself in the simulator, in every variant: the same proofs as `kubemend lab verify`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLabs } from "../../src/lab/definition.ts";
import type { Proof } from "../../src/lab/verify.ts";
import { runCli } from "../cli/support.ts";

const labs = readLabs(fileURLToPath(new URL("../../labs", import.meta.url)));
const cwd = mkdtempSync(join(tmpdir(), "kubemend-verify-"));

beforeAll(async () => {
  const up = await runCli(["up", "--name", "verify"], { cwd });
  expect(up.status, up.stderr).toBe(0);
}, 180_000);

afterAll(async () => {
  await runCli(["destroy"], { cwd });
  rmSync(cwd, { recursive: true, force: true });
});

describe("in the simulator", () => {
  for (const lab of labs) {
    it(`${lab.id} proves itself`, async () => {
      const { stdout, stderr } = await runCli(["lab", "verify", lab.id, "--output", "json"], { cwd });
      const proofs = stdout
        .split("\n")
        .filter((line) => line.startsWith('{"type":"proof"'))
        .map((line) => JSON.parse(line) as Proof);
      expect(
        proofs.filter((proof) => !proof.ok).map(({ variant, name, detail }) => `${variant || "the lab itself"}: ${name}\n${detail}`),
      ).toEqual([]);
      // untouched, broken, fails, undone; each wrong fix and each solution; in the lab itself and each variant
      const least = 1 + lab.variants.length;
      expect(proofs.length, stderr).toBeGreaterThanOrEqual(least * 8);
    }, 600_000);
  }
});
