/** Probes of the programs and services that providers need. */
import { existsSync, accessSync, constants, readFileSync } from "node:fs";
import type { HostFacts, Program } from "./facts.ts";
import { said, type Answer, type Ask } from "./run.ts";

type Fact<K extends keyof HostFacts> = NonNullable<HostFacts[K]>;

/** Found when it can be started; the version is the first thing in its output that looks like one. */
export async function programProbe(how: Ask, command: string, args: string[]): Promise<Program> {
  return program(await how(command, args), command);
}

function program(answer: Answer, command: string): Program {
  if (answer.kind === "missing") return { found: false };
  if (answer.kind === "hangs") return { found: true, trouble: `${command} does not answer` };
  const version = /\d+\.\d+(?:\.\d+)?/.exec(`${answer.stdout}\n${answer.stderr}`)?.[0];
  return { found: true, ...(version === undefined ? {} : { version }) };
}

const firstLines = (text: string): string => text.trim().split("\n").slice(0, 4).join("\n");

/** `Vagrant 2.3.4`; plugins as `vagrant-lxc (1.4.3, system)`, one a line, with lines of constraints beneath. */
export async function vagrantProbe(how: Ask): Promise<Fact<"vagrant">> {
  const answer = await how("vagrant", ["--version"]);
  const found = program(answer, "vagrant");
  if (!found.found || found.trouble !== undefined) return found;
  if (found.version === undefined && answer.kind === "ended")
    return { found: true, trouble: firstLines(answer.stderr || answer.stdout) || `vagrant --version ended with status ${answer.status}` };
  const list = await said(how, "vagrant", ["plugin", "list"]);
  if (list === undefined) return found;
  return { ...found, plugins: [...list.matchAll(/^([\w-]+) \(/gm)].map((match) => match[1]!) };
}

/** `7.0.20r163906`, after warnings when the kernel's part is not there. */
export async function virtualboxProbe(how: Ask): Promise<Fact<"virtualbox">> {
  const command = vboxManage();
  const answer = await how(command, ["--version"]);
  if (answer.kind !== "ended") return program(answer, "VBoxManage");
  const output = `${answer.stdout}\n${answer.stderr}`;
  const version = /^(\d+\.\d+\.\d+)/m.exec(output)?.[1];
  const warning = output.split("\n").findIndex((line) => line.startsWith("WARNING:"));
  const trouble =
    warning >= 0
      ? firstLines(output.split("\n").slice(warning).join("\n"))
      : version === undefined
        ? firstLines(output) || `VBoxManage --version ended with status ${answer.status}`
        : undefined;
  const [all, running] = await Promise.all([said(how, command, ["list", "vms"]), said(how, command, ["list", "runningvms"])]);
  const networks = textOf("/etc/vbox/networks.conf");
  return {
    found: true,
    ...(version === undefined ? {} : { version }),
    ...(trouble === undefined ? {} : { trouble }),
    ...(networks === undefined ? {} : { networks }),
    ...(all === undefined ? {} : { machines: quotedNames(all) }),
    ...(running === undefined ? {} : { running: quotedNames(running) }),
  };
}

/** The installer for Windows does not put it on the PATH. */
const vboxManage = (): string =>
  process.platform === "win32" && process.env.VBOX_MSI_INSTALL_PATH ? `${process.env.VBOX_MSI_INSTALL_PATH}VBoxManage.exe` : "VBoxManage";

/** `"name" {uuid}`, one a line. */
const quotedNames = (text: string): string[] => [...text.matchAll(/^"(.*)" \{[\w-]+\}$/gm)].map((match) => match[1]!);

export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** libvirtd's socket, or that of the daemon for QEMU alone which replaces it. */
const libvirtSockets = ["/run/libvirt/libvirt-sock", "/var/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock"];

export async function libvirtProbe(how: Ask): Promise<Fact<"libvirt">> {
  const path = libvirtSockets.find((socket) => existsSync(socket));
  const qemu = await programProbe(how, process.arch === "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64", ["--version"]);
  const socket = path === undefined ? "missing" : writable(path) ? "usable" : "denied";
  const system = ["-c", "qemu:///system"];
  const [list, kvm] =
    socket === "usable"
      ? await Promise.all([
          said(how, "virsh", [...system, "list", "--all", "--name"]),
          how("virsh", [...system, "domcapabilities", "--virttype", "kvm"]).then(kvmOf),
        ])
      : [];
  return {
    socket,
    ...(path === undefined ? {} : { path }),
    qemu: qemu.found,
    ...(kvm === undefined ? {} : { kvm }),
    ...(list === undefined ? {} : { machines: words(list) }),
  };
}

/** `the accel 'kvm' is not supported by '/usr/bin/qemu-system-x86_64' on this host`; before libvirt 7 `KVM is not supported by …`. */
function kvmOf(answer: Answer): boolean | undefined {
  if (answer.kind !== "ended") return undefined;
  return answer.status === 0 ? true : /'?kvm'? is not supported by/i.test(answer.stderr) ? false : undefined;
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export async function lxcProbe(how: Ask): Promise<Fact<"lxc">> {
  const found = await programProbe(how, "lxc-start", ["--version"]);
  if (!found.found) return found;
  const list = await said(how, "lxc-ls", ["-1"]);
  return { ...found, ...(list === undefined ? {} : { machines: words(list) }) };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** `VMware Workstation 17.5.0 build-22583795`; Fusion has no such command. The utility is what Vagrant's plugin talks to. */
export async function vmwareProbe(how: Ask): Promise<Fact<"vmware">> {
  const utility = [
    "/opt/vagrant-vmware-desktop/bin/vagrant-vmware-utility",
    "C:\\Program Files\\Vagrant VMware Utility\\vagrant-vmware-utility.exe",
    "C:\\HashiCorp\\vagrant-vmware-desktop\\bin\\vagrant-vmware-utility.exe",
  ].some((file) => existsSync(file));
  if (process.platform === "darwin") return { found: existsSync("/Applications/VMware Fusion.app"), utility };
  if (process.platform === "win32") return { found: existsSync("C:\\Program Files (x86)\\VMware\\VMware Workstation\\vmrun.exe"), utility };
  return { ...(await programProbe(how, "vmware", ["-v"])), utility };
}

/** `prlctl version 19.1.0 (54729)`. */
export async function parallelsProbe(how: Ask): Promise<Fact<"parallels">> {
  const found = await programProbe(how, "prlctl", ["--version"]);
  if (!found.found) return found;
  const list = await said(how, "prlctl", ["list", "--all", "--no-header", "--output", "name"]);
  return {
    ...found,
    ...(list === undefined
      ? {}
      : {
          machines: list
            .split("\n")
            .map((line) => line.trim())
            .filter((line) => line !== ""),
        }),
  };
}

/** The service that runs machines is there when the feature is on; names are told to administrators only. */
export async function hypervProbe(how: Ask): Promise<Fact<"hyperv">> {
  const state = await said(how, "powershell", ["-NoProfile", "-Command", "(Get-Service vmms -ErrorAction SilentlyContinue).Status"]);
  if (state === undefined || state.trim() === "") return { found: false };
  const list = await said(how, "powershell", ["-NoProfile", "-Command", "(Get-VM).Name"]);
  return {
    found: true,
    ...(state.trim() === "Running" ? {} : { trouble: `the service vmms is ${state.trim()}` }),
    ...(list === undefined
      ? {}
      : {
          machines: list
            .split("\n")
            .map((line) => line.trim())
            .filter((line) => line !== ""),
        }),
  };
}
