/** Runs command lines in this process, in a scratch folder. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterEach } from "vitest";
import { main } from "../../src/cli/main.ts";

export interface CliResult {
  status: number;
  stdout: string;
  stderr: string;
}

class Collector extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}

/** One command line; status, stdout and stderr as a process would give them. */
export async function runCli(argv: string[], options: { cwd: string; env?: Record<string, string>; stdin?: string }): Promise<CliResult> {
  const stdout = new Collector();
  const stderr = new Collector();
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? "");
  const status = await main(argv, { stdin, stdout, stderr, env: { PATH: process.env.PATH, ...options.env }, cwd: options.cwd });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** A folder that is gone after the test, with some files. */
export function useFolder(files: Record<string, string> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), "kubemend-test-"));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

const folders: string[] = [];
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});
