/** Runs the same command line in real bash and in the simulated machine, over the same files. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { run, type Ran } from "../support.ts";

export type Files = Record<string, string | Uint8Array>;

const folder = "work";

/** A folder in which `awk` is mawk, Ubuntu's, whatever the host's alternatives say. */
const preferred = mkdtempSync(join(tmpdir(), "kubemend-awk-"));
symlinkSync("/usr/bin/mawk", join(preferred, "awk"));
process.on("exit", () => rmSync(preferred, { recursive: true, force: true }));

/** Whether the host has GNU's tools to compare with. */
export function hostHas(...tools: string[]): boolean {
  try {
    execFileSync("bash", ["-c", tools.map((t) => `command -v ${t}`).join(" && ")], { stdio: "ignore" });
    return execFileSync("bash", ["-c", "ls --version"], { encoding: "utf8" }).includes("GNU coreutils");
  } catch {
    return false;
  }
}

export function onHost(command: string, files: Files, stdin = ""): Ran {
  const root = mkdtempSync(join(tmpdir(), "kubemend-text-"));
  try {
    const dir = join(root, folder);
    mkdirSync(dir);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), content);
    }
    // with a socket as its input bash takes itself for a remote shell, and reads whatever is in ~/.bashrc
    const done = spawnSync("bash", ["--norc", "-c", command], {
      cwd: dir,
      input: stdin,
      encoding: "utf8",
      env: {
        PATH: `${preferred}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        HOME: "/root",
        LANG: "C.UTF-8",
        LC_ALL: "C.UTF-8",
        TZ: "UTC",
      },
    });
    return { stdout: done.stdout, stderr: done.stderr, status: done.status ?? 255 };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

let turn = 0;

export async function inSimulator(machine: Machine, command: string, files: Files, stdin = ""): Promise<Ran> {
  const fs = machine.rootFs();
  const root = `/tmp/turn${turn++}`;
  const dir = `${root}/${folder}`;
  fs.mkdirp(dir);
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirp(`${dir}/${dirname(name)}`);
    fs.write(`${dir}/${name}`, content);
  }
  const done = await run(machine, command, { cwd: dir, stdin, env: { LC_ALL: "C.UTF-8", TZ: "UTC" } });
  fs.removeAll(root);
  return done;
}
