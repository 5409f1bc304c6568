/** implements `lab verify`: a lab proves itself on a healthy cluster, in every variant. */
import type { Cluster } from "../provision/cluster.ts";
import type { Listener } from "../report/events.ts";
import { asVariant, type Lab } from "./definition.ts";
import { applyRepair, breakCluster, checkLab, unmetNeeds } from "./engine.ts";

export interface Proof {
  lab: string;
  variant: string;
  /** What was to be shown. */
  name: string;
  ok: boolean;
  detail: string;
  /** Wall-clock milliseconds. */
  milliseconds: number;
}

const baseline = "verify-baseline";
const broken = "verify-broken";

/** Untouched it passes; broken it shows its symptoms and fails; wrong fixes still fail; each solution passes; undone it passes. */
export async function verifyLab(cluster: Cluster, lab: Lab, emit: Listener): Promise<Proof[]> {
  const needs = unmetNeeds(lab, cluster);
  if (needs.length > 0)
    return [{ lab: lab.id, variant: "", name: "the cluster has what the lab needs", ok: false, detail: needs.join(", "), milliseconds: 0 }];
  const proofs: Proof[] = [];
  await cluster.provider.snapshotSave(baseline);
  try {
    for (const variant of ["", ...lab.variants.map((v) => v.id)]) {
      proofs.push(...(await verifyVariant(cluster, asVariant(lab, variant), variant, emit)));
      await cluster.provider.snapshotRestore(baseline);
      await cluster.refresh();
    }
  } finally {
    await cluster.provider.snapshotDelete(baseline);
    await cluster.provider.snapshotDelete(broken);
  }
  return proofs;
}

async function verifyVariant(cluster: Cluster, lab: Lab, variant: string, emit: Listener): Promise<Proof[]> {
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
      text: `${proof.ok ? "✓" : "✗"} ${lab.id}${variant === "" ? "" : `/${variant}`}: ${name}${proof.ok ? "" : `\n    ${detail.split("\n").join("\n    ")}`}`,
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

  await prove("untouched, every check passes", failing);
  if (!(await prove("broken, every symptom shows", async () => (await breakCluster(cluster, lab), "")))) return proofs;
  await cluster.provider.snapshotSave(broken);
  await prove("broken, the checks fail", mustFail);
  const fromBroken = async (): Promise<void> => {
    await cluster.provider.snapshotRestore(broken);
    await cluster.refresh();
  };
  for (const wrong of lab.wrong) {
    await fromBroken();
    await prove(
      `wrong fix "${wrong.title}" does not pass`,
      async () => (await applyRepair(cluster, lab, wrong, () => undefined), mustFail()),
    );
  }
  for (const solution of lab.solutions) {
    await fromBroken();
    await prove(`solution "${solution.title}" passes`, async () => (await applyRepair(cluster, lab, solution, () => undefined), failing()));
  }
  await cluster.provider.snapshotRestore(baseline);
  await cluster.refresh();
  await prove("undone, every check passes", failing);
  return proofs;
}

/** JUnit XML, for CI. */
export function junit(proofs: Proof[]): string {
  const escape = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  const failures = proofs.filter((p) => !p.ok).length;
  const cases = proofs.map((p) => {
    const head = `  <testcase classname="${escape(p.lab + (p.variant === "" ? "" : `/${p.variant}`))}" name="${escape(p.name)}" time="${(p.milliseconds / 1000).toFixed(3)}"`;
    return p.ok
      ? `${head}/>`
      : `${head}>\n    <failure message="${escape(p.detail.split("\n")[0]!)}">${escape(p.detail)}</failure>\n  </testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="labs" tests="${proofs.length}" failures="${failures}">\n${cases.join("\n")}\n</testsuite>\n`;
}
