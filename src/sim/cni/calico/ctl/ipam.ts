/** calicoctl ipam show, check, release, configure. */
import type { Obj } from "../../../core/json.ts";
import { parseIp, prefixOf } from "../../../net/ip.ts";
import { contains, pools, type Datastore } from "../datastore.ts";
import { allocations, ipamConfig, ownerOf, poolUsage, releaseAddresses } from "../ipam.ts";
import { endpointOf } from "../workload.ts";
import { CtlError } from "./error.ts";
import { box } from "./table.ts";

const share = (part: number, whole: number): string => `${part} (${whole === 0 ? 0 : Math.round((100 * part) / whole)}%)`;

const row = (grouping: string, cidr: string, total: number, used: number): string[] => [
  grouping,
  cidr,
  String(total),
  share(used, total),
  share(total - used, total),
];

export function show(d: Datastore, options: { blocks: boolean; ip?: string; configuration: boolean; borrowed: boolean }): string {
  if (options.borrowed) return showBorrowed(d);
  if (options.ip !== undefined) return showAddress(d, options.ip);
  if (options.configuration) {
    const c = ipamConfig(d);
    return box(
      ["Property", "Value"],
      [
        ["StrictAffinity", String(c.strictAffinity)],
        ["AutoAllocateBlocks", String(c.autoAllocateBlocks)],
        ["MaxBlocksPerHost", String(c.maxBlocksPerHost)],
      ],
    );
  }
  const blocks = d.list("ipamblocks").toSorted((a, b) => ((a.spec.cidr as string) < (b.spec.cidr as string) ? -1 : 1));
  const rows: string[][] = [];
  for (const pool of pools(d)) {
    const usage = poolUsage(pool, blocks);
    rows.push(row("IP Pool", pool.cidr, usage.total, usage.used));
    if (options.blocks)
      for (const b of blocks)
        if (contains(pool.cidr, b.spec.cidr as string))
          rows.push(row("Block", b.spec.cidr as string, 2 ** (32 - prefixOf(b.spec.cidr as string).len), allocations(b).length));
  }
  return box(["Grouping", "CIDR", "IPs Total", "IPs In Use", "IPs Free"], rows);
}

/** Addresses that a node has out of another's block, or out of nobody's (calicoctl/commands/ipam/show.go). */
function showBorrowed(d: Datastore): string {
  const rows: string[][] = [];
  let unclassified = 0;
  for (const block of d.list("ipamblocks"))
    for (const { ip, attributes } of allocations(block)) {
      const { node, pod, namespace, type } = attributes;
      const owner = ownerOf(block) ?? "";
      if (node === undefined) unclassified++;
      else if (node !== owner)
        rows.push([
          ip,
          node,
          block.spec.cidr as string,
          owner,
          pod === undefined ? (type ?? "") : "pod",
          pod === undefined ? "" : `${namespace ?? ""}/${pod}`,
        ]);
    }
  const note = `\nNote: found ${unclassified} IP allocations without an explicit node association. Unable to determine if they are borrowed.\n`;
  return `${box(["IP", "Borrowing-Node", "Block", "Block Owner", "Type", "Allocated-To"], rows)}${unclassified === 0 ? "" : note}`;
}

function showAddress(d: Datastore, ip: string): string {
  if (parseIp(ip) === undefined) throw new CtlError(`Failed to execute command: invalid IP address: ${ip}`);
  const block = d.list("ipamblocks").find((b) => contains(b.spec.cidr as string, ip));
  const held = block && allocations(block).find((a) => a.ip === ip);
  if (!held) return `${ip} is not assigned\n`;
  const lines = [
    `IP ${ip} is in use`,
    "Attributes:",
    ...Object.entries(held.attributes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `  ${k}: ${v}`),
  ];
  return `${lines.join("\n")}\n`;
}

export function release(d: Datastore, ip: string): string {
  if (parseIp(ip) === undefined) throw new CtlError(`Failed to execute command: invalid IP address: ${ip}`);
  const unassigned = releaseAddresses(d, [ip]);
  if (unassigned.length > 0) throw new CtlError(`IP address ${ip} is not assigned`);
  return `Successfully released IP address ${ip}\n`;
}

export function configure(d: Datastore, settings: { strictAffinity?: boolean; maxBlocks?: number }): string {
  const old = d.find("ipamconfigs", "default");
  const spec: Obj = { autoAllocateBlocks: true, strictAffinity: false, ...(old?.spec as Obj | undefined) };
  if (settings.strictAffinity !== undefined) spec.strictAffinity = settings.strictAffinity;
  if (settings.maxBlocks !== undefined) spec.maxBlocksPerHost = settings.maxBlocks;
  if (old) d.update("ipamconfigs", { ...old, spec });
  else d.create("ipamconfigs", "IPAMConfig", "default", spec);
  return `Successfully set StrictAffinity to: ${String(spec.strictAffinity)}\n`;
}

/** calicoctl/commands/ipam/check.go. */
export function check(d: Datastore): string {
  const blocks = d.list("ipamblocks");
  const pods = d.list("pods").flatMap((x) => endpointOf(x) ?? []);
  const nodes = d.list("nodes");
  const allocated = blocks.flatMap((b) => allocations(b));
  const inUse = new Set<string>(pods.map((x) => x.ip));
  let tunnels = 0;
  for (const n of nodes)
    for (const key of ["projectcalico.org/IPv4IPIPTunnelAddr", "projectcalico.org/IPv4VXLANTunnelAddr"]) {
      const ip = ((n.metadata.annotations ?? {}) as Record<string, string>)[key];
      if (ip === undefined) continue;
      inUse.add(ip);
      tunnels++;
    }
  const leaked = allocated.filter((a) => !inUse.has(a.ip));
  const missing = [...inUse].filter((ip) => !allocated.some((a) => a.ip === ip));
  const list = pools(d);
  const outside = [...inUse].filter((ip) => !list.some((x) => contains(x.cidr, ip)));
  return [
    "Checking IPAM for inconsistencies...",
    "",
    "Loading all IPAM blocks...",
    `Found ${blocks.length} IPAM blocks.`,
    ...blocks.map((b) => ` IPAM block ${b.spec.cidr as string} affinity=${(b.spec.affinity as string | undefined) ?? "<unset>"}:`),
    `IPAM blocks record ${allocated.length} allocations.`,
    "",
    "Loading all IPAM pools...",
    ...list.map((x) => `  ${x.cidr}`),
    `Found ${list.length} active IP pools.`,
    "",
    "Loading all nodes.",
    `Found ${tunnels} node tunnel IPs.`,
    "",
    "Loading all workload endpoints.",
    `Found ${pods.length} workload IPs.`,
    `Workloads and nodes are using ${inUse.size} IPs.`,
    "",
    "Loading all handles",
    `Looking for top (up to 20) nodes by allocations...`,
    "",
    "Scanning for IPs that are allocated but not actually in use...",
    ...leaked.map(
      (a) =>
        `  ${a.ip} leaked; attrs ${Object.entries(a.attributes)
          .map(([k, v]) => `${k}:${v}`)
          .join(" ")}`,
    ),
    `Found ${leaked.length} IPs that are allocated in IPAM but not actually in use.`,
    "Scanning for IPs that are in use by a workload or node but not allocated in IPAM...",
    ...missing.map((ip) => `  ${ip} not allocated`),
    `Found ${outside.length} in-use IPs that are not in active IP pools.`,
    `Found ${missing.length} in-use IPs that are in active IP pools but have no corresponding IPAM allocation.`,
    "",
    "Scanning for IPAM handles with no matching IPs...",
    "Found 0 handles with no matching IPs.",
    "Scanning for IPs with missing handle...",
    "Found 0 handles mentioned in blocks with no matching handle resource.",
    `Check complete; found ${leaked.length + missing.length} problems.`,
    "",
  ].join("\n");
}
