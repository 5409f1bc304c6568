/** go-yaml's scanner and parser: what kubectl 1.20.2 and 1.36.4 said of these texts; test/e2e/kubectl.test.ts asks the one at hand of others. */
import { expect, test } from "vitest";
import { goYamlError } from "../../src/sim/core/go-yaml.ts";
import { parseYaml, yamlTexts } from "../../src/sim/core/yaml.ts";

const recorded: [text: string, said: string | undefined][] = [
  ["a: b\n\tc: d\n", "line 2: found a tab character that violates indentation"],
  ["a:\n\tc: d\n", "line 2: found character that cannot start any token"],
  ["\ta: b\n", "found character that cannot start any token"],
  ["a:\n  b: c\n\td: e\n", "line 3: found a tab character that violates indentation"],
  ["a:\n- b\n\t- c\n", "line 3: found a tab character that violates indentation"],
  ['a: "b"\n\tc: d\n', "line 2: found character that cannot start any token"],
  ["apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n spec: {}\n", "line 4: did not find expected key"],
  ["apiVersion: v1\nkind: Pod\nmetadata:\n name: x\n  labels: {}\n", "line 5: mapping values are not allowed in this context"],
  ["apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n   labels: {}\nspec: {}\n", "line 5: mapping values are not allowed in this context"],
  ["apiVersion: v1\nkind Pod\nmetadata: {}\n", "line 3: could not find expected ':'"],
  ["apiVersion: v1\nkind:Pod\nmetadata: {}\n", "line 3: could not find expected ':'"],
  ["apiVersion: v1\nkind: Pod\nmetadata\n  name: x\n", "line 4: could not find expected ':'"],
  ["apiVersion: v1\nkind: Pod\nmetadata: {name: x\nspec: {}\n", "line 3: did not find expected ',' or '}'"],
  ["apiVersion: v1\nkind: Pod\nmetadata: {name: x]\nspec: {}\n", "line 2: did not find expected ',' or '}'"],
  ["apiVersion: v1\nkind: Pod\nmetadata: [a, b\nspec: {}\n", "line 3: did not find expected ',' or ']'"],
  ['apiVersion: v1\nkind: Pod\nargs: ["a", "b]\nspec: {}\n', "line 5: found unexpected end of stream"],
  ['apiVersion: v1\nkind: "Pod\nmetadata: {}\n', "line 4: found unexpected end of stream"],
  ["apiVersion: v1\nkind: 'Pod\nmetadata: {}\n", "line 4: found unexpected end of stream"],
  ["apiVersion: v1\nkind: Pod: x\nmetadata: {}\n", "line 2: mapping values are not allowed in this context"],
  ["spec:\n  containers:\n  - name: a\n    image: b\n   - name: c\n", "line 4: did not find expected key"],
  ["spec:\n  containers:\n  - name: a\n   image: b\n", "line 3: did not find expected key"],
  ["spec:\n  containers:\n  - name: a\n     image: b\n", "line 4: mapping values are not allowed in this context"],
  ["spec:\n  containers:\n  -name: a\n  image: b\n", undefined],
  ["spec:\n  containers:\n    name: a\n  - image: b\n", "line 3: did not find expected key"],
  ["spec:\n  containers:\n- name: a\n  image: b\n c: d\n", "line 2: did not find expected key"],
  ["a: *x\n", "unknown anchor 'x' referenced"],
  ["a: &x b\nc: *y\n", "unknown anchor 'y' referenced"],
  ["a: %b\n", "found character that cannot start any token"],
  ["a: @b\n", "found character that cannot start any token"],
  ["a: `b\n", "found character that cannot start any token"],
  ["a: !b c\n", undefined],
  ["a: b\na: c\n", undefined],
  ["a: b\n- c\n", "line 1: did not find expected key"],
  ["a: |\n  x\n y\n", "line 2: did not find expected key"],
  ["a: |\nx\n", "line 3: could not find expected ':'"],
  ["a: [b, c: d}\n", "did not find expected ',' or ']'"],
  ['a: "x\\qy"\n', "found unknown escape character"],
  ["a: b: c\n", "mapping values are not allowed in this context"],
  ["a: - b\n", "block sequence entries are not allowed in this context"],
  ["? a\n: b\nc\n", "line 4: could not find expected ':'"],
  ["a\nb\n", undefined],
  ["a: b\n---\nc: d\n ---\n", undefined],
  ['"a": b\n"c" d\n', "line 3: could not find expected ':'"],
  ["key: value\n  - item\n", undefined],
  ['command: ["sleep" "1d"]\n', "did not find expected ',' or ']'"],
  ["spec:\n  a: 1\n  b 2\n  c: 3\n", "line 4: could not find expected ':'"],
  ["spec:\n  a: 1\n  b\n  c: 3\n", "line 4: could not find expected ':'"],
  ["spec:\n a: 1\n   b: 2\n", "line 3: mapping values are not allowed in this context"],
  ["x: {a: 1, b: 2}}\n", "did not find expected key"],
  ["x: [1, 2]]\n", "did not find expected key"],
  ["image: nginx:\n", "mapping values are not allowed in this context"],
  ["image: nginx: 1.2\n", "mapping values are not allowed in this context"],
  ["spec:\n  containers:\n  - name: a\n    command: [a\n  - name: b\n", "line 4: did not find expected ',' or ']'"],
];

test.each(recorded)("%j", (text, said) => {
  expect(goYamlError(text)).toBe(said);
});

test("values are those of YAML 1.1, but for base 60 and times (kubectl create --dry-run=client -o json)", () => {
  const text =
    "a: 0644\nb: yes\nc: 1:30\nd: 2020-01-01\ne: 1e3\nf: .5\ng: 0x1F\nh: 0b11\ni: 1_000\nj: ~\nm: 0o17\nn: n\ns: 12:30:45\nw: 08\nx: 1.2.3\nz: !!str 12\n";
  expect(parseYaml(text)).toEqual({
    ...{ a: 420, b: true, c: "1:30", d: "2020-01-01", e: 1000, f: 0.5, g: 31, h: 3, i: 1000, j: null },
    ...{ m: 15, false: false, s: "12:30:45", w: 8, x: "1.2.3", z: "12" },
  });
});

test("documents are taken apart at lines of three hyphens", () => {
  expect(yamlTexts("---\na: 1\n--- # second\nb: |\n  ---\n---\n\n")).toEqual(["a: 1\n", "b: |\n  ---\n", "\n"]);
});
