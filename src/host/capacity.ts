/** Judges memory, disk, processor and names against what the plan wants: pure. */
import type { Finding } from "../cluster/finding.ts";
import type { Plan, PlannedMachine } from "../cluster/plan.ts";
import { defaultBox } from "../cluster/versions.ts";
import type { HostFacts } from "./facts.ts";

/** GiB that a node's disk grows to with images, etcd and logs, and of the box itself; both as estimates. */
const grownDisk = 5;
const boxDisk = 3;
/** MiB that the simulator's background process may take. */
const simulatorMemory = 512;

/** `existing`: machines of the plan that are there already, so that they need nothing more. */
export function capacityFindings(plan: Plan, facts: HostFacts, existing: readonly string[]): Finding[] {
  const { provider } = plan.specification;
  if (provider === "ssh") return [];
  const findings: Finding[] = [];
  const missing = plan.machines.filter((machine) => !existing.includes(machine.name));
  if (missing.length > 0) {
    memory(plan, missing, facts, findings);
    disk(plan, missing, facts, findings);
  }
  if (provider === "sim") return findings;
  processor(plan, facts, findings);
  for (const machine of missing) taken(plan, machine, facts, findings);
  return findings;
}

function memory(plan: Plan, machines: PlannedMachine[], facts: HostFacts, findings: Finding[]): void {
  if (!facts.memory) return;
  const { available, total } = facts.memory;
  const simulated = plan.specification.provider === "sim";
  const wanted = simulated ? simulatorMemory : machines.reduce((sum, machine) => sum + machine.memory, 0);
  if (wanted <= available) return;
  const each = Math.floor((total * 0.75) / plan.machines.length / 256) * 256;
  findings.push({
    severity: !simulated && wanted > total ? "error" : "warning",
    code: "memory-short",
    field: simulated ? "provider" : "machine.memory",
    value: simulated ? "sim" : String(plan.specification.machine.memory),
    message: simulated
      ? `the simulator takes up to ${wanted} MiB, and this host has ${available} MiB free`
      : `the machines want ${wanted} MiB together, and this host has ${available} MiB free of ${total} MiB`,
    fix: simulated
      ? "Close other programs."
      : each >= 1792
        ? `Close other programs, or use machine: { memory: ${each} }.`
        : "Close other programs, use fewer workers, or `--provider sim`, which needs 512 MiB for any cluster.",
  });
}

function disk(plan: Plan, machines: PlannedMachine[], facts: HostFacts, findings: Finding[]): void {
  const simulated = plan.specification.provider === "sim";
  const wanted = simulated ? 1 : boxDisk + grownDisk * machines.length;
  const [least] = (facts.disks ?? []).toSorted((a, b) => a.free - b.free);
  if (!least || least.free >= wanted) return;
  findings.push({
    severity: !simulated && least.free < boxDisk + machines.length ? "error" : "warning",
    code: "disk-short",
    field: "",
    value: `${least.free} GiB`,
    message: simulated
      ? `less than 1 GiB is free in ${least.path}, where the cluster's state goes`
      : `${machines.length} machines grow to about ${wanted} GiB with their box, and ${least.path} has ${least.free} GiB free`,
    fix: simulated
      ? "Free some space, or set KUBEMEND_HOME to a folder on another disk."
      : "Free some space (`vagrant box prune` removes old boxes; `vagrant global-status --prune` shows forgotten machines), or use fewer workers.",
  });
}

/** Boxes that are known to have been built for arm64 (and for amd64), or for amd64 only; of others nothing is known. */
const boxes: { box: RegExp; arm64: boolean }[] = [
  { box: /^bento\/(ubuntu-2[0-9]\.\d\d|debian-1[1-9])(-arm64)?$/, arm64: true },
  { box: /^(generic|ubuntu|debian|centos|roboxes|peru)\//, arm64: false },
];

function processor(plan: Plan, facts: HostFacts, findings: Finding[]): void {
  if (facts.arch !== "arm64" || plan.specification.provider === "lxc") return;
  for (const box of new Set(plan.machines.map((machine) => machine.box))) {
    const known = boxes.find((entry) => entry.box.test(box));
    if (known?.arm64 === true) continue;
    findings.push({
      severity: known ? "error" : "warning",
      code: "box-not-arm64",
      field: "machine.box",
      value: box,
      message: known
        ? `the box ${box} is for amd64 only, and this host is arm64`
        : `this host is arm64, and the box ${box} may be for amd64 only`,
      fix: `Use machine: { box: ${defaultBox} }, which is built for both.`,
    });
  }
}

/** What a provider calls a machine of this plan; the same for all of them, and written into the Vagrantfile. */
export const nameOnHost = (plan: { name: string }, machine: { name: string }): string => `${plan.name}-${machine.name}`;

function taken(plan: Plan, machine: PlannedMachine, facts: HostFacts, findings: Finding[]): void {
  const { provider } = plan.specification;
  const name = nameOnHost(plan, machine);
  const [names, removal] = (
    {
      virtualbox: [facts.virtualbox?.machines, `VBoxManage unregistervm ${name} --delete`],
      libvirt: [
        facts.libvirt?.machines,
        `virsh -c qemu:///system destroy ${name}; virsh -c qemu:///system undefine ${name} --remove-all-storage --snapshots-metadata`,
      ],
      lxc: [facts.lxc?.machines, `sudo lxc-destroy -f ${name}`],
      parallels: [facts.parallels?.machines, `prlctl delete ${name}`],
      hyperv: [facts.hyperv?.machines, `Remove-VM ${name}`],
    } as Record<string, [string[] | undefined, string]>
  )[provider] ?? [undefined, ""];
  if (!names?.includes(name)) return;
  findings.push({
    severity: "error",
    code: "name-taken",
    field: `machines.${machine.name}`,
    value: name,
    message: `there is a machine called ${name} on this host already, and it is not this cluster's`,
    fix: `Give this cluster another --name, run \`kubemend destroy\` in the folder of the other one, or remove a forgotten machine: \`${removal}\``,
  });
}
