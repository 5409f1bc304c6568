/** What libcalico does to an IPPool that is written: defaults and checks (clientv3/ippool.go), then the tags and rules of its fields (validator/v3). */
import type { Obj } from "../../../core/json.ts";
import { networkOf, parsePrefix, prefixOf } from "../../../net/ip.ts";
import { contains, type Datastore } from "../datastore.ts";
import { releaseAffinity } from "../ipam.ts";
import { parseSelector, SelectorError } from "../selector.ts";
import { CtlError } from "./error.ts";

interface Wrong {
  field: string;
  value: unknown;
  reason: string;
}

/** As ErrorValidation prints them (libcalico-go/lib/errors). */
function refuse(wrong: Wrong[]): void {
  if (wrong.length === 0) return;
  const shown = (value: unknown): string => (Array.isArray(value) ? `[${value.join(" ")}]` : String(value));
  const lines = wrong.map((w) => `${w.field} = '${shown(w.value)}' (${w.reason})`);
  throw new CtlError(
    lines.length === 1 ? `error with field ${lines[0]!}` : `error with the following fields:\n${lines.map((l) => `-  ${l}\n`).join("")}`,
  );
}

const overlap = (a: string, b: string): boolean => {
  const [x, y] = [prefixOf(a), prefixOf(b)];
  const len = Math.min(x.len, y.len);
  return networkOf(x.ip, len) === networkOf(y.ip, len);
};

/** The spec as it is stored. Throws CtlError. */
export function validPool(d: Datastore, name: string, given: Obj, old: Obj | undefined): Obj {
  const cidr = String(given.cidr ?? "");
  if (cidr === "") throw new CtlError("error with field IPPool.Spec.CIDR (IPPool CIDR must be specified)");
  if (!parsePrefix(cidr)) refuse([{ field: "IPPool.Spec.CIDR", value: cidr, reason: "IPPool CIDR must be a valid subnet" }]);
  const spec: Obj = {
    ...given,
    nodeSelector: given.nodeSelector || "all()",
    blockSize: given.blockSize || 26,
    allowedUses: (given.allowedUses as string[] | undefined)?.length ? given.allowedUses : ["Workload", "Tunnel"],
    ipipMode: given.ipipMode || "Never",
    vxlanMode: given.vxlanMode || "Never",
  };
  refuse([...changed(spec, old), ...sizes(spec), ...(old ? [] : overlapping(d, name, cidr)), ...modesTogether(spec), ...addresses(cidr)]);
  refuse([...tags(spec), ...uses(spec)]);
  if (!old) refuse(otherBlockSizes(d, spec));
  return spec;
}

function changed(spec: Obj, old: Obj | undefined): Wrong[] {
  if (!old) return [];
  const wrong: Wrong[] = [];
  if (old.cidr !== spec.cidr) wrong.push({ field: "IPPool.Spec.CIDR", value: spec.cidr, reason: "IPPool CIDR cannot be modified" });
  if ((old.blockSize ?? 26) !== spec.blockSize)
    wrong.push({ field: "IPPool.Spec.BlockSize", value: spec.blockSize, reason: "IPPool BlockSize cannot be modified" });
  return wrong;
}

function sizes(spec: Obj): Wrong[] {
  const wrong: Wrong[] = [];
  const size = spec.blockSize as number;
  if (size < 20 || size > 32)
    wrong.push({ field: "IPPool.Spec.BlockSize", value: size, reason: "IPv4 block size must be between 20 and 32" });
  if (spec.disabled !== true && prefixOf(spec.cidr as string).len > size)
    wrong.push({
      field: "IPPool.Spec.CIDR",
      value: spec.cidr,
      reason: "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.",
    });
  return wrong;
}

function overlapping(d: Datastore, name: string, cidr: string): Wrong[] {
  return d.list("ippools").flatMap((o) => {
    const other = o.spec.cidr as string;
    if (o.metadata.name === name || !overlap(other, cidr)) return [];
    const reason = `IPPool(${name}) CIDR overlaps with IPPool(${o.metadata.name as string}) CIDR ${other}`;
    return [{ field: "IPPool.Spec.CIDR", value: cidr, reason }];
  });
}

const modesTogether = (spec: Obj): Wrong[] =>
  spec.vxlanMode === "Never" || spec.ipipMode === "Never"
    ? []
    : [{ field: "IPPool.Spec.VXLANMode", value: spec.vxlanMode, reason: "Cannot enable both VXLAN and IPIP on the same IPPool" }];

function addresses(cidr: string): Wrong[] {
  const wrong: Wrong[] = [];
  const { ip, len } = prefixOf(cidr);
  if (ip !== networkOf(ip, len)) wrong.push({ field: "IPPool.Spec.CIDR", value: cidr, reason: "IPPool CIDR is not strictly masked" });
  if (overlap(cidr, "169.254.0.0/16"))
    wrong.push({ field: "IPPool.Spec.CIDR", value: cidr, reason: "IPPool CIDR overlaps with IPv4 Link Local range 169.254.0.0/16" });
  return wrong;
}

const isMode = (value: unknown): boolean => value === "Always" || value === "CrossSubnet" || value === "Never";

function isSelector(value: unknown): boolean {
  try {
    parseSelector(String(value));
    return true;
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

/** Fields with a `validate` tag (api/pkg/apis/projectcalico/v3/ippool.go), in the order of the struct. */
const tagged: { name: string; key: string; tag: string; valid(value: unknown): boolean }[] = [
  { name: "VXLANMode", key: "vxlanMode", tag: "vxlanMode", valid: isMode },
  { name: "IPIPMode", key: "ipipMode", tag: "ipIpMode", valid: isMode },
  { name: "NodeSelector", key: "nodeSelector", tag: "selector", valid: isSelector },
  { name: "NamespaceSelector", key: "namespaceSelector", tag: "selector", valid: isSelector },
  { name: "AssignmentMode", key: "assignmentMode", tag: "assignmentMode", valid: (v) => v === "Automatic" || v === "Manual" },
];

const tags = (spec: Obj): Wrong[] =>
  tagged
    .filter((t) => spec[t.key] !== undefined && spec[t.key] !== "" && !t.valid(spec[t.key]))
    .map((t) => ({
      field: t.name,
      value: spec[t.key],
      reason: `Reason: failed to validate Field: ${t.name} because of Tag: ${t.tag} `,
    }));

const uses = (spec: Obj): Wrong[] =>
  (spec.allowedUses as string[])
    .filter((use) => !["Workload", "Tunnel", "LoadBalancer"].includes(use))
    .map((use) => ({ field: "IPpool.AllowedUses", value: spec.allowedUses, reason: `unknown use: ${use}` }));

function otherBlockSizes(d: Datastore, spec: Obj): Wrong[] {
  const other = d
    .list("ipamblocks")
    .map((b) => b.spec.cidr as string)
    .some((cidr) => prefixOf(cidr).len !== spec.blockSize && overlap(cidr, spec.cidr as string));
  const reason = "IPPool blocksSize conflicts with existing allocations that use a different blockSize";
  return other ? [{ field: "IPPool.Spec.BlockSize", value: spec.blockSize, reason }] : [];
}

/** Its blocks are given back before the pool goes (ReleasePoolAffinities). */
export function deletePool(d: Datastore, pool: Obj): void {
  const { cidr } = pool.spec as { cidr: string };
  if (pool.spec.disabled !== true) d.update("ippools", { ...pool, spec: { ...(pool.spec as Obj), disabled: true } });
  for (const affinity of d.list("blockaffinities")) if (contains(cidr, affinity.spec.cidr as string)) releaseAffinity(d, affinity);
  d.remove("ippools", pool.metadata.name as string);
}
