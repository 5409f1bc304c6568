/** The product as a user has it: whole processes in a scratch folder. Uses dist/ (npm ci makes it). */
import { execa, type Options } from "execa";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

export interface ServerJson {
  pid: number;
  ssh: Record<string, number>;
}

/** A folder for one cluster, whose processes end with the tests, also when these fail or are killed. */
export function useScratch(name: string, { prefix = "kubemend e2e 'q\" " } = {}) {
  // blanks and quotes in a path are as good as letters
  const cwd = mkdtempSync(join(tmpdir(), prefix));
  const state = (...parts: string[]): string => join(cwd, ".kubemend", name, ...parts);
  const kubemend = (args: string[], options: Options = {}) =>
    execa(process.execPath, [bin, ...args], { cwd, reject: false, stdin: "ignore", extendEnv: true, ...options });
  const server = (): ServerJson => JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as ServerJson;

  const endAll = (): void => {
    for (const cluster of foldersIn(join(cwd, ".kubemend"))) {
      try {
        process.kill(
          (JSON.parse(readFileSync(join(cwd, ".kubemend", cluster, "sim", "owner.json"), "utf8")) as { pid: number }).pid,
          "SIGKILL",
        );
      } catch {
        // none there
      }
    }
    rmSync(cwd, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", endAll);
  afterAll(async () => {
    for (const cluster of foldersIn(join(cwd, ".kubemend"))) await kubemend(["destroy", "--name", cluster]);
    process.off("exit", endAll);
    endAll();
  });

  return {
    cwd,
    state,
    kubemend,
    server,
    up: () => kubemend(["up", "--name", name]),
    on: (machine: string, command: string, options?: Options) => kubemend(["ssh", "--name", name, machine, "--", command], options),
    killServer: async (): Promise<void> => {
      const { pid } = server();
      process.kill(pid, "SIGKILL");
      await until(() => !lives(pid));
    },
  };
}

const foldersIn = (dir: string): string[] => {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
};

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // a zombie has ended; nobody may be there to collect it
    return !/^State:\sZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Waits until something holds; the test's own limit ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
