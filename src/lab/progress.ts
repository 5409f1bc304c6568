/** What is kept of a lab in progress (lab.json beside the cluster's record). */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeJson } from "../provision/cluster.ts";

export interface LabProgress {
  lab: string;
  variant: string;
  /** `breaking`: the break has begun and is not known to be complete. `showing`: it is complete, and its symptoms are waited for. */
  phase: "breaking" | "showing" | "broken" | "solved";
  /** Milliseconds since the epoch, wall clock. */
  startedAt: number;
  hints: number;
  /** Points lost to hints. */
  penalty: number;
  /** Last score, 0–100. */
  score?: number;
}

const file = (dir: string): string => join(dir, "lab.json");

export async function readProgress(dir: string): Promise<LabProgress | undefined> {
  try {
    return JSON.parse(await readFile(file(dir), "utf8")) as LabProgress;
  } catch {
    return undefined;
  }
}

export const writeProgress = (dir: string, progress: LabProgress): Promise<void> => writeJson(file(dir), progress);
export const clearProgress = (dir: string): Promise<void> => rm(file(dir), { force: true });
