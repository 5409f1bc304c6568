/** netplan: YAML under /etc, /run and /usr/lib/netplan, merged, turned into systemd-networkd's files (netplan 1.1). */
import { parse } from "yaml";
import type { Obj } from "../core/json.ts";
import type { FsView } from "../fs/view.ts";
import { groups } from "../image/users.ts";

export interface NetplanFailure {
  ok: false;
  error: string;
}

/** Files in the order in which they apply: by name, /etc over /run over /usr/lib. */
export function netplanFiles(fs: FsView): string[] {
  const found = new Map<string, string>();
  for (const dir of ["/usr/lib/netplan", "/etc/netplan", "/run/netplan"]) {
    if (fs.isDir(dir)) for (const file of fs.readdir(dir)) if (file.endsWith(".yaml")) found.set(file, `${dir}/${file}`);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

function merge(into: Obj, from: Obj): Obj {
  for (const [key, value] of Object.entries(from)) {
    const there: unknown = into[key];
    if (Array.isArray(there) && Array.isArray(value))
      into[key] = [...(there as unknown[]), ...(value as unknown[]).filter((v) => !there.includes(v))];
    else if (there && value && typeof there === "object" && typeof value === "object") merge(there as Obj, value as Obj);
    else into[key] = value;
  }
  return into;
}

/** The merged configuration. */
export function readNetplan(fs: FsView): { ok: true; config: Obj } | NetplanFailure {
  const config: Obj = {};
  for (const path of netplanFiles(fs)) {
    let document: unknown;
    try {
      document = parse(fs.readText(path));
    } catch (error) {
      const first = (error as Error).message.split("\n")[0]!.replace(/:$/, "");
      return { ok: false, error: `${path}: Invalid YAML: ${first}` };
    }
    if (document === null || document === undefined) continue;
    if (typeof document !== "object" || !("network" in document))
      return { ok: false, error: `${path}:1:1: Error in network definition: unknown key '${Object.keys(document as Obj)[0] ?? ""}'` };
    merge(config, document as Obj);
  }
  const problem = check(config);
  return problem === undefined ? { ok: true, config } : { ok: false, error: problem };
}

const known = new Set([
  "dhcp4",
  "dhcp6",
  "addresses",
  "gateway4",
  "gateway6",
  "nameservers",
  "routes",
  "mtu",
  "optional",
  "match",
  "set-name",
  "macaddress",
  "dhcp-identifier",
  "link-local",
  "accept-ra",
  "renderer",
  "dhcp4-overrides",
  "dhcp6-overrides",
  "critical",
  "routing-policy",
  "wakeonlan",
]);

function check(config: Obj): string | undefined {
  for (const [name, definition] of Object.entries((config.network?.ethernets ?? {}) as Record<string, Obj>)) {
    for (const key of Object.keys(definition ?? {})) if (!known.has(key)) return `Error in network definition: unknown key '${key}'`;
    for (const address of (definition?.addresses ?? []) as unknown[]) {
      const text = typeof address === "string" ? address : Object.keys(address as Obj)[0]!;
      if (!text.includes("/")) return `Error in network definition: address '${text}' is missing /prefixlength`;
      if (!/^[0-9a-fA-F.:]+\/\d+$/.test(text))
        return `Error in network definition: malformed address '${text}', must be X.X.X.X/NN or X:X:X:X:X:X:X:X/NN`;
    }
    for (const route of (definition?.routes ?? []) as Obj[])
      if (route.to === undefined) return `Error in network definition: ${name}: unicast route must include both a 'to' and 'via' IP`;
  }
  return undefined;
}

/** `netplan generate`: writes /run/systemd/network/10-netplan-<name>.network. */
export function generateNetplan(fs: FsView): { ok: true } | NetplanFailure {
  const read = readNetplan(fs);
  if (!read.ok) return read;
  fs.mkdirp("/run/systemd/network", 0o755);
  for (const file of fs.readdir("/run/systemd/network")) if (file.startsWith("10-netplan-")) fs.unlink(`/run/systemd/network/${file}`);
  for (const [name, definition] of Object.entries((read.config.network?.ethernets ?? {}) as Record<string, Obj>)) {
    const path = `/run/systemd/network/10-netplan-${name}.network`;
    fs.write(path, networkFile(name, definition ?? {}), { mode: 0o640 });
    fs.chown(path, 0, groups(fs).find((g) => g.name === "systemd-network")?.gid ?? 0);
  }
  return { ok: true };
}

const yes = (value: unknown): boolean => value === true || value === "yes" || value === "true";

function networkFile(name: string, d: Obj): string {
  const lines = [
    "[Match]",
    ...(d.match?.macaddress
      ? [`PermanentMACAddress=${d.match.macaddress as string}`]
      : [`Name=${(d.match?.name as string | undefined) ?? name}`]),
    "",
  ];
  if (d.mtu !== undefined || yes(d.optional))
    lines.push(
      "[Link]",
      ...(yes(d.optional) ? ["RequiredForOnline=no"] : []),
      ...(d.mtu === undefined ? [] : [`MTUBytes=${String(d.mtu)}`]),
      "",
    );
  lines.push("[Network]");
  if (yes(d.dhcp4)) lines.push(`DHCP=${yes(d.dhcp6) ? "yes" : "ipv4"}`);
  else if (yes(d.dhcp6)) lines.push("DHCP=ipv6");
  lines.push("LinkLocalAddressing=ipv6");
  for (const address of (d.addresses ?? []) as unknown[])
    lines.push(`Address=${typeof address === "string" ? address : Object.keys(address as Obj)[0]!}`);
  if (d.gateway4 !== undefined) lines.push(`Gateway=${d.gateway4 as string}`);
  for (const server of (d.nameservers?.addresses ?? []) as string[]) lines.push(`DNS=${server}`);
  const domains = (d.nameservers?.search ?? []) as string[];
  if (domains.length > 0) lines.push(`Domains=${domains.join(" ")}`);
  for (const route of (d.routes ?? []) as Obj[]) {
    lines.push("", "[Route]", `Destination=${route.to === "default" ? "0.0.0.0/0" : (route.to as string)}`);
    if (route.via !== undefined) lines.push(`Gateway=${route.via as string}`);
    if (route.metric !== undefined) lines.push(`Metric=${String(route.metric)}`);
    if (route.table !== undefined) lines.push(`Table=${String(route.table)}`);
    if (route.from !== undefined) lines.push(`PreferredSource=${route.from as string}`);
    if (yes(route["on-link"])) lines.push("GatewayOnLink=true");
  }
  if (yes(d.dhcp4)) lines.push("", "[DHCP]", `RouteMetric=${String(d["dhcp4-overrides"]?.["route-metric"] ?? 100)}`, "UseMTU=true");
  return `${lines.join("\n")}\n`;
}
