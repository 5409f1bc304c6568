/** Runaway programs of one session leave the others, and the host process, alone. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import { makePipe, nullDevice } from "../../../src/sim/kernel/file.ts";
import { run, useWorld } from "../support.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Starts a line of bash that is not waited for. */
function begin(machine: Machine, line: string, uid = 1000): Proc {
  return machine.spawn({
    argv: ["/bin/bash", "-c", line],
    env: { PATH: "/usr/bin:/bin" },
    uid,
    gid: uid,
    cwd: "/",
    session: true,
    fds: new Map([0, 1, 2].map((fd) => [fd, nullDevice()])),
  });
}

const count = (machine: Machine, uid: number): number => [...machine.procs.values()].filter((p) => p.uid === uid && !p.state.daemon).length;

async function turns(machine: Machine, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await machine.world.giveWay();
}

test.each([
  "while true; do :; done",
  "while :; do /usr/bin/true; done",
  "f() { f; }; while :; do f; done",
  "until false; do x=$(echo $x); done",
  "for ((;;)); do :; done",
])("an endless loop shares the machine and dies of SIGKILL: %s", async (line) => {
  const machine = (await useWorld()).machine("node1");
  const p = begin(machine, line);
  await turns(machine, 20);
  expect(p.status).toBeUndefined();
  expect(await run(machine, "for i in 1 2 3; do echo $i; done | tail -1")).toMatchObject({ stdout: "3\n", status: 0 });
  p.raise("SIGKILL");
  await turns(machine, 20);
  expect(p.status).toEqual({ code: 0, signal: "SIGKILL" });
  await turns(machine, 20);
  expect(count(machine, 1000)).toBe(0);
});

test("a loop that ignores SIGTERM and SIGINT still dies of SIGKILL", async () => {
  const machine = (await useWorld()).machine("node1");
  const p = begin(machine, "trap '' TERM INT; while :; do :; done");
  await turns(machine, 10);
  p.raise("SIGTERM");
  p.raise("SIGINT");
  await turns(machine, 10);
  expect(p.status).toBeUndefined();
  p.raise("SIGKILL");
  expect(p.status?.signal).toBe("SIGKILL");
});

test("a fork bomb meets the process limit, and can be killed", async () => {
  const machine = (await useWorld()).machine("node1");
  begin(machine, ":(){ :|:& };:");
  await turns(machine, 300);
  const most = count(machine, 1000);
  expect(most).toBeGreaterThan(50);
  expect(most).toBeLessThanOrEqual(400);
  expect(await run(machine, "echo still here | cat")).toMatchObject({ stdout: "still here\n", status: 0 });
  // the usual way out: stop them all first, then kill them
  expect((await run(machine, "pkill -STOP -u 1000; pkill -KILL -u 1000; echo done")).stdout).toBe("done\n");
  await turns(machine, 50);
  expect(count(machine, 1000)).toBe(0);
});

test.each([":(){ :|:& };:", "b(){ b|b& }; b", "f(){ f & f & }; f", "while :; do (true) & done"])(
  "however many generations a fork bomb has had, the process keeps no more than those alive: %s",
  async (line) => {
    const machine = (await useWorld()).machine("node1");
    // nobody reads what it prints: whoever complains of a failed fork dies of SIGPIPE, and makes room for others
    const [reader, writer] = makePipe(1);
    reader.retain().release();
    machine.spawn({
      argv: ["/bin/bash", "-c", line],
      env: { PATH: "/usr/bin:/bin" },
      uid: 1000,
      gid: 1000,
      cwd: "/",
      session: true,
      fds: new Map([
        [0, nullDevice()],
        [1, writer],
        [2, writer],
      ]),
    });
    const ended: WeakRef<Proc>[] = [];
    machine.onReap.push((p) => void ended.push(new WeakRef(p)));
    for (let i = 0; i < 3000 && ended.length < 3000; i++) await machine.world.giveWay();
    expect(ended.length).toBeGreaterThan(500);
    collect();
    await machine.world.giveWay();
    expect(ended.filter((p) => p.deref()).length).toBeLessThan(2000);
    expect(await run(machine, "echo still here | cat")).toMatchObject({ stdout: "still here\n", status: 0 });
    machine.kill(undefined, -1, "SIGKILL");
  },
);

test("programs that start programs wait for their turn, and those of another session do not wait for them all", async () => {
  const machine = (await useWorld()).machine("node1");
  begin(machine, "for i in {1..300}; do while :; do :; done & done; wait");
  for (let i = 0; i < 3000 && count(machine, 1000) < 301; i++) await turns(machine, 1);
  expect(count(machine, 1000)).toBe(301);
  const other = machine.spawn({
    argv: ["/bin/bash", "-c", "for i in {1..1000}; do :; done"],
    env: { PATH: "/usr/bin:/bin" },
    session: true,
    cgroup: "/user.slice/other.scope",
  });
  for (let i = 0; i < 100 && !other.status; i++) await turns(machine, 1);
  expect(other.status).toEqual({ code: 0 });
});

test("a user at the limit is told so by bash", async () => {
  const machine = (await useWorld()).machine("node1");
  const got = await run(machine, "while :; do /usr/bin/sleep 1000 & done 2>&1 | head -2; kill -9 -1", { uid: 1000, limit: 60_000 }).catch(
    (error: unknown) => error as Error,
  );
  expect(String((got as { stdout?: string }).stdout ?? (got as Error).message)).toContain("fork: retry: Resource temporarily unavailable");
});

test("a pipe holds its writer back", async () => {
  const machine = (await useWorld()).machine("node1");
  const p = begin(machine, "yes | /usr/bin/sleep 1000");
  await turns(machine, 50);
  const cpu = [...machine.procs.values()].find((q) => q.state.comm === "yes")!.state.cpu;
  await turns(machine, 50);
  expect([...machine.procs.values()].find((q) => q.state.comm === "yes")!.state.cpu).toBe(cpu);
  p.raise("SIGKILL");
});

test("a writer without a reader ends with SIGPIPE", async () => {
  const machine = (await useWorld()).machine("node1");
  expect(await run(machine, "set -o pipefail; yes | head -1; echo ${PIPESTATUS[@]}")).toMatchObject({ stdout: "y\n141 0\n" });
});

test("a runaway file meets the end of the disk instead of the host's memory", async () => {
  const machine = (await useWorld()).machine("node1");
  const got = await run(machine, "yes > /big; echo $?; rm /big; echo ok > /small; cat /small");
  expect(got.stdout).toBe("1\nok\n");
  expect(got.stderr).toContain("No space left on device");
});

test("ten gigabytes of zeros are a sparse file", async () => {
  const machine = (await useWorld()).machine("node1");
  const got = await run(machine, "dd if=/dev/zero of=/zeros bs=1M count=10240 2>/dev/null; echo $?; stat -c %s /zeros; rm /zeros");
  expect(got.stdout).toBe(`0\n${10 * 1024 ** 3}\n`);
});

test("unbounded recursion ends with a message", async () => {
  const machine = (await useWorld()).machine("node1");
  const got = await run(machine, "f() { f; }; f; echo after");
  expect(got.stderr).toMatch(/maximum function nesting level exceeded|Segmentation fault/);
  expect(await run(machine, "echo ok")).toMatchObject({ stdout: "ok\n" });
});

test.each([
  ["head -c 3G /dev/zero | sort", "sort: memory exhausted\n", 2],
  ["yes | sort", "sort: memory exhausted\n", 2],
  ["yes | tac", "tac: memory exhausted\n", 1],
  ["head -c 1G /dev/zero | grep x", "grep: memory exhausted\n", 2],
  ["head -c 1G /dev/zero | sed s/x/y/", "sed: memory exhausted\n", 1],
  ["x=$(yes)", "/bin/bash: xrealloc: cannot allocate 18446744071562067968 bytes\n", 2],
  ["x=a; while :; do x=$x$x; done", "/bin/bash: xrealloc: cannot allocate 18446744071562067968 bytes\n", 2],
  ["printf -v y %01000000d 0; while :; do x+=($y); done", "/bin/bash: xrealloc: cannot allocate 18446744071562067968 bytes\n", 2],
])("a program that keeps all of an endless input runs out of memory: %s", async (line, stderr, status) => {
  const machine = (await useWorld()).machine("node1");
  expect(await run(machine, line)).toEqual({ stdout: "", stderr, status });
  expect(machine.world.held).toBe(0);
});

test("the end of a long stream, and its lines in order, take what they need", async () => {
  const machine = (await useWorld()).machine("node1");
  expect(await run(machine, "seq 1 3000000 | tail -2")).toMatchObject({ stdout: "2999999\n3000000\n", stderr: "" });
  expect(await run(machine, "seq 1 20000 | shuf | sort -rn | head -2")).toMatchObject({ stdout: "20000\n19999\n", stderr: "" });
  expect(machine.world.held).toBe(0);
});
