/** The CNI plugin flannel (flannel-io/cni-plugin): a bridge in the range that flanneld left in /run/flannel/subnet.env. */
import { Errno } from "../../core/errno.ts";
import type { Obj } from "../../core/json.ts";
import { CniError, type CniCall, type CniPlugin } from "../plugin.ts";
import { bridge } from "../standard/bridge.ts";

const subnetFile = "/run/flannel/subnet.env";

interface SubnetEnv {
  network: string;
  subnet: string;
  mtu: number;
  masquerade: boolean;
}

function readSubnetEnv(call: CniCall): SubnetEnv {
  const path = (call.config.subnetFile as string | undefined) ?? subnetFile;
  let text: string;
  try {
    text = call.p.fs.readText(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new CniError(100, `loadFlannelSubnetEnv failed: open ${path}: ${error.text.toLowerCase()}`);
  }
  const value = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1];
  const missing = ["FLANNEL_NETWORK", "FLANNEL_SUBNET", "FLANNEL_MTU", "FLANNEL_IPMASQ"].filter((name) => value(name) === undefined);
  if (missing.length > 0) throw new CniError(100, `loadFlannelSubnetEnv failed: ${path} is missing ${missing.join(", ")}`);
  return {
    network: value("FLANNEL_NETWORK")!,
    subnet: value("FLANNEL_SUBNET")!,
    mtu: Number(value("FLANNEL_MTU")),
    masquerade: value("FLANNEL_IPMASQ") === "true",
  };
}

const saved = (call: CniCall): string => `${(call.config.dataDir as string | undefined) ?? "/var/lib/cni/flannel"}/${call.containerId}`;

/** What the bridge plugin is told (cni-plugin flannel_linux.go, doCmdAdd). */
function delegate(call: CniCall): Obj {
  const env = readSubnetEnv(call);
  const wanted: Obj = { ...(call.config.delegate as Obj | undefined) };
  for (const key of ["name", "ipam"])
    if (wanted[key] !== undefined && (key === "name" || typeof wanted[key] !== "object"))
      throw new CniError(100, `'delegate' dictionary must not have '${key}' field, it'll be set by flannel`);
  wanted.type ??= "bridge";
  if (wanted.type !== "bridge") throw new CniError(100, `kubemend: not simulated: flannel delegating to ${String(wanted.type)}`);
  wanted.ipMasq ??= !env.masquerade;
  wanted.mtu ??= env.mtu;
  wanted.isGateway ??= true;
  return {
    ...wanted,
    name: call.config.name as string,
    cniVersion: call.config.cniVersion as string,
    ipam: { type: "host-local", ranges: [[{ subnet: masked(env.subnet) }]], routes: [{ dst: env.network }] },
    ...(call.config.runtimeConfig === undefined ? {} : { runtimeConfig: call.config.runtimeConfig as Obj }),
  };
}

/** `10.244.1.1/24` → `10.244.1.0/24`. */
function masked(cidr: string): string {
  const [ip, length] = cidr.split("/") as [string, string];
  const bits = Number(length);
  const value = ip.split(".").reduce((n, byte) => n * 256 + Number(byte), 0);
  const base = value - (value % 2 ** (32 - bits));
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${bits}`;
}

export const flannelCni: CniPlugin = {
  name: "cni-flannel",
  main: (p) => {
    p.log(`CNI Plugin flannel version ${p.state.version} (linux/amd64)`);
    return 0;
  },
  cni: {
    add(call) {
      const config = delegate(call);
      const path = saved(call);
      call.p.fs.mkdirp(path.slice(0, path.lastIndexOf("/")), 0o700);
      call.p.fs.write(path, JSON.stringify(config));
      return bridge.cni.add({ ...call, config });
    },
    del(call) {
      // a container that was never added, or deleted before
      const text = call.p.fs.tryReadText(saved(call));
      if (text === undefined) return;
      bridge.cni.del({ ...call, config: JSON.parse(text) as Obj });
      call.p.fs.unlink(saved(call));
    },
  },
};
