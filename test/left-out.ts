/** A reporter that says at the end what this machine could not run. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// handed to the workers through the environment, so that two runs at once do not mix
process.env.KUBEMEND_LEFT_OUT = join(tmpdir(), `kubemend-left-out-${process.pid}`);

export default class LeftOut {
  onTestRunEnd(): void {
    const file = process.env.KUBEMEND_LEFT_OUT!;
    const missing = existsSync(file) ? [...new Set(readFileSync(file, "utf8").trim().split("\n"))] : [];
    rmSync(file, { force: true });
    const text =
      missing.length === 0
        ? "Nothing was left out: this machine ran every test."
        : `Left out, because this machine lacks it: ${missing.join(", ")}.`;
    process.stdout.write(`\n${text}\n`);
  }
}
