/** Reads routing tables as the platforms print them. Default routes and the host's own loopback are left out. */
import { formatAddress, formatCidr, overlaps, parseAddress, parseCidr } from "../cluster/cidr.ts";
import type { Route } from "./facts.ts";

/** iproute2's `ip -j -4 route show table all`. */
export function linuxRoutes(text: string): Route[] {
  const list = JSON.parse(text) as { dst?: string; dev?: string; gateway?: string; type?: string; via?: { host?: string } }[];
  return list.flatMap(({ dst, dev, gateway, type, via }) =>
    // local and broadcast entries say nothing that the link's own route does not
    dst === undefined || dev === undefined || (type !== undefined && type !== "unicast") ? [] : route(dst, dev, gateway ?? via?.host),
  );
}

/** /proc/net/route, where there is no iproute2: little-endian hexadecimal words (proc(5)). */
export function procRoutes(text: string): Route[] {
  return text
    .trim()
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [device, destination, gateway, , , , , mask] = line.split(/\s+/);
      if (device === undefined || destination === undefined || mask === undefined) return [];
      const prefix = word(mask).toString(2).replaceAll("0", "").length;
      const next = word(gateway ?? "0");
      return route(`${formatAddress(word(destination))}/${prefix}`, device, next === 0 ? undefined : formatAddress(next));
    });
}

const word = (hex: string): number => Buffer.from(hex.padStart(8, "0"), "hex").readUInt32LE();

/** BSD's `netstat -rn -f inet`: zero octets at the end of a network are left out, a missing prefix is the class's. */
export function macRoutes(text: string): Route[] {
  return text.split("\n").flatMap((line) => {
    const [destination, gateway, , device] = line.trim().split(/\s+/);
    if (destination === undefined || gateway === undefined || device === undefined || !/^\d/.test(destination)) return [];
    const [address, length] = destination.split("/") as [string, string?];
    const octets = address.split(".");
    if (octets.length > 4 || octets.some((octet) => !/^\d{1,3}$/.test(octet))) return [];
    const full = [...octets, "0", "0", "0"].slice(0, 4).join(".");
    const prefix = length ?? String(octets.length * 8);
    return route(`${full}/${prefix}`, device, /^\d+\./.test(gateway) ? gateway : undefined);
  });
}

/** PowerShell's `Get-NetRoute -AddressFamily IPv4 | Select-Object DestinationPrefix,NextHop,InterfaceAlias | ConvertTo-Json`. */
export function windowsRoutes(text: string): Route[] {
  const parsed = JSON.parse(text) as WindowsRoute | WindowsRoute[];
  return (Array.isArray(parsed) ? parsed : [parsed]).flatMap(({ DestinationPrefix, NextHop, InterfaceAlias }) =>
    route(DestinationPrefix, InterfaceAlias, NextHop === "0.0.0.0" ? undefined : NextHop),
  );
}

interface WindowsRoute {
  DestinationPrefix: string;
  NextHop: string;
  InterfaceAlias: string;
}

function route(destination: string, device: string, gateway: string | undefined): Route[] {
  const cidr = parseCidr(destination.includes("/") ? destination : `${destination}/32`);
  if (!cidr || cidr.prefix === 0 || everywhere.some((range) => overlaps(range, cidr))) return [];
  const next = gateway === undefined || parseAddress(gateway) === undefined ? undefined : gateway;
  // single addresses on the link are neighbours and the host itself (macOS, Windows)
  if (next === undefined && cidr.prefix === 32) return [];
  return [{ cidr: formatCidr(cidr), device, ...(next === undefined ? {} : { gateway: next }) }];
}

/** Loopback, link-local, multicast and what is reserved above it are the same on every host. */
const everywhere = ["127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"].map((text) => parseCidr(text)!);

/** Ranges on the link, from `os.networkInterfaces()`, which every platform has. */
export function linkRoutes(interfaces: Record<string, { family: string; internal: boolean; cidr: string | null }[] | undefined>): Route[] {
  return Object.entries(interfaces).flatMap(([device, addresses]) =>
    (addresses ?? []).flatMap(({ family, internal, cidr }) =>
      family === "IPv4" && !internal && cidr !== null ? route(cidr, device, undefined) : [],
    ),
  );
}
