/** Who and what: hostname, uname, nproc, arch, id, whoami, groups, users, getent and the like. */
import { groupName, groupsOf, userByName, userName } from "../../image/users.ts";
import { kernelRelease, kernelVersion } from "../../image/release.ts";
import type { Proc } from "../../kernel/proc.ts";
import { command } from "../text/command.ts";

const hostnameUsage = `Usage: hostname [-b] {hostname|-F file}         set host name (from file)
       hostname [-a|-A|-d|-f|-i|-I|-s|-y]       display formatted name
       hostname                                 display host name

       {yp,nis,}domainname {nisdomain|-F file}  set NIS domain name (from file)
       {yp,nis,}domainname                      display NIS domain name

       dnsdomainname                            display dns domain name

       hostname -V|--version|-h|--help          print info and exit

Program name:
       {yp,nis,}domainname=hostname -y
       dnsdomainname=hostname -d

Program options:
    -a, --alias            alias names
    -A, --all-fqdns        all long host names (FQDNs)
    -b, --boot             set default hostname if none available
    -d, --domain           DNS domain name
    -f, --fqdn, --long     long host name (FQDN)
    -F, --file             read host name or NIS domain name from given file
    -i, --ip-address       addresses for the host name
    -I, --all-ip-addresses all addresses for the host
    -s, --short            short host name
    -y, --yp, --nis        NIS/YP domain name

Description:
   This command can get or set the host name or the NIS domain name. You can
   also get the DNS domain or the FQDN (fully qualified domain name).
   Unless you are using bind or NIS for host lookups you can change the
   FQDN (Fully Qualified Domain Name) and the DNS domain name (which is
   part of the FQDN) in the /etc/hosts file.`;

export const hostname = command({
  name: "hostname",
  tryLine: hostnameUsage,
  usageStatus: 255,
  usage: "",
  summary: "",
  options: "s,short f,fqdn,long d,domain i,ip-address I,all-ip-addresses A,all-fqdns F,file= b,boot a,alias !y,yp,nis",
  version: "3.23",
  async run(c) {
    const { p, o } = c;
    const name = p.hostname;
    if (c.operands.length > 1) {
      await p.err(`${hostnameUsage}\n`);
      return 255;
    }
    if (o.has("I")) {
      const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
      const ips = ns
        .links()
        .filter((l) => l.kind !== "loopback" && l.up)
        .flatMap((l) => l.addresses.filter((a) => a.scope === "global").map((a) => a.ip));
      c.out.text(`${ips.map((ip) => `${ip} `).join("")}\n`);
      return;
    }
    if (o.has("s")) {
      c.out.text(`${name.split(".")[0]}\n`);
      return;
    }
    if (o.has("f", "i", "d", "A")) {
      const found = p.net.resolve(name);
      if (!found.ok) return c.fail(found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known");
      if (o.has("i")) c.out.text(`${found.addresses.join(" ")}\n`);
      else if (o.has("d"))
        c.out.text(found.canonical.includes(".") ? `${found.canonical.slice(found.canonical.indexOf(".") + 1)}\n` : "\n");
      else c.out.text(`${found.canonical}${o.has("A") ? " " : ""}\n`);
      return;
    }
    const file = o.value("F");
    const next =
      file === undefined
        ? c.operands[0]
        : (p.fs.tryReadText(file) ?? "")
            .split("\n")
            .find((l) => l.trim() !== "" && !l.startsWith("#"))
            ?.trim();
    if (next === undefined) {
      c.out.text(`${name}\n`);
      return;
    }
    if (p.uid !== 0) return c.fail("you must be root to change the host name");
    if (!/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(next)) return c.fail("the specified hostname is invalid");
    p.machine.state.hostname = next;
  },
});

export const dnsdomainname = command({
  name: "dnsdomainname",
  tryLine: hostnameUsage,
  usageStatus: 255,
  usage: "",
  summary: "",
  async run(c) {
    if (c.operands.length > 0) {
      await c.p.err(`${hostnameUsage}\n`);
      return 255;
    }
    const found = c.p.net.resolve(c.p.hostname);
    if (!found.ok) return c.fail(found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known");
    const dot = found.canonical.indexOf(".");
    c.out.text(dot < 0 ? "" : `${found.canonical.slice(dot + 1)}\n`);
    return 0;
  },
});

/** gethostid(3): from the address of the machine's own name. */
export const hostid = command({
  name: "hostid",
  noOperands: true,
  usage: "[OPTION]",
  summary: "Print the numeric identifier (in hexadecimal) for the current host.",
  run(c) {
    const found = c.p.net.resolve(c.p.hostname);
    const ip = found.ok ? found.addresses.find((x) => x.includes(".")) : undefined;
    const [a, b, x, d] = (ip ?? "0.0.0.0").split(".").map((n) => Number(n).toString(16).padStart(2, "0"));
    c.out.text(`${b}${a}${d}${x}\n`);
  },
});

export const uname = command({
  name: "uname",
  noOperands: true,
  usage: "[OPTION]...",
  summary: "Print certain system information.  With no OPTION, same as -s.",
  options: "a,all s,kernel-name n,nodename r,kernel-release v,kernel-version m,machine p,processor i,hardware-platform o,operating-system",
  async run(c) {
    const parts: [string, string][] = [
      ["s", "Linux"],
      ["n", c.p.hostname],
      ["r", kernelRelease],
      ["v", kernelVersion],
      ["m", "x86_64"],
      ["p", "x86_64"],
      ["i", "x86_64"],
      ["o", "GNU/Linux"],
    ];
    const picked = parts.filter(([k]) => c.o.has("a") || c.o.has(k));
    c.out.text(`${(picked.length === 0 ? [parts[0]!] : picked).map(([, v]) => v).join(" ")}\n`);
  },
});

export const nproc = command({
  name: "nproc",
  noOperands: true,
  usage: "[OPTION]...",
  summary: "Print the number of processing units available to the current process.",
  options: "~all ignore=",
  run(c) {
    c.out.text(`${Math.max(1, c.p.machine.state.cpus - Number(c.o.value("ignore") ?? 0))}\n`);
  },
});

export const arch = command({
  name: "arch",
  noOperands: true,
  usage: "[OPTION]...",
  summary: "Print machine architecture.",
  run: (c) => c.out.text("x86_64\n"),
});

export const whoami = command({
  name: "whoami",
  noOperands: true,
  usage: "[OPTION]...",
  summary: "Print the user name associated with the current effective user ID.",
  async run(c) {
    const name = userName(c.p.fs, c.p.uid);
    if (/^\d+$/.test(name)) return c.fail(`cannot find name for user ID ${c.p.uid}`);
    c.out.text(`${name}\n`);
  },
});

const idText = (id: number, name: string): string => (name === String(id) ? name : `${id}(${name})`);

export const id = command({
  name: "id",
  usage: "[OPTION]... [USER]...",
  summary: "Print user and group information for each specified USER,\nor (when USER omitted) for the current process.",
  options: "u,user g,group G,groups n,name r,real a !Z,context !z,zero",
  async run(c) {
    const { p, o } = c;
    if (["u", "g", "G"].filter((x) => o.has(x)).length > 1) return c.fail('cannot print "only" of more than one choice');
    if (o.has("n") && !o.has("u", "g", "G")) return c.fail("printing only names or real IDs requires -u, -g, or -G");
    for (const who of c.operands.length > 0 ? c.operands : [undefined]) {
      let uid = p.uid;
      let gid = p.state.gid;
      let more = [...p.state.groups];
      if (who !== undefined) {
        const user = userByName(p.fs, who);
        if (!user) {
          await c.warn(`‘${who}’: no such user`);
          continue;
        }
        ({ uid, gid } = user);
        more = groupsOf(p.fs, user);
      }
      const all = [gid, ...more.filter((g) => g !== gid)];
      if (o.has("u")) c.out.text(`${o.has("n") ? userName(p.fs, uid) : uid}\n`);
      else if (o.has("g")) c.out.text(`${o.has("n") ? groupName(p.fs, gid) : gid}\n`);
      else if (o.has("G")) c.out.text(`${all.map((g) => (o.has("n") ? groupName(p.fs, g) : g)).join(" ")}\n`);
      else
        c.out.text(
          `uid=${idText(uid, userName(p.fs, uid))} gid=${idText(gid, groupName(p.fs, gid))} groups=${all.map((g) => idText(g, groupName(p.fs, g))).join(",")}\n`,
        );
    }
  },
});

export const groups = command({
  name: "groups",
  usage: "[OPTION]... [USERNAME]...",
  summary: "Print group memberships for each USERNAME.",
  async run(c) {
    const { p } = c;
    if (c.operands.length === 0) {
      c.out.text(`${[p.state.gid, ...p.state.groups.filter((g) => g !== p.state.gid)].map((g) => groupName(p.fs, g)).join(" ")}\n`);
      return;
    }
    for (const who of c.operands) {
      const user = userByName(p.fs, who);
      if (!user) await c.warn(`‘${who}’: no such user`);
      else c.out.text(`${who} : ${[user.gid, ...groupsOf(p.fs, user)].map((g) => groupName(p.fs, g)).join(" ")}\n`);
    }
  },
});

export const getent = command({
  name: "getent",
  usage: "[OPTION...] database [key ...]",
  summary: "Get entries from administrative database.",
  options: "s,service= i,no-idn",
  version: "(Ubuntu GLIBC 2.39-0ubuntu8.6) 2.39",
  async run(c) {
    const { p } = c;
    const [database, ...keys] = c.operands;
    let found = true;
    if (database === "passwd" || database === "group") {
      const lines = (p.fs.tryReadText(`/etc/${database}`) ?? "").split("\n").filter((l) => l !== "");
      if (keys.length === 0) c.out.text(lines.map((l) => `${l}\n`).join(""));
      for (const key of keys) {
        const line = lines.find((l) => l.split(":")[0] === key || l.split(":")[2] === key);
        if (line) c.out.text(`${line}\n`);
        else found = false;
      }
      return found ? 0 : 2;
    }
    if (database === "hosts" || database === "ahosts" || database === "ahostsv4") {
      if (keys.length === 0) {
        for (const line of (p.fs.tryReadText("/etc/hosts") ?? "").split("\n")) {
          const [ip, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
          if (ip) c.out.text(`${ip.padEnd(15)} ${names.join(" ")}\n`);
        }
        return 0;
      }
      for (const key of keys) {
        const r = p.net.resolve(key);
        await p.sleep(r.took);
        if (!r.ok) found = false;
        else if (database === "hosts")
          for (const ip of r.addresses.slice(0, 1)) c.out.text(`${ip.padEnd(15)} ${r.canonical}${r.canonical === key ? "" : ` ${key}`}\n`);
        else
          for (const ip of r.addresses)
            for (const [i, kind] of ["STREAM", "DGRAM", "RAW"].entries())
              c.out.text(`${ip.padEnd(15)} ${kind.padEnd(6)} ${i === 0 ? r.canonical : ""}\n`);
      }
      return found ? 0 : 2;
    }
    if (database === "services") {
      for (const key of keys) {
        const line = (p.fs.tryReadText("/etc/services") ?? "")
          .split("\n")
          .map((l) => l.split(/\s+/))
          .find((f) => f[0] === key || f[1]?.startsWith(`${key}/`));
        if (line) c.out.text(`${line[0]!.padEnd(21)} ${line[1]}${line[2] ? ` ${line[2]}` : ""}\n`);
        else found = false;
      }
      return found ? 0 : 2;
    }
    if (database === undefined) return c.fail("wrong number of arguments");
    if (["shadow", "gshadow", "networks", "protocols", "rpc", "aliases", "ethers", "netgroup", "initgroups"].includes(database))
      return p.notSimulated(`getent ${database}`);
    await p.err(`Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`);
    return 1;
  },
});

/** Sessions: processes that lead one with a terminal. */
export function sessions(p: Proc): { user: string; tty: string; at: number; from: string; leader: Proc }[] {
  return [...p.machine.procs.values()]
    .filter((q) => q.state.tty.startsWith("pts/") && q.state.sid === q.pid && q.state.pidns === "")
    .map((q) => ({
      user: userName(p.fs, q.uid),
      tty: q.state.tty,
      at: q.state.startedAt,
      from: q.env.SSH_CONNECTION?.split(" ")[0] ?? "10.0.2.2",
      leader: q,
    }));
}

const stamp = (ms: number): string => {
  const d = new Date(ms).toISOString();
  return `${d.slice(0, 10)} ${d.slice(11, 16)}`;
};

export const who = command({
  name: "who",
  usage: "[OPTION]... [ FILE | ARG1 ARG2 ]",
  summary: "Print information about users who are currently logged in.",
  options: "b,boot !q,count !H,heading m !a,all !u,users !r,runlevel !s,short !T,mesg",
  run(c) {
    if (c.o.has("b")) {
      c.out.text(`         system boot  ${stamp(c.p.machine.state.bootedAt)}\n`);
      return;
    }
    for (const s of sessions(c.p)) c.out.text(`${s.user.padEnd(8)} ${s.tty.padEnd(12)} ${stamp(s.at)} (${s.from})\n`);
  },
});

export const users = command({
  name: "users",
  usage: "[OPTION]... [FILE]",
  summary: "Output who is currently logged in according to FILE.",
  run(c) {
    const names = sessions(c.p)
      .map((s) => s.user)
      .sort();
    if (names.length > 0) c.out.text(`${names.join(" ")}\n`);
  },
});
