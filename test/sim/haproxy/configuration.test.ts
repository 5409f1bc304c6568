/** haproxy -c: the real program and the simulated one read the same file and say the same. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { needs } from "../../needs.ts";
import { run, useWorld } from "../support.ts";
import { configurations } from "./configurations.ts";

/** Without the process id and the two lines that tell the version. */
const said = (stderr: string): string =>
  stderr
    .split("\n")
    .filter((line) => !/haproxy version is|path to executable/.test(line))
    .map((line) => line.replace(/ \(\d+\) : /, " (PID) : "))
    .join("\n");

const haproxy = needs("haproxy", ["haproxy", "-v"]);

describe.skipIf(!haproxy)("haproxy -c", () => {
  const scratch = mkdtempSync(join(tmpdir(), "kubemend-haproxy-"));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  let lb: Machine;
  beforeAll(async () => {
    lb = (await useWorld(["lb"])).machine("lb");
    expect((await run(lb, "apt-get update -qq && apt-get install -y -qq haproxy")).status).toBe(0);
  });

  it("accepts what scripts/loadbalancer.sh writes, in both worlds", async () => {
    const script = readFileSync(new URL("../../../scripts/loadbalancer.sh", import.meta.url), "utf8");
    const env = { PORT: "6443", SERVERS: "controlplane1 192.168.56.11:6443;controlplane2 192.168.56.12:6443" };
    for (let i = 0; i < 2; i++) expect(await run(lb, ["/bin/bash", "-s"], { stdin: script, env })).toMatchObject({ status: 0, stderr: "" });
    const written = lb.rootFs().readText("/etc/haproxy/haproxy.cfg");
    expect(written.match(/^ +server .*$/gm)).toEqual([
      "        server controlplane1 192.168.56.11:6443 check",
      "        server controlplane2 192.168.56.12:6443 check",
    ]);
    expect(written.match(/^frontend /gm)).toHaveLength(1);
    writeFileSync(join(scratch, "haproxy.cfg"), written);
    const real = spawnSync("haproxy", ["-c", "-f", "haproxy.cfg"], { cwd: scratch, encoding: "utf8", timeout: 20_000 });
    expect({ status: real.status, stderr: real.stderr }).toEqual({ status: 0, stderr: "" });
  });

  it.each(Object.entries(configurations))("of %s", async (_name, text) => {
    writeFileSync(join(scratch, "haproxy.cfg"), text);
    const real = spawnSync("haproxy", ["-c", "-f", "haproxy.cfg"], { cwd: scratch, encoding: "utf8", timeout: 20_000 });
    lb.rootFs().write("/root/haproxy.cfg", text);
    const ours = await run(lb, ["haproxy", "-c", "-f", "haproxy.cfg"]);
    expect({ stderr: said(ours.stderr), stdout: ours.stdout, status: ours.status }).toEqual({
      stderr: said(real.stderr),
      stdout: real.stdout,
      status: real.status,
    });
  });
});
