/** Calico IPAM (libcalico-go/lib/ipam): pools are cut into blocks, blocks belong to nodes, addresses to handles. */
import { copy } from "../../core/copy.ts";
import { createHash } from "node:crypto";
import type { Obj } from "../../core/json.ts";
import { StacklessError } from "../../core/stackless.ts";
import { prefixOf, prefixText } from "../../net/ip.ts";
import { addressAt, contains, dashed, Datastore, DatastoreError, ordinalIn, pools as listPools, type Pool } from "./datastore.ts";
import { SelectorError, selects } from "./selector.ts";

export interface IpamConfig {
  strictAffinity: boolean;
  autoAllocateBlocks: boolean;
  maxBlocksPerHost: number;
}

export function ipamConfig(d: Datastore): IpamConfig {
  const spec = (d.find("ipamconfigs", "default")?.spec ?? {}) as Obj;
  return {
    strictAffinity: spec.strictAffinity === true,
    autoAllocateBlocks: spec.autoAllocateBlocks !== false,
    maxBlocksPerHost: (spec.maxBlocksPerHost as number | undefined) ?? 0,
  };
}

/** A host may not own more blocks than this when nothing else is configured (ipam.go). */
const defaultMaxBlocks = 20;

export interface Assignment {
  /** Address with the block's… always /32. */
  ip: string;
  block: string;
}

export interface Request {
  host: string;
  nodeLabels: Record<string, string>;
  handle: string;
  attributes: Record<string, string>;
  use: "Workload" | "Tunnel";
  /** Pools by name or CIDR that may be used; all enabled ones when missing. */
  pools?: string[];
}

/** Why nothing was assigned, in the words that follow `failed to request IPv4 addresses: `. */
export class IpamError extends StacklessError {
  constructor(message: string) {
    super(message);
    this.name = "IpamError";
  }
}

/** Picks an address for a host: from its own blocks, from a new block, or (unless affinity is strict) out of another host's. */
export function autoAssign(d: Datastore, request: Request, now: number): Assignment {
  for (let attempt = 0; ; attempt++) {
    try {
      return assign(d, request, now);
    } catch (error) {
      // somebody else changed the block meanwhile: look again
      if (!(error instanceof DatastoreError) || (error.kind !== "conflict" && error.kind !== "exists") || attempt >= 10) throw error;
    }
  }
}

function assign(d: Datastore, request: Request, now: number): Assignment {
  const config = ipamConfig(d);
  const usable = usablePools(d, request);
  const affinities = hostAffinities(d, request.host);
  releaseForeign(d, affinities, request);
  const inPools = (cidr: string): boolean => usable.some((p) => contains(p.cidr, cidr));
  const affine = affinities.filter((a) => inPools(a.spec.cidr as string));
  for (const affinity of affine) {
    const block = blockOfAffinity(d, affinity, config);
    const taken = block && take(d, block, request, now);
    if (taken) return taken;
  }
  const messages: string[] = [];
  const limit = config.maxBlocksPerHost > 0 ? config.maxBlocksPerHost : defaultMaxBlocks;
  if (affine.length >= limit)
    throw new IpamError(
      `Assigned 0 out of 1 requested IPv4 addresses; Need to allocate an IPAM block but could not - limit of ${limit} blocks reached for this node`,
    );
  if (config.autoAllocateBlocks) {
    const fresh = claimBlock(d, usable, request.host, config);
    if (fresh) return take(d, fresh, request, now)!;
  }
  if (config.strictAffinity) messages.push("No more free affine blocks and strict affinity enabled");
  else
    for (const block of d.list("ipamblocks")) {
      if (!inPools(block.spec.cidr as string) || (block.spec.unallocated as number[]).length === 0) continue;
      const taken = take(d, block, request, now);
      if (taken) return taken;
    }
  throw new IpamError(`Assigned 0 out of 1 requested IPv4 addresses; ${messages.join(";  ")}`);
}

/** Affinities of a host that are not marked as deleted. */
export function hostAffinities(d: Datastore, host: string): Obj[] {
  return d.list("blockaffinities").filter((a) => a.spec.node === host && a.spec.deleted !== "true" && a.spec.deleted !== true);
}

/**
 * The block that an affinity refers to (getBlockFromAffinity): made when it is missing; an affinity whose block is
 * somebody else's is stale and vanishes; one that is only pending is confirmed.
 */
function blockOfAffinity(d: Datastore, affinity: Obj, config: IpamConfig): Obj | undefined {
  const { cidr, node, state } = affinity.spec as { cidr: string; node: string; state?: string };
  const block = d.find("ipamblocks", dashed(cidr));
  if (block && ownerOf(block) !== node) {
    d.remove("blockaffinities", (affinity.metadata as Obj).name as string);
    return undefined;
  }
  const confirmed = block ?? createBlock(d, cidr, node, config);
  if (state !== undefined && state !== "" && state !== "confirmed")
    d.update("blockaffinities", { ...affinity, spec: { ...(affinity.spec as Obj), state: "confirmed" } });
  return confirmed;
}

/** The host that a block is affine to. */
export const ownerOf = (block: Obj): string | undefined => (block.spec.affinity as string | undefined)?.replace(/^host:/, "");

/** Empty blocks of the host that no pool of its covers any more are given back on the way (prepareAffinityBlocksForHost). */
function releaseForeign(d: Datastore, affinities: Obj[], request: Request): void {
  const covering = listPools(d).filter((p) => !p.disabled && selectsNode(p, request));
  for (const a of affinities) {
    const cidr = a.spec.cidr as string;
    if (covering.some((p) => contains(p.cidr, cidr))) continue;
    const block = d.find("ipamblocks", dashed(cidr));
    if (!block || allocations(block).length === 0) releaseAffinity(d, a);
  }
}

/** Throws IpamError with what is wrong with the pool's selector: then nothing is assigned, from whatever pool (SelectsNode). */
function selectsNode(pool: Pool, request: Request): boolean {
  try {
    return selects(pool.nodeSelector, request.nodeLabels);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new IpamError(error.message);
  }
}

function usablePools(d: Datastore, request: Request): Pool[] {
  const all = listPools(d).filter((p) => p.cidr.includes("."));
  if (request.pools) {
    const chosen = request.pools.map((wanted) => {
      const pool = all.find((p) => p.name === wanted || p.cidr === wanted);
      if (!pool) throw new IpamError(`the given pool (${wanted}) does not exist, or is not enabled`);
      if (pool.disabled) throw new IpamError(`the given pool (${wanted}) does not exist, or is not enabled`);
      return pool;
    });
    return chosen;
  }
  const found = all.filter((p) => !p.disabled && p.allowedUses.includes(request.use) && selectsNode(p, request));
  if (found.length === 0) throw new IpamError(`no configured Calico pools for node ${request.host}`);
  return found;
}

/**
 * A block that nobody has yet, or one of this host with free addresses whose affinity was lost (findUsableBlock); where
 * the search starts depends on the host's name, so that hosts seldom collide (randomBlockGenerator).
 */
function claimBlock(d: Datastore, usable: Pool[], host: string, config: IpamConfig): Obj | undefined {
  const existing = new Map(d.list("ipamblocks").map((b) => [b.spec.cidr as string, b]));
  for (const pool of usable) {
    const { ip, len } = prefixOf(pool.cidr);
    const count = 2 ** Math.max(0, pool.blockSize - len);
    const seed = createHash("sha1").update(host).digest().readUInt32BE(0) % count;
    for (let i = 0; i < count; i++) {
      const index = (seed + i) % count;
      const cidr = prefixText((ip + index * 2 ** (32 - pool.blockSize)) >>> 0, pool.blockSize);
      const block = existing.get(cidr);
      if (block && (ownerOf(block) !== host || (block.spec.unallocated as number[]).length === 0)) continue;
      ensureAffinity(d, host, cidr);
      return block ?? createBlock(d, cidr, host, config);
    }
  }
  return undefined;
}

function ensureAffinity(d: Datastore, host: string, cidr: string): void {
  const name = `${host}-${dashed(cidr)}`;
  const spec = { cidr, node: host, state: "confirmed", deleted: "false", type: "host" };
  const old = d.find("blockaffinities", name);
  if (old) d.update("blockaffinities", { ...old, spec });
  else d.create("blockaffinities", "BlockAffinity", name, spec);
}

function createBlock(d: Datastore, cidr: string, host: string, config: IpamConfig): Obj {
  const size = 2 ** (32 - prefixOf(cidr).len);
  return d.create("ipamblocks", "IPAMBlock", dashed(cidr), {
    cidr,
    affinity: `host:${host}`,
    strictAffinity: config.strictAffinity,
    allocations: Array.from<null>({ length: size }).fill(null),
    unallocated: Array.from({ length: size }, (_, n) => n),
    attributes: [],
    deleted: false,
    sequenceNumber: 1,
    sequenceNumberForAllocation: {},
  });
}

function take(d: Datastore, frozen: Obj, request: Request, now: number): Assignment | undefined {
  const block = copy(frozen);
  const spec = block.spec as Obj;
  const ordinal = (spec.unallocated as number[]).shift();
  if (ordinal === undefined) return undefined;
  allocate(spec, ordinal, request, now);
  d.update("ipamblocks", block);
  addToHandle(d, request.handle, spec.cidr as string);
  return { ip: addressAt(spec.cidr as string, ordinal), block: spec.cidr as string };
}

function allocate(spec: Obj, ordinal: number, request: Request, now: number): void {
  const attribute = { handle_id: request.handle, secondary: { ...request.attributes, timestamp: new Date(now).toISOString() } };
  const attributes = spec.attributes as Obj[];
  attributes.push(attribute);
  (spec.allocations as (number | null)[])[ordinal] = attributes.length - 1;
  spec.sequenceNumber = ((spec.sequenceNumber as number | undefined) ?? 0) + 1;
  spec.sequenceNumberForAllocation = {
    ...(spec.sequenceNumberForAllocation as Obj | undefined),
    [String(ordinal)]: spec.sequenceNumber as number,
  };
}

/** Assigns one given address; throws IpamError when somebody has it or no pool contains it. */
export function assignAddress(d: Datastore, ip: string, request: Request, now: number): Assignment {
  const pool = listPools(d).find((p) => contains(p.cidr, ip));
  if (!pool) throw new IpamError(`The provided IP address is not in a configured pool\n`);
  const { ip: base, len } = prefixOf(pool.cidr);
  const offset = ordinalIn(prefixText(base, len), ip);
  const cidr = prefixText((base + offset - (offset % 2 ** (32 - pool.blockSize))) >>> 0, pool.blockSize);
  const found = d.find("ipamblocks", dashed(cidr)) ?? claimBlock(d, [{ ...pool, cidr }], request.host, ipamConfig(d))!;
  const block = copy(found);
  const ordinal = ordinalIn(cidr, ip);
  const free = block.spec.unallocated as number[];
  if (!free.includes(ordinal)) throw new IpamError(`Address already assigned in block`);
  block.spec.unallocated = free.filter((n) => n !== ordinal);
  allocate(block.spec as Obj, ordinal, request, now);
  d.update("ipamblocks", block);
  addToHandle(d, request.handle, cidr);
  return { ip, block: cidr };
}

const handleName = (id: string): string => id.toLowerCase();

function addToHandle(d: Datastore, id: string, cidr: string): void {
  const old = d.find("ipamhandles", handleName(id));
  if (!old) {
    d.create("ipamhandles", "IPAMHandle", handleName(id), { handleID: id, block: { [cidr]: 1 }, deleted: false });
    return;
  }
  const next = copy(old);
  next.spec.block[cidr] = ((next.spec.block[cidr] as number | undefined) ?? 0) + 1;
  d.update("ipamhandles", next);
}

/** Addresses that a handle holds. */
export function byHandle(d: Datastore, id: string): string[] {
  const handle = d.find("ipamhandles", handleName(id));
  if (!handle) return [];
  const out: string[] = [];
  for (const cidr of Object.keys(handle.spec.block as Obj)) {
    const block = d.find("ipamblocks", dashed(cidr));
    if (block) for (const a of allocations(block)) if (a.handle === id) out.push(a.ip);
  }
  return out;
}

export interface Allocation {
  ip: string;
  handle: string;
  attributes: Record<string, string>;
}

export function allocations(block: Obj): Allocation[] {
  const spec = block.spec as Obj;
  const attributes = spec.attributes as Obj[];
  return (spec.allocations as (number | null)[]).flatMap((index, ordinal) => {
    if (index === null || index === undefined) return [];
    const a = attributes[index] ?? {};
    return [
      {
        ip: addressAt(spec.cidr as string, ordinal),
        handle: (a.handle_id ?? "") as string,
        attributes: (a.secondary ?? {}) as Record<string, string>,
      },
    ];
  });
}

/** Frees every address of a handle. */
export function releaseHandle(d: Datastore, id: string): void {
  const handle = d.find("ipamhandles", handleName(id));
  if (!handle) return;
  for (const cidr of Object.keys(handle.spec.block as Obj)) {
    const block = d.find("ipamblocks", dashed(cidr));
    if (block) releaseFrom(d, block, (a) => a.handle === id);
  }
  ignoreMissing(() => d.remove("ipamhandles", handleName(id)));
}

/** Frees given addresses; returns those that were not assigned. */
export function releaseAddresses(d: Datastore, ips: string[]): string[] {
  const unassigned: string[] = [];
  for (const ip of ips) {
    const block = d.list("ipamblocks").find((b) => contains(b.spec.cidr as string, ip));
    const held = block && allocations(block).find((a) => a.ip === ip);
    if (!block || !held) {
      unassigned.push(ip);
      continue;
    }
    releaseFrom(d, block, (a) => a.ip === ip);
    const handle = d.find("ipamhandles", handleName(held.handle));
    if (!handle) continue;
    const next = copy(handle);
    const left = ((next.spec.block[block.spec.cidr] as number | undefined) ?? 1) - 1;
    if (left > 0) next.spec.block[block.spec.cidr] = left;
    else delete next.spec.block[block.spec.cidr];
    if (Object.keys(next.spec.block as Obj).length === 0) ignoreMissing(() => d.remove("ipamhandles", handleName(held.handle)));
    else d.update("ipamhandles", next);
  }
  return unassigned;
}

function releaseFrom(d: Datastore, frozen: Obj, which: (a: Allocation) => boolean): void {
  for (let attempt = 0; ; attempt++) {
    const block = copy(attempt === 0 ? frozen : d.get("ipamblocks", (frozen.metadata as Obj).name as string));
    const spec = block.spec as Obj;
    const attributes = spec.attributes as Obj[];
    const held = allocations(block);
    const gone = held.filter(which);
    if (gone.length === 0) return;
    const kept: Obj[] = [];
    spec.allocations = (spec.allocations as (number | null)[]).map((index, ordinal) => {
      if (index === null) return null;
      const ip = addressAt(spec.cidr as string, ordinal);
      if (gone.some((a) => a.ip === ip)) {
        // freed addresses go to the end, so that they are not used again at once
        (spec.unallocated as number[]).push(ordinal);
        return null;
      }
      return kept.push(attributes[index]!) - 1;
    });
    spec.attributes = kept;
    spec.sequenceNumber = ((spec.sequenceNumber as number | undefined) ?? 0) + 1;
    try {
      d.update("ipamblocks", block);
      return;
    } catch (error) {
      if (!(error instanceof DatastoreError) || error.kind !== "conflict" || attempt >= 10) throw error;
    }
  }
}

/** Gives a host's blocks back: empty ones vanish, others lose their owner. */
export function releaseHostAffinities(d: Datastore, host: string): void {
  for (const affinity of d.list("blockaffinities").filter((a) => a.spec.node === host)) releaseAffinity(d, affinity);
}

export function releaseAffinity(d: Datastore, affinity: Obj): void {
  const found = d.find("ipamblocks", dashed(affinity.spec.cidr as string));
  // a block that meanwhile is another's stays as it is: only the affinity is stale
  const block = found && [undefined, affinity.spec.node].includes(ownerOf(found)) ? found : undefined;
  if (block && allocations(block).length === 0) ignoreMissing(() => d.remove("ipamblocks", (block.metadata as Obj).name as string));
  else if (block) {
    const next = copy(block);
    delete next.spec.affinity;
    d.update("ipamblocks", next);
  }
  ignoreMissing(() => d.remove("blockaffinities", (affinity.metadata as Obj).name as string));
}

function ignoreMissing(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DatastoreError) || error.kind !== "notFound") throw error;
  }
}

/** Free addresses of a pool: those of its blocks, and of blocks that nobody claimed yet. */
export function poolUsage(pool: Pool, blocks: Obj[]): { total: number; used: number } {
  const total = 2 ** (32 - prefixOf(pool.cidr).len);
  const used = blocks.filter((b) => contains(pool.cidr, b.spec.cidr as string)).reduce((n, b) => n + allocations(b).length, 0);
  return { total, used };
}
