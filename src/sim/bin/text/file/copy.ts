/** Copying of files and trees, as cp, mv across filesystems and install do it. */
import { copy } from "../../../core/copy.ts";
import { Errno } from "../../../core/errno.ts";
import type { Stat } from "../../../fs/view.ts";
import type { Proc } from "../../../kernel/proc.ts";

export interface Preserve {
  mode: boolean;
  owner: boolean;
  times: boolean;
}

/** Copies the bytes of one file, creating it with `mode`; holes and long runs stay as they are. */
export async function copyBytes(p: Proc, from: string, to: string, mode: number): Promise<void> {
  const there = p.fs.tryStat(to);
  const source = p.fs.stat(from);
  const special = (s: Stat | undefined): boolean => s !== undefined && s.type !== "file";
  if (special(source) || special(there) || !plain(p, from)) {
    const input = p.open(from, { read: true }).retain();
    try {
      const output = p.open(to, { write: true, create: true, truncate: true, mode }).retain();
      try {
        for (;;) {
          const part = await input.read(1 << 20, p);
          if (part.length === 0) return;
          await output.write(part, p);
          await p.tick();
        }
      } finally {
        output.release();
      }
    } finally {
      input.release();
    }
  }
  if (!p.fs.access(from, 4)) throw new Errno("EACCES", from);
  const content = p.fs.content(from) ?? "";
  p.fs.write(to, "", { mode });
  p.fs.setContent(to, typeof content === "object" && "object" in content ? copy(content) : content);
}

/** On a disk, not computed like /proc. */
function plain(p: Proc, path: string): boolean {
  return p.fs.locate(path) !== undefined;
}

export function applyAttributes(p: Proc, to: string, s: Stat, keep: Preserve, link = false): void {
  if (keep.owner) {
    try {
      p.fs.chown(to, s.uid, s.gid, !link);
    } catch (error) {
      if (!(error instanceof Errno) || error.code !== "EPERM") throw error;
    }
  }
  if (link) return;
  if (keep.mode) p.fs.chmod(to, s.mode);
  if (keep.times) p.fs.utimes(to, s.mtime);
}

export const join = (dir: string, name: string): string => (dir.endsWith("/") ? dir + name : `${dir}/${name}`);
