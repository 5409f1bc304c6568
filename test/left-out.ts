/** A reporter that says at the end what this machine could not run, and for what there was no time. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forTime } from "./needs.ts";

// handed to the workers through the environment, so that two runs at once do not mix
process.env.KUBEMEND_LEFT_OUT = join(tmpdir(), `kubemend-left-out-${process.pid}`);

export default class LeftOut {
  onTestRunEnd(): void {
    const file = process.env.KUBEMEND_LEFT_OUT!;
    const notes = existsSync(file) ? [...new Set(readFileSync(file, "utf8").trim().split("\n"))] : [];
    rmSync(file, { force: true });
    const missing = notes.filter((note) => !note.startsWith(forTime));
    const long = notes.filter((note) => note.startsWith(forTime)).map((note) => note.slice(forTime.length));
    const text =
      missing.length === 0
        ? `Nothing was left out${long.length === 0 ? "" : " but for time"}: this machine ran every ${long.length === 0 ? "" : "other "}test.`
        : `Left out, because this machine lacks it: ${missing.join(", ")}.`;
    const times = long.length === 0 ? "" : `Left out, because it takes long (KUBEMEND_E2E_LABS=all runs it):\n  ${long.join("\n  ")}\n`;
    process.stdout.write(`\n${text}\n${times}`);
  }
}
