/** One command at a time may change a cluster. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { providerError } from "../error.ts";
import { makeHome } from "./cluster.ts";

/** Milliseconds to wait for somebody else. */
const patience = 120_000;

/**
 * Runs the work while holding the folder's lock. Waits for another command, saying whose it is; a lock whose process is gone
 * is taken over. Throws `locked` after two minutes.
 */
export async function withLock<T>(dir: string, what: string, say: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const file = join(dir, "lock");
  await makeHome(dir);
  const begin = performance.now();
  for (let told = false; ; told = true) {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid, what }), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = ownerOf(file);
    if (!owner) {
      rmSync(file, { force: true });
      continue;
    }
    if (performance.now() - begin > patience)
      throw providerError("locked", `\`kubemend ${owner.what}\` (process ${owner.pid}) is working on this cluster`, {
        hint: "Wait for it to end, or end it.",
      });
    if (!told) say(`waiting for \`kubemend ${owner.what}\` (process ${owner.pid}), which is working on this cluster`);
    await delay(100);
  }
  const release = (): void => {
    if (ownerOf(file)?.pid === process.pid) rmSync(file, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** Who holds the lock, if that process is alive. */
function ownerOf(file: string): { pid: number; what: string } | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, "utf8")) as { pid: number; what: string };
    process.kill(owner.pid, 0);
    return owner;
  } catch (error) {
    // EPERM: alive, but somebody else's
    if ((error as NodeJS.ErrnoException).code === "EPERM") return { pid: 0, what: "?" };
    return undefined;
  }
}
