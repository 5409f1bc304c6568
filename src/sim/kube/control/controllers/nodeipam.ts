/** Pod CIDRs for nodes (pkg/controller/nodeipam/ipam/range_allocator.go). */
import { klog } from "../../node/klog.ts";
import { addressIn, parsePrefix, type Prefix } from "../prefix.ts";
import { FatalError, SyncError, type Controller, type Work } from "../framework/runtime.ts";

interface Settings {
  allocate: boolean;
  clusterCidr: string;
  serviceCidr: string;
  maskSize: number | undefined;
}

const settings = (w: Work): Settings => w.p.data.nodeIpam as Settings;

interface Pool {
  prefix: Prefix;
  mask: number;
  /** Number of node CIDRs. */
  size: number;
}

function poolOf(w: Work): Pool | undefined {
  const { allocate, clusterCidr, maskSize } = settings(w);
  if (!allocate) return undefined;
  const prefix = parsePrefix(clusterCidr.split(",")[0]!);
  if (!prefix) return undefined;
  const mask = maskSize ?? (prefix.bits === 32 ? 24 : 64);
  return { prefix, mask, size: 2 ** (mask - prefix.length) };
}

const cidrAt = (pool: Pool, index: number): string => `${addressIn(pool.prefix, index * 2 ** (pool.prefix.bits - pool.mask))}/${pool.mask}`;

/** First address of an IPv4 prefix as a number. */
const numberOf = (bytes: Uint8Array): number => bytes.reduce((sum, b) => sum * 256 + b, 0);

/** Indexes that a prefix covers in the pool; undefined when it lies outside. */
function covered(pool: Pool, text: string): [number, number] | undefined {
  const prefix = parsePrefix(text);
  if (!prefix || prefix.bits !== pool.prefix.bits || prefix.bits !== 32) return undefined;
  const start = numberOf(pool.prefix.bytes) - (numberOf(pool.prefix.bytes) % 2 ** (32 - pool.prefix.length));
  const from = numberOf(prefix.bytes) - (numberOf(prefix.bytes) % 2 ** (32 - prefix.length));
  const to = from + 2 ** (32 - prefix.length);
  const end = start + 2 ** (32 - pool.prefix.length);
  if (to <= start || from >= end) return undefined;
  const step = 2 ** (32 - pool.mask);
  return [Math.max(0, Math.floor((from - start) / step)), Math.min(pool.size - 1, Math.floor((to - 1 - start) / step))];
}

/** Indexes in use: nodes' CIDRs and the part that the service range covers. */
function occupied(w: Work, pool: Pool): Set<number> {
  const used = new Set<number>();
  const mark = (text: string): void => {
    const range = covered(pool, text);
    if (range) for (let i = range[0]; i <= range[1]; i++) used.add(i);
  };
  for (const node of w.cache.list("nodes")) for (const cidr of (node.spec?.podCIDRs as string[] | undefined) ?? []) mark(cidr);
  const service = settings(w).serviceCidr;
  if (service !== "") mark(service.split(",")[0]!);
  return used;
}

export const nodeipam: Controller = {
  name: "nodeipam",
  account: "node-controller",
  interested(_r, resource, object, deleted) {
    return resource === "nodes" && !deleted && ((object.spec?.podCIDRs as string[] | undefined) ?? []).length === 0
      ? [String(object.metadata.name)]
      : [];
  },
  start(w: Work): void {
    const { allocate, clusterCidr, maskSize } = settings(w);
    if (!allocate) return;
    const source = "controllermanager.go:250";
    const parts = clusterCidr.split(",").filter((c) => c !== "");
    if (parts.length === 0)
      throw new FatalError(source, 'error starting controllers: failed to parse cidr value:"" with error:invalid CIDR address: ');
    for (const part of parts)
      if (!parsePrefix(part)) {
        klog(w.p, "E", "controllermanager.go:542", 'Error starting "nodeipam"');
        throw new FatalError(
          source,
          `error starting controllers: failed to parse cidr value:"${part}" with error:invalid CIDR address: ${part}`,
        );
      }
    if (parts.length > 1) {
      const families = new Set(parts.map((c) => parsePrefix(c)!.bits));
      if (w.r.minor <= 20)
        throw new FatalError(
          source,
          "error starting controllers: len of ClusterCIDRs==2 and dualstack or EndpointSlice feature is not enabled",
        );
      if (parts.length > 2)
        throw new FatalError(source, `error starting controllers: length of clusterCIDRs is:${parts.length} more than max allowed of 2`);
      if (families.size < 2)
        throw new FatalError(
          source,
          "error starting controllers: len of ClusterCIDRs==2 and they are not configured as dual stack (at least one from each IPFamily)",
        );
      w.p.notSimulated("dual-stack cluster CIDRs");
    }
    const prefix = parsePrefix(parts[0]!)!;
    const mask = maskSize ?? (prefix.bits === 32 ? 24 : 64);
    klog(w.p, "I", "node_ipam_controller.go:91", "Sending events to api server.");
    if (prefix.length > mask)
      throw new FatalError(
        "node_ipam_controller.go:115",
        "Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size configured for CIDR family",
      );
    const { serviceCidr } = settings(w);
    if (serviceCidr !== "" && !parsePrefix(serviceCidr.split(",")[0]!))
      klog(w.p, "W", "core.go:133", `Unsuccessful parsing of service CIDR ${serviceCidr}: invalid CIDR address: ${serviceCidr}`);
    klog(w.p, "I", "range_allocator.go:82", "Sending events to api server.");
    if (serviceCidr === "" || !parsePrefix(serviceCidr.split(",")[0]!))
      klog(w.p, "I", "range_allocator.go:110", "No Service CIDR provided. Skipping filtering out service addresses.");
    klog(w.p, "I", "range_allocator.go:116", "No Secondary Service CIDR provided. Skipping filtering out secondary service addresses.");
    // for IPv4 the difference may be anything; a bitmap of more than 16 bits is refused for IPv6
    if (prefix.bits === 128 && mask - prefix.length > 16)
      throw new FatalError(source, "error starting controllers: New CIDR set failed; the node CIDR size is too big");
    const pool = poolOf(w)!;
    for (const node of w.cache.list("nodes")) {
      const cidr = (node.spec?.podCIDRs as string[] | undefined)?.[0];
      if (cidr === undefined || covered(pool, cidr)) continue;
      klog(w.p, "E", "controllermanager.go:542", 'Error starting "nodeipam"');
      throw new FatalError(
        source,
        `error starting controllers: failed to mark cidr[${cidr}] at idx [0] as occupied for node: ${node.metadata.name}: cidr ${cidr} is out the range of cluster cidr ${parts[0]}`,
      );
    }
    klog(w.p, "I", "range_allocator.go:172", "Starting range CIDR allocator");
  },
  sync(w: Work, name: string): void {
    const pool = poolOf(w);
    const node = w.cache.get("nodes", name);
    if (!pool || !node || ((node.spec?.podCIDRs as string[] | undefined) ?? []).length > 0) return;
    const used = occupied(w, pool);
    let index = 0;
    while (index < pool.size && used.has(index)) index++;
    if (index >= pool.size) {
      klog(
        w.p,
        "E",
        "controller_utils.go:260",
        "Error while processing Node Add/Delete: failed to allocate cidr from cluster cidr at idx:0: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range",
      );
      w.event(node, "Normal", "CIDRNotAvailable", `Node ${name} status is now: CIDRNotAvailable`, "cidrAllocator");
      // until it got a queue with retries, the allocator tried again when the node changed
      if (w.r.minor < 28) return;
      throw new SyncError("CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range");
    }
    const cidr = cidrAt(pool, index);
    w.patch("nodes", node, { spec: { podCIDR: cidr, podCIDRs: [cidr] } });
    klog(w.p, "I", "range_allocator.go:373", `Set node ${name} PodCIDR to [${cidr}]`);
  },
};
