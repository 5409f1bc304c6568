/** `--output json` of every command: lines of JSON, each an object that says what it is, whether the command succeeds or fails. */
import { Command } from "commander";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commandsFor } from "../../src/cli/commands/index.ts";
import { Context } from "../../src/cli/context.ts";
import { useScratch } from "./support.ts";

/** Arguments with which a command succeeds, in the order in which they make sense; every command with `--output` has to be here. */
const lines: Record<string, string[][]> = {
  doctor: [[]],
  plan: [[]],
  up: [[]],
  status: [[]],
  exec: [["--role", "worker"]],
  "snapshot list": [[]],
  settle: [["--for", "1s"]],
  trace: [["worker1", "worker2:22"]],
  mirror: [["folder", "-f", fileURLToPath(new URL("../../examples/seed-001.yaml", import.meta.url))]],
  "lab list": [[]],
  "lab show": [["cgroup-driver-mismatch"]],
  "lab start": [["cgroup-driver-mismatch"]],
  "lab check": [[]],
  "lab hint": [[]],
  "lab solve": [[]],
  "lab reset": [[]],
  "lab stop": [[]],
  "lab verify": [["no-such-lab"]],
};
/** Those that are to fail: a lab that is broken, one that is not there, a mirror for what the operator alone knows. */
const failing: Record<string, number> = { "lab check": 1, "lab verify": 2, mirror: 2 };
const behind: Record<string, string[]> = { exec: ["--", "hostname"] };

const { kubemend } = useScratch("output");

/** One object a line, with a type. Throws on anything else. */
function parse(stdout: string): { type: string }[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const value = JSON.parse(line) as { type: string };
      expect(typeof value.type, line).toBe("string");
      return value;
    });
}

describe("--output json", () => {
  it("is known here for every command that has it", async () => {
    const program = new Command().enablePositionalOptions();
    const stream = new PassThrough();
    const context = new Context({ stdin: stream, stdout: stream, stderr: stream, env: {}, cwd: "/" }, []);
    for (const add of await commandsFor([])) add(program, context);
    const having = (command: Command, path: string[]): string[] =>
      command.commands.flatMap((child) => [
        ...(child.options.some((option) => option.long === "--output") ? [[...path, child.name()].join(" ")] : []),
        ...having(child, [...path, child.name()]),
      ]);
    expect(having(program, []).toSorted()).toEqual(Object.keys(lines).toSorted());
  });

  it("says an error in the same way, for every command", async () => {
    for (const [command, [args]] of Object.entries(lines)) {
      const words = [...command.split(" "), ...args!, "--output", "json", "--no-such-option"];
      const { stdout, exitCode } = await kubemend(words);
      expect(exitCode, command).toBe(2);
      expect(parse(String(stdout)), command).toMatchObject([{ type: "error", code: "usage" }]);
    }
    for (const command of ["status", "settle", "lab check"]) {
      const { stdout, exitCode } = await kubemend([...command.split(" "), "--output", "json"]);
      expect(exitCode, command).toBe(3);
      expect(parse(String(stdout)), command).toMatchObject([{ type: "error", code: "no-cluster" }]);
    }
  }, 120_000);

  it("is lines of objects while a cluster lives", async () => {
    for (const [command, calls] of Object.entries(lines)) {
      for (const args of calls) {
        const { stdout, stderr, exitCode } = await kubemend([
          ...command.split(" "),
          "--output",
          "json",
          ...args,
          ...(behind[command] ?? []),
        ]);
        const said = parse(String(stdout));
        expect(said.length, `${command}: ${String(stderr)}`).toBeGreaterThan(0);
        expect(exitCode, `${command}: ${String(stderr)}`).toBe(failing[command] ?? 0);
        if (command === "snapshot list") expect(said).toMatchObject([{ type: "snapshot", name: "before" }]);
        if (command === "up") expect((await kubemend(["snapshot", "save", "before"])).exitCode).toBe(0);
      }
    }
  }, 300_000);
});
