/** implements `lab verify`: a lab proves itself on a healthy cluster, in every variant. */
import type { Cluster } from "../provision/cluster.ts";
import type { Listener } from "../report/events.ts";
import { asVariant, type Lab } from "./definition.ts";
import { breakCluster } from "./break.ts";
import { applyRepair, checkLab } from "./engine.ts";
import { unmetNeeds } from "./needs.ts";
import { bySnapshots, byUndoing, type Rewind } from "./rewind.ts";

export interface Proof {
  lab: string;
  variant: string;
  /** What was to be shown. */
  name: string;
  ok: boolean;
  /** Why it does not hold, or why it was left out. */
  detail: string;
  /** The cluster lacks what this needs: nothing was tried. */
  leftOut?: boolean;
  /** Wall-clock milliseconds. */
  milliseconds: number;
}

export interface VerifyOptions {
  /** Variants to prove, "" for the lab itself; all when missing. */
  variants?: string[];
  /** false: go back by undoing, as on machines that have no snapshots. */
  snapshots?: boolean;
}

/** Untouched it passes; broken it shows its symptoms and fails; wrong fixes still fail; each solution passes; undone it passes. */
export async function verifyLab(cluster: Cluster, lab: Lab, emit: Listener, options: VerifyOptions = {}): Promise<Proof[]> {
  const { snapshots = cluster.provider.capabilities.snapshots } = options;
  const proofs: Proof[] = [];
  for (const variant of options.variants ?? ["", ...lab.variants.map((v) => v.id)]) {
    const chosen = asVariant(lab, variant);
    const needs = unmetNeeds(chosen, cluster);
    if (needs.length > 0) {
      const detail = `needs ${needs.join(", ")}`;
      emit({ type: "note", text: `- ${nameOf(lab, variant)}: left out, it ${detail}` });
      proofs.push({
        lab: lab.id,
        variant,
        name: "the cluster has what the lab needs",
        ok: false,
        leftOut: true,
        detail,
        milliseconds: 0,
      });
      continue;
    }
    const rewind = snapshots ? bySnapshots(cluster, "verify") : byUndoing(cluster, chosen);
    await rewind.keepHealthy();
    try {
      proofs.push(...(await verifyVariant(cluster, chosen, variant, rewind, emit)));
    } finally {
      await rewind.forget();
    }
  }
  return proofs;
}

const nameOf = (lab: Lab, variant: string): string => (variant === "" ? lab.id : `${lab.id}/${variant}`);

async function verifyVariant(cluster: Cluster, lab: Lab, variant: string, rewind: Rewind, emit: Listener): Promise<Proof[]> {
  const proofs: Proof[] = [];
  const prove = async (name: string, work: () => Promise<string>): Promise<boolean> => {
    const begin = performance.now();
    let detail: string;
    try {
      detail = await work();
    } catch (error) {
      detail = error instanceof Error ? error.message : String(error);
    }
    const proof: Proof = { lab: lab.id, variant, name, ok: detail === "", detail, milliseconds: performance.now() - begin };
    proofs.push(proof);
    emit({
      type: "note",
      text: `${proof.ok ? "✓" : "✗"} ${nameOf(lab, variant)}: ${name}${proof.ok ? "" : `\n    ${detail.split("\n").join("\n    ")}`}`,
    });
    return proof.ok;
  };
  const quiet: Listener = () => undefined;
  const failing = async (): Promise<string> => {
    const report = await checkLab(cluster, lab, 0, quiet);
    return report.checks
      .filter((c) => !c.pass)
      .map((c) => `${c.check.title} [${c.machine}]: expected ${c.check.expected}; seen: ${c.seen}`)
      .join("\n");
  };
  const mustFail = async (): Promise<string> => ((await failing()) === "" ? "every check passes" : "");

  const repairs = [
    ...lab.wrong.map((repair) => ({ repair, name: `wrong fix "${repair.title}" does not pass`, judge: mustFail })),
    ...lab.solutions.map((repair) => ({ repair, name: `solution "${repair.title}" passes`, judge: failing })),
  ];

  await prove("untouched, every check passes", failing);
  if (await prove("broken, every symptom shows", async () => (await breakCluster(cluster, lab), ""))) {
    await rewind.keepBroken();
    await prove("broken, the checks fail", mustFail);
    for (const [i, { repair, name, judge }] of repairs.entries()) {
      if (i > 0) await rewind.toBroken();
      await prove(name, async () => (await applyRepair(cluster, lab, repair, () => undefined), judge()));
    }
  }
  await rewind.toHealthy();
  await prove("undone, every check passes", failing);
  return proofs;
}

/** JUnit XML, for CI. */
export function junit(proofs: Proof[]): string {
  const escape = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  const failures = proofs.filter((p) => !p.ok && !p.leftOut).length;
  const skipped = proofs.filter((p) => p.leftOut).length;
  const cases = proofs.map((p) => {
    const head = `  <testcase classname="${escape(p.variant === "" ? p.lab : `${p.lab}/${p.variant}`)}" name="${escape(p.name)}" time="${(p.milliseconds / 1000).toFixed(3)}"`;
    if (p.ok) return `${head}/>`;
    return p.leftOut
      ? `${head}>\n    <skipped message="${escape(p.detail)}"/>\n  </testcase>`
      : `${head}>\n    <failure message="${escape(p.detail.split("\n")[0]!)}">${escape(p.detail)}</failure>\n  </testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="labs" tests="${proofs.length}" failures="${failures}" skipped="${skipped}">\n${cases.join("\n")}\n</testsuite>\n`;
}
