import { gunzipSync, gzipSync } from "node:zlib";
import { Errno } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { groupNamed, ownerNamed, groupName, userName } from "../../../image/users.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { Context, Exit, finish, readInput } from "../command.ts";
import { matchGlob } from "../find/glob.ts";
import { modeText } from "../file/mode.ts";
import { BadOption, optionTable, parseOptions, type Options } from "../options.ts";
import { decodeArchive, encodeArchive, encodeMember, memberType, type Member } from "./format.ts";
import { isGzip } from "./gzip.ts";

const options =
  "c,create x,extract,get t,list !r,append !u,update !A,catenate !d,diff !delete f,file= v,verbose z,gzip !j,bzip2 !J,xz !zstd a,auto-compress C,directory= O,to-stdout k,keep-old-files " +
  "p,preserve-permissions,same-permissions m,touch o,no-same-owner ~same-owner no-same-permissions numeric-owner owner= group= !mode= strip-components= exclude= !X,exclude-from= T,files-from= wildcards !no-wildcards " +
  "P,absolute-names h,dereference !w,interactive ~overwrite !keep-newer-files ~U,unlink-first ~S,sparse !one-file-system transform= !M,multi-volume !L,tape-length= !totals !g,listed-incremental= " +
  "!W,verify !remove-files skip-old-files ~b,blocking-factor= !format= no-recursion !sort= !mtime= ~warning= !ignore-failed-read ~xattrs ~acls ~selinux !checkpoint=? !no-overwrite-dir I,use-compress-program= help version";

export const tar: CommandProgram = {
  name: "tar",
  async main(p) {
    const args = [...p.args];
    // the old form: a bundle of letters without a dash, whose values follow in order
    if (args[0] !== undefined && !args[0].startsWith("-")) {
      const letters = args.shift()!;
      const bundle: string[] = [];
      for (const letter of letters) {
        bundle.push(`-${letter}`);
        if (/[fCXTbILgV]/.test(letter)) bundle.push(args.shift() ?? "");
      }
      args.unshift(...bundle);
    }
    let o: Options;
    try {
      o = parseOptions("tar", optionTable(options), args);
    } catch (error) {
      if (!(error instanceof BadOption)) throw error;
      await p.err(`tar: ${error.message}\nTry 'tar --help' or 'tar --usage' for more information.\n`);
      return 64;
    }
    if (o.has("version")) {
      await p.out("tar (GNU tar) 1.35\n");
      return 0;
    }
    if (o.has("help")) {
      await p.out(
        "Usage: tar [OPTION...] [FILE]...\nGNU 'tar' saves many files together into a single tape or disk archive, and can\nrestore individual files from the archive.\n",
      );
      return 0;
    }
    const c = new Context(p, "tar", o, 2);
    return finish(c, () => new Tar(c).run());
  },
};

class Tar {
  readonly #c: Context;
  #removedSlash = false;
  constructor(c: Context) {
    this.#c = c;
  }

  async run(): Promise<number> {
    const c = this.#c;
    const { p, o } = c;
    const modes = ["c", "x", "t"].filter((k) => o.has(k));
    if (modes.length === 0) {
      await p.err(
        "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n",
      );
      return 2;
    }
    if (modes.length > 1) {
      await p.err(
        "tar: You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option\nTry 'tar --help' or 'tar --usage' for more information.\n",
      );
      return 2;
    }
    if (o.has("transform") || o.has("I")) p.notSimulated("tar --transform and --use-compress-program");
    const archive = o.value("f") ?? "-";
    const created = o.has("c");
    if (created) {
      const members = [...o.operands];
      const list = o.value("T");
      if (list !== undefined)
        members.push(
          ...(await readInput(p, list))
            .toString("utf8")
            .split("\n")
            .filter((x) => x !== ""),
        );
      if (members.length === 0) {
        await p.err("tar: Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.\n");
        return 2;
      }
      return this.#create(archive, members);
    }
    return this.#read(archive);
  }

  get #tail(): Promise<number> {
    return this.#c.p.err("tar: Exiting with failure status due to previous errors\n").then(() => 2);
  }

  async #create(archive: string, names: string[]): Promise<number> {
    const c = this.#c;
    const { p, o } = c;
    const where = archive === "-" ? archive : p.fs.absolute(archive);
    const dir = o.value("C");
    if (dir !== undefined) await this.#enter(dir);
    const out: Buffer[] = [];
    const links = new Map<string, string>();
    let failed = false;
    const add = async (path: string): Promise<void> => {
      await p.tick();
      if (
        o
          .values("exclude")
          .some((g) => matchGlob(g, path) || path.split("/").some((part) => matchGlob(g, part)) || matchGlob(`${g}/*`, path))
      )
        return;
      try {
        const s = o.has("h") ? p.fs.stat(path) : p.fs.lstat(path);
        const type = memberType(s);
        if (!type) {
          await p.err(`tar: ${path}: socket ignored\n`);
          return;
        }
        if (archive !== "-" && p.fs.absolute(path) === where) {
          await p.err(`tar: ${path}: archive cannot contain itself; not dumped\n`);
          return;
        }
        let name = path;
        if (!o.has("P") && name.startsWith("/")) {
          if (!this.#removedSlash) await p.err("tar: Removing leading `/' from member names\n");
          this.#removedSlash = true;
          name = name.replace(/^\/+/, "");
        }
        if (type === "dir") name = `${name.replace(/\/+$/, "")}/`;
        const owner = o.value("owner");
        const group = o.value("group");
        const uid = owner === undefined ? s.uid : (ownerNamed(p.fs, owner.split(":")[0]!)?.uid ?? 0);
        const gid = group === undefined ? s.gid : (groupNamed(p.fs, group.split(":")[0]!) ?? 0);
        const id = `${s.dev}:${s.ino}`;
        const earlier = type === "file" && s.nlink > 1 ? links.get(id) : undefined;
        if (type === "file" && s.nlink > 1 && earlier === undefined) links.set(id, name);
        const member: Member = {
          name,
          type: earlier === undefined ? type : "hardlink",
          mode: s.mode,
          uid,
          gid,
          user: o.has("numeric-owner") ? "" : userName(p.fs, uid).replace(/^\d+$/, ""),
          group: o.has("numeric-owner") ? "" : groupName(p.fs, gid).replace(/^\d+$/, ""),
          mtime: Math.floor(s.mtime / 1000),
          link: earlier ?? (type === "symlink" ? p.fs.readlink(path) : ""),
          data: type === "file" && earlier === undefined ? Buffer.from(p.fs.read(path)) : Buffer.alloc(0),
        };
        out.push(encodeMember(member));
        if (o.has("v")) {
          const line = `${this.#describe(member)}\n`;
          if (archive === "-") await p.err(line);
          else c.out.text(line);
        }
        if (type === "dir" && !o.has("no-recursion"))
          for (const child of p.fs.readdir(path)) await add(`${path.replace(/\/+$/, "")}/${child}`);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        failed = true;
        await p.err(`tar: ${path}: Cannot ${error.code === "EACCES" ? "open" : "stat"}: ${error.text}\n`);
      }
    };
    for (const name of names) await add(name);
    let data = encodeArchive(out);
    if (o.has("z") || (o.has("a") && /\.(tar\.gz|tgz)$/.test(archive))) {
      data = gzipSync(data);
      data[9] = 3;
    }
    if (archive === "-") c.out.bytes(data);
    else {
      try {
        p.fs.write(where, data);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await p.err(`tar: ${archive}: Cannot open: ${error.text}\ntar: Error is not recoverable: exiting now\n`);
        return 2;
      }
    }
    await c.out.flush();
    return failed ? this.#tail : 0;
  }

  async #enter(dir: string): Promise<void> {
    const { p } = this.#c;
    try {
      p.chdir(dir);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`tar: ${dir}: Cannot open: ${error.text}\ntar: Error is not recoverable: exiting now\n`);
      throw new Exit(2);
    }
  }

  #describe(m: Member): string {
    const { p, o } = this.#c;
    if (o.list.filter(([k]) => k === "v").length < (o.has("t") ? 1 : 2)) return m.name;
    const owner = o.has("numeric-owner") ? `${m.uid}/${m.gid}` : `${m.user || m.uid}/${m.group || m.gid}`;
    const size = String(m.data.length);
    const when = strftime("%Y-%m-%d %H:%M", momentOf(m.mtime * 1000, zoneOf(p)));
    const kind = m.type === "hardlink" ? "h" : modeText(m.type, 0)[0]!;
    const width = Math.max(0, 19 - owner.length - 1);
    return `${kind}${modeText("file", m.mode).slice(1)} ${owner} ${size.padStart(width)} ${when} ${m.name}${m.type === "symlink" ? ` -> ${m.link}` : m.type === "hardlink" ? ` link to ${m.link}` : ""}`;
  }

  async #read(archive: string): Promise<number> {
    const c = this.#c;
    const { p, o } = c;
    let data: Buffer;
    try {
      data = await readInput(p, archive);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`tar: ${archive}: Cannot open: ${error.text}\ntar: Error is not recoverable: exiting now\n`);
      return 2;
    }
    if (isGzip(data)) {
      if (archive === "-" && !o.has("z")) {
        await p.err("tar: Archive is compressed. Use -z option\ntar: Error is not recoverable: exiting now\n");
        return 2;
      }
      try {
        data = gunzipSync(data);
      } catch {
        await p.err("\ngzip: stdin: unexpected end of file\ntar: Unexpected EOF in archive\ntar: Error is not recoverable: exiting now\n");
        return 2;
      }
    } else if (o.has("z")) {
      await p.err(`\ngzip: stdin: not in gzip format\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n`);
      return 2;
    }
    const members = data.length === 0 ? undefined : decodeArchive(data);
    if (!members) {
      await p.err("tar: This does not look like a tar archive\n");
      if (data.length >= 512) await p.err("tar: Skipping to next header\n");
      return this.#tail;
    }
    const dir = o.value("C");
    if (dir !== undefined && o.has("x")) await this.#enter(dir);
    const wanted = o.operands.map((x) => x.replace(/\/+$/, ""));
    const seen = new Set<string>();
    let failed = false;
    const folders: { path: string; m: Member }[] = [];
    for (const m of members) {
      await p.tick();
      const plain = m.name.replace(/\/+$/, "");
      if (wanted.length > 0) {
        const hit = wanted.find((w) => plain === w || plain.startsWith(`${w}/`) || (o.has("wildcards") && matchGlob(w, plain)));
        if (hit === undefined) continue;
        seen.add(hit);
      }
      if (o.values("exclude").some((g) => matchGlob(g, plain) || plain.split("/").some((part) => matchGlob(g, part)))) continue;
      if (o.has("t")) {
        c.out.text(`${this.#describe(m)}\n`);
        continue;
      }
      if (o.has("v")) c.out.text(`${this.#describe(m)}\n`);
      if (o.has("O")) {
        c.out.bytes(m.data);
        continue;
      }
      try {
        const path = this.#target(m.name);
        if (path === undefined) continue;
        this.#extract(path, m, folders);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        failed = true;
        await c.out.flush();
        await p.err(
          `tar: ${m.name}: Cannot ${m.type === "dir" ? "mkdir" : m.type === "symlink" ? `create symlink to '${m.link}'` : m.type === "hardlink" ? `hard link to '${m.link}'` : "open"}: ${error.text}\n`,
        );
      }
    }
    for (const { path, m } of folders.reverse()) this.#attributes(path, m);
    for (const w of wanted) {
      if (seen.has(w)) continue;
      await c.out.flush();
      await p.err(`tar: ${w}: Not found in archive\n`);
      failed = true;
    }
    await c.out.flush();
    return failed ? this.#tail : 0;
  }

  #target(name: string): string | undefined {
    const { o } = this.#c;
    let path = o.has("P") ? name : name.replace(/^\/+/, "");
    const strip = Number(o.value("strip-components") ?? "0");
    if (strip > 0)
      path = path
        .split("/")
        .filter((x) => x !== "")
        .slice(strip)
        .join("/");
    return path === "" || path === "./" || path === "." ? undefined : path.replace(/\/+$/, "");
  }

  #extract(path: string, m: Member, folders: { path: string; m: Member }[]): void {
    const { p, o } = this.#c;
    if (path.includes("/")) p.fs.mkdirp(path.slice(0, path.lastIndexOf("/")) || "/");
    const there = p.fs.tryStat(path, false);
    if (m.type === "dir") {
      if (!there) p.fs.mkdir(path, 0o700 | m.mode);
      else if (there.type !== "dir" && p.fs.tryStat(path)?.type !== "dir") throw new Errno("EEXIST", path);
      folders.push({ path, m });
      return;
    }
    if (there) {
      if (o.has("skip-old-files")) return;
      if (o.has("k")) throw new Errno("EEXIST", path);
      if (there.type === "dir") throw new Errno("EISDIR", path);
      p.fs.unlink(path);
    }
    if (m.type === "symlink") {
      p.fs.symlink(m.link, path);
      if (p.uid === 0 && !o.has("o")) p.fs.chown(path, ...this.#owner(m), false);
      return;
    }
    if (m.type === "hardlink") {
      p.fs.link(this.#target(m.link) ?? m.link, path);
      return;
    }
    if (m.type === "file") p.fs.write(path, m.data, { mode: m.mode & 0o777 });
    else p.fs.mknod(path, m.type, m.mode);
    this.#attributes(path, m);
  }

  #owner(m: Member): [number, number] {
    const { p, o } = this.#c;
    if (o.has("numeric-owner")) return [m.uid, m.gid];
    return [
      (m.user === "" ? undefined : ownerNamed(p.fs, m.user)?.uid) ?? m.uid,
      (m.group === "" ? undefined : groupNamed(p.fs, m.group)) ?? m.gid,
    ];
  }

  #attributes(path: string, m: Member): void {
    const { p, o } = this.#c;
    const root = p.uid === 0;
    if (root && !o.has("o")) p.fs.chown(path, ...this.#owner(m));
    p.fs.chmod(path, o.has("p") || (root && !o.has("no-same-permissions")) ? m.mode : m.mode & 0o777 & ~p.fs.umask);
    if (!o.has("m")) p.fs.utimes(path, m.mtime * 1000);
  }
}
