/** The network plan: from a specification to machines with addresses, and everything that would go wrong with them. */
import { broadcastOf, contains, formatAddress, formatCidr, overlaps, parseAddress, parseCidr, sizeOf, type Cidr } from "./cidr.ts";
import { nearest } from "./nearest.ts";
import type { Finding, Location } from "./finding.ts";
import { reportInventory, type InventoryEntry } from "./inventory.ts";
import { reportMirror } from "./mirror.ts";
import type { Specification } from "./specification.ts";
import { natNetworks } from "./providers.ts";
import { calicoVersion, releaseOf } from "./versions.ts";

type Role = "controlplane" | "worker" | "loadbalancer";

export interface PlannedMachine {
  name: string;
  role: Role;
  ip: string;
  cpus: number;
  /** MiB. */
  memory: number;
  /** GiB. */
  disk: number;
  box: string;
  boxVersion?: string;
  /** Where a machine of an inventory answers (provider: ssh). */
  ssh?: InventoryEntry;
}

export interface Plan {
  name: string;
  specification: Specification;
  machines: PlannedMachine[];
  /** HOST:PORT that every client uses: the control plane, or the load balancer before several. */
  controlPlaneEndpoint: string;
  kubeadmApi: string;
}

const dockerBridge = parseCidr("172.17.0.0/16")!;

/** Pure. The plan is there unless a finding is an error. */
export function makePlan(
  specification: Specification,
  locate: (path: string) => Location | undefined = () => undefined,
): { plan?: Plan; findings: Finding[] } {
  const findings: Finding[] = [];
  const report = (severity: Finding["severity"], code: string, field: string, value: unknown, message: string, fix: string): void => {
    const at = locate(field);
    findings.push({ severity, code, field, value: String(value), message, fix, ...(at ? { at } : {}) });
  };

  const ranges = readRanges(specification, report);
  reportOverlaps(specification, ranges, report);
  if (specification.controlplanes % 2 === 0) {
    const n = specification.controlplanes;
    report(
      "error",
      "even-controlplanes",
      "controlplanes",
      n,
      `${n} control planes tolerate no more failures than ${n - 1}: etcd needs a majority`,
      `Use controlplanes: ${n - 1} or ${n + 1}.`,
    );
  }
  if (ranges.pods && specification.cni.name === "calico" && specification.cni.blockSize < ranges.pods.prefix) {
    report(
      "error",
      "block-too-large",
      "cni.blockSize",
      specification.cni.blockSize,
      `a /${specification.cni.blockSize} block is larger than the pod network ${formatCidr(ranges.pods)}`,
      `Use blockSize: ${Math.max(26, Math.min(32, ranges.pods.prefix + 2))}, or a larger network.pods such as 10.244.0.0/16.`,
    );
  }
  reportPodCapacity(specification, ranges.pods, report);
  reportMirror(specification, report);
  if (specification.cni.name === "calico" && Number(specification.kubernetes.split(".")[1]) < 21)
    report(
      "error",
      "calico-too-new",
      "kubernetes",
      specification.kubernetes,
      `Calico ${calicoVersion} has PodDisruptionBudgets of policy/v1, which Kubernetes serves from 1.21 on`,
      'Use kubernetes: "1.21" or newer, or cni: { name: bridge }.',
    );
  if (specification.cni.routes !== undefined && specification.cni.name !== "bridge") {
    const { name, routes } = specification.cni;
    report(
      "error",
      "routes-without-bridge",
      "cni.routes",
      routes,
      `cni.routes is the bridge network's: ${name} ${name === "none" ? "has no routes to set" : "sets its routes itself"}`,
      `Leave cni.routes out, or use cni: { name: bridge, routes: ${routes} }.`,
    );
  }

  const machines = ranges.nodes ? placeMachines(specification, ranges.nodes, report) : [];
  for (const name of Object.keys(specification.machines)) {
    const known = machineNames(specification).map((m) => m.name);
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    report(
      "error",
      "unknown-machine",
      `machines.${name}`,
      name,
      `there is no machine "${name}" in this cluster`,
      `${near === undefined ? "" : `Did you mean "${near}"? `}Machines are: ${known.join(", ")}.`,
    );
  }
  if (specification.provider === "ssh")
    reportInventory(
      specification,
      machineNames(specification).map((m) => m.name),
      report,
    );
  if (findings.some((finding) => finding.severity === "error")) return { findings };
  const balancer = machines.find((m) => m.role === "loadbalancer");
  const first = machines.find((m) => m.role === "controlplane")!;
  const outside = specification.controlPlaneEndpoint;
  if (outside !== undefined) {
    const servers = machines.filter((m) => m.role === "controlplane").map((m) => `${m.ip}:6443`);
    report(
      "warning",
      "outside-endpoint",
      "controlPlaneEndpoint",
      outside,
      `no load balancer is made: kubeadm init and every node go through ${outside}, so init ends only once that forwards TCP to ${servers.join(", ")}`,
      "Set it up before `up`, with health checks, so that servers that are not there yet are left out; its idle time-out should be long, for watches.",
    );
  }
  return {
    plan: {
      name: specification.name,
      specification,
      machines,
      controlPlaneEndpoint: outside === undefined ? `${(balancer ?? first).ip}:6443` : outside.includes(":") ? outside : `${outside}:6443`,
      kubeadmApi: releaseOf(specification.kubernetes).kubeadmApi,
    },
    findings,
  };
}

export type Report = (severity: Finding["severity"], code: string, field: string, value: unknown, message: string, fix: string) => void;
interface Ranges {
  nodes?: Cidr;
  pods?: Cidr;
  services?: Cidr;
}

/** Prefix lengths from, to. kube-apiserver: "specified --service-cluster-ip-range is too large" below /12. */
const prefixes = { nodes: [8, 29], pods: [0, 32], services: [12, 28] } as const;

const examples = { nodes: "192.168.56.0/24", pods: "10.244.0.0/16", services: "10.96.0.0/12" } as const;

function readRanges(specification: Specification, report: Report): Ranges {
  const ranges: Ranges = {};
  for (const key of ["nodes", "pods", "services"] as const) {
    const text = specification.network[key];
    const cidr = parseCidr(text);
    if (!cidr) {
      report(
        "error",
        "not-a-cidr",
        `network.${key}`,
        text,
        `"${text}" is not an IPv4 range`,
        `Write an address and a prefix length, such as ${examples[key]}.`,
      );
      continue;
    }
    if (formatCidr(cidr) === text) {
      ranges[key] = cidr;
      continue;
    }
    const others = Object.entries(specification.network).flatMap(([k, other]) =>
      k === key ? [] : [parseCidr(String(other)) ?? []].flat(),
    );
    const [least, most] = prefixes[key];
    const usable = cidr.prefix >= least && cidr.prefix <= most && !others.some((other) => overlaps(other, cidr));
    // what else is wrong with the others is told beside what it will be
    if (usable) ranges[key] = cidr;
    const fix = usable ? formatCidr(cidr) : (freeRange(key, others) ?? examples[key]);
    report("error", "host-bits-set", `network.${key}`, text, `"${text}" has bits set after its prefix`, `Use ${fix}.`);
  }
  const sized = (key: keyof Ranges): boolean => {
    const cidr = ranges[key];
    return !cidr || (cidr.prefix >= prefixes[key][0] && cidr.prefix <= prefixes[key][1]);
  };
  if (!sized("nodes")) {
    report(
      "error",
      "node-network-size",
      "network.nodes",
      specification.network.nodes,
      "the machines' network must be between /8 and /29",
      "Use 192.168.56.0/24.",
    );
    delete ranges.nodes;
  }
  if (!sized("services")) {
    report(
      "error",
      "service-network-size",
      "network.services",
      specification.network.services,
      "kube-apiserver takes a service range between /12 and /28",
      "Use 10.96.0.0/12.",
    );
    delete ranges.services;
  }
  return ranges;
}

/** Ranges to suggest, in the order in which people expect them. */
const candidates = {
  nodes: ["192.168.56.0/24", "192.168.57.0/24", "192.168.60.0/24", "10.10.10.0/24"],
  pods: ["10.244.0.0/16", "172.16.0.0/16", "10.42.0.0/16", "172.20.0.0/16", "192.168.0.0/16"],
  services: ["10.96.0.0/12", "10.43.0.0/16", "172.24.0.0/16"],
} as const;

const freeRange = (key: keyof Ranges, others: readonly Cidr[]): string | undefined =>
  candidates[key].find((text) => others.every((other) => !overlaps(other, parseCidr(text)!)));

function reportOverlaps(specification: Specification, ranges: Ranges, report: Report): void {
  const nat = natNetworks[specification.provider];
  const taken: { what: string; cidr: Cidr; key?: keyof Ranges }[] = [
    ...(nat === undefined ? [] : [{ what: `the NAT network of every machine, ${nat}`, cidr: parseCidr(nat)! }]),
    ...(specification.runtime === "docker" ? [{ what: "docker's bridge, 172.17.0.0/16", cidr: dockerBridge }] : []),
  ];
  for (const key of ["nodes", "services", "pods"] as const) {
    const cidr = ranges[key];
    if (!cidr) continue;
    const clashes = taken.filter((other) => overlaps(other.cidr, cidr));
    if (clashes.length > 0) {
      const others = [
        ...taken.map((t) => t.cidr),
        ...Object.entries(ranges)
          .filter(([k]) => k !== key)
          .map(([, c]) => c as Cidr),
      ];
      const free = freeRange(key, others);
      const text = specification.network[key];
      report(
        "error",
        "cidr-overlap",
        `network.${key}`,
        text,
        `${text} overlaps ${clashes.map((c) => c.what).join(" and ")}`,
        `Use a range of its own, such as ${free ?? "10.42.0.0/16"}.`,
      );
    }
    taken.push({ what: `network.${key} ${specification.network[key]}`, cidr, key });
  }
}

function reportPodCapacity(specification: Specification, pods: Cidr | undefined, report: Report): void {
  if (!pods) return;
  const nodes = specification.controlplanes + specification.workers;
  const { name, blockSize } = specification.cni;
  if (name === "calico") {
    const blocks = 2 ** Math.max(0, blockSize - pods.prefix);
    if (blockSize >= pods.prefix && blocks < nodes)
      report(
        "warning",
        "fewer-blocks-than-nodes",
        "cni.blockSize",
        blockSize,
        `${formatCidr(pods)} holds ${blocks} block${blocks === 1 ? "" : "s"} of /${blockSize} for ${nodes} nodes: nodes will borrow addresses from each other`,
        "Use a larger network.pods such as 10.244.0.0/16, or smaller blocks (blockSize: 26).",
      );
  } else if (name !== "none") {
    const count = 2 ** Math.max(0, 24 - pods.prefix);
    if (pods.prefix > 24 || count < nodes)
      report(
        "error",
        "pod-network-too-small",
        "network.pods",
        specification.network.pods,
        `${formatCidr(pods)} cannot give each of ${nodes} nodes a /24`,
        "Use network.pods: 10.244.0.0/16.",
      );
  }
}

function machineNames(specification: Specification): { name: string; role: Role }[] {
  const many = specification.controlplanes > 1;
  const balanced = many && specification.controlPlaneEndpoint === undefined;
  const names: { name: string; role: Role }[] = balanced ? [{ name: "lb", role: "loadbalancer" }] : [];
  for (let i = 1; i <= specification.controlplanes; i++)
    names.push({ name: many ? `controlplane${i}` : "controlplane", role: "controlplane" });
  for (let i = 1; i <= specification.workers; i++) names.push({ name: `worker${i}`, role: "worker" });
  return names;
}

function placeMachines(specification: Specification, nodes: Cidr, report: Report): PlannedMachine[] {
  const wanted = machineNames(specification);
  // .0, .1 and the broadcast address are never given to a machine
  const room = sizeOf(nodes) - 3;
  if (wanted.length > room) {
    report(
      "error",
      "too-many-machines",
      "network.nodes",
      specification.network.nodes,
      `${wanted.length} machines do not fit into ${formatCidr(nodes)}: it has ${room} addresses for machines`,
      `Use a larger network.nodes such as 192.168.56.0/24, or at most ${room} machines.`,
    );
    return [];
  }
  const owner = new Map<number, string>();
  const fixed = new Map<string, number>();
  // those of machines that are not in this cluster, too: one problem must not hide another
  for (const name of new Set([...wanted.map((m) => m.name), ...Object.keys(specification.machines)])) {
    const text = specification.machines[name]?.ip;
    if (text === undefined) continue;
    const field = `machines.${name}.ip`;
    const free = (): string => formatAddress(firstFree(nodes, owner, Number.MAX_SAFE_INTEGER)!);
    const address = parseAddress(text);
    if (address === undefined) report("error", "not-an-address", field, text, `"${text}" is not an IPv4 address`, `Use ${free()}.`);
    else if (!contains(nodes, address))
      report(
        "error",
        "node-address-outside",
        field,
        text,
        `${text} is outside of network.nodes ${formatCidr(nodes)}`,
        `Use ${free()}, or change network.nodes.`,
      );
    else if (address === nodes.base)
      report(
        "error",
        "node-address-network",
        field,
        text,
        `${text} is the address of the network ${formatCidr(nodes)} itself`,
        `Use ${free()}.`,
      );
    else if (address === broadcastOf(nodes))
      report("error", "node-address-broadcast", field, text, `${text} is the broadcast address of ${formatCidr(nodes)}`, `Use ${free()}.`);
    else if (address === nodes.base + 1 && specification.provider !== "ssh")
      report(
        "error",
        "node-address-first",
        field,
        text,
        `${text} is the host's own end of the private network (its first address)`,
        `Use ${free()}.`,
      );
    else if (owner.has(address))
      report("error", "node-address-duplicate", field, text, `${text} is given to ${owner.get(address)} as well`, `Use ${free()}.`);
    else {
      owner.set(address, name);
      fixed.set(name, address);
    }
  }
  // familiar last octets in a usual network, next to each other in a small one
  const spacious = sizeOf(nodes) >= 256;
  const starts: Record<Role, number> = { loadbalancer: spacious ? 10 : 2, controlplane: spacious ? 11 : 2, worker: spacious ? 21 : 2 };
  return wanted.map(({ name, role }) => {
    let address = fixed.get(name);
    if (address === undefined) {
      address = firstFree(nodes, owner, nodes.base + starts[role]) ?? firstFree(nodes, owner, nodes.base + 2)!;
      owner.set(address, name);
    }
    const { machine } = specification;
    const own = specification.machines[name] ?? {};
    return {
      name,
      role,
      ip: formatAddress(address),
      cpus: own.cpus ?? machine.cpus,
      memory: own.memory ?? machine.memory,
      disk: machine.disk,
      box: machine.box,
      ...(machine.boxVersion === undefined ? {} : { boxVersion: machine.boxVersion }),
      ...(specification.provider === "ssh" && own.ssh ? { ssh: own.ssh } : {}),
    };
  });
}

function firstFree(nodes: Cidr, owner: Map<number, string>, from: number): number | undefined {
  const begin = from === Number.MAX_SAFE_INTEGER ? nodes.base + (sizeOf(nodes) >= 256 ? 11 : 2) : from;
  for (let address = begin; address < broadcastOf(nodes); address++) if (!owner.has(address) && address > nodes.base + 1) return address;
  return undefined;
}
