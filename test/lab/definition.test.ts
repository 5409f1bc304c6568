import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { KubemendError } from "../../src/error.ts";
import { asVariant, readLab, readLabs } from "../../src/lab/definition.ts";

const shipped = fileURLToPath(new URL("../../labs", import.meta.url));
const scratch: string[] = [];
afterEach(() => scratch.splice(0).forEach((dir) => rmSync(dir, { recursive: true })));
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), "kubemend-labs-"));
  scratch.push(dir);
  return dir;
};

describe("the shipped labs", () => {
  it("are whole, and teach enough: three hints, two solutions, two wrong fixes, in every variant", () => {
    const labs = readLabs(shipped);
    expect(labs.map((l) => l.id)).toEqual(expect.arrayContaining(["bgp-port-blocked", "cgroup-driver-mismatch", "pod-cidr-overlap"]));
    for (const lab of labs) {
      for (const variant of ["", ...lab.variants.map((v) => v.id)]) {
        const shown = asVariant(lab, variant);
        expect(shown.solutions.length, `${lab.id}/${variant}`).toBeGreaterThanOrEqual(2);
        expect(shown.wrong.length, `${lab.id}/${variant}`).toBeGreaterThanOrEqual(2);
        expect(shown.hints.length, `${lab.id}/${variant}`).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

describe("a malformed lab", () => {
  it("is reported with every problem, each with its place", () => {
    const dir = join(folder(), "broken-lab");
    mkdirSync(dir);
    writeFileSync(
      join(dir, "lab.yaml"),
      `id: other-name
title: T
summary: S
level: impossible
minutes: 5
curriculum: [{ exam: CKA, domain: D, competency: C }]
break: [{ machine: worker1, script: missing.sh }]
symptoms: [{ id: a, title: A, machine: worker1, expected: x }]
checks: [{ id: b, title: B, machine: worker1, run: "true", expected: x, colour: red }]
hints: []
solutions: [{ title: S, steps: [{ machine: worker1, script: s.sh }] }]
wrong: [{ title: W, steps: [{ machine: worker1, script: w.sh }] }]
`,
    );
    const { findings } = readLab(dir);
    expect(findings!.map((f) => [f.field, f.at?.line])).toEqual(
      expect.arrayContaining([
        ["level", 4],
        ["symptoms.0", 8],
        ["checks.0.colour", 9],
        ["hints", 10],
      ]),
    );
  });

  it("names missing scripts and texts, and a foreign id", () => {
    const dir = join(folder(), "renamed");
    cpSync(join(shipped, "bgp-port-blocked"), dir, { recursive: true });
    rmSync(join(dir, "break.sh"));
    rmSync(join(dir, "debrief.md"));
    const { findings } = readLab(dir);
    expect(findings!.map((f) => f.code)).toEqual(expect.arrayContaining(["id-is-not-folder", "missing-script", "missing-text"]));
    expect(findings!.find((f) => f.code === "missing-script")!.message).toContain("break.sh");
  });

  it("that has the id of another one is named together with it", () => {
    const dir = folder();
    for (const name of ["bgp-port-blocked", "copy"]) cpSync(join(shipped, "bgp-port-blocked"), join(dir, name), { recursive: true });
    expect(() => readLabs(dir)).toThrowError(/two labs are called "bgp-port-blocked": \S+bgp-port-blocked and \S+copy/);
  });

  it("names a brief that a variant wants and the folder lacks", () => {
    const dir = join(folder(), "pod-cidr-overlap");
    cpSync(join(shipped, "pod-cidr-overlap"), dir, { recursive: true });
    rmSync(join(dir, "brief-one-block.md"));
    expect(readLab(dir).findings!.map((f) => f.message)).toEqual(["there is no brief-one-block.md"]);
  });

  it("does not hide another one: all of a folder are reported together", () => {
    const dir = folder();
    mkdirSync(join(dir, "empty"));
    mkdirSync(join(dir, "garbage"));
    writeFileSync(join(dir, "garbage", "lab.yaml"), "id: [");
    expect(() => readLabs(dir)).toThrowError(KubemendError);
    expect(() => readLabs(dir)).toThrowError(/empty has no lab\.yaml[\s\S]*garbage/);
  });
});
