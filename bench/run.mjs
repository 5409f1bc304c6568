// Measures what a user waits for, as percentiles: npm run build && node bench/run.mjs [ROUNDS]. Works in a scratch folder.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 5);
const bin = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), "kubemend-bench-"));

/** Wall-clock milliseconds of one command line, as a whole process. */
function time(...args) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: "utf8" });
  const took = performance.now() - begin;
  if (status !== 0 && !(args[1] === "check" && status === 1))
    throw new Error(`kubemend ${args.join(" ")}: status ${status}\n${stdout}${stderr}`);
  return { took, stdout };
}

const samples = new Map();
const record = (name, ms) => samples.set(name, [...(samples.get(name) ?? []), ms]);

/** Processor time of the background process's main thread so far, in milliseconds (Linux): it does not depend on what else runs here. */
function processor() {
  try {
    const { pid } = JSON.parse(readFileSync(join(cwd, ".kubemend", "bench", "sim", "server.json"), "utf8"));
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return undefined;
  }
}

/** Records a command's wall-clock time, and the processor time that it took in the background process. */
function step(name, ...args) {
  const before = processor() ?? 0;
  record(name, time(...args).took);
  const after = processor();
  if (after !== undefined) record(`${name}: processor`, after - before);
}

/** `count` runs of `true` over one connection. */
async function overOneConnection(count) {
  const { SshConnection } = await import("../dist/ssh/client.js");
  const { machines } = JSON.parse(time("status", "--output", "json").stdout);
  const { ssh } = machines.find((m) => m.name === "worker1");
  const connection = await SshConnection.open({ machine: "worker1", ...ssh, keyFile: join(cwd, ".kubemend", "bench", "id_ed25519") });
  await connection.exec("true");
  for (let i = 0; i < count; i++) {
    const begin = performance.now();
    await connection.exec("true");
    record("exec true on a live connection", performance.now() - begin);
  }
  connection.close();
}

try {
  // leaves the simulator's compiled code behind, as any run before does
  time("up", "--name", "bench");
  time("destroy");
  for (let i = 0; i < rounds; i++) {
    const begin = performance.now();
    spawnSync(process.execPath, ["-e", "0"]);
    record("Node.js itself, an empty program", performance.now() - begin);
    step("up, from command to prompt", "up", "--name", "bench");
    for (let j = 0; j < 4; j++) record("ssh worker1 -- true, as a process", time("ssh", "worker1", "--", "true").took);
    if (i === 0) await overOneConnection(200);
    step("lab start", "lab", "start", "bgp-port-blocked");
    // until the symptoms show, which `lab start` does not wait for
    step("lab start, then the first command", "ssh", "worker1", "--", "true");
    time("lab", "stop");
    step("lab start --wait", "lab", "start", "bgp-port-blocked", "--wait");
    step("lab check, nobody did anything since", "lab", "check");
    time("ssh", "worker1", "--", "true");
    step("lab check, somebody did", "lab", "check");
    time("lab", "solve");
    step("lab check, solved", "lab", "check");
    step("lab reset", "lab", "reset");
    time("lab", "stop");
    const { pid } = JSON.parse(readFileSync(join(cwd, ".kubemend", "bench", "sim", "server.json"), "utf8"));
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    record("memory of the background process, MiB", Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024);
    record("destroy", time("destroy").took);
  }
} finally {
  spawnSync(process.execPath, [bin, "destroy"], { cwd });
  rmSync(cwd, { recursive: true, force: true });
}

const at = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
console.log(`${"".padEnd(42)}${["min", "p50", "p90", "max", "runs"].map((h) => h.padStart(9)).join("")}`);
for (const [name, values] of samples) {
  const sorted = [...values].sort((a, b) => a - b);
  const cells = [sorted[0], at(sorted, 0.5), at(sorted, 0.9), sorted.at(-1)].map((v) => v.toFixed(1).padStart(9));
  console.log(`${name.padEnd(42)}${cells.join("")}${String(sorted.length).padStart(9)}`);
}
console.log("milliseconds unless said otherwise");
