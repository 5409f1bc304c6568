/** The labs of a folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatFinding, type Finding } from "../cluster/finding.ts";
import { usageError } from "../error.ts";
import { scriptsOf, textsOf, type Content, type Lab } from "./definition.ts";
import { labNames, scriptPlaces } from "./folder.ts";
import { keptLab } from "./kept.ts";
import { labProblem, type ReadLab } from "./problem.ts";

/** Reads one lab's folder. */
export async function readLab(dir: string): Promise<ReadLab> {
  const file = join(dir, "lab.yaml");
  if (!existsSync(file))
    return {
      findings: [
        labProblem("no-lab-file", "", `${dir} has no lab.yaml`, "Every folder of labs/ is a lab: write its lab.yaml or remove the folder."),
      ],
    };
  const text = readFileSync(file, "utf8");
  const kept = keptLab(text);
  if (kept && isWhole(kept, dir)) return { id: kept.id, lab: { ...kept, dir } };
  // YAML and the schema are loaded only when they are needed
  const { parseLab } = await import("./parse.ts");
  return parseLab(dir, file, text);
}

/** Whether everything is there that a lab names, beside its text. */
const isWhole = (lab: Content, dir: string): boolean =>
  lab.id === dir.split(/[/\\]/).pop() &&
  [...scriptsOf(lab)].every(([, script]) => scriptPlaces(dir, script).some((place) => existsSync(place))) &&
  [...textsOf(lab)].every((name) => existsSync(join(dir, name)));

/** All labs of a folder, by id. Throws `labs` naming every malformed file and every id that is taken twice. */
export async function readLabs(folder: string): Promise<Lab[]> {
  const labs: Lab[] = [];
  const findings: Finding[] = [];
  const byId = new Map<string, string>();
  for (const name of labNames(folder)) {
    const dir = join(folder, name);
    const read = await readLab(dir);
    if (read.findings) findings.push(...read.findings);
    else labs.push(read.lab);
    if (read.id === undefined) continue;
    const other = byId.get(read.id);
    if (other !== undefined) {
      findings.push({
        severity: "error",
        code: "two-labs-one-id",
        field: "id",
        value: read.id,
        message: `two labs are called "${read.id}": ${other} and ${dir}`,
        fix: "Rename one of them, its folder and its id.",
      });
    } else byId.set(read.id, dir);
  }
  if (findings.length > 0)
    throw usageError(
      "labs",
      `the labs in ${folder} have ${findings.length} problem${findings.length === 1 ? "" : "s"}:\n\n${findings.map(formatFinding).join("\n")}`,
      { details: { findings } },
    );
  return labs;
}
