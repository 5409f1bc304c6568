/** Folders of one's own: made with those above them, and never waited for without end. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Milliseconds in which a file system answers, a slow one over the network too. */
const patience = 15_000;

/**
 * `mkdir -p`. Node's own, recursive, tries for ever where the kernel says ENOENT though the folder above is there, as under /proc; a network
 * file system whose server is away does not answer at all. Throws what mkdir(2) said, or that nothing was said.
 */
export async function makeFolder(dir: string, mode = 0o777): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from its file system in ${patience / 1000} s, mkdir '${dir}'`)), patience);
  });
  try {
    await Promise.race([make(dir, mode), silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function make(dir: string, mode: number): Promise<void> {
  const there = await stat(dir).catch(() => undefined);
  if (there?.isDirectory()) return;
  if (there) throw new Error(`ENOTDIR: not a directory, mkdir '${dir}'`);
  const above = dirname(dir);
  if (above !== dir) await make(above, mode);
  await mkdir(dir, { mode }).catch(async (error: NodeJS.ErrnoException) => {
    // somebody else was faster
    if (error.code !== "EEXIST" || !(await stat(dir)).isDirectory()) throw error;
  });
}
