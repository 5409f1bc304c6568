/** haproxy passes connections on to servers that are there; messages as real ones of 2.6 said them in the same situations. */
import { beforeAll, expect, it } from "vitest";
import { layers } from "../../../src/sim/assemble.ts";
import { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";

const configuration = `global
	log /dev/log local0
	user haproxy
	group haproxy
defaults
	log global
	mode tcp
	option tcplog
	timeout connect 1s
	timeout client 3s
	timeout server 2s
frontend api
	bind *:6443
	default_backend cp
backend cp
	balance roundrobin
	server a 192.168.56.11:22 check
	server b 192.168.56.12:22 check
listen stubborn
	bind *:6444
	server a 192.168.56.11:7000
listen flexible
	bind *:6445
	option redispatch
	server nobody 192.168.56.11:7000
	server b 192.168.56.12:22
`;

let w: World;
const on = async (machine: string, command: string) => run(w.machine(machine), command);
const pass = (ms: number) => w.until(() => false, ms);
const journal = async (): Promise<string[]> =>
  (await on("lb", "journalctl -u haproxy -o cat --no-pager")).stdout.split("\n").filter((line) => line !== "");
/** A connection from c that says nothing and leaves. */
const touch = (port: number) => on("c", `nc -z -w 20 192.168.56.10 ${port}; sleep 0.1`);
const shape = (line: string): string =>
  line.replace(/\(\d+\)/, "(PID)").replace(/:\d+ \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}\]/, ":PORT [TIME]");

beforeAll(async () => {
  w = await useWorld(["lb", "a", "b", "c"]);
  w.machine("lb").rootFs().mkdirp("/etc/haproxy");
  expect((await on("lb", "apt-get update -qq && apt-get install -y -qq haproxy")).status).toBe(0);
  w.machine("lb").rootFs().write("/etc/haproxy/haproxy.cfg", configuration);
  expect((await on("lb", "systemctl restart haproxy")).status).toBe(0);
  await pass(5000);
});

it("takes servers in turn and writes a line for each connection", async () => {
  for (let i = 0; i < 3; i++) await touch(6443);
  const lines = (await journal()).filter((line) => line.includes(" api cp/")).map(shape);
  expect(lines).toEqual(["a", "b", "a"].map((name) => `192.168.56.13:PORT [TIME] api cp/${name} 1/0/0 0 -- 1/1/0/0/0 0/0`));
});

it("leaves a server out after three failed checks and takes it back after two good ones", async () => {
  await on("b", "systemctl stop ssh.socket ssh");
  await pass(3000);
  expect((await journal()).join("\n")).not.toContain("DOWN");
  await pass(4000);
  const down = (await journal()).filter((line) => line.includes("DOWN")).map(shape);
  const text =
    'Server cp/b is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
  expect(down).toEqual([`[WARNING]  (PID) : ${text}`, text]);
  for (let i = 0; i < 2; i++) await touch(6443);
  expect(
    (await journal())
      .filter((line) => line.includes(" api cp/"))
      .slice(-2)
      .every((line) => line.includes("cp/a ")),
  ).toBe(true);

  await on("a", "iptables -A INPUT -p tcp --dport 22 -j DROP");
  await pass(9000);
  const lines = (await journal()).map(shape);
  expect(lines).toContain(
    "Server cp/a is DOWN, reason: Layer4 timeout, check duration: 1000ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
  );
  expect(lines).toContain("[ALERT]    (PID) : backend 'cp' has no server available!");
  expect(lines).toContain("backend cp has no server available!");
  await touch(6443);
  expect(shape((await journal()).at(-1)!)).toBe("192.168.56.13:PORT [TIME] api cp/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0");

  await on("a", "iptables -F INPUT");
  await on("b", "systemctl start ssh");
  await pass(5000);
  const up = (await journal()).filter((line) => line.startsWith("Server") && line.includes(" is UP"));
  expect(up).toHaveLength(2);
  expect(up[0]).toContain("reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online.");
});

it("gives up after its retries, or goes elsewhere at once with redispatch", async () => {
  await touch(6444);
  expect(shape((await journal()).at(-1)!)).toBe("192.168.56.13:PORT [TIME] stubborn stubborn/a 1/-1/3000 0 SC 1/1/0/0/3 0/0");
  await touch(6445);
  expect(shape((await journal()).at(-1)!)).toBe("192.168.56.13:PORT [TIME] flexible flexible/b 1/0/0 0 -- 1/1/0/0/+1 0/0");
});

it("ends idle connections, and keeps others when it is reloaded and when the world is saved and loaded", async () => {
  await on("a", "systemctl stop ssh.socket ssh");
  await on("b", "systemctl stop ssh.socket ssh");
  await on("a", "setsid nc -lk 22 > /root/got 2>&1 &");
  await on("b", "setsid nc -lk 22 > /root/got 2>&1 &");
  await pass(8000);
  await on("c", "(echo one; sleep 1; echo two; sleep 6) | nc -q 0 192.168.56.10 6443");
  expect((await journal()).at(-1)).toMatch(/ api cp\/[ab] 1\/0\/3000 \d+ sD /);
  expect((await on("a", "cat got")).stdout + (await on("b", "cat got")).stdout).toBe("one\ntwo\n");

  const old = (await on("lb", "pgrep -x haproxy | tail -1")).stdout.trim();
  await on("c", "(echo three; sleep 1; echo four; sleep 1) | nc -q 0 192.168.56.10 6443 & sleep 0.5; true");
  expect((await on("lb", "systemctl reload haproxy")).status).toBe(0);
  expect((await journal()).filter((line) => line.includes("Proxy api stopped"))).toHaveLength(2);
  await pass(1000);
  expect((await on("lb", `kill -0 ${old}`)).status).toBe(0);
  await pass(4000);
  expect((await on("lb", `kill -0 ${old}`)).status).not.toBe(0);
  expect((await on("a", "cat got")).stdout + (await on("b", "cat got")).stdout).toContain("four\n");

  w = World.load(layers(), w.save());
  await on("a", "systemctl start ssh");
  await pass(8000);
  await touch(6443);
  expect((await journal()).at(-1)).toMatch(/ api cp\/a 1\/0\/0 0 -- /);
});
