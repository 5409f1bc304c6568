/** What the lab commands share: the catalogue, the lock, a cluster for the lab. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Option } from "commander";
import { formatFinding } from "../../../cluster/finding.ts";
import { KubemendError, usageError } from "../../../error.ts";
import { readLab, readLabs } from "../../../lab/catalogue.ts";
import { asVariant, type Lab } from "../../../lab/definition.ts";
import { labNames } from "../../../lab/folder.ts";
import type { CheckReport } from "../../../lab/engine.ts";
import { debrief } from "../../../lab/engine.ts";
import { fitted, refuseUnmet, unmetByPlan } from "../../../lab/needs.ts";
import { openCluster, type Cluster } from "../../../provision/cluster.ts";
import { withLock } from "../../../provision/lock.ts";
import { up } from "../../../provision/up.ts";
import type { Listener } from "../../../report/events.ts";
import { markdown } from "../../../report/markdown.ts";
import { installation } from "../../../root.ts";
import type { Context, GlobalOptions } from "../../context.ts";
import { paint } from "../../io.ts";

export interface LabOptions extends GlobalOptions {
  labs?: string;
  variant?: string;
  wait?: boolean;
  junit?: string;
  snapshots?: boolean;
}

const shipped = join(installation, "labs");

export const labsOption = (): Option => new Option("--labs <folder>", "folder of labs").default(undefined, "those of kubemend");

/**
 * The catalogue. `wanted`: the only lab that is asked for: of kubemend's own labs, which the tests know to be whole, no other is read
 * (all of them take a tenth of a second).
 */
export async function labs(context: Context, options: LabOptions, wanted?: string): Promise<Lab[]> {
  if (options.labs === undefined && wanted !== undefined && labNames(shipped).includes(wanted)) {
    const { lab } = await readLab(join(shipped, wanted));
    if (lab?.id === wanted) return [lab];
  }
  const folder = options.labs === undefined ? shipped : resolve(context.io.cwd, options.labs);
  if (!existsSync(folder)) throw usageError("no-labs", `there is no folder ${folder}`);
  return readLabs(folder);
}

export async function find(context: Context, options: LabOptions, id: string): Promise<Lab> {
  const all = await labs(context, options, id);
  const found = all.find((l) => l.id === id);
  if (!found) throw usageError("unknown-lab", `there is no lab "${id}"`, { hint: `Labs are: ${all.map((l) => l.id).join(", ")}.` });
  return found;
}

export const locked = <T>(context: Context, cluster: Cluster, what: string, work: () => Promise<T>): Promise<T> =>
  withLock(cluster.dir, what, (text) => context.say(text), work);

/** A text of a lab, as the terminal shows it. */
export const rendered = (context: Context, text: string): string => markdown(text, paint(context.io, "stdout"), context.io.stdout.columns);

/** The cluster of the options, brought up if there is none: one that has what the lab needs, where nobody wrote a specification. */
export async function withUpCluster(
  context: Context,
  options: LabOptions,
  lab: Lab | undefined,
  work: (cluster: Cluster, emit: Listener) => Promise<void>,
): Promise<void> {
  const emit = context.reporter(options);
  const existing = await openCluster(context.home, options.name).catch((error: unknown) => {
    if (error instanceof KubemendError && error.code === "no-cluster") return undefined;
    throw error;
  });
  if (existing) {
    const machines = await existing.machines();
    if (existing.record.ready && machines.every((m) => m.state === "running")) {
      try {
        return await work(existing, emit);
      } finally {
        await existing.close();
      }
    }
    await existing.close();
  }
  const wanted = lab && asVariant(lab, options.variant);
  const { plan, findings } = existing
    ? { plan: existing.plan, findings: [] }
    : await context.plan(options, wanted && ((specification) => fitted(specification, wanted)));
  for (const finding of findings) context.say(formatFinding(finding));
  if (lab) refuseUnmet(lab, options.variant, (candidate) => unmetByPlan(candidate, plan));
  const { cluster } = await withLock(
    join(context.home, plan.name),
    "up",
    (text) => context.say(text),
    () => up(context.home, plan, emit),
  );
  try {
    await work(cluster, emit);
  } finally {
    await cluster.close();
  }
}

export async function sayVerdict(context: Context, found: Lab, report: CheckReport): Promise<void> {
  context.say(
    `\nScore: ${report.score} of 100.${report.pass ? " Solved." : " Not solved yet: look again, or ask for a hint (`kubemend lab hint`)."}`,
  );
  if (!report.pass) return;
  context.print(`\n${rendered(context, await debrief(found))}`);
  context.say("`kubemend lab stop` ends the lab.");
}
