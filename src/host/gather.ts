/** Gathers the facts, all probes at once; a probe that fails leaves its facts out. Changes nothing on this host. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { arch, freemem, homedir, networkInterfaces, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import type { HostFacts, ProviderName, Route } from "./facts.ts";
import {
  hypervProbe,
  libvirtProbe,
  lxcProbe,
  parallelsProbe,
  programProbe,
  textOf,
  vagrantProbe,
  virtualboxProbe,
  vmwareProbe,
} from "./programs.ts";
import { linkRoutes, linuxRoutes, macRoutes, procRoutes, windowsRoutes } from "./routes.ts";
import { ask, said, type Ask } from "./run.ts";

export interface Asked {
  providers: readonly ProviderName[];
  /** Folder of the cluster's state. */
  state: string;
}

/** `how`: the way to ask programs, for tests that have recorded answers. */
export async function gatherFacts(asked: Asked, how: Ask = ask): Promise<HostFacts> {
  const facts: HostFacts = { platform: process.platform, arch: await processor(how), node: process.versions.node, kernel: release() };
  const vagrant = asked.providers.some((name) => name !== "sim" && name !== "ssh");
  const wants = (name: ProviderName): boolean => asked.providers.includes(name);
  const probes: Promise<Partial<HostFacts>>[] = [
    memory().then((found) => ({ memory: found })),
    programProbe(how, "ssh", ["-V"]).then((ssh) => ({ ssh })),
    // scp has no option that only tells its version; without arguments it prints its usage
    programProbe(how, "scp", []).then((scp) => ({ scp: { found: scp.found } })),
    privileged(how).then((is) => (is === undefined ? {} : { privileged: is })),
  ];
  if (wants("sim")) probes.push(loopback().then((can) => ({ loopback: can })));
  if (vagrant) {
    probes.push(
      vagrantProbe(how).then((found) => ({ vagrant: found })),
      routes(how).then((found) => (found ? { routes: found } : {})),
      Promise.resolve({ virtualization: virtualization() }),
    );
  }
  if (wants("virtualbox")) probes.push(virtualboxProbe(how).then((virtualbox) => ({ virtualbox })));
  if (wants("libvirt") && process.platform !== "win32") probes.push(libvirtProbe(how).then((libvirt) => ({ libvirt })));
  if (wants("lxc")) probes.push(lxcProbe(how).then((lxc) => ({ lxc })));
  if (wants("vmware_desktop")) probes.push(vmwareProbe(how).then((vmware) => ({ vmware })));
  if (wants("parallels")) probes.push(parallelsProbe(how).then((parallels) => ({ parallels })));
  if (wants("hyperv") && process.platform === "win32") probes.push(hypervProbe(how).then((hyperv) => ({ hyperv })));
  for (const result of await Promise.allSettled(probes)) if (result.status === "fulfilled") Object.assign(facts, result.value);
  facts.disks = await disks(asked, how);
  return facts;
}

/** What can be said about networks without starting programs of a hypervisor. */
export async function networkFacts(how: Ask = ask): Promise<HostFacts> {
  const found = await routes(how);
  const networks = textOf("/etc/vbox/networks.conf");
  return {
    platform: process.platform,
    arch: arch(),
    node: process.versions.node,
    ...(found ? { routes: found } : {}),
    virtualbox: { found: true, ...(networks === undefined ? {} : { networks }) },
  };
}

/** Node.js may be translated on Apple's processors, and then says x64. */
async function processor(how: Ask): Promise<string> {
  if (process.platform !== "darwin" || arch() === "arm64") return arch();
  return (await said(how, "sysctl", ["-n", "sysctl.proc_translated"]))?.trim() === "1" ? "arm64" : arch();
}

/** What programs could get without swapping: MemAvailable (proc(5)), which counts caches that can be dropped; else what is free. */
async function memory(): Promise<{ total: number; available: number }> {
  const mib = (bytes: number): number => Math.floor(bytes / 2 ** 20);
  const kib = process.platform === "linux" ? /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] : undefined;
  // macOS calls hardly anything free: freemem() leaves out what it would give back at once
  const available = kib === undefined ? (process.platform === "darwin" ? mib(totalmem()) : mib(freemem())) : Math.floor(Number(kib) / 1024);
  return { total: mib(totalmem()), available };
}

async function privileged(how: Ask): Promise<boolean | undefined> {
  if (process.getuid) return process.getuid() === 0;
  // `net session` is refused to whoever is not elevated
  const answer = await how("net", ["session"]);
  return answer.kind === "ended" ? answer.status === 0 : undefined;
}

/** Simulated machines answer on ports of 127.0.0.1 that the system gives. */
function loopback(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(0, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function virtualization(): NonNullable<HostFacts["virtualization"]> {
  if (process.platform !== "linux") return {};
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  return {
    // arm64 has no such flag: there is EL2 or there is not, and /dev/kvm tells
    ...(flags === undefined ? {} : { flag: /\b(vmx|svm)\b/.test(flags) }),
    kvm: access("/dev/kvm"),
    kvmModule: ["kvm_intel", "kvm_amd"].some((name) => existsSync(`/sys/module/${name}`)),
  };
}

function access(path: string): "usable" | "denied" | "missing" {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return "usable";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? "denied" : "missing";
  }
}

async function routes(how: Ask): Promise<Route[] | undefined> {
  const table = await tableOf(how);
  const all = [...linkRoutes(networkInterfaces()), ...(table ?? [])];
  return [...new Map(all.map((entry) => [`${entry.cidr} ${entry.device} ${entry.gateway ?? ""}`, entry])).values()];
}

async function tableOf(how: Ask): Promise<Route[] | undefined> {
  if (process.platform === "linux") {
    const text = await said(how, "ip", ["-j", "-4", "route", "show", "table", "all"]);
    return text === undefined ? procRoutes(readFileSync("/proc/net/route", "utf8")) : linuxRoutes(text);
  }
  if (process.platform === "win32") {
    const text = await said(how, "powershell", [
      "-NoProfile",
      "-Command",
      "Get-NetRoute -AddressFamily IPv4 | Select-Object DestinationPrefix,NextHop,InterfaceAlias | ConvertTo-Json",
    ]);
    return text === undefined ? undefined : windowsRoutes(text);
  }
  const text = await said(how, "netstat", ["-rn", "-f", "inet"]);
  return text === undefined ? undefined : macRoutes(text);
}

/** Free space where machines and boxes go. */
async function disks(asked: Asked, how: Ask): Promise<{ path: string; free: number }[]> {
  const home = process.env.VAGRANT_HOME ?? join(homedir(), ".vagrant.d");
  const folders = new Set(asked.providers.some((name) => name !== "sim" && name !== "ssh") ? [home, asked.state] : [asked.state]);
  if (asked.providers.includes("virtualbox")) {
    const properties = await said(how, "VBoxManage", ["list", "systemproperties"]);
    const folder = /^Default machine folder:\s+(.+?)\s*$/m.exec(properties ?? "")?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  if (asked.providers.includes("libvirt")) folders.add("/var/lib/libvirt/images");
  if (asked.providers.includes("lxc")) folders.add("/var/lib/lxc");
  const found = await Promise.all([...folders].map(freeIn));
  return found.filter((disk) => disk !== undefined);
}

/** GiB for this user in a folder, or in the nearest one above it that is there. */
async function freeIn(folder: string): Promise<{ path: string; free: number } | undefined> {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(path)) {
      const { bavail, bsize } = await statfs(path);
      return { path: folder, free: Math.floor((bavail * bsize) / 2 ** 30) };
    }
    if (dirname(path) === path) return undefined;
  }
}
