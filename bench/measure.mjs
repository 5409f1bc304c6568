// What the benchmarks share: whole commands timed in a scratch folder, and percentiles of them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));
export const cwd = mkdtempSync(join(tmpdir(), "kubemend-bench-"));
/** Of the cluster that is measured. */
export const folder = join(cwd, ".kubemend", "bench");

/** Wall-clock milliseconds of one command line, as a whole process. */
export function time(...args) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: "utf8" });
  const took = performance.now() - begin;
  if (status !== 0 && !(args[1] === "check" && status === 1))
    throw new Error(`kubemend ${args.join(" ")}: status ${status}\n${stdout}${stderr}`);
  return { took, stdout, status };
}

/** Ends what is still there. */
export function clear() {
  spawnSync(process.execPath, [bin, "destroy"], { cwd });
  rmSync(cwd, { recursive: true, force: true });
}

const samples = new Map();
export const record = (name, ms) => samples.set(name, [...(samples.get(name) ?? []), ms]);

/** The background process. */
export const server = () => JSON.parse(readFileSync(join(folder, "sim", "server.json"), "utf8")).pid;

/** Processor time of the background process's main thread so far, in milliseconds (Linux): it does not depend on what else runs here. */
function processor() {
  try {
    const pid = server();
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return undefined;
  }
}

/** Records a command's wall-clock time, and the processor time that it took in the background process. */
export function step(name, ...args) {
  const before = processor() ?? 0;
  const result = time(...args);
  record(name, result.took);
  const after = processor();
  if (after !== undefined) record(`${name}: processor`, after - before);
  return result;
}

const at = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** Prints all that was recorded. */
export function print() {
  const width = Math.max(...[...samples.keys()].map((name) => name.length));
  console.log(`${"".padEnd(width)}${["min", "p50", "p90", "max", "runs"].map((h) => h.padStart(9)).join("")}`);
  for (const [name, values] of samples) {
    const sorted = [...values].sort((a, b) => a - b);
    const cells = [sorted[0], at(sorted, 0.5), at(sorted, 0.9), sorted.at(-1)].map((v) => v.toFixed(1).padStart(9));
    console.log(`${name.padEnd(width)}${cells.join("")}${String(sorted.length).padStart(9)}`);
  }
  console.log("milliseconds unless said otherwise");
}
