import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { formatFinding, type Finding } from "../../cluster/finding.ts";
import type { Plan } from "../../cluster/plan.ts";
import { providers } from "../../cluster/providers.ts";
import { exitStatus } from "../../error.ts";
import { freeRange, gatherFacts, hostFindings, providerFindings, type HostFacts, type ProviderName } from "../../host/index.ts";
import type { Inspection } from "../../provider/ssh/inspection.ts";
import { table } from "../../report/table.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { specificationOptions } from "../options.ts";

const example = `
Examples:
  kubemend doctor
  kubemend doctor --provider virtualbox -f examples/seed-001.yaml
  kubemend doctor -f inventory.yaml     # provider: ssh: logs in on its machines and looks, changing nothing

Exit status: 0 when the specification's provider (the simulator, when none is named) can run here, 3 when it cannot.`;

/** What each provider runs machines with, for people. */
const kinds: Record<ProviderName, string> = {
  sim: "the simulator",
  virtualbox: "VirtualBox through Vagrant",
  libvirt: "QEMU and KVM through Vagrant",
  lxc: "containers through Vagrant",
  vmware_desktop: "VMware through Vagrant",
  parallels: "Parallels through Vagrant",
  hyperv: "Hyper-V through Vagrant",
  ssh: "machines that you have",
};

export function doctor(program: Command, context: Context): void {
  specificationOptions(program.command("doctor"))
    .description("what this host can run: a table of the providers, what each lacks, and the repair")
    .addOption(outputOption())
    .addHelpText("after", example)
    .action(async (options: GlobalOptions) => {
      const { plan, findings, locate } = await context.tryPlan(options);
      const state = plan ? join(context.home, plan.name) : context.home;
      const facts = await gatherFacts({ providers, state });
      const table = providers.map((name) => {
        const lacking = providerFindings(name, facts, plan?.specification);
        return { name, usable: lacking.every((finding) => finding.severity !== "error"), findings: lacking };
      });
      const about = plan ? hostFindings(plan, facts, { locate, existing: await context.existing(plan) }) : findings;
      const machines = plan?.specification.provider === "ssh" ? await inventory(context, plan) : undefined;
      about.push(...(machines?.findings ?? []));
      const usable = plan !== undefined && about.every((finding) => finding.severity !== "error");
      context.status = usable ? exitStatus.ok : plan ? exitStatus.provider : exitStatus.usage;
      const provider = plan?.specification.provider;
      const free = plan && freeRange({ ...plan.specification, provider: "virtualbox" }, facts, plan.machines.length)?.cidr;
      if (options.output === "json")
        return context.printJson({
          type: "doctor",
          host: facts,
          freeRange: free ?? null,
          providers: table,
          provider: provider ?? null,
          usable,
          ...(machines ? { machines: machines.rows } : {}),
          findings: about,
        });
      show(context, facts, table, free);
      if (machines) context.print(`\n${machineTable(machines.rows)}`);
      if (plan) context.print(`\nCluster ${plan.name} on ${provider}: ${usable ? "can run here" : "cannot run here"}.`);
      for (const finding of about) context.print(`\n${formatFinding(finding)}`);
    });
}

interface MachineRow {
  name: string;
  address: string;
  /** What it told; missing when it could not be reached. */
  seen?: Inspection;
}

/** Milliseconds for each machine of an inventory, all of which are asked at once. */
const limits = { login: 10_000, answer: 20_000 };

/** Logs in on every machine of an inventory and looks, without leaving anything behind there or here. */
async function inventory(context: Context, plan: Plan): Promise<{ rows: MachineRow[]; findings: Finding[] }> {
  const [{ lookAtMachines }, { clusterNames, openCluster }] = await Promise.all([
    import("../../provider/ssh/look.ts"),
    import("../../provision/cluster.ts"),
  ]);
  const known = (await clusterNames(context.home)).includes(plan.name) ? await openCluster(context.home, plan.name) : undefined;
  const agreed = known?.record.agreed === true;
  await known?.close();
  const scratch = await mkdtemp(join(tmpdir(), "kubemend-doctor-"));
  try {
    const knownHosts = join(scratch, "known_hosts");
    if (known) await copyFile(join(context.home, plan.name, "known_hosts"), knownHosts).catch(() => undefined);
    const { findings, inspections } = await lookAtMachines(plan, { knownHosts, agreed, limits });
    const rows = plan.machines.map((machine) => {
      const { host, port, user } = machine.ssh!;
      const seen = inspections.get(machine.name);
      return { name: machine.name, address: `${user}@${host}:${port}`, ...(seen ? { seen } : {}) };
    });
    return { rows, findings };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const machineTable = (rows: MachineRow[]): string =>
  table(
    ["MACHINE", "LOGIN", "SYSTEM", "ARCH", "CPUS", "MEMORY", "FREE DISK", "SWAP", "SUDO", "CLOCK"],
    rows.map(({ name, address, seen }) =>
      seen
        ? [
            name,
            address,
            seen.osName,
            seen.arch,
            String(seen.cpus),
            `${seen.memory} MiB`,
            `${Math.floor(seen.disk / 1024)} GiB`,
            seen.swap === 0 ? "off" : `${seen.swap} MiB`,
            seen.uid === 0 ? "root" : seen.sudo,
            `${seen.ahead < 0 ? "-" : "+"}${Math.abs(Math.round(seen.ahead))} s`,
          ]
        : [name, address, "cannot be looked at", "", "", "", "", "", "", ""],
    ),
  );

interface Row {
  name: ProviderName;
  usable: boolean;
  findings: Finding[];
}

function show(context: Context, facts: HostFacts, rows: Row[], free: string | undefined): void {
  context.print(hostLine(facts));
  context.print("");
  context.print(
    table(
      ["PROVIDER", "RUNS", "USABLE", "WHY NOT"],
      rows.map((row) => [
        row.name,
        kinds[row.name],
        row.usable ? "yes" : "no",
        row.findings.find((finding) => finding.severity === "error")?.message.split("\n")[0] ?? "",
      ]),
    ),
  );
  // one repair often serves several providers: each is told once, with those that it is for
  const repairs = new Map<string, { finding: Finding; for: string[] }>();
  for (const row of rows)
    for (const finding of row.findings.filter((found) => found.code !== "wrong-platform")) {
      const key = `${finding.message}\n${finding.fix}`;
      const known = repairs.get(key) ?? { finding, for: [] };
      known.for.push(row.name);
      repairs.set(key, known);
    }
  if (repairs.size > 0) context.print("\nRepairs:");
  for (const { finding, for: names } of repairs.values())
    context.print(`  ${names.length === rows.length ? "all" : names.join(", ")}: ${finding.message}\n      ${finding.fix}`);
  const routed = (facts.routes ?? []).map((route) => `${route.cidr} (${route.device})`);
  if (routed.length > 0) context.print(`\nRouted on this host: ${[...new Set(routed)].join(", ")}.`);
  if (free !== undefined) context.print(`Free for machines: ${free}.`);
}

function hostLine(facts: HostFacts): string {
  const { memory, disks } = facts;
  const [least] = (disks ?? []).toSorted((a, b) => a.free - b.free);
  return [
    `Host: ${facts.platform} ${facts.kernel ?? ""} ${facts.arch}`,
    `Node.js ${facts.node}`,
    ...(memory ? [`${memory.available} of ${memory.total} MiB free`] : []),
    ...(least ? [`${least.free} GiB free in ${least.path}`] : []),
  ].join(", ");
}
