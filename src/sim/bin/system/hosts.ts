/** hostnamectl, timedatectl, networkctl, netplan, loginctl, logger and other tools that ask systemd's daemons. */
import { dmiValues } from "../../image/sysfs.ts";
import { kernelRelease } from "../../image/release.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { readNetplan, generateNetplan, netplanFiles } from "../../systemd/netplan.ts";
import type { LinkStatus } from "../../systemd/networkd.ts";
import { bootId, syslog } from "../../systemd/journal.ts";
import { timestamp } from "../../systemd/dates.ts";
import { formatSpan } from "../../systemd/unit-file.ts";
import { stringify } from "yaml";
import { command } from "../text/command.ts";
import { connectManager } from "./manager-client.ts";
import { sessions } from "./identity.ts";
import { treeLines } from "./systemctl-status.ts";

const field = (label: string, text: string, width = 17): string => `${`${label}:`.padStart(width)} ${text}\n`;

export const hostnamectl: CommandProgram = {
  name: "hostnamectl",
  async main(p) {
    const args = p.args.filter((a) => !a.startsWith("--no-ask"));
    const [verb, value] = args.filter((a) => !a.startsWith("-"));
    if (verb === "set-hostname" || ((verb === "hostname" || verb === "set") && value !== undefined)) {
      if (value === undefined) {
        await p.err("Too few arguments.\n");
        return 1;
      }
      if (p.uid !== 0) {
        await p.err("Could not set pretty hostname: Interactive authentication required.\n");
        return 1;
      }
      const name = value.toLowerCase().replace(/[^a-z0-9.-]/g, "");
      if (name === "") {
        await p.err(`Could not set static hostname: Invalid static hostname '${value}'\n`);
        return 1;
      }
      p.machine.state.hostname = name;
      p.fs.write("/etc/hostname", `${name}\n`);
      connectManager(p)?.log(`Changed static hostname to '${name}'`);
      return 0;
    }
    const isStatic = (p.fs.tryReadText("/etc/hostname") ?? "").trim();
    if (verb === "hostname") {
      await p.out(`${p.hostname}\n`);
      return 0;
    }
    if (verb !== undefined && verb !== "status") {
      if (["icon-name", "chassis", "deployment", "location"].includes(verb)) p.notSimulated(`hostnamectl ${verb}`);
      await p.err(`Unknown command verb ${verb}.\n`);
      return 1;
    }
    if (args.includes("--static")) {
      await p.out(`${isStatic}\n`);
      return 0;
    }
    if (args.includes("--transient")) {
      await p.out(`${p.hostname}\n`);
      return 0;
    }
    await p.out(
      field("Static hostname", isStatic) +
        (isStatic === p.hostname ? "" : field("Transient hostname", p.hostname, 19)) +
        field("Icon name", "computer-vm") +
        field("Chassis", "vm 🖴") +
        field("Machine ID", p.machine.state.machineId) +
        field("Boot ID", bootId(p.machine)) +
        field("Virtualization", "oracle") +
        field("Operating System", "Ubuntu 24.04.3 LTS") +
        field("Kernel", `Linux ${kernelRelease}`) +
        field("Architecture", "x86-64") +
        field("Hardware Vendor", "innotek GmbH") +
        field("Hardware Model", "VirtualBox") +
        field("Firmware Version", "VirtualBox"),
    );
    return 0;
  },
};

export const timedatectl: CommandProgram = {
  name: "timedatectl",
  async main(p) {
    const [verb = "status"] = p.args.filter((a) => !a.startsWith("-"));
    const sync = connectManager(p)?.unit("systemd-timesyncd.service").active === "active";
    if (verb === "show") {
      const yes = sync ? "yes" : "no";
      await p.out(
        `Timezone=Etc/UTC\nLocalRTC=no\nCanNTP=yes\nNTP=${yes}\nNTPSynchronized=${yes}\nTimeUSec=${timestamp(p.now)}\nRTCTimeUSec=${timestamp(p.now)}\n`,
      );
      return 0;
    }
    if (verb !== "status") p.notSimulated(`timedatectl ${verb}`);
    const t = timestamp(p.now);
    await p.out(
      `               Local time: ${t}\n           Universal time: ${t}\n                 RTC time: ${t.replace(/ UTC$/, "")}\n                Time zone: Etc/UTC (UTC, +0000)\nSystem clock synchronized: ${sync ? "yes" : "no"}\n              NTP service: ${sync ? "active" : "inactive"}\n          RTC in local TZ: no\n`,
    );
    return 0;
  },
};

export const loginctl: CommandProgram = {
  name: "loginctl",
  async main(p) {
    const [verb = "list-sessions"] = p.args.filter((a) => !a.startsWith("-"));
    if (verb !== "list-sessions" && verb !== "list-users") p.notSimulated(`loginctl ${verb}`);
    const list = sessions(p);
    if (verb === "list-users") {
      const names = [...new Map(list.map((s) => [s.leader.uid, s.user]))];
      await p.out(
        `UID  USER    LINGER STATE\n${names.map(([uid, user]) => `${String(uid).padEnd(4)} ${user.padEnd(7)} no     active\n`).join("")}\n${names.length} users listed.\n`,
      );
      return 0;
    }
    await p.out(
      list.length === 0
        ? "No sessions.\n"
        : `SESSION  UID USER    SEAT TTY   STATE  IDLE SINCE\n${list.map((s, i) => `${String(i + 1).padStart(7)} ${String(s.leader.uid).padStart(4)} ${s.user.padEnd(7)} -    ${s.tty.padEnd(5)} active no   -\n`).join("")}\n${list.length} sessions listed.\n`,
    );
    return 0;
  },
};

/** What networkd keeps about links; undefined while it does not run. */
function linkStatuses(p: Proc): Record<string, LinkStatus> | undefined {
  const daemon = [...p.machine.procs.values()].find((q) => q.state.program === "systemd-networkd");
  return daemon?.data.links as Record<string, LinkStatus> | undefined;
}

export const networkctl: CommandProgram = {
  name: "networkctl",
  async main(p) {
    const [verb = "list", ...names] = p.args.filter((a) => !a.startsWith("-"));
    const known = linkStatuses(p);
    const ns = p.machine.world.network.ns(p.machine.name);
    const setup = (name: string): string => (name === "lo" ? "unmanaged" : (known?.[name]?.setup ?? "unmanaged"));
    const operational = (l: { name: string; up: boolean; addresses: { scope: string }[] }): string =>
      l.name === "lo" ? "carrier" : !l.up ? "off" : l.addresses.some((a) => a.scope === "global") ? "routable" : "degraded";
    const type = (kind: string): string => (kind === "vxlan" ? "vxlan" : kind === "ipip" ? "ipip" : kind === "bridge" ? "bridge" : kind);
    if (verb === "list") {
      if (!known) await p.err("WARNING: systemd-networkd is not running, output might be incomplete.\n\n");
      const rows = ns
        .links()
        .filter((l) => names.length === 0 || names.includes(l.name))
        .map((l) => [String(l.index), l.name, type(l.kind), operational(l), setup(l.name)]);
      const heads = ["IDX", "LINK", "TYPE", "OPERATIONAL", "SETUP"];
      const w = heads.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i]!.length)));
      const line = (r: string[]) => `${r.map((t, i) => (i === 0 ? t.padStart(w[i]!) : i === 4 ? t : t.padEnd(w[i]!))).join(" ")}\n`;
      await p.out(`${line(heads)}${rows.map(line).join("")}\n${rows.length} links listed.\n`);
      return 0;
    }
    if (verb === "reload") {
      const daemon = [...p.machine.procs.values()].find((q) => q.state.program === "systemd-networkd");
      if (!daemon || p.uid !== 0) {
        await p.err(
          daemon
            ? "Failed to reload network settings: Interactive authentication required.\n"
            : "Failed to reload network settings: Unit dbus-org.freedesktop.network1.service not found.\n",
        );
        return 1;
      }
      daemon.raise("SIGHUP");
      return 0;
    }
    if (verb !== "status") return p.notSimulated(`networkctl ${verb}`);
    for (const l of ns.links().filter((x) => names.includes(x.name) || (names.length === 0 && x.name !== "lo"))) {
      const s = known?.[l.name];
      await p.out(
        `● ${l.index}: ${l.name}\n` +
          field("Link File", "/usr/lib/systemd/network/99-default.link", 29) +
          field("Network File", s?.file ?? "n/a", 29) +
          field("State", `${operational(l)} (${setup(l.name)})`, 29) +
          field("Type", type(l.kind), 29) +
          field("Hardware Address", l.mac, 29) +
          field("MTU", String(l.mtu), 29) +
          l.addresses
            .map((a, i) =>
              i === 0 ? field("Address", `${a.ip}${s?.dhcp ? " (DHCP4 via 10.0.2.2)" : ""}`, 29) : `${" ".repeat(30)}${a.ip}\n`,
            )
            .join("") +
          (s?.dhcp ? field("Gateway", "10.0.2.2", 29) : "") +
          (s && s.dns.length > 0 ? field("DNS", s.dns.join("\n" + " ".repeat(30)), 29) : ""),
      );
    }
    return 0;
  },
};

export const netplan: CommandProgram = {
  name: "netplan",
  async main(p) {
    const [verb, ...rest] = p.args.filter((a) => a !== "--debug");
    if (p.uid !== 0 && verb !== "status") {
      await p.err(`ERROR: cannot access /etc/netplan/: Permission denied\n`);
      return 1;
    }
    for (const path of verb === "apply" || verb === "generate" ? netplanFiles(p.fs) : [])
      if (p.fs.stat(path).mode & 0o077)
        await p.err(
          `\n** (generate:${p.pid}): WARNING **: ${timestamp(p.now).slice(15, 23)}.000: Permissions for ${path} are too open. Netplan configuration should NOT be accessible by others.\n`,
        );
    if (verb === "get") {
      const read = readNetplan(p.fs);
      if (!read.ok) {
        await p.err(`${read.error}\n`);
        return 78;
      }
      if (rest[0] !== undefined && rest[0] !== "all") {
        let value: unknown = { network: read.config.network as unknown };
        const keys = rest[0].startsWith("network") ? rest[0].split(".") : ["network", ...rest[0].split(".")];
        for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
        await p.out(
          typeof value === "object" && value !== null
            ? stringify(value)
            : `${typeof value === "string" ? value : JSON.stringify(value ?? null)}\n`,
        );
        return 0;
      }
      await p.out(stringify({ network: read.config.network as unknown }));
      return 0;
    }
    if (verb === "generate" || verb === "apply") {
      const done = generateNetplan(p.fs);
      if (!done.ok) {
        await p.err(`${done.error}\n`);
        return verb === "apply" ? 78 : 1;
      }
      if (verb === "generate") return 0;
      const daemon = [...p.machine.procs.values()].find((q) => q.state.program === "systemd-networkd");
      if (daemon) daemon.raise("SIGHUP");
      else connectManager(p)?.enqueue("start", "systemd-networkd.service");
      await p.sleep(400);
      return 0;
    }
    if (verb === undefined) {
      await p.out("usage: /usr/sbin/netplan  [-h] [--debug]  ...\n");
      return 2;
    }
    return p.notSimulated(`netplan ${verb}`);
  },
};

export const logger = command({
  name: "logger",
  usage: "[options] [<message>]",
  summary: "Enter messages into the system log.",
  options:
    "t,tag= p,priority= !i,id=? s,stderr f,file= e,skip-empty !n,server= !P,port= !u,socket= !journald=? !no-act !size= !prio-prefix",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    const name = (o.value("p") ?? "user.notice").split(".").at(-1)!;
    const level = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"].indexOf(
      { error: "err", warn: "warning", panic: "emerg" }[name] ?? name,
    );
    if (level < 0) return c.fail(`unknown priority name: ${name}`);
    const tag = o.value("t") ?? (p.env.LOGNAME || p.env.USER || "root");
    const lines =
      c.operands.length > 0
        ? [c.operands.join(" ")]
        : (o.has("f") ? p.fs.readText(o.value("f")!) : (await p.readAll(0)).toString("utf8"))
            .replace(/\n$/, "")
            .split("\n")
            .filter((l) => l !== "" || !o.has("e"));
    for (const line of lines) {
      if (o.has("s")) await p.err(`<${8 + level}>${timestamp(p.now).slice(4, 19)} ${tag}: ${line}\n`);
      syslog(p.machine, p, tag, level, line);
    }
  },
});

export const detectVirt = command({
  name: "systemd-detect-virt",
  usage: "[OPTIONS...]",
  summary: "",
  options: "c,container v,vm q,quiet !r,chroot !private-users !list !cvm",
  version: "255",
  run(c) {
    const inside = c.p.state.pidns !== "" && !c.o.has("v");
    if (c.o.has("c") || inside) {
      if (!c.o.has("q")) c.out.text(`${inside ? "containerd" : "none"}\n`);
      return inside ? 0 : 1;
    }
    if (!c.o.has("q")) c.out.text("oracle\n");
    return 0;
  },
});

export const cgls = command({
  name: "systemd-cgls",
  usage: "[OPTIONS...] [CGROUP...]",
  summary: "",
  options: "~no-pager !a,all ~l,full !k !u,unit=? !user-unit=? !x,xattr= !c,cgroup-id= !M,machine=",
  version: "255",
  run(c) {
    const all = [...c.p.machine.procs.values()];
    const group = c.operands[0] === undefined ? "/" : `/${c.operands[0].replace(/^\/+/, "")}`;
    c.out.text(
      `${group === "/" ? "Control group /:\n-.slice" : `Control group ${group}:`}\n${treeLines(group, all)
        .map((l) => `${l}\n`)
        .join("")}`,
    );
  },
});

export const analyze: CommandProgram = {
  name: "systemd-analyze",
  async main(p) {
    const m = connectManager(p);
    const [verb = "time"] = p.args.filter((a) => !a.startsWith("-"));
    if (!m) {
      await p.err("System has not been booted with systemd as init system (PID 1). Can't operate.\n");
      return 1;
    }
    const s = m.state;
    if (verb === "time") {
      if (!s.up) {
        await p.err(
          "Bootup is not yet finished (org.freedesktop.systemd1.Manager.FinishTimestampMonotonic=0).\nPlease try again later.\nHint: Use 'systemctl list-jobs' to see active jobs\n",
        );
        return 1;
      }
      const kernel = s.startedAt - p.machine.state.bootedAt;
      const user = s.finishedAt - s.startedAt;
      await p.out(
        `Startup finished in ${formatSpan(kernel)} (kernel) + ${formatSpan(user)} (userspace) = ${formatSpan(kernel + user)} \ngraphical.target reached after ${formatSpan((s.targets["graphical.target"] ?? s.finishedAt) - s.startedAt)} in userspace.\n`,
      );
      return 0;
    }
    if (verb === "blame") {
      const rows = Object.values(s.units)
        .filter(
          (u) =>
            u.def.name.endsWith(".service") &&
            u.since.activeEnter > 0 &&
            u.since.inactiveExit > 0 &&
            u.since.activeEnter > u.since.inactiveExit,
        )
        .map((u) => ({ ms: u.since.activeEnter - u.since.inactiveExit, name: u.def.name }));
      await p.out(
        rows
          .sort((a, b) => b.ms - a.ms)
          .map((r) => `${formatSpan(r.ms).padStart(7)} ${r.name}\n`)
          .join(""),
      );
      return 0;
    }
    return p.notSimulated(`systemd-analyze ${verb}`);
  },
};

export const lscpu = command({
  name: "lscpu",
  usage: "[options]",
  summary: "Display information about the CPU architecture.",
  options: "!e,extended=? !p,parse=? !J,json !C,caches=? ~a,all !B,bytes",
  version: "from util-linux 2.39.3",
  run(c) {
    const n = c.p.machine.state.cpus;
    const rows: [string, string][] = [
      ["Architecture:", "x86_64"],
      ["  CPU op-mode(s):", "32-bit, 64-bit"],
      ["  Address sizes:", "39 bits physical, 48 bits virtual"],
      ["  Byte Order:", "Little Endian"],
      ["CPU(s):", String(n)],
      ["  On-line CPU(s) list:", n === 1 ? "0" : `0-${n - 1}`],
      ["Vendor ID:", "GenuineIntel"],
      ["  Model name:", "Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz"],
      ["    CPU family:", "6"],
      ["    Model:", "158"],
      ["    Thread(s) per core:", "1"],
      ["    Core(s) per socket:", String(n)],
      ["    Socket(s):", "1"],
      ["    Stepping:", "10"],
      ["    BogoMIPS:", "5184.00"],
      ["Virtualization features:", ""],
      ["  Hypervisor vendor:", "KVM"],
      ["  Virtualization type:", "full"],
    ];
    for (const [k, v] of rows) c.out.text(`${k.padEnd(25)}${v}`.trimEnd() + "\n");
  },
});

export const dmidecode = command({
  name: "dmidecode",
  usage: "[OPTIONS]",
  summary: "",
  options: "s,string= t,type= q,quiet",
  version: "3.5",
  async run(c) {
    if (c.p.uid !== 0) return c.fail("/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\n/dev/mem: Permission denied");
    const keyword = c.o.value("s");
    if (keyword === undefined) return c.p.notSimulated("dmidecode without -s");
    const v = dmiValues(c.p.machine);
    const map: Record<string, string | undefined> = {
      "system-uuid": v.product_uuid,
      "system-manufacturer": v.sys_vendor,
      "system-product-name": v.product_name,
      "system-serial-number": v.product_serial,
      "bios-vendor": v.bios_vendor,
      "bios-version": v.bios_version,
      "baseboard-product-name": v.board_name,
      "baseboard-manufacturer": v.board_vendor,
    };
    if (map[keyword] === undefined) return c.fail(`Invalid string keyword: ${keyword}`, 2);
    c.out.text(`${map[keyword]}\n`);
    return 0;
  },
});
