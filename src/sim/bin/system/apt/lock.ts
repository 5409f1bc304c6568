/** Locks of dpkg and apt: held by a process until it ends. */
import type { Proc } from "../../../kernel/proc.ts";

interface Locks {
  held: Record<string, { pid: number; comm: string }>;
}

/** Takes a lock; the message of the refusal when a living process has it. */
export function takeLock(p: Proc, path: string): string | undefined {
  const locks = p.machine.layer("file-locks", () => ({ held: {} })) as unknown as Locks;
  const holder = locks.held[path];
  if (holder && holder.pid !== p.pid && p.machine.procs.get(holder.pid)?.state.comm === holder.comm)
    return `Could not get lock ${path}. It is held by process ${holder.pid} (${holder.comm})`;
  if (p.uid !== 0) return `Could not open lock file ${path} - open (13: Permission denied)`;
  locks.held[path] = { pid: p.pid, comm: p.state.comm };
  return undefined;
}

export function releaseLocks(p: Proc): void {
  const locks = p.machine.layer("file-locks", () => ({ held: {} })) as unknown as Locks;
  for (const [path, holder] of Object.entries(locks.held)) if (holder.pid === p.pid) delete locks.held[path];
}

/** The frontend's locks, with apt's words. True when they are ours. */
export async function lockDpkg(p: Proc): Promise<boolean> {
  const path = "/var/lib/dpkg/lock-frontend";
  const refusal = takeLock(p, path);
  if (refusal === undefined) return true;
  if (p.uid !== 0) await p.err(`E: ${refusal}\nE: Unable to acquire the dpkg frontend lock (${path}), are you root?\n`);
  else
    await p.err(
      `E: ${refusal}\nN: Be aware that removing the lock file is not a solution and may break your system.\nE: Unable to acquire the dpkg frontend lock (${path}), is another process using it?\n`,
    );
  return false;
}
