/**
 * Files that say which process has something to itself: the cluster's lock, the owner of a simulator's state. A process number alone
 * does not tell, since numbers are given out again, after a reboot above all.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

export interface Claim {
  pid: number;
  /** When the kernel started it, as the kernel counts; empty where /proc does not tell. */
  since: string;
}

/**
 * Makes the file this process's, with what it says about itself; undefined when that worked, else the claim of the living process that
 * has it. A dead one's is taken over.
 */
export function claim<T extends object>(file: string, about: T): (Claim & T) | undefined {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, since: startOf(process.pid), ...about }), { mode: 0o600 });
  try {
    for (;;) {
      try {
        // a link, since a file that is written where others look can be read half-written
        linkSync(own, file);
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = claimOf<T>(file);
      if (holder) return holder;
      setAside(file);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a dead process's claim; a living one's that came in its place meanwhile is put back. */
function setAside(file: string): void {
  const aside = `${file}.dead-${process.pid}`;
  try {
    renameSync(file, aside);
    if (claimOf(aside)) linkSync(aside, file);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  rmSync(aside, { force: true });
}

/** The living process whose claim the file is. */
export function claimOf<T extends object>(file: string): (Claim & T) | undefined {
  try {
    const read = JSON.parse(readFileSync(file, "utf8")) as Claim & T;
    return isAlive(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

export function release(file: string): void {
  if (claimOf(file)?.pid === process.pid) rmSync(file, { force: true });
}

/** True while the very process of the claim lives. */
function isAlive(mark: Claim): boolean {
  if (!Number.isInteger(mark.pid) || mark.pid <= 0) return false;
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // EPERM: alive, but somebody else's
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const since = startOf(mark.pid);
  return since === "" || mark.since === "" || since === mark.since;
}

/** Boot and start time: proc(5), field 22 of /proc/PID/stat; the name in field 2 may hold spaces and parentheses. A zombie has ended. */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${fields[0] === "Z" ? "ended" : boot} ${fields[19]}`;
  } catch {
    return "";
  }
}
