/** The lab format: what lab.yaml may hold. */
import { z } from "zod";

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

export type Definition = z.infer<typeof schema>;
export type Observation = z.infer<typeof observation>;
export type Check = z.infer<typeof check>;
export type Step = z.infer<typeof step>;
export type Repair = z.infer<typeof repair>;
