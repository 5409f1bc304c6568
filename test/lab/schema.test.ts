import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { schemas } from "../../src/lab/json-schema.ts";

it("keeps the schemas for editors in step with the program (node scripts/write-schemas.mjs)", () => {
  for (const [name, text] of Object.entries(schemas()))
    expect(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), "utf8")).toBe(text);
});
