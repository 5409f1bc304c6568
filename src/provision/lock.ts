/** One command at a time may change a cluster. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { claim, claimOf, release, type Claim } from "../claim.ts";
import { providerError } from "../error.ts";
import { makeHome, unwritable } from "./cluster.ts";

/** Milliseconds to wait for somebody else. */
const patience = 120_000;

/**
 * Runs the work while holding the folder's lock. Waits for another command, saying whose it is; a lock whose process is gone
 * is taken over. Only `up` makes the folder. Throws `locked` after two minutes, `no-cluster` when the cluster is gone by then.
 */
export async function withLock<T>(dir: string, what: string, say: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const file = join(dir, "lock");
  const begin = performance.now();
  for (let told = false; ; told = true) {
    // each time: the one waited for may remove the cluster with its folder
    if (what === "up") await makeHome(dir);
    else if (!existsSync(join(dir, "cluster.json"))) throw removed(dir);
    const owner = take(file, what);
    if (!owner) break;
    if (performance.now() - begin > patience)
      throw providerError("locked", `\`kubemend ${owner.what}\` (process ${owner.pid}) is working on this cluster`, {
        hint: "Wait for it to end, or end it.",
      });
    if (!told) say(`waiting for \`kubemend ${owner.what}\` (process ${owner.pid}), which is working on this cluster`);
    await delay(100);
  }
  if (what !== "up" && !existsSync(join(dir, "cluster.json"))) {
    release(file);
    throw removed(dir);
  }
  const free = (): void => release(file);
  process.once("exit", free);
  try {
    return await work();
  } finally {
    process.off("exit", free);
    free();
  }
}

function take(file: string, what: string): (Claim & { what: string }) | undefined {
  try {
    return claim(file, { what });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw removed(dirname(file));
    // what gives space back must not need any: without a mark of its own, but not beside another command
    if (what === "destroy" && ["ENOSPC", "EDQUOT"].includes(code ?? "")) return claimOf(file);
    throw unwritable(dirname(file), error);
  }
}

const removed = (dir: string): Error =>
  providerError("no-cluster", `cluster ${basename(dir)} was removed meanwhile`, { hint: "`kubemend up` makes one." });
