/** The lab format: its schema, and reading a lab's folder with every problem at once. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, isMap, isNode, isSeq, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { formatFinding, type Finding } from "../cluster/finding.ts";
import { usageError } from "../error.ts";
import { labNames, scriptPlaces } from "./folder.ts";
import { keptLab } from "./kept.ts";

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case words joined by hyphens");
const duration = z.string().regex(/^\d+(s|m)$/, "must be a duration such as 30s or 5m");
/** A machine's name, or `controlplane` (the first), `workers`, `nodes` (each of them). */
const machine = z.string().min(1);

const environment = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a shell variable's name"), z.string())
  .describe("Variables for the script, so that variants and labs share one.");
const scriptName = z.string().min(1).describe("File in the lab's folder, or shared/FILE of the folder beside it; run as root with bash.");

const step = z.strictObject({
  machine,
  script: scriptName,
  environment: environment.optional(),
});
const observation = z
  .strictObject({
    id,
    title: z.string().min(1).describe("What is looked at, without giving the cause away."),
    machine,
    run: z.string().min(1).optional().describe("Shell command, run as root."),
    script: scriptName.optional(),
    environment: environment.optional(),
    status: z.int().min(0).max(255).default(0).describe("Exit status that is expected."),
    stdout: z.string().optional().describe("Regular expression (multi-line) that the output must match."),
    absent: z.string().optional().describe("Regular expression that the output must not match."),
    within: duration.default("0s").describe("How long the world may take to get there."),
    expected: z.string().min(1).describe("What a person should see, for the report."),
  })
  .refine((o) => (o.run === undefined) !== (o.script === undefined), "give either run or script")
  .refine((o) => o.environment === undefined || o.script !== undefined, { path: ["environment"], error: "goes with script, not with run" });
const check = observation.safeExtend({ weight: z.int().min(1).max(100).default(1) });
const repair = z.strictObject({ title: z.string().min(1), steps: z.array(step).min(1) });

const body = {
  break: z.array(step).min(1),
  symptoms: z.array(observation).min(1),
  checks: z.array(check).min(1),
  solutions: z.array(repair).min(1),
  wrong: z.array(repair).min(1),
};

/** How machines without snapshots get back to the healthy cluster. */
const undo = z.array(step).min(1).optional();

const needs = z.strictObject({
  workers: z.int().min(0).default(1).describe("At least so many workers."),
  controlplanes: z.int().min(1).default(1).describe("At least so many control planes."),
  cni: z.array(z.string()).optional().describe("One of these pod networks."),
  routes: z
    .array(z.enum(["static", "bird"]))
    .optional()
    .describe("One of these ways in which the bridge network's routes are made."),
  encapsulation: z.array(z.string()).optional().describe("One of Calico's encapsulations."),
  runtime: z.array(z.string()).optional().describe("One of these runtimes."),
  kubernetes: z
    .string()
    .regex(/^[<>]=1\.\d+$/, 'must be such as ">=1.24" or "<=1.23"')
    .optional()
    .describe("This version or a newer one, or with <= this or an older one."),
  machines: z
    .array(z.enum(["snapshots", "own-kernel"]))
    .default([])
    .describe("What the provider must have: snapshots (where nothing else undoes the lab), a kernel of the machine's own."),
});

const hints = z.array(z.strictObject({ text: z.string().min(1), cost: z.int().min(0).max(100).default(10) })).min(1);

export const schema = z
  .strictObject({
    id,
    title: z.string().min(1),
    summary: z.string().min(1),
    level: z.enum(["easy", "medium", "hard"]),
    minutes: z.int().min(1).max(240),
    curriculum: z
      .array(z.strictObject({ exam: z.enum(["CKA", "CKS", "CKAD"]), domain: z.string().min(1), competency: z.string().min(1) }))
      .min(1),
    cluster: needs.prefault({}).describe("What the lab needs of a cluster."),
    ...body,
    undo: undo.describe("Back to the healthy cluster on machines without snapshots; the first solution when missing."),
    hints,
    brief: z.string().min(1).default("brief.md").describe("What the learner reads: the situation, never the cause."),
    debrief: z.string().min(1).default("debrief.md").describe("The chain of causes, and the command that shows each link."),
    variants: z
      .array(
        z.strictObject({
          id,
          title: z.string().min(1),
          cluster: needs.optional().describe("What this variant needs instead."),
          break: body.break,
          undo,
          symptoms: body.symptoms.optional(),
          checks: body.checks.optional(),
          solutions: body.solutions.optional(),
          wrong: body.wrong.optional(),
          hints: hints.optional(),
          brief: z.string().min(1).optional().describe("Its own brief, where the lab's does not fit."),
          debrief: z.string().min(1).optional(),
        }),
      )
      .default([])
      .describe("The same lab broken in another way; what a variant does not give is the lab's own."),
  })
  .describe("A Kubemend lab.");

type Definition = z.infer<typeof schema>;
export type Observation = z.infer<typeof observation>;
export type Check = z.infer<typeof check>;
export type Step = z.infer<typeof step>;
export type Repair = z.infer<typeof repair>;

/** A lab with its folder; `variant` names the way in which it is broken. */
export interface Lab extends Definition {
  dir: string;
}

/** The lab as one variant has it; "" is the lab itself. Throws `unknown-variant`. */
export function asVariant(lab: Lab, variant: string | undefined): Lab {
  if (variant === undefined || variant === "") return lab;
  const found = lab.variants.find((v) => v.id === variant);
  if (!found)
    throw usageError("unknown-variant", `lab ${lab.id} has no variant "${variant}"`, {
      hint: lab.variants.length === 0 ? "It has no variants." : `Variants are: ${lab.variants.map((v) => v.id).join(", ")}.`,
    });
  const { id: _id, title: _title, ...parts } = found;
  return { ...lab, ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) };
}

export const seconds = (text: string): number => Number(text.slice(0, -1)) * (text.endsWith("m") ? 60 : 1);

/** Reads one lab's folder. Exactly one of lab and problems is there. */
export function readLab(
  dir: string,
): { id: string; lab: Lab; findings?: undefined } | { id?: string; lab?: undefined; findings: Finding[] } {
  const file = join(dir, "lab.yaml");
  const problem = (code: string, field: string, message: string, fix: string, at?: Finding["at"]): Finding => ({
    severity: "error",
    code,
    field,
    value: "",
    message,
    fix,
    ...(at ? { at } : {}),
  });
  if (!existsSync(file))
    return {
      findings: [
        problem("no-lab-file", "", `${dir} has no lab.yaml`, "Every folder of labs/ is a lab: write its lab.yaml or remove the folder."),
      ],
    };
  const text = readFileSync(file, "utf8");
  const kept = keptLab(text);
  if (kept && isWhole(kept, dir)) return { id: kept.id, lab: { ...kept, dir } };
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const place = (offset: number): Finding["at"] => {
    const { line, col } = counter.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0)
    return {
      findings: document.errors.map((error) => problem("yaml", "", error.message.split("\n")[0]!, "Mend the YAML.", place(error.pos[0]))),
    };
  const parsed = schema.safeParse(document.toJS());
  const findings: Finding[] = [];
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const keys = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
      for (const key of keys) {
        const path = [...issue.path.map(String), ...(key === undefined ? [] : [key])];
        findings.push(
          problem(
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
      problem(
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
        problem(
          "missing-script",
          path.join("."),
          `there is no file ${places.length > 1 ? places.join(", nor ") : script}`,
          `Write ${places[0]}.`,
          place(offsetOf(document, path)),
        ),
      );
  }
  for (const name of textsOf(lab))
    if (!existsSync(join(dir, name))) findings.push(problem("missing-text", "", `there is no ${name}`, `Write ${join(dir, name)}.`));
  for (const [path, pattern] of patternsOf(lab)) {
    try {
      new RegExp(pattern, "m");
    } catch (error) {
      findings.push(
        problem(
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

/** Whether everything is there that a lab names, beside its text. */
const isWhole = (lab: Omit<Lab, "dir">, dir: string): boolean =>
  lab.id === dir.split(/[/\\]/).pop() &&
  [...scriptsOf(lab)].every(([, script]) => scriptPlaces(dir, script).some((place) => existsSync(place))) &&
  [...textsOf(lab)].every((name) => existsSync(join(dir, name)));

type Path = string[];
type Content = Omit<Lab, "dir">;

const textsOf = (lab: Content): Set<string> =>
  new Set(Array.from(parts(lab), ([, part]) => [part.brief, part.debrief].filter((name) => name !== undefined)).flat());

function* parts(lab: Content): Generator<[Path, Pick<Lab, "break"> & Partial<Lab>]> {
  yield [[], lab];
  for (const [i, variant] of lab.variants.entries()) yield [["variants", String(i)], variant];
}

function* scriptsOf(lab: Content): Generator<[Path, string]> {
  for (const [base, part] of parts(lab)) {
    for (const key of ["break", "undo"] as const)
      for (const [i, s] of (part[key] ?? []).entries()) yield [[...base, key, String(i), "script"], s.script];
    for (const key of ["symptoms", "checks"] as const)
      for (const [i, o] of (part[key] ?? []).entries()) if (o.script !== undefined) yield [[...base, key, String(i), "script"], o.script];
    for (const key of ["solutions", "wrong"] as const)
      for (const [i, r] of (part[key] ?? []).entries())
        for (const [j, s] of r.steps.entries()) yield [[...base, key, String(i), "steps", String(j), "script"], s.script];
  }
}

function* patternsOf(lab: Lab): Generator<[Path, string]> {
  for (const [base, part] of parts(lab))
    for (const key of ["symptoms", "checks"] as const)
      for (const [i, o] of (part[key] ?? []).entries())
        for (const field of ["stdout", "absent"] as const) if (o[field] !== undefined) yield [[...base, key, String(i), field], o[field]];
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

/** All labs of a folder, by id. Throws `labs` naming every malformed file and every id that is taken twice. */
export function readLabs(folder: string): Lab[] {
  const labs: Lab[] = [];
  const findings: Finding[] = [];
  const byId = new Map<string, string>();
  for (const name of labNames(folder)) {
    const dir = join(folder, name);
    const read = readLab(dir);
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
