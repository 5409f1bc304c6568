/** useradd, usermod and groupadd of shadow 4.13. */
import { groups as allGroups, userByName, users as allUsers } from "../../image/users.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { command, Exit, type Context } from "../text/command.ts";
import { groupaddUsage, useraddUsage, usermodUsage } from "./account-usage.ts";

/** These take one name; else they show how they are called. */
async function oneName(c: Context, usage: string): Promise<string> {
  if (c.operands.length !== 1) {
    await c.p.err(`${usage}\n`);
    throw new Exit(2);
  }
  return c.operands[0]!;
}

function nextId(taken: number[], low: number): number {
  let n = low;
  while (taken.includes(n)) n++;
  return n;
}

export const groupadd = command({
  name: "groupadd",
  tryLine: groupaddUsage,
  usageStatus: 2,
  usage: "",
  summary: "",
  options: "g,gid= r,system f,force !o,non-unique !p,password= !R,root= !P,prefix= !U,users=",
  version: "4.13",
  async run(c) {
    const { p, o } = c;
    const name = await oneName(c, groupaddUsage);
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
  tryLine: useraddUsage,
  usageStatus: 2,
  usage: "",
  summary: "",
  options:
    "m,create-home ~M,no-create-home d,home-dir= s,shell= u,uid= g,gid= G,groups= c,comment= r,system ~U,user-group !N,no-user-group !p,password= !e,expiredate= !f,inactive= !k,skel= !o,non-unique !D,defaults",
  version: "4.13",
  async run(c) {
    const { p, o } = c;
    const name = await oneName(c, useraddUsage);
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
  tryLine: usermodUsage,
  usageStatus: 2,
  usage: "",
  summary: "",
  options: "a,append G,groups= s,shell= d,home= !m,move-home !g,gid= !u,uid= !L,lock !U,unlock !l,login= c,comment=",
  version: "4.13",
  async run(c) {
    const { p, o } = c;
    const name = await oneName(c, usermodUsage);
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

/** The shell of accounts that nobody logs in to; whatever it is called with. */
export const nologin: CommandProgram = {
  name: "nologin",
  async main(p) {
    await p.out(p.fs.tryReadText("/etc/nologin.txt") ?? "This account is currently not available.\n");
    return 1;
  },
};
