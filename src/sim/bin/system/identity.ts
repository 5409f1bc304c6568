/** Who and what: hostname, uname, nproc, arch, id, whoami, groups, users, getent and the like. */
import { groupName, groups as allGroups, groupsOf, userByName, userName, users as allUsers } from "../../image/users.ts";
import { kernelRelease, kernelVersion } from "../../image/release.ts";
import type { Proc } from "../../kernel/proc.ts";
import { command } from "../text/command.ts";

export const hostname = command({
  name: "hostname",
  usage: "[-b] {hostname|-F file}         set host name (from file)",
  summary: "",
  options: "s,short f,fqdn,long d,domain i,ip-address I,all-ip-addresses A,all-fqdns F,file= b,boot a,alias !y,yp,nis",
  version: "3.23",
  async run(c) {
    const { p, o } = c;
    const name = p.hostname;
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

export const uname = command({
  name: "uname",
  usage: "[OPTION]...",
  summary: "Print certain system information.  With no OPTION, same as -s.",
  options: "a,all s,kernel-name n,nodename r,kernel-release v,kernel-version m,machine p,processor i,hardware-platform o,operating-system",
  async run(c) {
    if (c.operands.length > 0) return c.usage(`extra operand ‘${c.operands[0]}’`);
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
  usage: "[OPTION]...",
  summary: "Print the number of processing units available to the current process.",
  options: "~all ignore=",
  run(c) {
    c.out.text(`${Math.max(1, c.p.machine.state.cpus - Number(c.o.value("ignore") ?? 0))}\n`);
  },
});

export const arch = command({
  name: "arch",
  usage: "[OPTION]...",
  summary: "Print machine architecture.",
  run: (c) => c.out.text("x86_64\n"),
});

export const whoami = command({
  name: "whoami",
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

// --- accounts (shadow 4.13)

function nextId(taken: number[], low: number): number {
  let n = low;
  while (taken.includes(n)) n++;
  return n;
}

export const groupadd = command({
  name: "groupadd",
  usage: "[options] GROUP",
  summary: "",
  options: "g,gid= r,system f,force !o,non-unique !p,password= !R,root= !P,prefix= !U,users=",
  version: "4.13",
  async run(c) {
    const { p, o } = c;
    const name = c.operands[0];
    if (name === undefined) return c.usage("missing operand");
    if (p.uid !== 0) return c.fail("Permission denied.\ngroupadd: cannot lock /etc/group; try again later.", 10);
    const all = allGroups(p.fs);
    if (all.some((g) => g.name === name)) {
      if (o.has("f")) return 0;
      return c.fail(`group '${name}' already exists`, 9);
    }
    const gid =
      o.value("g") === undefined
        ? nextId(
            all.map((g) => g.gid),
            o.has("r") ? 900 : 1000,
          )
        : Number(o.value("g"));
    p.fs.write("/etc/group", `${name}:x:${gid}:\n`, { append: true });
    return 0;
  },
});

export const useradd = command({
  name: "useradd",
  usage: "[options] LOGIN",
  summary: "",
  options:
    "m,create-home ~M,no-create-home d,home-dir= s,shell= u,uid= g,gid= G,groups= c,comment= r,system ~U,user-group !N,no-user-group !p,password= !e,expiredate= !f,inactive= !k,skel= !o,non-unique !D,defaults",
  version: "4.13",
  async run(c) {
    const { p, o } = c;
    const name = c.operands[0];
    if (name === undefined) return c.usage("missing operand");
    if (p.uid !== 0) return c.fail("Permission denied.\nuseradd: cannot lock /etc/passwd; try again later.");
    if (!/^[a-z_][a-z0-9_-]*\$?$/.test(name)) return c.fail(`invalid user name '${name}': use --badname to ignore`, 3);
    if (allUsers(p.fs).some((u) => u.name === name)) return c.fail(`user '${name}' already exists`, 9);
    const uid =
      o.value("u") === undefined
        ? nextId(
            allUsers(p.fs).map((u) => u.uid),
            o.has("r") ? 900 : 1000,
          )
        : Number(o.value("u"));
    let gid = uid;
    const g = o.value("g");
    if (g !== undefined) {
      const group = allGroups(p.fs).find((x) => x.name === g || String(x.gid) === g);
      if (!group) return c.fail(`group '${g}' does not exist`, 6);
      ({ gid } = group);
    } else {
      gid = nextId(
        allGroups(p.fs).map((x) => x.gid),
        uid,
      );
      p.fs.write("/etc/group", `${name}:x:${gid}:\n`, { append: true });
    }
    for (const extra of (o.value("G") ?? "").split(",").filter((x) => x !== "")) {
      if (!allGroups(p.fs).some((x) => x.name === extra)) return c.fail(`group '${extra}' does not exist`, 6);
      addToGroup(p, extra, name);
    }
    const home = o.value("d") ?? `/home/${name}`;
    p.fs.write("/etc/passwd", `${name}:x:${uid}:${gid}:${o.value("c") ?? ""}:${home}:${o.value("s") ?? "/bin/sh"}\n`, { append: true });
    p.fs.write("/etc/shadow", `${name}:!:20400:0:99999:7:::\n`, { append: true });
    if (o.has("m") && !p.fs.exists(home)) {
      p.fs.mkdirp(home, 0o750);
      p.fs.chown(home, uid, gid);
      for (const f of p.fs.readdir("/etc/skel")) {
        p.fs.write(`${home}/${f}`, p.fs.read(`/etc/skel/${f}`));
        p.fs.chown(`${home}/${f}`, uid, gid);
      }
    }
    return 0;
  },
});

function addToGroup(p: Proc, group: string, user: string): void {
  const text = p.fs
    .readText("/etc/group")
    .split("\n")
    .map((line) => {
      const f = line.split(":");
      if (f[0] !== group || f[3]?.split(",").includes(user)) return line;
      return [f[0], f[1], f[2], f[3] ? `${f[3]},${user}` : user].join(":");
    });
  p.fs.write("/etc/group", text.join("\n"));
}

export const usermod = command({
  name: "usermod",
  usage: "[options] LOGIN",
  summary: "",
  options: "a,append G,groups= s,shell= d,home= !m,move-home !g,gid= !u,uid= !L,lock !U,unlock !l,login= c,comment=",
  version: "4.13",
  async run(c) {
    const { p, o } = c;
    const name = c.operands[0];
    if (name === undefined) return c.usage("missing operand");
    if (!userByName(p.fs, name)) return c.fail(`user '${name}' does not exist`, 6);
    if (p.uid !== 0) return c.fail("Permission denied.\nusermod: cannot lock /etc/passwd; try again later.");
    const wanted = (o.value("G") ?? "").split(",").filter((x) => x !== "");
    for (const g of wanted) if (!allGroups(p.fs).some((x) => x.name === g)) return c.fail(`group '${g}' does not exist`, 6);
    if (o.has("G") && !o.has("a"))
      p.fs.write(
        "/etc/group",
        p.fs
          .readText("/etc/group")
          .split("\n")
          .map((line) => {
            const f = line.split(":");
            return f.length < 4
              ? line
              : [
                  f[0],
                  f[1],
                  f[2],
                  f[3]!
                    .split(",")
                    .filter((m) => m !== name && m !== "")
                    .join(","),
                ].join(":");
          })
          .join("\n"),
      );
    for (const g of wanted) addToGroup(p, g, name);
    if (o.has("s") || o.has("d") || o.has("c"))
      p.fs.write(
        "/etc/passwd",
        p.fs
          .readText("/etc/passwd")
          .split("\n")
          .map((line) => {
            const f = line.split(":");
            return f[0] === name
              ? [f[0], f[1], f[2], f[3], o.value("c") ?? f[4], o.value("d") ?? f[5], o.value("s") ?? f[6]].join(":")
              : line;
          })
          .join("\n"),
      );
    return 0;
  },
});
