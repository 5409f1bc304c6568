/** A vagrant that outlived a killed kubemend: it goes on to its end, and whoever comes next must not work on the same machines meanwhile. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const fileIn = (dir: string): string => join(dir, "vagrant.pid");

/** A note of the vagrant that works in the folder; without it nothing is lost but this care. */
export function rememberRun(dir: string, pid: number | undefined): void {
  try {
    if (pid !== undefined) writeFileSync(fileIn(dir), `${pid}\n`);
  } catch {
    // a full disk
  }
}

export function forgetRun(dir: string): void {
  rmSync(fileIn(dir), { force: true });
}

/** Waits until the one that was left behind has ended, at most so many milliseconds. */
export async function outlive(dir: string, limit: number, tell: (text: string) => void): Promise<void> {
  const begin = performance.now();
  for (let told = false; performance.now() - begin < limit; told = true) {
    const pid = leftBehind(dir);
    if (pid === undefined) return;
    if (!told) tell(`a vagrant (process ${pid}) that was begun earlier is still at work; waiting for it`);
    await delay(500);
  }
}

/** Numbers of processes are given out again: it counts only while it is a vagrant. */
function leftBehind(dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(fileIn(dir), "utf8"));
    process.kill(pid, 0);
    if (process.platform === "linux" && !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("vagrant")) return undefined;
    return pid;
  } catch {
    return undefined;
  }
}
