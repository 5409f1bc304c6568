/** Regular expressions that would hold JavaScript's engine for ever end, with the answer it would have given. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Regex } from "../../../src/sim/bin/text/regex.ts";
import { Bounded, steadyRegExp } from "../../../src/sim/core/regexp/index.ts";
import { run, useWorld } from "../support.ts";

const expression = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "\\w", "é", "^", "$", "\\b", "(?=a)", "(?<!b)"),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => a + b),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(${a}|${b})`),
    fc
      // JavaScript rejects an optional repetition that is empty; what POSIX does with it shows in groups only
      .tuple(
        tie("node").filter((node) => !/[$^]|\\b|\(\?[=<]/.test(node) && !new RegExp(`^(?:${node})$`).test("")),
        fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "*?", "+?", "{0,2}"),
      )
      .map(([a, quantifier]) => `(?:${a})${quantifier}`),
  ),
})).node;
const subject = fc.string({ unit: fc.constantFrom("a", "b", "é", " ", "𝒂", "\n"), maxLength: 9 });

test("the bounded engine finds what JavaScript's finds", () => {
  fc.assert(
    fc.property(expression, subject, fc.constantFrom("", "u", "iu", "m"), (source, text, flags) => {
      const bounded = new Bounded(source, flags);
      fc.pre(bounded.harmless !== Infinity);
      const real = new RegExp(source, flags).exec(text);
      expect(bounded.exec(text, 0)?.slice(0, 2)).toEqual(real ? [real.index, real.index + real[0].length] : undefined);
    }),
    { numRuns: 3000 },
  );
});

test("the leftmost longest match is the same, whichever engine finds it", () => {
  fc.assert(
    fc.property(expression, subject, (source, text) => {
      const pattern = source.replaceAll("?:", "").replaceAll(/([*+?}])\?/g, "$1");
      fc.pre(!/\(\?|[$.^]/.test(pattern));
      const regex = new Regex(pattern, { syntax: "extended" });
      const padded = text + "\x01".repeat(2000);
      const [short, long] = [regex.exec(text), regex.exec(padded)];
      expect(long && [long.index, long.end]).toEqual(short && [short.index, short.end]);
    }),
    { numRuns: 1000 },
  );
});

test("a RegExp in its place does what RegExp does", () => {
  const text = `${"xay".repeat(3000)}z`;
  for (const [source, flags] of [
    ["(a+)+y", "g"],
    ["(?<first>x)(a|y)+", "gu"],
    ["(a|a)*z", ""],
    ["x(a*)*", "y"],
  ] as const) {
    const [ours, real] = [steadyRegExp(source, flags), new RegExp(source, flags)];
    expect(text.replace(ours, "<$1>")).toBe(text.replace(real, "<$1>"));
    expect(text.split(ours)).toEqual(text.split(real));
    expect(ours.test(text)).toBe(real.test(text));
    expect(ours.lastIndex).toBe(real.lastIndex);
    expect(text.match(ours)?.length).toBe(text.match(real)?.length);
  }
});

const evil = `${"a".repeat(60)}b`;
test.each([
  [`echo ${evil} | grep -E '^(a+)+$'`, 1],
  [`echo ${evil} | grep '^\\(a*\\)*$'`, 1],
  [`echo ${evil} | grep -P '^(a+)+$'`, 1],
  [`echo ${evil} | sed -nE '/^(a*)*$/p' | grep .`, 1],
  [`echo ${evil} | awk '/^(a|a)*$/ { exit 3 }'`, 0],
  [`[[ ${evil} =~ ^(a+)+$ ]]`, 1],
  [`[[ ${evil} == *a*a*a*a*a*a*a*a*a*a*c ]]`, 1],
  [`shopt -s extglob; [[ ${evil} == +(+(a)) ]]`, 1],
  [`x=${evil}; [ "\${x//+(+(a))c/}" = $x ]`, 0],
  [`touch ${evil}; find . -regex './\\(a+\\)+'`, 0],
  [`expr ${evil} : '\\(a*\\)*$'`, 1],
])("an expression with countless ways to fail fails: %s", async (line, status) => {
  const machine = (await useWorld()).machine("node1");
  expect(await run(machine, line)).toMatchObject({ stderr: "", status });
});

test("back-references that take too many steps are refused", async () => {
  const machine = (await useWorld()).machine("node1");
  expect(await run(machine, `echo ${evil} | grep -E '(a+)*\\1c'`)).toMatchObject({
    stderr: expect.stringContaining("kubemend: not simulated: a regular expression") as unknown,
    status: 125,
  });
});
