/** Processes: signals, groups, descriptors, what outlives a save. */
import { expect, test } from "vitest";
import { layers } from "../../../src/sim/assemble.ts";
import { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";
import { Screen } from "../shell/screen.ts";

test("a session on a terminal ends with a save and load, its terminal too", async () => {
  const world = await useWorld();
  const screen = new Screen(world.machine("node1"));
  await screen.type("sleep 1000 &\r");
  const loaded = World.load(layers(), world.save());
  const machine = loaded.machine("node1");
  expect([...machine.procs.values()].filter((p) => !p.state.daemon)).toEqual([]);
  expect(await run(machine, "ls /dev/pts; echo still; sleep 1; echo works")).toMatchObject({
    stdout: "ptmx\nstill\nworks\n".replace(machine.rootFs().exists("/dev/pts/ptmx") ? "" : "ptmx\n", ""),
  });
});

test("signals reach a process group, its shell included", async () => {
  const machine = (await useWorld()).machine("node1");
  expect(await run(machine, "sleep 100 & sleep 100 & kill -TERM 0; echo not reached")).toMatchObject({ stdout: "", status: 143 });
});

test("a stopped process goes on where it was", async () => {
  const machine = (await useWorld()).machine("node1");
  const got = await run(machine, "(sleep 2; echo done) & p=$!; sleep 1; kill -STOP $p; sleep 10; kill -CONT $p; wait $p; echo $SECONDS");
  expect(got.stdout).toBe("done\n11\n");
});

test("children share open descriptions with their parent", async () => {
  const machine = (await useWorld()).machine("node1");
  expect(
    await run(machine, "exec 3> /tmp/shared; echo a >&3; (echo b >&3); bash -c 'echo c >&3'; echo d >&3; cat /tmp/shared"),
  ).toMatchObject({ stdout: "a\nb\nc\nd\n" });
});

test("a fifo joins two processes", async () => {
  const machine = (await useWorld()).machine("node1");
  machine.rootFs().mknod("/tmp/fifo", "fifo", 0o600);
  expect(
    await run(
      machine,
      'cat /tmp/fifo & echo through > /tmp/fifo; wait; { echo 1; echo 2; } > /tmp/fifo & while read x; do echo "<$x>"; done < /tmp/fifo',
    ),
  ).toMatchObject({ stdout: "through\n<1>\n<2>\n" });
});

test("devices do what their numbers say", async () => {
  const machine = (await useWorld()).machine("node1");
  const got = await run(
    machine,
    "head -c 3 /dev/zero | od -An -tx1; echo x > /dev/full; head -c 8 /dev/urandom | wc -c; cat /dev/null; echo y > /dev/tty",
  );
  expect(got.stdout).toBe(" 00 00 00\n8\n");
  expect(got.stderr).toContain("echo: write error: No space left on device");
  expect(got.stderr).toContain("/dev/tty: No such device or address");
});

test("sudo follows /etc/sudoers and resets the environment", async () => {
  const machine = (await useWorld()).machine("node1");
  const options = { uid: 1000, env: { HOME: "/home/vagrant", X: "1" } };
  expect(await run(machine, "sudo bash -c 'echo $UID $HOME $SUDO_USER ${X-unset}'", options)).toMatchObject({
    stdout: "0 /root vagrant unset\n",
  });
  expect(
    await run(machine, "sudo -E bash -c 'echo $X'; sudo Y=2 env | grep ^Y; sudo false; echo $?; sudo -u vagrant id -u", options),
  ).toMatchObject({ stdout: "1\nY=2\n1\n1000\n" });
  machine.rootFs().unlink("/etc/sudoers.d/vagrant");
  expect(await run(machine, "sudo -n true", options)).toMatchObject({ stderr: "sudo: a password is required\n", status: 1 });
});
