import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { KubemendError } from "../../src/error.ts";
import { readLab, readLabs } from "../../src/lab/catalogue.ts";
import { asVariant } from "../../src/lab/definition.ts";
import { labNames, scriptFile } from "../../src/lab/folder.ts";

const shipped = fileURLToPath(new URL("../../labs", import.meta.url));
const scratch: string[] = [];
afterEach(() => scratch.splice(0).forEach((dir) => rmSync(dir, { recursive: true })));
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), "kubemend-labs-"));
  scratch.push(dir);
  return dir;
};

describe("the shipped labs", () => {
  it("are whole, and teach enough: three hints, two solutions, two wrong fixes, in every variant", async () => {
    const labs = await readLabs(shipped);
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

  it("are kept by the build as they are read here; one whose text, files or folder differ is read anew", async () => {
    for (const { dir, ...read } of await readLabs(shipped)) {
      const hash = createHash("sha256")
        .update(readFileSync(join(dir, "lab.yaml")))
        .digest("hex");
      const kept = new URL(`../../dist/labs/${hash}.json`, import.meta.url);
      expect(JSON.parse(readFileSync(kept, "utf8")), read.id).toEqual(read);
    }
    const labs = join(folder(), "labs");
    const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
    const list = (): string => {
      const { stdout, stderr } = spawnSync(process.execPath, [bin, "lab", "list", "--labs", labs], { encoding: "utf8" });
      return stdout + stderr;
    };
    cpSync(shipped, labs, { recursive: true });
    expect(list()).toContain("Pods on one worker are cut off");
    rmSync(join(labs, "bgp-port-blocked", "break.sh"));
    renameSync(join(labs, "join-token"), join(labs, "token"));
    writeFileSync(join(labs, "node-ip", "lab.yaml"), readFileSync(join(labs, "node-ip", "lab.yaml"), "utf8").replace("level:", "levle:"));
    const found = list();
    for (const text of ["there is no file break.sh", 'calls itself "join-token"', 'unknown key "levle"']) expect(found).toContain(text);
  });

  it("run every script there is, and share those of shared/", () => {
    const named = (text: string) => new Set([...text.matchAll(/script: ([\w./-]+)/g)].map((m) => m[1]!));
    const texts = labNames(shipped).map((lab) => [lab, readFileSync(join(shipped, lab, "lab.yaml"), "utf8")] as const);
    for (const [lab, text] of texts)
      expect(readdirSync(join(shipped, lab)).filter((file) => file.endsWith(".sh") && !named(text).has(file))).toEqual([]);
    for (const file of readdirSync(join(shipped, "shared")))
      expect(texts.filter(([, text]) => named(text).has(`shared/${file}`)).length, file).toBeGreaterThanOrEqual(1);
  });
});

describe("scripts that labs share", () => {
  const lab = (folder: string, script: string) => {
    const dir = join(folder, "containerd-stopped");
    cpSync(join(shipped, "containerd-stopped"), dir, { recursive: true });
    const file = join(dir, "lab.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("shared/new-pod.sh", script));
    return readLab(dir);
  };

  it("are kubemend's for labs elsewhere, unless the folder has its own of that name", async () => {
    const here = folder();
    const read = await lab(here, "shared/new-pod.sh");
    expect(read.findings).toBeUndefined();
    expect(scriptFile(read.lab!, "shared/new-pod.sh")).toBe(join(shipped, "shared", "new-pod.sh"));
    mkdirSync(join(here, "shared"));
    writeFileSync(join(here, "shared", "new-pod.sh"), "true\n");
    expect(scriptFile(read.lab!, "shared/new-pod.sh")).toBe(join(here, "shared", "new-pod.sh"));
    expect((await readLabs(here)).map(({ id }) => id)).toEqual(["containerd-stopped"]);
  });

  it("that are missing are named with every place that was looked at", async () => {
    const here = folder();
    const { findings } = await lab(here, "shared/none.sh");
    expect(findings!.map((f) => [f.code, f.field, f.message])).toEqual([
      ["missing-script", "checks.2.script", `there is no file ${join(here, "shared/none.sh")}, nor ${join(shipped, "shared/none.sh")}`],
    ]);
  });
});

describe("a malformed lab", () => {
  it("is reported with every problem, each with its place", async () => {
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
    const { findings } = await readLab(dir);
    expect(findings!.map((f) => [f.field, f.at?.line])).toEqual(
      expect.arrayContaining([
        ["level", 4],
        ["symptoms.0", 8],
        ["checks.0.colour", 9],
        ["hints", 10],
      ]),
    );
  });

  it("names missing scripts and texts, and a foreign id", async () => {
    const dir = join(folder(), "renamed");
    cpSync(join(shipped, "bgp-port-blocked"), dir, { recursive: true });
    rmSync(join(dir, "break.sh"));
    rmSync(join(dir, "debrief.md"));
    const { findings } = await readLab(dir);
    expect(findings!.map((f) => f.code)).toEqual(expect.arrayContaining(["id-is-not-folder", "missing-script", "missing-text"]));
    expect(findings!.find((f) => f.code === "missing-script")!.message).toContain("break.sh");
  });

  it("that has the id of another one is named together with it", async () => {
    const dir = folder();
    for (const name of ["bgp-port-blocked", "copy"]) cpSync(join(shipped, "bgp-port-blocked"), join(dir, name), { recursive: true });
    await expect(readLabs(dir)).rejects.toThrowError(/two labs are called "bgp-port-blocked": \S+bgp-port-blocked and \S+copy/);
  });

  it("names a brief that a variant wants and the folder lacks", async () => {
    const dir = join(folder(), "pod-cidr-overlap");
    cpSync(join(shipped, "pod-cidr-overlap"), dir, { recursive: true });
    rmSync(join(dir, "brief-one-block.md"));
    expect((await readLab(dir)).findings!.map((f) => f.message)).toEqual(["there is no brief-one-block.md"]);
  });

  it("does not hide another one: all of a folder are reported together", async () => {
    const dir = folder();
    mkdirSync(join(dir, "empty"));
    mkdirSync(join(dir, "garbage"));
    writeFileSync(join(dir, "garbage", "lab.yaml"), "id: [");
    await expect(readLabs(dir)).rejects.toThrowError(KubemendError);
    await expect(readLabs(dir)).rejects.toThrowError(/empty has no lab\.yaml[\s\S]*garbage/);
  });
});
