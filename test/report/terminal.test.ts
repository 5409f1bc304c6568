/** What a person sees of long work: on a terminal a line that lives, in a log a word a minute. */
import { PassThrough } from "node:stream";
import { Terminal } from "@xterm/headless";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { terminalReporter } from "../../src/report/terminal.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function io(isTTY: boolean): { io: Io; written: () => string } {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 60 });
  let text = "";
  stderr.on("data", (data: Buffer) => (text += data.toString()));
  return { io: { stdin: process.stdin, stdout: stderr, stderr, env: {}, cwd: "/" } as unknown as Io, written: () => text };
}

it("says in a log what goes on when nothing was said for a while", async () => {
  const { io: to, written } = io(false);
  const report = terminalReporter(to);
  report({ type: "step-started", machine: "worker1", script: "join.sh", title: "kubeadm join" });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(written()).toBe("");
  report({ type: "step-output", machine: "worker1", script: "join.sh", text: "[preflight] Running pre-flight checks\n" });
  await vi.advanceTimersByTimeAsync(70_000);
  const said = written().split("\n").filter(Boolean);
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/^  … worker1: kubeadm join \(4\d s; \[preflight\] Running pre-flight checks\)$/);
  report({ type: "step-finished", machine: "worker1", script: "join.sh", title: "kubeadm join", ok: true, milliseconds: 100_000 });
  await vi.advanceTimersByTimeAsync(300_000);
  expect(written().split("\n").filter(Boolean)).toHaveLength(3);
});

it("keeps one line on a terminal up to date and takes it away in the end", async () => {
  const { io: to, written } = io(true);
  const screen = async (): Promise<string[]> => {
    vi.useRealTimers();
    const terminal = new Terminal({ cols: 60, rows: 10, convertEol: true, allowProposedApi: true });
    await new Promise<void>((done) => terminal.write(written(), done));
    return Array.from({ length: 10 }, (_, i) => terminal.buffer.active.getLine(i)!.translateToString(true)).filter((l) => l !== "");
  };
  const report = terminalReporter(to);
  report({ type: "stage", title: "Joining" });
  for (const machine of ["worker1", "worker2"]) report({ type: "step-started", machine, script: "join.sh", title: "kubeadm join" });
  report({ type: "progress", id: "", text: "x".repeat(100) });
  await vi.advanceTimersByTimeAsync(9000);
  report({ type: "progress", id: "" });
  report({ type: "step-finished", machine: "worker1", script: "join.sh", title: "kubeadm join", ok: true, milliseconds: 9000 });
  expect(await screen()).toEqual(["Joining", "  ✓ worker1        kubeadm join (9.00 s)", "  worker2: kubeadm join (9 s)"]);
  report({ type: "step-finished", machine: "worker2", script: "join.sh", title: "kubeadm join", ok: false, milliseconds: 9000 });
  expect((await screen()).at(-1)).toBe("  ✗ worker2        kubeadm join (9.00 s)");
});
