/** Runs the same commands in a real network namespace and in a simulated one. */
import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { run, useWorld } from "../support.ts";

const works = (command: string): boolean =>
  process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["-n", "sh", "-c", command]).status === 0;
export const hasIp = works("ip link add v0 type veth peer name v1 && ip link add br0 type bridge");
export const hasIpset = works("ipset create s hash:ip && ipset add s 1.2.3.4");
export const hasIptables = works(
  "iptables -A INPUT -p tcp --dport 1 -m conntrack --ctstate NEW -m comment --comment x -j REJECT && iptables -t nat -A OUTPUT -p tcp -j DNAT --to 1.2.3.4:5",
);

/** Runs every line by itself and notes what it printed. */
const script = (lines: string[]): string =>
  lines.map((line) => `echo '$ ${line.replaceAll("'", "'\\''")}'\n{ ${line}\n} 2>&1\necho "[$?]"`).join("\n");

function real(lines: string[]): string {
  const done = spawnSync("unshare", ["-n", "-m", "bash", "-c", `mount -t tmpfs run /run\n${script(lines)}`], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return normal(done.stdout);
}

async function simulated(lines: string[]): Promise<string> {
  const world = await useWorld(["a"]);
  const made = await run(world.machine("a"), "ip netns add t");
  expect(made).toEqual({ stdout: "", stderr: "", status: 0 });
  const done = await run(world.machine("a"), ["/usr/sbin/ip", "netns", "exec", "t", "/bin/bash", "-c", script(lines)]);
  return normal(done.stdout);
}

/** What differs by chance (MAC addresses), by version (iptables 1.8.9 and 1.8.10 write the same) and by time. */
const normal = (text: string): string =>
  text
    .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}(?! brd ff| )/g, "MAC")
    .replace(/link\/ether \S+/g, "link/ether MAC")
    .replace(/v1\.8\.\d+ \(/g, "v1.8.x (")
    .replace(/ipset v7\.\d+/g, "ipset v7.x")
    .replace(/ on [A-Z][a-z]{2} [A-Z][a-z]{2} .*\d{4}$/gm, " on DATE")
    .replace(/^.*inet6 .*\n.*valid_lft.*\n/gm, "");

/** Same output, same status, line by line. */
export async function same(lines: string[]): Promise<void> {
  const wanted = real(lines).split("\n$ ");
  const got = (await simulated(lines)).split("\n$ ");
  expect(got).toEqual(wanted);
}
