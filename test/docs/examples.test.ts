/** Examples in the documentation are true: specifications plan, commands exist. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { makePlan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import { runCli, useFolder } from "../cli/support.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(`${root}/docs`).map((name) => `docs/${name}`)];
const text = (page: string): string => readFileSync(`${root}/${page}`, "utf8");

describe("specifications", () => {
  const blocks = pages.flatMap((page) => [...text(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map((m) => [page, m[1]!] as const));
  it.each(blocks)("in %s plan without a finding", (page, yaml) => {
    const read = readSpecification(yaml, page, "lab");
    expect(read.findings).toEqual([]);
    expect(makePlan(read.specification!, read.locate).findings).toEqual([]);
  });

  it.each(readdirSync(`${root}/examples`))("in examples/%s plan without an error", (name) => {
    const read = readSpecification(readFileSync(`${root}/examples/${name}`, "utf8"), name, "lab");
    expect(read.findings).toEqual([]);
    expect(makePlan(read.specification!, read.locate).plan).toBeDefined();
  });
});

describe("commands", () => {
  it("that the documentation names exist, with their options", async () => {
    const cwd = useFolder();
    const named = new Set<string>();
    for (const page of pages)
      for (const [, line] of text(page).matchAll(/kubemend ((?:[a-z]+)(?: [a-z]+)?(?: --?[a-z-]+)*)/g)) named.add(line!);
    expect(named.size).toBeGreaterThan(8);
    for (const line of named) {
      const words = line.split(" ");
      const options = words.filter((word) => word.startsWith("--"));
      const path = words.filter((word) => !word.startsWith("-"));
      // the second word may be an argument
      const two = await runCli([...path, "--help"], { cwd });
      const help = two.status === 0 ? two : await runCli([path[0]!, "--help"], { cwd });
      expect(help.status, line).toBe(0);
      for (const option of options) expect(help.stdout, line).toContain(option);
    }
  });
});
