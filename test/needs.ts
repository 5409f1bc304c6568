/** What a test needs of the machine. Missing things are left out and named at the end; in CI they are a failure. */
import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const leftOutFile = process.env.KUBEMEND_LEFT_OUT ?? join(tmpdir(), "kubemend-left-out");

/** Begins a note of something for which there was no time. */
export const forTime = "time: ";

/** True when the command runs. Throws in CI when it does not. */
export function needs(what: string, command: string[]): boolean {
  const { status, error } = spawnSync(command[0]!, command.slice(1), { stdio: "ignore" });
  return available(what, !error && status === 0);
}

/** The same for any other condition, such as running as root. */
export function available(what: string, there: boolean): boolean {
  if (there) return true;
  if (process.env.CI) throw new Error(`${what} is missing; in CI nothing may be left out`);
  appendFileSync(leftOutFile, `${what}\n`);
  return false;
}

/** Notes something that was left out because it takes long, which is no failure in CI. */
export const leftForTime = (what: string): void => appendFileSync(leftOutFile, `${forTime}${what}\n`);
