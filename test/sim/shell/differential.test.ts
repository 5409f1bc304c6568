/** The same script in real bash and in the simulated one: equal output, messages and status. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";

const folder = new URL("./cases/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".sh"));
// messages are worded differently in other versions, so only the version of Ubuntu 24.04 is compared
const version = spawnSync("bash", ["-c", "echo $BASH_VERSION"], { encoding: "utf8" }).stdout ?? "";
const comparable = version.startsWith("5.2.");

describe.skipIf(!comparable)("as real bash", () => {
  let world: World;
  const folders: string[] = [];
  beforeAll(async () => {
    world = await useWorld();
    const fs = world.machine("node1").rootFs();
    fs.mkdirp("/tmp", 0o1777);
    fs.mkdirp("/dev");
    if (!fs.exists("/dev/null")) fs.mknod("/dev/null", "char", 0o666, "1:3");
  });
  afterAll(() => {
    for (const dir of folders) rmSync(dir, { recursive: true, force: true });
  });

  test.each(names)("%s", async (name) => {
    const cwd = mkdtempSync(join(tmpdir(), "case-"));
    folders.push(cwd);
    copyFileSync(new URL(name, folder), join(cwd, name));
    const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8" };
    const real = spawnSync("bash", [name], { cwd, input: "", encoding: "utf8", timeout: 20_000, env: { ...env, PWD: cwd } });
    const machine = world.machine("node1");
    const fs = machine.rootFs();
    fs.mkdirp(cwd);
    fs.write(join(cwd, name), readFileSync(new URL(name, folder), "utf8"));
    const simulated = await run(machine, ["/bin/bash", name], { cwd, env, stdin: "" });
    const normal = (text: string): string => text.replaceAll(cwd, "CWD").replaceAll(/ *\b\d{1,7} (Killed|Terminated|Hangup)/g, " PID $1");
    expect({ stdout: normal(simulated.stdout), stderr: normal(simulated.stderr), status: simulated.status }).toEqual({
      stdout: normal(real.stdout),
      stderr: normal(real.stderr),
      status: real.status,
    });
  });
});
