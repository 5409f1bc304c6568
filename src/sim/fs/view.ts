/** What one process sees of the filesystems: path resolution through mounts, permissions, and the file system calls. */
import { decodeText, encodeText } from "../core/text-bytes.ts";
import { Errno, type ErrnoCode } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import { bytesOf, contentOf, sliceOf, type Content } from "./content.ts";
import { fileSize, type Inode, type InodeType, type Tree } from "./tree.ts";

/** A mount: `dir` is the absolute path in its namespace. */
export interface Mount {
  dir: string;
  /** Tree id, or the name of a virtual filesystem such as `proc`. */
  source: string;
  fstype: string;
  options: string;
  /** Root of the mount within the tree (inode number), or path prefix within a virtual filesystem. */
  root: number;
  /** What mount(8) prints as the source. */
  device: string;
}

/** A filesystem whose files are computed (procfs, sysfs, cgroupfs). `path` is relative to its root, without a leading slash ("" = root). */
export interface VirtualFs {
  stat(path: string, who: Credentials): Stat | undefined;
  list(path: string, who: Credentials): string[];
  read(path: string, who: Credentials): Uint8Array | string;
  /** Throws Errno when the write is refused. */
  write(path: string, data: string, who: Credentials): void;
  /** What creating a file ends with; EACCES when missing. */
  absent?: "ENOENT" | "EACCES";
  /** Target of a symbolic link. */
  link?(path: string, who: Credentials): string | undefined;
}

export interface Stat {
  type: InodeType;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  ctime: number;
  nlink: number;
  ino: number;
  /** Identifies the filesystem. */
  dev: string;
  rdev?: string;
}

export interface Credentials {
  uid: number;
  gid: number;
  groups: readonly number[];
  pid: number;
}

/** Where the trees and virtual filesystems of a machine are found, and who wants to hear of changes. */
export interface FsHost {
  tree(id: string): Tree;
  virtual(name: string): VirtualFs;
  changed(tree: string, dir: number, name: string, what: FsChange): void;
}

/** What inotify(7) tells of an entry of a watched folder; a rename is "delete" and "create". */
export type FsChange = "create" | "write" | "attrib" | "delete";

interface Place {
  tree: Tree;
  ino: number;
  path: string;
  mount: Mount;
}
interface VirtualPlace {
  fs: VirtualFs;
  rel: string;
  path: string;
  mount: Mount;
}

/** Where a walk leads, or the code of its failure; undefined: its last component is not there. */
type Met = Place | VirtualPlace | ErrnoCode | undefined;

/** A walk that holds as long as no name has changed in the trees that it led through. */
interface Walked {
  met: Met;
  trees: { id: string; tree: Tree; names: number }[];
  /** A part of it is computed (procfs), and may be another the next time. */
  computed: boolean;
}

/** Walks that are remembered for each mount namespace. */
const walkLimit = 500;

export interface WriteOptions {
  mode?: number;
  append?: boolean;
  /** Fail with EEXIST when the file exists. */
  exclusive?: boolean;
}

export class FsView {
  readonly host: FsHost;
  /** The mount namespace; shared by all processes in it. */
  readonly mounts: Mount[];
  readonly who: Credentials;
  cwd: string;
  umask: number;
  /** What a path such as /dev/stdin or /dev/fd/63 is to the process whose view this is; undefined for all other paths. */
  descriptor: ((path: string) => Stat | undefined) | undefined;

  constructor(host: FsHost, mounts: Mount[], who: Credentials, cwd = "/", umask = 0o022) {
    this.host = host;
    this.mounts = mounts;
    this.who = who;
    this.cwd = cwd;
    this.umask = umask;
  }

  /** Same namespace, other credentials or working directory. */
  as(who: Credentials, cwd = this.cwd): FsView {
    return new FsView(this.host, this.mounts, who, cwd, this.umask);
  }

  /** Absolute, without `.` and `..`; symbolic links are not followed. */
  absolute(path: string): string {
    return normalize(path.startsWith("/") ? path : `${this.cwd}/${path}`);
  }

  #mountAt(path: string): Mount | undefined {
    return mountIndex(this.mounts).byDir.get(path);
  }

  /** Walks to `path`. With `follow` false a final symbolic link is not followed. Missing final component: undefined. */
  #walk(path: string, follow: boolean): Place | VirtualPlace | undefined {
    const met = this.#tryWalk(path, follow);
    if (met === undefined || typeof met === "object") return met;
    throw new Errno(met, path);
  }

  /** The same with a failure's code instead of an exception: most look-ups are for files that may not be there. */
  #tryWalk(path: string, follow: boolean): Met {
    // root may search every folder: what it finds depends on names and mounts alone
    if (this.who.uid !== 0 || !path.startsWith("/")) return this.#walkAnew(path, follow);
    const index = mountIndex(this.mounts);
    const walks = follow ? index.followed : index.unfollowed;
    const known = walks.get(path);
    if (known && this.#unchanged(known.trees)) return known.met;
    const walked: Walked = { trees: [], computed: false, met: undefined };
    walked.met = this.#walkAnew(path, follow, walked);
    if (walked.computed) return walked.met;
    if (walks.size >= walkLimit) walks.clear();
    walks.set(path, walked);
    return walked.met;
  }

  #unchanged(trees: Walked["trees"]): boolean {
    for (const { id, tree, names } of trees) if (tree.names !== names || this.host.tree(id) !== tree) return false;
    return true;
  }

  #walkAnew(path: string, follow: boolean, walked?: Walked): Met {
    if (path === "") return "ENOENT";
    let pending: readonly string[] = split(path.startsWith("/") ? path : `${this.cwd}/${path}`);
    const mustBeDir = path.endsWith("/");
    const { byDir: mounts, names } = mountIndex(this.mounts);
    const rootMount = mounts.get("/");
    if (!rootMount) return "ENOENT";
    let here: Place | VirtualPlace = this.#enter(rootMount, "/", walked);
    const above: (Place | VirtualPlace)[] = [];
    let links = 0;
    for (let i = 0; i < pending.length; i++) {
      const name = pending[i]!;
      if (this.#typeAt(here) !== "dir") return "ENOTDIR";
      if (name === "..") {
        here = above.pop() ?? here;
        continue;
      }
      if (!this.#permitted(here, 1)) return "EACCES";
      const childPath: string = here.path === "/" ? `/${name}` : `${here.path}/${name}`;
      const mount = names.has(name) ? mounts.get(childPath) : undefined;
      let child: Place | VirtualPlace | undefined;
      if (mount) child = this.#enter(mount, childPath, walked);
      else if ("tree" in here) {
        const ino: number | undefined = here.tree.lookup(here.ino, name);
        if (ino !== undefined) child = { tree: here.tree, ino, path: childPath, mount: here.mount };
      } else {
        const rel: string = here.rel === "" ? name : `${here.rel}/${name}`;
        if (here.fs.stat(rel, this.who)) child = { fs: here.fs, rel, path: childPath, mount: here.mount };
      }
      const last = i === pending.length - 1;
      if (!child) return last ? undefined : "ENOENT";
      if ((!last || follow || mustBeDir) && this.#typeAt(child) === "symlink") {
        if (++links > 40) return "ELOOP";
        const target = this.#targetAt(child);
        pending = [...split(target), ...pending.slice(i + 1)];
        i = -1;
        if (target.startsWith("/")) {
          here = this.#enter(rootMount, "/", walked);
          above.length = 0;
        }
        continue;
      }
      above.push(here);
      here = child;
    }
    if (mustBeDir && this.#typeAt(here) !== "dir") return "ENOTDIR";
    return here;
  }

  #enter(mount: Mount, path: string, walked: Walked | undefined): Place | VirtualPlace {
    if (mount.fstype === "proc" || mount.fstype === "sysfs" || mount.fstype === "cgroup2" || mount.fstype === "virtual") {
      if (walked) walked.computed = true;
      return { fs: this.host.virtual(mount.source), rel: "", path, mount };
    }
    const tree = this.host.tree(mount.source);
    walked?.trees.push({ id: mount.source, tree, names: tree.names });
    return { tree, ino: mount.root, path, mount };
  }

  #typeAt(place: Place | VirtualPlace): InodeType {
    return "tree" in place ? place.tree.node(place.ino).type : place.fs.stat(place.rel, this.who)!.type;
  }

  #targetAt(place: Place | VirtualPlace): string {
    if ("tree" in place) return place.tree.node(place.ino).target!;
    const target = place.fs.link?.(place.rel, this.who);
    if (target === undefined) throw new Errno("EINVAL", place.path);
    return target;
  }

  #find(path: string, follow = true): Place | VirtualPlace {
    const place = this.#walk(path, follow);
    if (!place) throw new Errno("ENOENT", path);
    return place;
  }

  /** The directory that holds (or will hold) the last component, and that component. */
  #parent(path: string): { dir: Place; name: string } {
    const trimmed = path.replace(/\/+$/, "") || "/";
    const cut = trimmed.lastIndexOf("/");
    const name = trimmed.slice(cut + 1);
    if (name === "" || name === "." || name === "..") throw new Errno(name === "" ? "EEXIST" : "EINVAL", path);
    const dirPath = cut < 0 ? "." : cut === 0 ? "/" : trimmed.slice(0, cut);
    let dir: Place | VirtualPlace;
    try {
      dir = this.#find(dirPath);
    } catch (error) {
      throw error instanceof Errno ? new Errno(error.code, path) : error;
    }
    if (this.#typeAt(dir) !== "dir") throw new Errno("ENOTDIR", path);
    if (!("tree" in dir)) throw new Errno(dir.fs.absent ?? "EACCES", path);
    return { dir, name };
  }

  /** `need`: 4 read, 2 write, 1 search or execute. */
  #mayi(place: Place | VirtualPlace, need: number, path: string): void {
    if (!this.#permitted(place, need)) throw new Errno("EACCES", path);
    if (need & 2 && "tree" in place && /(^|,)ro(,|$)/.test(place.mount.options)) throw new Errno("EROFS", path);
  }

  #permitted(place: Place | VirtualPlace, need: number): boolean {
    return permits("tree" in place ? place.tree.node(place.ino) : place.fs.stat(place.rel, this.who)!, need, this.who);
  }

  #statAt(place: Place | VirtualPlace): Stat {
    if (!("tree" in place)) return place.fs.stat(place.rel, this.who)!;
    const node = place.tree.node(place.ino);
    return {
      type: node.type,
      mode: node.mode,
      uid: node.uid,
      gid: node.gid,
      size: node.type === "dir" ? 4096 : node.type === "symlink" ? node.target!.length : fileSize(node),
      mtime: node.mtime,
      ctime: node.ctime,
      nlink: node.nlink,
      ino: node.ino,
      dev: place.tree.state.id,
      ...(node.rdev === undefined ? {} : { rdev: node.rdev }),
    };
  }

  stat(path: string): Stat {
    return this.descriptor?.(path) ?? this.#statAt(this.#find(path));
  }

  lstat(path: string): Stat {
    return this.#statAt(this.#find(path, false));
  }

  /** undefined where stat would throw ENOENT or ENOTDIR. */
  tryStat(path: string, follow = true): Stat | undefined {
    const descriptor = follow ? this.descriptor?.(path) : undefined;
    if (descriptor) return descriptor;
    const place = this.#tryWalk(path, follow);
    return typeof place === "object" ? this.#statAt(place) : undefined;
  }

  exists(path: string): boolean {
    return this.tryStat(path) !== undefined;
  }

  isDir(path: string): boolean {
    return this.tryStat(path)?.type === "dir";
  }

  isFile(path: string): boolean {
    return this.tryStat(path)?.type === "file";
  }

  /** access(2): `need` is 4 read, 2 write, 1 execute, or a sum. */
  access(path: string, need: number): boolean {
    if (this.descriptor?.(path)) return true;
    try {
      this.#mayi(this.#find(path), need, path);
      return true;
    } catch {
      return false;
    }
  }

  /** Absolute path with all symbolic links resolved. Throws ENOENT. */
  realpath(path: string): string {
    return this.#find(path).path;
  }

  /** The mount that holds the path. */
  mountOf(path: string): Mount {
    return this.#find(path).mount;
  }

  /** The inode number and tree behind a path, for watches and databases; undefined on virtual filesystems. */
  locate(path: string): { tree: string; ino: number } | undefined {
    const place = this.#walk(path, true);
    return place && "tree" in place ? { tree: place.tree.state.id, ino: place.ino } : undefined;
  }

  readdir(path: string): string[] {
    const place = this.#find(path);
    if (this.#typeAt(place) !== "dir") throw new Errno("ENOTDIR", path);
    this.#mayi(place, 4, path);
    const names = "tree" in place ? Object.keys(place.tree.node(place.ino).entries!) : place.fs.list(place.rel, this.who);
    return [...names].sort();
  }

  read(path: string): Uint8Array {
    const place = this.#find(path);
    if (this.#typeAt(place) === "dir") throw new Errno("EISDIR", path);
    this.#mayi(place, 4, path);
    if ("tree" in place) return bytesOf(place.tree.node(place.ino).content);
    const data = place.fs.read(place.rel, this.who);
    return typeof data === "string" ? encodeText(data) : data;
  }

  /** Part of a file's bytes; sparse files are not made real. */
  slice(path: string, offset: number, length: number): Uint8Array {
    const place = this.#find(path);
    if (!("tree" in place) || this.#typeAt(place) === "dir") return this.read(path).subarray(offset, offset + length);
    this.#mayi(place, 4, path);
    return sliceOf(place.tree.node(place.ino).content, offset, length);
  }

  readText(path: string): string {
    const place = this.#find(path);
    if (this.#typeAt(place) === "dir") throw new Errno("EISDIR", path);
    this.#mayi(place, 4, path);
    if ("tree" in place) {
      const content = place.tree.node(place.ino).content;
      return typeof content === "string" ? content : decodeText(bytesOf(content));
    }
    const data = place.fs.read(place.rel, this.who);
    return typeof data === "string" ? data : decodeText(data);
  }

  /** Text of a file, or undefined when it is not there. */
  tryReadText(path: string): string | undefined {
    try {
      return this.readText(path);
    } catch (error) {
      if (error instanceof Errno && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
      throw error;
    }
  }

  /** open(O_WRONLY|O_CREAT) + write + close. Follows symbolic links. */
  write(path: string, data: Uint8Array | string, options: WriteOptions = {}): void {
    const place = this.#openForWrite(path, options);
    if (!("tree" in place)) {
      place.fs.write(place.rel, typeof data === "string" ? data : decodeText(data), this.who);
      return;
    }
    if (options.append) place.tree.append(place.ino, data);
    else place.tree.setContent(place.ino, contentOf(data));
    if (data.length > 0 || !place.made) this.#changed(place, "write");
  }

  /** Whether a filesystem computes the file: what it takes, it says when it is opened. */
  isVirtual(path: string): boolean {
    return !("tree" in this.#find(path));
  }

  /** `made`: the file has been created for it. */
  #openForWrite(path: string, options: WriteOptions): (Place & { made?: true }) | VirtualPlace {
    const place = this.#walk(path, true);
    if (place) {
      if (options.exclusive) throw new Errno("EEXIST", path);
      if (this.#typeAt(place) === "dir") throw new Errno("EISDIR", path);
      this.#mayi(place, 2, path);
      return place;
    }
    // a dangling symbolic link is created at its target
    const target = this.#walk(path, false);
    if (target && this.#typeAt(target) === "symlink") {
      const to = this.#targetAt(target);
      return this.#openForWrite(to.startsWith("/") ? to : `${dirname(target.path)}/${to}`, options);
    }
    const { dir, name } = this.#parent(path);
    this.#mayi(dir, 3, path);
    const node = dir.tree.create(dir.ino, name, "file", (options.mode ?? 0o666) & ~this.umask, this.who.uid, this.who.gid);
    this.#notify(dir, name, "create");
    return { tree: dir.tree, ino: node.ino, path: `${dir.path === "/" ? "" : dir.path}/${name}`, mount: dir.mount, made: true };
  }

  /** Opens for writing at an offset, growing with zero bytes as lseek past the end does. */
  writeAt(path: string, offset: number, data: Uint8Array): void {
    const place = this.#find(path);
    if (!("tree" in place)) return this.write(path, data);
    const old = bytesOf(place.tree.node(place.ino).content);
    const out = Buffer.alloc(Math.max(old.length, offset + data.length));
    out.set(old);
    out.set(data, offset);
    place.tree.setContent(place.ino, contentOf(out));
    this.#changed(place, "write");
  }

  /** Sets raw content, for sparse files. The file must exist. */
  setContent(path: string, content: Content): void {
    const place = this.#find(path);
    if (!("tree" in place)) throw new Errno("EINVAL", path);
    this.#mayi(place, 2, path);
    place.tree.setContent(place.ino, content);
    this.#changed(place, "write");
  }

  content(path: string): Content | undefined {
    const place = this.#find(path);
    return "tree" in place ? place.tree.node(place.ino).content : this.read(path);
  }

  /**
   * The structured data of a database file (etcd's db, containerd's metadata), created empty when missing. The caller may
   * change it in place: that is the file's content. A file that holds other bytes gives undefined (the database is corrupt).
   */
  database(path: string, create?: () => Obj): Obj | undefined {
    const met = this.#tryWalk(path, true);
    let place = typeof met === "object" ? met : undefined;
    if (!place) {
      if (!create) return undefined;
      this.write(path, "", { mode: 0o600 });
      this.setContent(path, { object: create() });
      place = this.#find(path);
    }
    if (!("tree" in place)) return undefined;
    const content = place.tree.writable(place.ino).content;
    return content !== undefined && typeof content === "object" && "object" in content ? content.object : undefined;
  }

  mkdir(path: string, mode = 0o777): void {
    if (this.#walk(path.replace(/\/+$/, "") || "/", false)) throw new Errno("EEXIST", path);
    const { dir, name } = this.#parent(path);
    this.#mayi(dir, 3, path);
    dir.tree.create(dir.ino, name, "dir", mode & ~this.umask, this.who.uid, this.who.gid);
    this.#notify(dir, name, "create");
  }

  /** mkdir -p. */
  mkdirp(path: string, mode = 0o777): void {
    const full = this.absolute(path);
    let at = "";
    for (const part of split(full)) {
      at += `/${part}`;
      const s = this.tryStat(at);
      if (!s) this.mkdir(at, mode);
      else if (s.type !== "dir") throw new Errno("ENOTDIR", path);
    }
  }

  #removable(path: string): { dir: Place; name: string; node: Readonly<Inode> } {
    const { dir, name } = this.#parent(path);
    const ino = dir.tree.lookup(dir.ino, name);
    if (ino === undefined) throw new Errno("ENOENT", path);
    this.#mayi(dir, 3, path);
    const node = dir.tree.node(ino);
    const parent = dir.tree.node(dir.ino);
    if (parent.mode & 0o1000 && this.who.uid !== 0 && this.who.uid !== node.uid && this.who.uid !== parent.uid)
      throw new Errno("EPERM", path);
    const full = `${dir.path === "/" ? "" : dir.path}/${name}`;
    if (this.#mountAt(full)) throw new Errno("EBUSY", path);
    return { dir, name, node };
  }

  unlink(path: string): void {
    const { dir, name, node } = this.#removable(path);
    if (node.type === "dir") throw new Errno("EISDIR", path);
    dir.tree.unlink(dir.ino, name);
    this.#notify(dir, name, "delete");
  }

  rmdir(path: string): void {
    const { dir, name, node } = this.#removable(path);
    if (node.type !== "dir") throw new Errno("ENOTDIR", path);
    if (Object.keys(node.entries!).length > 0) throw new Errno("ENOTEMPTY", path);
    dir.tree.unlink(dir.ino, name);
    this.#notify(dir, name, "delete");
  }

  /** rm -rf without messages; a path that is not there is fine. */
  removeAll(path: string): void {
    const s = this.tryStat(path, false);
    if (!s) return;
    if (s.type === "dir") {
      for (const name of this.readdir(path)) this.removeAll(`${path}/${name}`);
      this.rmdir(path);
    } else this.unlink(path);
  }

  rename(from: string, to: string): void {
    const source = this.#removable(from);
    const existing = this.#walk(to, false);
    const target = this.#parent(to);
    if (source.dir.tree !== target.dir.tree) throw new Errno("EXDEV", to);
    this.#mayi(target.dir, 3, to);
    if (existing && "tree" in existing) {
      if (existing.ino === source.node.ino) return;
      const there = existing.tree.node(existing.ino);
      if (there.type === "dir") {
        if (source.node.type !== "dir") throw new Errno("EISDIR", to);
        this.rmdir(to);
      } else {
        if (source.node.type === "dir") throw new Errno("ENOTDIR", to);
        this.unlink(to);
      }
    }
    source.dir.tree.rename(source.dir.ino, source.name, target.dir.ino, target.name);
    this.#notify(source.dir, source.name, "delete");
    this.#notify(target.dir, target.name, "create");
  }

  symlink(target: string, path: string): void {
    if (this.#walk(path, false)) throw new Errno("EEXIST", path);
    const { dir, name } = this.#parent(path);
    this.#mayi(dir, 3, path);
    dir.tree.create(dir.ino, name, "symlink", 0o777, this.who.uid, this.who.gid).target = target;
    this.#notify(dir, name, "create");
  }

  readlink(path: string): string {
    const place = this.#find(path, false);
    if (this.#typeAt(place) !== "symlink") throw new Errno("EINVAL", path);
    return this.#targetAt(place);
  }

  /** Hard link. */
  link(existing: string, path: string): void {
    const from = this.#find(existing, false);
    const { dir, name } = this.#parent(path);
    if (this.#walk(path, false)) throw new Errno("EEXIST", path);
    if (!("tree" in from) || from.tree !== dir.tree) throw new Errno("EXDEV", path);
    if (this.#typeAt(from) === "dir") throw new Errno("EPERM", path);
    this.#mayi(dir, 3, path);
    dir.tree.link(dir.ino, name, from.ino);
    from.tree.writable(from.ino).nlink++;
    this.#notify(dir, name, "create");
  }

  /** mknod(2) and friends: sockets, fifos, devices. */
  mknod(path: string, type: InodeType, mode: number, rdev?: string): void {
    const { dir, name } = this.#parent(path);
    if (this.#walk(path, false)) throw new Errno("EEXIST", path);
    this.#mayi(dir, 3, path);
    const node = dir.tree.create(dir.ino, name, type, mode & ~this.umask, this.who.uid, this.who.gid);
    if (rdev !== undefined) node.rdev = rdev;
    this.#notify(dir, name, "create");
  }

  chmod(path: string, mode: number): void {
    const { node, place } = this.#owned(path);
    node.mode = mode;
    this.#changed(place, "attrib");
  }

  chown(path: string, uid: number, gid: number, follow = true): void {
    const place = this.#find(path, follow);
    if (this.who.uid !== 0 || !("tree" in place)) throw new Errno("EPERM", path);
    const node = place.tree.writable(place.ino);
    node.uid = uid;
    node.gid = gid;
    this.#changed(place, "attrib");
  }

  utimes(path: string, mtime: number): void {
    const place = this.#find(path);
    if (!("tree" in place)) throw new Errno("EPERM", path);
    place.tree.touch(place.ino, mtime);
    this.#changed(place, "attrib");
  }

  #owned(path: string): { place: Place; node: Inode } {
    const place = this.#find(path);
    if (!("tree" in place)) throw new Errno("EPERM", path);
    const node = place.tree.writable(place.ino);
    if (this.who.uid !== 0 && this.who.uid !== node.uid) throw new Errno("EPERM", path);
    return { place, node };
  }

  #changed(place: Place, what: FsChange): void {
    const cut = place.path.lastIndexOf("/");
    const dir = this.#walk(place.path.slice(0, cut) || "/", true);
    if (dir && "tree" in dir) this.host.changed(dir.tree.state.id, dir.ino, place.path.slice(cut + 1), what);
  }

  #notify(dir: Place, name: string, what: FsChange): void {
    this.host.changed(dir.tree.state.id, dir.ino, name, what);
  }
}

function permits(s: Pick<Stat, "type" | "mode" | "uid" | "gid">, need: number, who: Credentials): boolean {
  if (who.uid === 0) return (need & 1) === 0 || s.type === "dir" || (s.mode & 0o111) !== 0;
  const shift = who.uid === s.uid ? 6 : who.gid === s.gid || who.groups.includes(s.gid) ? 3 : 0;
  return ((s.mode >> shift) & need) === need;
}

/** Mounts by folder, the later one first; made anew when mounts come or go. */
function mountIndex(mounts: readonly Mount[]): MountIndex {
  const known = indexes.get(mounts);
  if (known && known.length === mounts.length && known.last === mounts.at(-1)) return known;
  const index: MountIndex = {
    length: mounts.length,
    last: mounts.at(-1),
    byDir: new Map(mounts.map((mount) => [mount.dir, mount])),
    followed: new Map(),
    unfollowed: new Map(),
    names: new Set(mounts.map((mount) => mount.dir.slice(mount.dir.lastIndexOf("/") + 1))),
  };
  indexes.set(mounts, index);
  return index;
}

interface MountIndex {
  length: number;
  last: Mount | undefined;
  byDir: Map<string, Mount>;
  /** Where root's walks have led, with and without following a symbolic link at their end. */
  followed: Map<string, Walked>;
  unfollowed: Map<string, Walked>;
  /** Last components of the folders: most names on a walk are none of them. */
  names: Set<string>;
}
const indexes = new WeakMap<readonly Mount[], MountIndex>();

/** The components of a path; the same few thousand paths are walked over and over. */
function split(path: string): readonly string[] {
  let parts = splits.get(path);
  if (!parts) {
    if (splits.size > 5000) splits.clear();
    parts = path.split("/").filter((part) => part !== "" && part !== ".");
    splits.set(path, parts);
  }
  return parts;
}
const splits = new Map<string, readonly string[]>();

/** Path without `.`, `..` and doubled slashes, absolute. */
export function normalize(path: string): string {
  const out: string[] = [];
  for (const part of split(path)) {
    if (part === "..") out.pop();
    else out.push(part);
  }
  return `/${out.join("/")}`;
}

export function dirname(path: string): string {
  const cut = path.replace(/\/+$/, "").lastIndexOf("/");
  return cut < 0 ? "." : cut === 0 ? "/" : path.slice(0, cut);
}

export function basename(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1) || "/";
}
