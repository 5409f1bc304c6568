/** Every shipped lab proves itself in the simulator, in every variant: the same proofs as `kubemend lab verify`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { legacyArchive } from "../../src/cluster/versions.ts";
import { readLabs } from "../../src/lab/catalogue.ts";
import type { Proof } from "../../src/lab/verify.ts";
import { runCli } from "../cli/support.ts";

const labs = await readLabs(fileURLToPath(new URL("../../labs", import.meta.url)));

/** Each variant is proven on the first of these clusters that has its runtime and pod network. */
const clusters = [
  { name: "verify", runtime: "containerd", cni: "calico", specification: "" },
  { name: "verify-bird", runtime: "containerd", cni: "bridge", specification: "cni: { name: bridge, routes: bird }\n" },
  {
    name: "verify-docker",
    runtime: "docker",
    cni: "bridge",
    specification: `runtime: docker\nkubernetes: "1.23"\ncni: { name: bridge }\nmirror: { packages: "${legacyArchive}" }\n`,
  },
];
const variants = labs.flatMap((lab) =>
  [{ id: "", cluster: lab.cluster }, ...lab.variants].map((variant) => {
    const needs = variant.cluster ?? lab.cluster;
    const has = (wanted: string[] | undefined, actual: string): boolean => wanted === undefined || wanted.includes(actual);
    const cluster = clusters.find(({ cni, runtime }) => has(needs.cni, cni) && has(needs.runtime, runtime));
    return { lab: lab.id, variant: variant.id, cluster: cluster?.name };
  }),
);

it("every variant has a cluster that it is proven on", () => {
  expect(variants.filter(({ cluster }) => cluster === undefined)).toEqual([]);
});

describe.each(clusters)("in the simulator, with $runtime and $cni", ({ name, specification }) => {
  const cwd = mkdtempSync(join(tmpdir(), "kubemend-verify-"));

  beforeAll(async () => {
    writeFileSync(join(cwd, "kubemend.yaml"), specification);
    const up = await runCli(["up", "--name", name], { cwd });
    expect(up.status, up.stderr).toBe(0);
  }, 180_000);

  afterAll(async () => {
    await runCli(["destroy"], { cwd });
    rmSync(cwd, { recursive: true, force: true });
  });

  for (const lab of new Set(variants.filter(({ cluster }) => cluster === name).map((v) => v.lab))) {
    const least = variants.filter((v) => v.lab === lab && v.cluster === name).length;
    // one variant alone where the lab itself is another cluster's
    const only = least === 1 ? variants.find((v) => v.lab === lab && v.cluster === name)!.variant : "";
    it(`${lab} proves itself`, async () => {
      const { stdout, stderr } = await runCli(["lab", "verify", lab, ...(only === "" ? [] : ["--variant", only]), "--output", "json"], {
        cwd,
      });
      const proofs = stdout
        .split("\n")
        .filter((line) => line.startsWith('{"type":"proof"'))
        .map((line) => JSON.parse(line) as Proof)
        .filter((proof) => !proof.leftOut);
      expect(
        proofs
          .filter((proof) => !proof.ok)
          .map(({ variant, name: proof, detail }) => `${variant || "the lab itself"}: ${proof}\n${detail}`),
      ).toEqual([]);
      // untouched, broken, fails, undone; each wrong fix and each solution; in the lab itself and each variant
      expect(proofs.length, stderr).toBeGreaterThanOrEqual(least * 8);
    }, 600_000);
  }
});
