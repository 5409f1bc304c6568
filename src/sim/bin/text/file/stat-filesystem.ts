/** `stat -f`: what statfs(2) tells of the file system that holds a path (coreutils 9.4, src/stat.c; magic numbers of linux/magic.h). */
import { rootUuid } from "../../../image/etc.ts";
import type { Mount } from "../../../fs/view.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { quoteAlways } from "../quote.ts";

/** Names and numbers of stat's own table; devtmpfs is a tmpfs to it, and ext4 an ext2. */
const kinds: Record<string, { name: string; magic: string }> = {
  ext4: { name: "ext2/ext3", magic: "ef53" },
  tmpfs: { name: "tmpfs", magic: "1021994" },
  devtmpfs: { name: "tmpfs", magic: "1021994" },
  overlay: { name: "overlayfs", magic: "794c7630" },
  proc: { name: "proc", magic: "9fa0" },
  sysfs: { name: "sysfs", magic: "62656572" },
  cgroup2: { name: "cgroup2fs", magic: "63677270" },
  devpts: { name: "devpts", magic: "1cd1" },
  mqueue: { name: "mqueue", magic: "19800202" },
};

const block = 4096;

interface Counts {
  total: number;
  free: number;
}

/** What is counted on a disk or in memory; the kernel's own file systems count nothing. An overlay tells what the disk beneath tells. */
function counts(p: Proc, mount: Mount): { blocks: Counts; inodes: Counts } {
  const none = { total: 0, free: 0 };
  if (!["ext4", "tmpfs", "devtmpfs", "overlay"].includes(mount.fstype)) return { blocks: none, inodes: none };
  const tree = p.machine.tree(mount.fstype === "overlay" ? "root" : mount.source);
  const total = Math.floor(tree.state.capacity / block);
  // mke2fs makes one inode for 16 KiB, a tmpfs allows one for every second page of memory
  const onDisk = mount.fstype === "ext4" || mount.fstype === "overlay";
  const inodes = Math.floor(onDisk ? tree.state.capacity / 16384 : (p.machine.state.memory * 1024 * 1024) / block / 2);
  return {
    blocks: { total, free: Math.max(0, total - Math.ceil(tree.used / block)) },
    inodes: { total: inodes, free: Math.max(0, inodes - tree.inodes) },
  };
}

/** An ext4's comes from its UUID, those without a device have their number's. */
function fsid(mount: Mount): string {
  const hex = (n: number): string => n.toString(16).padStart(8, "0");
  if (mount.fstype === "ext4" || mount.fstype === "overlay") {
    const uuid = Buffer.from(rootUuid.replaceAll("-", ""), "hex");
    const word = (at: number): number => (uuid.readUInt32LE(at) ^ uuid.readUInt32LE(at + 8)) >>> 0;
    return `${hex(word(0))}${hex(word(4))}`;
  }
  return `${([...mount.source].reduce((n, c) => (n * 31 + c.charCodeAt(0)) % 200, 7) + 20).toString(16)}00000000`;
}

export interface FileSystem {
  directive(letter: string): string | undefined;
  terse(): string;
  text(): string;
}

/** Throws Errno. */
export function fileSystemOf(p: Proc, name: string): FileSystem {
  const mount = p.fs.mountOf(name);
  const kind = kinds[mount.fstype] ?? p.notSimulated(`stat -f of a ${mount.fstype} file system`);
  const { blocks, inodes } = counts(p, mount);
  const values: Record<string, string> = {
    n: name,
    i: fsid(mount),
    l: "255",
    t: kind.magic,
    T: kind.name,
    s: String(block),
    S: String(block),
    b: String(blocks.total),
    f: String(blocks.free),
    a: String(blocks.free),
    c: String(inodes.total),
    d: String(inodes.free),
    N: quoteAlways(name),
    "%": "%",
  };
  const v = (letter: string, width = 0): string => values[letter]!.padEnd(width);
  return {
    directive: (letter) => values[letter],
    terse: () => `${["n", "i", "l", "t", "s", "S", "b", "f", "a", "c", "d"].map((x) => v(x)).join(" ")}\n`,
    text: () =>
      `  File: "${name}"\n    ID: ${v("i", 8)} Namelen: ${v("l", 7)} Type: ${v("T")}\n` +
      `Block size: ${v("s", 10)} Fundamental block size: ${v("S")}\n` +
      `Blocks: Total: ${v("b", 10)} Free: ${v("f", 10)} Available: ${v("a")}\n` +
      `Inodes: Total: ${v("c", 10)} Free: ${v("d")}\n`,
  };
}
