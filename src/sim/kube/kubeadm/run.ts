/** Child processes that kubeadm runs: systemctl, kubelet --version. */
import { Errno } from "../../core/errno.ts";
import { MemoryFile } from "../../kernel/file.ts";
import { shellStatus, type Proc } from "../../kernel/proc.ts";
import { which } from "../../kernel/machine.ts";

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; undefined when it is not in PATH. */
export async function runProgram(p: Proc, argv: string[]): Promise<Ran | undefined> {
  const stdout = new MemoryFile();
  const stderr = new MemoryFile();
  try {
    const child = p.spawn({
      argv,
      fds: new Map([
        [0, new MemoryFile()],
        [1, stdout],
        [2, stderr],
      ]),
    });
    const status = await p.wait(child);
    return { status: shellStatus(status), stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    if (error instanceof Errno && (error.code === "ENOENT" || error.code === "EACCES")) return undefined;
    throw error;
  }
}

export function inPath(p: Proc, name: string): boolean {
  try {
    which(p.fs, name, p.env.PATH);
    return true;
  } catch {
    return false;
  }
}

/** `systemctl <verb> kubelet`; true when it succeeded. */
export const systemctl = async (p: Proc, ...args: string[]): Promise<boolean> =>
  (await runProgram(p, ["systemctl", ...args]))?.status === 0;
