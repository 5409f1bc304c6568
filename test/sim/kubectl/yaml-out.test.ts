/** What kubectl prints as YAML, beside the real one: texts of any kind, and where their lines end. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toYaml } from "../../../src/sim/kube/kubectl/yaml-out.ts";
import { firstKubectl, needsKubectl } from "../../kubectl.ts";

const word = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.:#'\"\\{}[],&*!|>%@`~=/?"), minLength: 1, maxLength: 12 });
const gap = fc.constantFrom(" ", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\t", " \n", "\n ");
const odd = fc.constantFrom("가나다", "é", "😀", "\u0007", "\u00a0", "\u001b[0m", "\r");
const text = fc
  .array(fc.oneof({ weight: 12, arbitrary: word }, { weight: 8, arbitrary: gap }, { weight: 1, arbitrary: odd }), { maxLength: 60 })
  .map((parts) => parts.join(""));
const sentence = fc.array(word, { maxLength: 40 }).map((words) => words.join(" "));
const short = fc.constantFrom(
  "yes",
  "~",
  "0644",
  "1e3",
  "0x1F",
  ".5",
  "1:30",
  "2020-01-01",
  "<<",
  "=",
  "-",
  "---",
  "a:",
  ": a",
  "a #b",
  "",
);

test.runIf(needsKubectl())("any text", () => {
  const texts = fc.sample(fc.oneof(text, sentence, short), { numRuns: 400, ...(process.env.CI ? {} : { seed: 1 }) });
  const data = Object.fromEntries(texts.map((t, i) => [`k${String(i).padStart(3, "0")}`, t]));
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", labels: { a: "b" } }, data: { ...data, list: "" } };
  const real = spawnSync(firstKubectl, ["label", "--local", "--overwrite", "-f", "-", "a=b", "-o", "yaml"], {
    input: JSON.stringify(object),
    encoding: "utf8",
  });
  expect(real.stderr).toBe("");
  // one by one, for a short answer
  const entries = (yaml: string): string[] =>
    yaml.slice(yaml.indexOf("data:\n") + 6, yaml.indexOf("kind: ConfigMap")).split(/^(?= {2}\S)/m);
  const ours = entries(toYaml({ ...object, metadata: { ...object.metadata, creationTimestamp: null } }));
  const wrong = entries(real.stdout).flatMap((shown, i) => (shown === ours[i] ? [] : [{ real: shown, ours: ours[i] }]));
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(ours.length).toBeGreaterThan(400);
});
