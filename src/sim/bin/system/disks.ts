/** mount, umount, findmnt, lsblk, blkid. */
import { Errno } from "../../core/errno.ts";
import type { Mount } from "../../fs/view.ts";
import { rootUuid } from "../../image/etc.ts";
import { mountFilesystem, unmount } from "../../image/mounts.ts";
import { readFstab } from "../../systemd/generators.ts";
import { command } from "../text/command.ts";
import { spaceOf } from "./df.ts";
import { humanSize } from "./swap-tools.ts";

export const mount = command({
  name: "mount",
  usage: "[options] <source> <directory>",
  summary: "",
  options:
    "a,all t,types= o,options= B,bind R,rbind r,read-only ~w,rw,read-write v,verbose l,show-labels !M,move !make-shared !make-private !make-rprivate !make-rshared !L,label= !U,uuid= n,no-mtab f,fake !T,fstab= !mkdir=? !N,namespace=",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    if (c.operands.length === 0 && !o.has("a")) {
      for (const m of p.fs.mounts)
        if (!o.has("t") || o.value("t")!.split(",").includes(m.fstype))
          c.out.text(`${m.device} on ${m.dir} type ${m.fstype} (${m.options})\n`);
      return;
    }
    if (p.uid !== 0)
      return c.fail(
        `${c.operands.at(-1) ?? "/"}: must be superuser to use mount.\n       dmesg(1) may have more information after failed mount system call.`,
        32,
      );
    const options = [
      ...o.values("o").flatMap((x) => x.split(",")),
      ...(o.has("B") ? ["bind"] : []),
      ...(o.has("R") ? ["rbind"] : []),
      ...(o.has("r") ? ["ro"] : []),
    ];
    const one = async (what: string, where: string, type: string, opts: string[]): Promise<void> => {
      try {
        mountFilesystem(p.machine, p.fs, { what, where, type, options: opts });
        if (o.has("v")) c.out.text(`mount: ${what} mounted on ${where}.\n`);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        const why: Record<string, string> = {
          ENOENT: error.path === where ? "mount point does not exist" : `special device ${what} does not exist`,
          ENOTDIR: "mount point is not a directory",
          ENODEV: `can't find ${what}`,
          EINVAL: "mount point not mounted or bad option",
        };
        await c.warn(
          `${where}: ${why[error.code] ?? error.text}.${error.code === "ENODEV" ? "" : "\n       dmesg(1) may have more information after failed mount system call."}`,
          32,
        );
      }
    };
    const fstab = readFstab(p.fs);
    if (o.has("a")) {
      for (const e of fstab)
        if (e.type !== "swap" && !e.options.includes("noauto") && !p.fs.mounts.some((m) => m.dir === e.where))
          await one(e.what, e.where, e.type, e.options);
      return;
    }
    const [a, b] = c.operands as [string, string | undefined];
    if (b === undefined) {
      if (options.includes("remount")) return one("", a, "", options);
      const e = fstab.find((x) => x.where === a || x.what === a);
      if (!e) return c.fail(`${a}: can't find in /etc/fstab.`, 1);
      return one(e.what, e.where, e.type, [...e.options, ...options]);
    }
    return one(a, b, o.value("t") ?? "auto", options);
  },
});

export const umount = command({
  name: "umount",
  usage: "[options] <source> | <directory>",
  summary: "",
  options: "a,all f,force l,lazy R,recursive v,verbose t,types= r,read-only n !q,quiet",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    if (o.has("a")) return p.notSimulated("umount -a");
    if (p.uid !== 0) return c.fail(`${c.operands[0] ?? ""}: must be superuser to unmount.`, 32);
    for (const word of c.operands) {
      const where = p.fs.mounts.findLast((m) => m.device === word && word.startsWith("/dev/"))?.dir ?? word;
      try {
        if (o.has("R")) {
          const dir = p.fs.absolute(where);
          for (const m of [...p.fs.mounts].reverse()) if (m.dir.startsWith(`${dir}/`)) unmount(p.fs, m.dir);
        }
        unmount(p.fs, where);
        if (o.has("v")) c.out.text(`umount: ${where} unmounted\n`);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        const text = error.code === "EBUSY" ? "target is busy" : p.fs.exists(where) ? "not mounted" : "no mount point specified";
        await c.warn(`${where}: ${text}.`, 32);
      }
    }
  },
});

export const findmnt = command({
  name: "findmnt",
  usage: "[options] [<device> | <mountpoint>]",
  summary: "",
  options:
    "n,noheadings o,output= t,types= T,target= S,source= M,mountpoint= l,list r,raw !J,json s,fstab k,kernel R,submounts D,df !p,poll=? a,ascii D,df !P,pairs !q",
  version: "from util-linux 2.39.3",
  run(c) {
    const { p, o } = c;
    if (o.has("s", "D", "R")) return p.notSimulated(`findmnt ${p.args.join(" ")}`);
    const keys = (o.value("o") ?? "TARGET,SOURCE,FSTYPE,OPTIONS").toUpperCase().split(",");
    const of = (m: Mount, key: string): string =>
      ({
        TARGET: m.dir,
        SOURCE: m.device,
        FSTYPE: m.fstype,
        OPTIONS: m.options,
        UUID: m.device === "/dev/sda1" ? rootUuid : "",
        SIZE: humanSize(spaceOf(p, m)?.size ?? 0),
      })[key] ?? p.notSimulated(`findmnt -o ${key}`);
    const target = o.value("T") ?? undefined;
    const asked = o.value("M") ?? o.value("S") ?? c.operands[0];
    let list = [...p.fs.mounts];
    if (target !== undefined) list = [p.fs.mountOf(target)];
    else if (asked !== undefined) list = list.filter((m) => m.dir === asked || m.device === asked).slice(-1);
    if (o.has("t")) list = list.filter((m) => o.value("t")!.split(",").includes(m.fstype));
    if (list.length === 0) return 1;
    const tree = asked === undefined && target === undefined && !o.has("l") && !o.has("r") && !o.has("t");
    const names = new Map<Mount, string>(list.map((m) => [m, m.dir]));
    if (tree) {
      const parent = (m: Mount): Mount | undefined =>
        list
          .filter((x) => x !== m && (x.dir === "/" || m.dir.startsWith(`${x.dir}/`)) && x.dir.length < m.dir.length)
          .sort((a, b) => b.dir.length - a.dir.length)[0];
      const out: Mount[] = [];
      const visit = (m: Mount, prefix: string, own: string) => {
        names.set(m, `${own}${m.dir}`);
        out.push(m);
        const children = list.filter((x) => parent(x) === m);
        children.forEach((child, i) =>
          visit(child, `${prefix}${i === children.length - 1 ? "  " : "│ "}`, `${prefix}${i === children.length - 1 ? "└─" : "├─"}`),
        );
      };
      for (const m of list) if (!parent(m)) visit(m, "", "");
      list = out;
    }
    const rows = list.map((m) => keys.map((k) => (k === "TARGET" ? names.get(m)! : of(m, k))));
    const all = o.has("n") ? rows : [keys, ...rows];
    const w = keys.map((_k, i) => Math.max(...all.map((r) => r[i]!.length)));
    for (const r of all) c.out.text(`${(o.has("r") ? r : r.map((t, i) => t.padEnd(w[i]!))).join(" ").trimEnd()}\n`);
    return 0;
  },
});

export const lsblk = command({
  name: "lsblk",
  usage: "[options] [<device> ...]",
  summary: "",
  options:
    "f,fs a,all b,bytes d,nodeps n,noheadings o,output= p,paths l,list !J,json !t,topology !S,scsi !P,pairs !O,output-all m,perms i,ascii r,raw",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o } = c;
    if (o.has("f", "m") || o.has("o")) return p.notSimulated(`lsblk ${p.args.join(" ")}`);
    if (c.operands.length > 0) {
      for (const name of c.operands)
        if (p.fs.tryStat(name)?.type !== "block" && p.fs.tryStat(`/dev/${name}`)?.type !== "block")
          await c.warn(`${name}: not a block device`, 32);
      return c.status || p.notSimulated(`lsblk ${p.args.join(" ")}`);
    }
    const size = p.machine.state.trees.root!.capacity;
    const show = (n: number) => (o.has("b") ? String(n) : humanSize(n));
    const pre = o.has("p") ? "/dev/" : "";
    if (!o.has("n")) c.out.text("NAME   MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS\n");
    c.out.text(`${`${pre}sda`.padEnd(6)}   8:0    0 ${show(size + 1024 ** 2).padStart(5)}  0 disk \n`);
    if (!o.has("d")) c.out.text(`${`${o.has("l") ? "" : "└─"}${pre}sda1`.padEnd(6)}   8:1    0 ${show(size).padStart(5)}  0 part /\n`);
    return 0;
  },
});

export const blkid = command({
  name: "blkid",
  usage: "[<device>...]",
  summary: "",
  options: "s,match-tag= o,output= !t,match-token= !L,label= !U,uuid= !c,cache-file= p,probe !i,info !k,list-filesystems",
  version: "from util-linux 2.39.3",
  run(c) {
    const devices = c.operands.length > 0 ? c.operands : ["/dev/sda1"];
    let found = false;
    for (const d of devices) {
      if (d !== "/dev/sda1") continue;
      found = true;
      if (c.o.value("o") === "value") c.out.text(`${c.o.value("s") === "TYPE" ? "ext4" : rootUuid}\n`);
      else c.out.text(`/dev/sda1: UUID="${rootUuid}" BLOCK_SIZE="4096" TYPE="ext4" PARTUUID="6f1c5f3a-01"\n`);
    }
    return found ? 0 : 2;
  },
});
