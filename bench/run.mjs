// Measures what a user waits for, as percentiles: npm run build && node bench/run.mjs [ROUNDS]. Works in a scratch folder.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clear, folder, print, record, server, step, time } from "./measure.mjs";

const rounds = Number(process.argv[2] ?? 5);

/** `count` runs of `true` over one connection. */
async function overOneConnection(count) {
  const { SshConnection } = await import("../dist/ssh/client.js");
  const { machines } = JSON.parse(time("status", "--output", "json").stdout);
  const { ssh } = machines.find((m) => m.name === "worker1");
  const connection = await SshConnection.open({ machine: "worker1", ...ssh, keyFile: join(folder, "id_ed25519") });
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
    const status = readFileSync(`/proc/${server()}/status`, "utf8");
    for (const [when, field] of [
      ["after a lab", "VmRSS"],
      ["at its highest", "VmHWM"],
    ])
      record(`memory of the background process ${when}, MB`, (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) * 1024) / 1e6);
    record("destroy", time("destroy").took);
  }
} finally {
  clear();
}
print();
