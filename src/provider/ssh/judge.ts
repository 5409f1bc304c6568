/** Judges machines of an inventory: can they become the planned ones? Pure. */
import { contains, parseAddress, parseCidr } from "../../cluster/cidr.ts";
import type { Finding } from "../../cluster/finding.ts";
import type { Plan, PlannedMachine } from "../../cluster/plan.ts";
import type { Inspection } from "./inspection.ts";

type Complain = (severity: Finding["severity"], code: string, field: string, value: unknown, message: string, fix: string) => void;

/** Seconds: certificates and tokens are valid from now on, by the clock of whoever made them. */
const clockLimits = { warning: 5, error: 120 };

/** `inspections`: by machine; one that could not be reached is left out. `agreed`: it is this cluster's already. */
export function judgeMachines(plan: Plan, inspections: ReadonlyMap<string, Inspection>, agreed: boolean): Finding[] {
  const findings: Finding[] = [];
  const complain: Complain = (severity, code, field, value, message, fix) =>
    void findings.push({ severity, code, field, value: String(value), message, fix });
  for (const machine of plan.machines) {
    const seen = inspections.get(machine.name);
    if (!seen) continue;
    system(machine, seen, complain);
    release(plan, machine, seen, complain);
    rights(machine, seen, complain);
    address(plan, machine, seen, complain);
    if (!agreed) vacant(machine, seen, complain);
  }
  apart(plan, inspections, complain);
  return findings;
}

const families = ["debian", "ubuntu"];
const processors = ["x86_64", "aarch64"];

function system(machine: PlannedMachine, seen: Inspection, complain: Complain): void {
  const field = `machines.${machine.name}`;
  if (![seen.os, ...seen.osLike].some((name) => families.includes(name)))
    complain(
      "error",
      "machine-os",
      field,
      seen.osName,
      `${machine.name} runs ${seen.osName}; the scripts are for Debian, Ubuntu and what derives from them`,
      "Install Ubuntu 24.04 or Debian 12 on it, or name another machine.",
    );
  if (!processors.includes(seen.arch))
    complain(
      "error",
      "machine-arch",
      field,
      seen.arch,
      `${machine.name} has a processor of the kind ${seen.arch}; Kubernetes' packages and Calico's images are used for ${processors.join(" and ")}`,
      "Name another machine.",
    );
  if (seen.init !== "systemd")
    complain(
      "error",
      "machine-init",
      field,
      seen.init,
      `${machine.name} is not run by systemd, but by ${seen.init}`,
      "A machine is needed, not a container of one process: kubelet and containerd are systemd units.",
    );
  // kubeadm's own limits: it refuses a control plane below them (kubeadm/app/constants: ControlPlaneNumCPU, ControlPlaneMem)
  if (machine.role === "controlplane" && seen.cpus < 2)
    complain(
      "error",
      "machine-cpus",
      field,
      seen.cpus,
      `${machine.name} has one processor; kubeadm wants two of a control plane`,
      "Give it two.",
    );
  if (machine.role === "controlplane" && seen.memory < 1700)
    complain(
      "error",
      "machine-memory",
      field,
      `${seen.memory} MiB`,
      `${machine.name} has ${seen.memory} MiB of memory; kubeadm wants 1700 of a control plane`,
      "Give it 2048 MiB.",
    );
  if (seen.disk < 5 * 1024)
    complain(
      seen.disk < 2 * 1024 ? "error" : "warning",
      "machine-disk",
      field,
      `${seen.disk} MiB`,
      `${machine.name} has ${seen.disk} MiB free in /var, where images, logs and etcd go`,
      "Free some space there: `sudo apt-get clean`, `sudo journalctl --vacuum-size=100M`.",
    );
}

/** Releases that Kubemend's tests run on; those before lack what the scripts count on (control groups v2, Python 3.10, newer systemd). */
const oldest: Record<string, number> = { ubuntu: 22.04, debian: 12 };
/** Since this minor release the kubelet does not start on control groups v1 (KEP-4569, failCgroupV1). */
const cgroup2Since = 35;

function release(plan: Plan, machine: PlannedMachine, seen: Inspection, complain: Complain): void {
  const field = `machines.${machine.name}`;
  const least = oldest[seen.os];
  if (least !== undefined && seen.osVersion !== "" && Number(seen.osVersion) < least)
    complain(
      "warning",
      "machine-release",
      field,
      seen.osName,
      `${machine.name} runs ${seen.osName}; nothing before ${seen.os === "ubuntu" ? "Ubuntu 22.04" : "Debian 12"} is tried`,
      "Upgrade it, or see how far it gets: Ubuntu 24.04 and Debian 12 are what the tests run on.",
    );
  const minor = Number(plan.specification.kubernetes.split(".")[1]);
  if (seen.cgroup === 1 && machine.role !== "loadbalancer" && minor >= cgroup2Since)
    complain(
      "error",
      "machine-cgroup",
      field,
      "cgroup v1",
      `${machine.name} runs with control groups v1, on which the kubelet of ${plan.specification.kubernetes} does not start`,
      `Boot it with systemd.unified_cgroup_hierarchy=1 on the kernel's command line, or use a Kubernetes before 1.${cgroup2Since}.`,
    );
}

function rights(machine: PlannedMachine, seen: Inspection, complain: Complain): void {
  const field = `machines.${machine.name}.ssh.user`;
  const user = machine.ssh?.user ?? "";
  if (seen.sudo === "missing")
    complain(
      "error",
      "sudo-missing",
      field,
      user,
      `${machine.name} has no sudo`,
      seen.uid === 0
        ? "`apt-get install sudo` there."
        : "As root there: `apt-get install sudo`, then let this user use it without a password.",
    );
  else if (seen.sudo === "no")
    complain(
      "error",
      "sudo-password",
      field,
      user,
      `${user} may not use sudo on ${machine.name} without a password${seen.sudoSaid === "" ? "" : ` (${seen.sudoSaid})`}`,
      `As root there: \`echo '${user} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/${user}\`, or log in as root.`,
    );
}

/** The kubelet registers the planned address, so an interface has to have it. */
function address(plan: Plan, machine: PlannedMachine, seen: Inspection, complain: Complain): void {
  const own = seen.addresses.map((entry) => entry.cidr.split("/")[0]!);
  if (own.includes(machine.ip)) return;
  const nodes = parseCidr(plan.specification.network.nodes)!;
  const inside = own.find((text) => contains(nodes, parseAddress(text)!));
  const others = seen.addresses.filter((entry) => entry.device !== "lo").map((entry) => `${entry.cidr} (${entry.device})`);
  complain(
    "error",
    "address-missing",
    `machines.${machine.name}.ip`,
    machine.ip,
    `no interface of ${machine.name} has the address ${machine.ip}; it has ${others.join(", ") || "none"}`,
    inside === undefined
      ? `Make network.nodes the range that all machines share, and machines.${machine.name}.ip its address there.`
      : `Use machines: { ${machine.name}: { ip: ${inside} } }.`,
  );
}

const reserved: Record<PlannedMachine["role"], Record<number, string>> = {
  controlplane: {
    6443: "kube-apiserver",
    2379: "etcd",
    2380: "etcd",
    10250: "kubelet",
    10257: "kube-controller-manager",
    10259: "kube-scheduler",
  },
  worker: { 10250: "kubelet" },
  loadbalancer: { 6443: "haproxy" },
};

/** Nothing that is there is overwritten. */
function vacant(machine: PlannedMachine, seen: Inspection, complain: Complain): void {
  const field = `machines.${machine.name}`;
  if (seen.cluster.length > 0)
    return complain(
      "error",
      "machine-in-cluster",
      field,
      seen.cluster.join(", "),
      `${machine.name} belongs to a cluster already (${seen.cluster.join(", ")}${seen.clusterServer === undefined ? "" : `, API server ${seen.clusterServer}`})`,
      `When that cluster is of no use any more: \`sudo kubeadm reset\` on ${machine.name}. Otherwise name another machine.`,
    );
  const taken = seen.ports.filter((port) => reserved[machine.role][port] !== undefined);
  if (taken.length > 0)
    complain(
      "error",
      "machine-ports",
      field,
      taken.join(", "),
      `something on ${machine.name} listens on ${taken.map((port) => `${port} (${reserved[machine.role][port]}'s)`).join(", ")}`,
      `\`sudo ss -lntp\` there shows what; stop it.`,
    );
  if (seen.swap > 0 && machine.role !== "loadbalancer")
    complain(
      "warning",
      "machine-swap",
      field,
      `${seen.swap} MiB`,
      `${machine.name} has ${seen.swap} MiB of swap on; bring-up turns it off and comments it out in /etc/fstab`,
      "Nothing to do; by hand it is `sudo swapoff -a` and a `#` before its line in /etc/fstab.",
    );
  if (seen.hostname !== machine.name)
    complain(
      "warning",
      "machine-renamed",
      field,
      seen.hostname,
      `${machine.name} calls itself ${seen.hostname}; it will be renamed`,
      `Nodes and machines go by one name. The old one comes back with \`sudo hostnamectl set-hostname ${seen.hostname}\`.`,
    );
}

/** What has to differ between machines, and what must not. */
function apart(plan: Plan, inspections: ReadonlyMap<string, Inspection>, complain: Complain): void {
  const list = plan.machines.flatMap((machine) => {
    const seen = inspections.get(machine.name);
    return seen ? [{ name: machine.name, seen }] : [];
  });
  for (const [i, { name, seen }] of list.entries()) {
    const before = list.slice(0, i);
    const twin = before.find((other) => seen.productUuid !== undefined && other.seen.productUuid === seen.productUuid);
    if (twin)
      complain(
        "warning",
        "machine-uuid",
        `machines.${name}`,
        seen.productUuid,
        `${name} and ${twin.name} have the same product_uuid ${seen.productUuid}: they are copies of one machine, or containers on one host`,
        'Kubernetes wants it to differ (kubeadm\'s "Before you begin"); make the copy anew so that it gets its own, or go on when they are containers.',
      );
    const same = before.find((other) =>
      other.seen.addresses.some((a) => seen.addresses.some((b) => a.cidr === b.cidr && foreign(a, plan))),
    );
    if (same && sameMachine(same.seen, seen))
      complain(
        "error",
        "machine-twice",
        `machines.${name}.ssh.host`,
        name,
        `${name} and ${same.name} are one and the same machine (${seen.hostname}, ${seen.productUuid ?? "same addresses"})`,
        "Every planned machine needs one of its own.",
      );
  }
  const aheads = list.map(({ seen }) => seen.ahead);
  const spread = Math.max(...aheads) - Math.min(...aheads);
  if (list.length > 1 && spread > clockLimits.warning) {
    const slow = list.find(({ seen }) => seen.ahead === Math.min(...aheads))!;
    const fast = list.find(({ seen }) => seen.ahead === Math.max(...aheads))!;
    complain(
      spread > clockLimits.error ? "error" : "warning",
      "machine-clocks",
      "machines",
      `${Math.round(spread)} s`,
      `the clocks of ${slow.name} and ${fast.name} are ${Math.round(spread)} s apart; certificates and tokens would not be valid yet, or no more`,
      "`sudo timedatectl set-ntp true` on both (`sudo apt-get install systemd-timesyncd` where there is no such service).",
    );
  }
}

const foreign = (entry: { cidr: string }, plan: Plan): boolean =>
  contains(parseCidr(plan.specification.network.nodes)!, parseAddress(entry.cidr.split("/")[0]!)!);

const sameMachine = (a: Inspection, b: Inspection): boolean => a.hostname === b.hostname && a.productUuid === b.productUuid;
