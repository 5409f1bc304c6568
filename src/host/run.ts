/** Asks a program of this host, with a time limit; one that is missing or hangs is an answer too. */
import { execa } from "execa";

export type Answer = { kind: "ended"; status: number; stdout: string; stderr: string } | { kind: "missing" } | { kind: "hangs" };

/** How a probe asks; `limit` in milliseconds. */
export type Ask = (command: string, args: string[], limit?: number) => Promise<Answer>;

/** Milliseconds: the slowest of these programs, Vagrant, takes two seconds on a busy machine. */
const patience = 15_000;

export const ask: Ask = async (command, args, limit = patience) => {
  const result = await execa(command, args, {
    reject: false,
    timeout: limit,
    forceKillAfterDelay: 500,
    stdin: "ignore",
    // the texts that are read are the untranslated ones; no program phones home on our behalf
    env: { LC_ALL: "C", LANG: "C", VAGRANT_CHECKPOINT_DISABLE: "1" },
    windowsHide: true,
  });
  if (result.timedOut) return { kind: "hangs" };
  if (result.exitCode === undefined) return { kind: "missing" };
  return { kind: "ended", status: result.exitCode, stdout: result.stdout, stderr: result.stderr };
};

/** The standard output of a program that succeeded. */
export async function said(ask: Ask, command: string, args: string[]): Promise<string | undefined> {
  const answer = await ask(command, args);
  return answer.kind === "ended" && answer.status === 0 ? answer.stdout : undefined;
}
