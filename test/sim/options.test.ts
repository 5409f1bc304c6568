import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const programs = fileURLToPath(new URL("../../src/sim/bin", import.meta.url));
const texts = new Map(
  readdirSync(programs, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [join(programs, file), readFileSync(join(programs, file), "utf8")] as const),
);

/** The files that a file imports of its own folder, and those that import it. */
function neighbours(file: string): string[] {
  const imports = (of: string): string[] =>
    [...texts.get(of)!.matchAll(/from "(\.{1,2}\/[^"]+)"/g)].map((m) => join(dirname(of), m[1]!)).filter((other) => texts.has(other));
  return [...imports(file), ...[...texts.keys()].filter((other) => imports(other).includes(file))].filter(
    (f) => dirname(f) === dirname(file),
  );
}

/** The tables of options.ts in a source file: string literals that hold nothing but its words, of which one at least is no plain word. */
function tables(text: string): string[] {
  return [...text.matchAll(/(["`])((?:(?!\1)[^\\])*)\1/g)]
    .map((m) => m[2]!)
    .filter((literal) => {
      const words = literal.split(/\s+/).filter((word) => word !== "");
      return (
        words.length > 1 &&
        words.every((word) => /^(\+|[!~]?[\w?#@%][\w-]*(,[\w-]+)*(=\??)?)$/.test(word)) &&
        words.some((word) => /^[!~]|^\w,[\w-]{2,}/.test(word))
      );
    });
}

describe("an option that a simulated program accepts", () => {
  it("is looked at by it, or its table says that it changes nothing (~) or is not simulated (!)", () => {
    let seen = 0;
    const unread: string[] = [];
    for (const [file, text] of texts) {
      if (!/options/i.test(text)) continue;
      for (const table of tables(text)) {
        const code = [text.replace(table, ""), ...neighbours(file).map((near) => texts.get(near)!)].join("\n");
        for (const word of table.split(/\s+/).filter((w) => !/^([!~+]|$)/.test(w))) {
          const key = /^[^,=]+/.exec(word)![0];
          seen++;
          if (!code.includes(`"${key}"`) && !/^\d$/.test(key)) unread.push(`${relative(programs, file)}: ${word}`);
        }
      }
    }
    expect(seen).toBeGreaterThan(600);
    expect(unread).toEqual([]);
  });
});
