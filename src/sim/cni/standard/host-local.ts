/** host-local: addresses from ranges, with one file for each under /var/lib/cni/networks (containernetworking/plugins, plugins/ipam/host-local). */
import type { Obj } from "../../core/json.ts";
import { CniError, type CniCall, type CniPlugin, type CniResult } from "../plugin.ts";
import { ipOf, ipText } from "../../net/ip.ts";

interface Range {
  subnet: string;
  rangeStart?: string;
  rangeEnd?: string;
  gateway?: string;
}

const prefix = (cidr: string): { base: number; len: number } => {
  const [ip, len] = cidr.split("/") as [string, string];
  if (len === undefined || !/^\d+(\.\d+){3}$/.test(ip)) throw new CniError(7, `invalid range set 0: invalid CIDR address: ${cidr}`);
  const bits = Number(len);
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return { base: (ipOf(ip) & mask) >>> 0, len: bits };
};

function rangesOf(ipam: Obj): Range[] {
  const sets = (ipam.ranges ?? []) as Range[][];
  const out = sets.flat();
  if (ipam.subnet)
    out.unshift({
      subnet: ipam.subnet as string,
      ...(ipam.rangeStart ? { rangeStart: ipam.rangeStart as string } : {}),
      ...(ipam.rangeEnd ? { rangeEnd: ipam.rangeEnd as string } : {}),
      ...(ipam.gateway ? { gateway: ipam.gateway as string } : {}),
    });
  if (out.length === 0) throw new CniError(7, "no IP ranges specified");
  return out;
}

const folder = (call: CniCall): string =>
  `${(call.config.ipam.dataDir as string | undefined) ?? "/var/lib/cni/networks"}/${call.config.name as string}`;

/** Reserves an address; the result has `ips` and `routes`. */
export function allocate(call: CniCall): CniResult {
  const ipam = call.config.ipam as Obj;
  const { fs } = call.p;
  const dir = folder(call);
  fs.mkdirp(dir, 0o755);
  const owner = `${call.containerId}\r\n${call.ifname}`;
  for (const name of fs.readdir(dir))
    if (/^\d+\./.test(name) && fs.readText(`${dir}/${name}`).trim() === owner)
      throw new CniError(
        100,
        `failed to allocate for range 0: ${name} has been allocated to ${call.containerId}, duplicate allocation is not allowed`,
      );
  const range = rangesOf(ipam)[0]!;
  const { base, len } = prefix(range.subnet);
  const size = 2 ** (32 - len);
  const gateway = range.gateway ? ipOf(range.gateway) : base + 1;
  const first = range.rangeStart ? ipOf(range.rangeStart) : base + 1;
  const last = range.rangeEnd ? ipOf(range.rangeEnd) : base + size - 2;
  const mark = `${dir}/last_reserved_ip.0`;
  const from = fs.tryReadText(mark);
  let at = from ? ipOf(from.trim()) : first - 1;
  for (let i = 0; i <= last - first; i++) {
    at = at >= last || at < first ? first : at + 1;
    if (at === gateway) continue;
    const ip = ipText(at);
    if (fs.exists(`${dir}/${ip}`)) continue;
    fs.write(`${dir}/${ip}`, owner);
    fs.write(mark, ip);
    return {
      cniVersion: call.config.cniVersion as string,
      ips: [{ address: `${ip}/${len}`, gateway: ipText(gateway) }],
      ...(ipam.routes ? { routes: ipam.routes as Obj[] } : {}),
      dns: {},
    };
  }
  throw new CniError(100, `failed to allocate for range 0: no IP addresses available in range set: ${ipText(first)}-${ipText(last)}`);
}

export function release(call: CniCall): void {
  const dir = folder(call);
  const { fs } = call.p;
  if (!fs.isDir(dir)) return;
  for (const name of fs.readdir(dir))
    if (/^\d+\./.test(name) && fs.readText(`${dir}/${name}`).startsWith(call.containerId)) fs.unlink(`${dir}/${name}`);
}

export const hostLocal: CniPlugin = {
  name: "host-local",
  main: (p) => {
    p.log("CNI host-local plugin v1.7.1");
    return 0;
  },
  cni: { add: allocate, del: release },
};
