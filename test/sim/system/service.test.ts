import { describe, expect, it } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { run, useWorld } from "../support.ts";

const unit = (m: Machine, name: string, service: string, more = ""): void =>
  m.rootFs().write(`/etc/systemd/system/${name}`, `[Unit]\nDescription=Test unit\n${more}\n[Service]\n${service}\n`);

describe("services", () => {
  it("run their commands with drop-ins, environment files and variables", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    const fs = m.rootFs();
    unit(m, "a.service", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/false");
    fs.mkdirp("/etc/systemd/system/a.service.d");
    fs.write("/etc/default/a", 'WORDS="one two"\n# comment\nLATE=x\n');
    fs.write(
      "/etc/systemd/system/a.service.d/10-a.conf",
      '[Service]\nEnvironment="A=a b" LATE=y\nEnvironmentFile=-/etc/default/none\nEnvironmentFile=/etc/default/a\nExecStart=\nExecStart=/bin/echo $WORDS ${A} %n $$ ${LATE} $NONE end\n',
    );
    expect((await run(m, ["systemctl", "start", "a"])).status).toBe(0);
    expect((await run(m, ["journalctl", "-u", "a", "-t", "echo", "-o", "cat"])).stdout).toBe("one two a b a.service $ x end\n");
    expect((await run(m, ["systemctl", "is-active", "a"])).stdout).toBe("active\n");
    expect((await run(m, ["systemctl", "status", "a"])).stdout).toContain(
      "    Drop-In: /etc/systemd/system/a.service.d\n             └─10-a.conf\n     Active: active (exited) since ",
    );
  });

  it("fail with systemctl's words, and show why", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    unit(m, "bad.service", "Type=oneshot\nExecStart=/bin/false");
    const failed = await run(m, ["systemctl", "start", "bad"]);
    expect(failed).toEqual({
      stdout: "",
      status: 1,
      stderr:
        'Job for bad.service failed because the control process exited with error code.\nSee "systemctl status bad.service" and "journalctl -xeu bad.service" for details.\n',
    });
    expect((await run(m, ["systemctl", "is-failed", "bad"])).stdout).toBe("failed\n");
    const status = await run(m, ["systemctl", "status", "bad"]);
    expect(status.status).toBe(3);
    expect(status.stdout).toMatch(
      /^× bad\.service - Test unit\n     Loaded: loaded \(\/etc\/systemd\/system\/bad\.service; static\)\n     Active: failed \(Result: exit-code\) since /,
    );
    expect((await run(m, ["journalctl", "-u", "bad", "-o", "cat"])).stdout.split("\n").slice(-5)).toEqual([
      "Starting bad.service - Test unit...",
      "bad.service: Main process exited, code=exited, status=1/FAILURE",
      "bad.service: Failed with result 'exit-code'.",
      "Failed to start bad.service - Test unit.",
      "",
    ]);
    expect((await run(m, ["systemctl", "is-system-running"])).stdout).toBe("degraded\n");
    await run(m, ["systemctl", "reset-failed"]);
    expect((await run(m, ["systemctl", "is-system-running"])).stdout).toBe("running\n");
  });

  it("are restarted until the start limit is hit", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    unit(m, "loop.service", "ExecStart=/bin/false\nRestart=on-failure");
    await run(m, ["systemctl", "start", "loop"]);
    await world.advance(5000);
    expect((await run(m, ["systemctl", "show", "loop", "-p", "Result", "-p", "NRestarts", "-p", "ActiveState"])).stdout).toBe(
      "Result=start-limit-hit\nNRestarts=5\nActiveState=failed\n",
    );
    expect((await run(m, ["journalctl", "-u", "loop", "-o", "cat", "-n", "4"])).stdout).toBe(
      "loop.service: Scheduled restart job, restart counter is at 5.\nloop.service: Start request repeated too quickly.\nloop.service: Failed with result 'start-limit-hit'.\nFailed to start loop.service - Test unit.\n",
    );
  });

  it("without a program end with 203/EXEC", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    unit(m, "none.service", "ExecStart=/usr/bin/nothing --x");
    await run(m, ["systemctl", "start", "none"]);
    await world.advance(100);
    expect((await run(m, ["systemctl", "status", "none"])).stdout).toContain("Main PID: ");
    expect((await run(m, ["journalctl", "-u", "none", "-o", "cat"])).stdout).toContain(
      "none.service: Main process exited, code=exited, status=203/EXEC\n",
    );
  });

  it("keep what was loaded until daemon-reload, and say so", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    const fs = m.rootFs();
    const text = fs.readText("/usr/lib/systemd/system/cron.service");
    fs.write("/etc/systemd/system/cron.service", text.replace("Regular background", "Changed background"));
    const restarted = await run(m, ["systemctl", "restart", "cron"]);
    expect(restarted.stderr).toBe(
      "Warning: The unit file, source configuration file or drop-ins of cron.service changed on disk. Run 'systemctl daemon-reload' to reload units.\n",
    );
    expect((await run(m, ["systemctl", "show", "cron", "-p", "Description"])).stdout).toContain("Regular");
    await run(m, ["systemctl", "daemon-reload"]);
    expect((await run(m, ["systemctl", "show", "cron", "-p", "Description"])).stdout).toContain("Changed");
  });

  it("are enabled, disabled and masked through links", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    expect((await run(m, ["systemctl", "is-enabled", "ssh"])).stdout).toBe("enabled\n");
    expect((await run(m, ["systemctl", "disable", "cron"])).stderr).toBe(
      'Removed "/etc/systemd/system/multi-user.target.wants/cron.service".\n',
    );
    expect((await run(m, ["systemctl", "is-enabled", "cron"])).stdout).toBe("disabled\n");
    expect((await run(m, ["systemctl", "enable", "--now", "cron"])).stderr).toBe(
      "Created symlink /etc/systemd/system/multi-user.target.wants/cron.service → /usr/lib/systemd/system/cron.service.\n",
    );
    await run(m, ["systemctl", "mask", "--now", "cron"]);
    expect((await run(m, ["systemctl", "start", "cron"])).stderr).toBe("Failed to start cron.service: Unit cron.service is masked.\n");
    expect(await run(m, ["systemctl", "start", "nothing"])).toEqual({
      stdout: "",
      stderr: "Failed to start nothing.service: Unit nothing.service not found.\n",
      status: 5,
    });
    expect((await run(m, ["systemctl", "status", "nothing"])).stderr).toBe("Unit nothing.service could not be found.\n");
    expect((await run(m, ["systemctl", "mask", "swap.target"])).stderr).toBe(
      "Created symlink /etc/systemd/system/swap.target → /dev/null.\n",
    );
  });

  it("that depend on a failed one are not started", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    unit(m, "base.service", "Type=oneshot\nExecStart=/bin/false");
    unit(m, "above.service", "ExecStart=/bin/sleep 100", "Requires=base.service\nAfter=base.service");
    expect((await run(m, ["systemctl", "start", "above"])).stderr).toBe(
      "A dependency job for above.service failed. See 'journalctl -xe' for details.\n",
    );
    expect((await run(m, ["systemctl", "is-active", "above"])).stdout).toBe("inactive\n");
  });

  it("that do not end when told are killed after TimeoutStopSec", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    unit(m, "stubborn.service", `ExecStart=/bin/bash -c 'trap "" TERM; while true; do sleep 1; done'\nTimeoutStopSec=5`);
    await run(m, ["systemctl", "start", "stubborn"]);
    await world.advance(1000);
    const at = world.timeline.now;
    await run(m, ["systemctl", "stop", "stubborn"]);
    expect(world.timeline.now - at).toBeGreaterThanOrEqual(4900);
    expect((await run(m, ["journalctl", "-u", "stubborn", "-o", "cat"])).stdout).toContain(
      "stubborn.service: State 'stop-sigterm' timed out. Killing.\n",
    );
    expect((await run(m, ["systemctl", "show", "stubborn", "-p", "Result"])).stdout).toBe("Result=timeout\n");
  });

  it("belong to root: others are asked for a password that they cannot give", async () => {
    const world = await useWorld();
    const refused = await run(world.machine("node1"), ["systemctl", "restart", "ssh"], { uid: 1000 });
    expect(refused.stderr).toBe(
      "Failed to restart ssh.service: Interactive authentication required.\nSee system logs and 'systemctl status ssh.service' for details.\n",
    );
    expect(refused.status).toBe(1);
  });
});
