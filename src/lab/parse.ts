/** Reads a lab's text, with every problem at once. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isMap, isNode, isSeq, type Document } from "yaml";
import type { Finding } from "../cluster/finding.ts";
import { readYaml } from "../yaml.ts";
import { patternsOf, scriptsOf, textsOf, type Lab, type Path } from "./definition.ts";
import { scriptPlaces } from "./folder.ts";
import { labProblem, type ReadLab } from "./problem.ts";
import { schema } from "./schema.ts";

/** `file` is lab.yaml of the folder `dir`, `text` what it holds. */
export function parseLab(dir: string, file: string, text: string): ReadLab {
  const read = readYaml(text);
  const { document } = read;
  const place = (offset: number): Finding["at"] => ({ file, ...read.place(offset) });
  if (read.problems.length > 0)
    return {
      findings: read.problems.map(({ message, line, column }) => labProblem("yaml", "", message, "Mend the YAML.", { file, line, column })),
    };
  const parsed = schema.safeParse(read.value);
  const findings: Finding[] = [];
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const keys = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
      for (const key of keys) {
        const path = [...issue.path.map(String), ...(key === undefined ? [] : [key])];
        findings.push(
          labProblem(
            issue.code,
            path.join("."),
            key === undefined ? issue.message : `unknown key "${key}"`,
            "docs/labs.md describes every field.",
            place(offsetOf(document, path)),
          ),
        );
      }
    }
    return { findings };
  }
  const lab: Lab = { ...parsed.data, dir };
  if (lab.id !== dir.split(/[/\\]/).pop())
    findings.push(
      labProblem(
        "id-is-not-folder",
        "id",
        `the lab in ${dir} calls itself "${lab.id}"`,
        "The id is the folder's name.",
        place(offsetOf(document, ["id"])),
      ),
    );
  for (const [path, script] of scriptsOf(lab)) {
    const places = scriptPlaces(dir, script);
    if (!places.some((place) => existsSync(place)))
      findings.push(
        labProblem(
          "missing-script",
          path.join("."),
          `there is no file ${places.length > 1 ? places.join(", nor ") : script}`,
          `Write ${places[0]}.`,
          place(offsetOf(document, path)),
        ),
      );
  }
  for (const name of textsOf(lab))
    if (!existsSync(join(dir, name))) findings.push(labProblem("missing-text", "", `there is no ${name}`, `Write ${join(dir, name)}.`));
  for (const [path, pattern] of patternsOf(lab)) {
    try {
      new RegExp(pattern, "m");
    } catch (error) {
      findings.push(
        labProblem(
          "bad-pattern",
          path.join("."),
          error instanceof Error ? error.message : String(error),
          "Write a JavaScript regular expression.",
          place(offsetOf(document, path)),
        ),
      );
    }
  }
  return findings.length > 0 ? { id: lab.id, findings } : { id: lab.id, lab };
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    const next: unknown = isMap(node) ? node.get(key, true) : isSeq(node) ? node.get(Number(key), true) : undefined;
    if (!isNode(next)) break;
    node = next;
    offset = next.range?.[0] ?? offset;
  }
  return offset;
}
