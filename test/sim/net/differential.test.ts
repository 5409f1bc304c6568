/** The same commands in a real network namespace and in a simulated one: same output, same status. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { run, useWorld } from "../support.ts";

const works = (command: string): boolean =>
  process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["-n", "sh", "-c", command]).status === 0;
const hasIp = works("ip link add v0 type veth peer name v1 && ip link add br0 type bridge");
const hasIptables = works(
  "iptables -A INPUT -p tcp --dport 1 -m conntrack --ctstate NEW -m comment --comment x -j REJECT && iptables -t nat -A OUTPUT -p tcp -j DNAT --to 1.2.3.4:5",
);

/** Runs every line by itself and notes what it printed. */
const script = (lines: string[]): string =>
  lines.map((line) => `echo '$ ${line.replaceAll("'", "'\\''")}'\n{ ${line}\n} 2>&1\necho "[$?]"`).join("\n");

function real(lines: string[]): string {
  const done = spawnSync("unshare", ["-n", "bash", "-c", script(lines)], { encoding: "utf8", timeout: 60_000 });
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
    .replace(/ on [A-Z][a-z]{2} [A-Z][a-z]{2} .*\d{4}$/gm, " on DATE")
    .replace(/^.*inet6 .*\n.*valid_lft.*\n/gm, "");

async function same(lines: string[]): Promise<void> {
  const wanted = real(lines).split("\n$ ");
  const got = (await simulated(lines)).split("\n$ ");
  expect(got).toEqual(wanted);
}

describe.skipIf(!hasIp)("ip, against iproute2 on this machine", () => {
  test("links and addresses", async () => {
    await same([
      "ip link set lo up",
      "ip -4 addr show lo",
      "ip link add v0 type veth peer name v1",
      "ip link show v0",
      "ip link add br0 type bridge",
      "ip addr add 10.9.0.1/24 dev v0",
      "ip link set v0 up",
      "ip link set v1 up",
      "ip link set v1 master br0",
      "ip link set br0 up",
      "ip addr add 10.9.0.5/24 dev v0 label v0:1",
      "ip -4 addr",
      "ip -o -4 addr",
      "ip -br -4 addr",
      "ip link show v1",
      "ip link show type bridge",
      "ip link show master br0",
      "ip addr add 10.9.0.1/24 dev v0",
      "ip addr del 10.9.0.77/24 dev v0",
      "ip addr add 300.1.1.1/24 dev v0",
      "ip addr add 10.9.0.1/24 dev nope",
      "ip addr add 10.9.0.3/24",
      "ip link set nope up",
      "ip link show nope",
      "ip addr show dev nope",
      "ip link add v0 type veth",
      "ip link add foo type nonsense",
      "ip link del nope",
      "ip foo",
      "ip addr foo",
      "ip route foo",
      "ip link set v0 foo",
      "ip link set v0 down",
      "ip -4 addr show v0",
      "ip link show v1",
      "ip addr flush dev v0",
      "ip -4 addr show v0",
      "ip link del v0",
      "ip link show v1",
    ]);
  });

  test("routes, rules and neighbours", async () => {
    await same([
      "ip link set lo up",
      "ip link add v0 type veth peer name v1",
      "ip addr add 10.9.0.1/24 dev v0",
      "ip link set v0 up",
      "ip link set v1 up",
      "ip route add default via 10.9.0.254",
      "ip route add 10.20.0.0/16 via 10.9.0.2 dev v0 proto bird metric 32",
      "ip route add blackhole 10.21.0.0/16 proto bird metric 32",
      "ip route add unreachable 10.22.0.0/16",
      "ip route add 10.23.0.0/16 via 10.99.0.1 dev v1 onlink",
      "ip route add 10.24.0.0/16 nexthop via 10.9.0.2 weight 1 nexthop via 10.9.0.3 weight 2",
      "ip route add 10.25.0.7 dev v1 scope link proto 80",
      "ip route",
      "ip route show table local",
      "ip route get 10.20.1.1",
      "ip route get 10.9.0.1",
      "ip route get 10.21.0.1",
      "ip route get 10.22.0.1",
      "ip -j route",
      "ip route show 10.20.0.0/16",
      "ip route show dev v0",
      "ip route show proto bird",
      "ip route show default",
      "ip route show 10.77.0.0/16",
      "ip route list table 100",
      "ip route add default via 10.9.0.254",
      "ip route replace 10.20.0.0/16 via 10.9.0.3 metric 32 proto bird",
      "ip route show 10.20.0.0/16",
      "ip route add 10.30.0.0/16 via 172.30.0.1 dev v0",
      "ip route del 10.31.0.0/16",
      "ip route add 10.30.0.1/16 via 10.9.0.2",
      "ip route add 10.30.0.0/16 dev nope",
      "ip route add 10.30.0.0/33 dev v0",
      "ip route add 10.40.0.0/16 via 10.9.0.9 table 100",
      "ip rule add fwmark 0x10/0xff table 100 prio 99",
      "ip rule add from 10.9.0.0/24 lookup 101",
      "ip rule",
      "ip route list table 100",
      "ip route get 10.40.0.1 mark 0x10",
      "ip rule del prio 99",
      "ip rule",
      "ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev v0 nud permanent",
      "ip neigh show dev v0",
      "ip neigh del 10.9.0.2 dev v0",
      "ip neigh show nud permanent",
      "ip route del 10.20.0.0/16",
      "ip route flush proto bird",
      // (whether routes by the peer are marked linkdown depends on when the kernel looks at the carrier)
      "ip route flush dev v1",
      "ip link set v0 down",
      "ip route",
      "ip route get 1.2.3.4",
    ]);
  });
});

describe.skipIf(!hasIptables)("iptables, against iptables-nft on this machine", () => {
  test("rules in, rules out", async () => {
    await same([
      "iptables -L",
      "iptables-save",
      "iptables -A INPUT -p tcp --dport 179 -j DROP",
      "iptables -A INPUT -p tcp --dport 80 -j REJECT",
      'iptables -A INPUT -s 10.0.0.0/8 -i eth+ -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment "hello there" -j ACCEPT',
      "iptables -A INPUT -p icmp --icmp-type echo-request -j ACCEPT",
      'iptables -A INPUT ! -s 10.1.2.3 -p udp --sport 1:1000 -j LOG --log-prefix "bad "',
      "iptables -N FOO",
      "iptables -N BAR",
      "iptables -A FOO -m limit --limit 5/min -j RETURN",
      "iptables -A FORWARD -o eth0 -j FOO",
      "iptables -A FORWARD -g FOO",
      "iptables -A OUTPUT -m mark --mark 0x1/0xff -j MARK --set-mark 1",
      "iptables -A OUTPUT -d 1.2.3.4,5.6.7.8 -p tcp -m multiport --dports 80,443,1000:1500 -j ACCEPT",
      "iptables -A OUTPUT -p tcp --syn -m state --state NEW -j ACCEPT",
      "iptables -I INPUT 2 -p tcp -m tcp -j ACCEPT",
      "iptables -A INPUT -m statistic --mode nth --every 3 --packet 1 -j ACCEPT",
      "iptables -A INPUT -m addrtype --dst-type LOCAL --limit-iface-in",
      "iptables -A INPUT -m iprange --src-range 1.1.1.1-1.1.1.5 -j ACCEPT",
      "iptables -A INPUT -m mark ! --mark 0x4000/0x4000 -j RETURN",
      "iptables -A INPUT -j MARK --or-mark 0x4000",
      "iptables -A INPUT -j MARK --xor-mark 0x4000",
      "iptables -A INPUT -j CONNMARK --save-mark",
      "iptables -A INPUT -p 4 -j ACCEPT",
      "iptables -t nat -A PREROUTING -d 1.2.3.4 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080",
      "iptables -t nat -A POSTROUTING -s 10.0.0.0/8 ! -o eth0 -j MASQUERADE --random-fully",
      "iptables -t nat -A OUTPUT -m statistic --mode random --probability 0.3333 -j ACCEPT",
      "iptables -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15",
      "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
      "iptables -L",
      "iptables -nvL --line-numbers",
      "iptables -L -v -n -x",
      "iptables -t nat -nvL",
      "iptables -S",
      "iptables -v -S INPUT",
      "iptables-save",
      "iptables-save -c -t nat",
      'saved=$(iptables-save); iptables -F; echo "$saved" | iptables-restore; iptables -S',
      "iptables -D INPUT -p tcp --dport 80 -j REJECT",
      "iptables -R INPUT 1 -i lo -j DROP",
      "iptables -S INPUT",
      "iptables -Z",
      "iptables -E FOO BAZ",
      "iptables -S FORWARD",
      "iptables -P INPUT DROP",
      "iptables -S INPUT 1",
    ]);
  });

  test("refusals", async () => {
    await same([
      "iptables -A INPUT -j ACCEPT",
      "iptables -N FOO",
      "iptables -A FOO -j ACCEPT",
      "iptables -A NOPE -j ACCEPT",
      "iptables -A INPUT -j NOPE",
      "iptables -D INPUT 99",
      "iptables -D INPUT -p tcp --dport 9999 -j DROP",
      "iptables -I INPUT 99 -j ACCEPT",
      "iptables -R INPUT 99 -j ACCEPT",
      "iptables -C INPUT -p tcp --dport 178 -j DROP",
      "iptables -N FOO",
      "iptables -X FOO",
      "iptables -X NOPE",
      "iptables -F NOPE",
      "iptables -P INPUT REJECT",
      "iptables -P INPUT",
      "iptables -P FOO DROP",
      "iptables -A INPUT --dport 80 -j DROP",
      "iptables -A INPUT -p tcp --dport nope -j DROP",
      "iptables -A INPUT -p nope -j DROP",
      "iptables -A INPUT -m nope -j DROP",
      "iptables -A INPUT -s 1.2.3.400 -j DROP",
      "iptables -A INPUT --foo -j DROP",
      "iptables -A INPUT -p udp -j REJECT --reject-with tcp-reset",
      "iptables -A INPUT -j SNAT --to-source 1.2.3.4",
      "iptables -t nope -L",
      "iptables",
      "iptables -A",
      "iptables -A INPUT -o eth0 -j DROP",
      "iptables -A OUTPUT -i eth0 -j DROP",
      "echo garbage | iptables-restore",
      "printf '*filter\\n-A NOPE -j ACCEPT\\nCOMMIT\\n' | iptables-restore",
      "printf '*filter\\n-A INPUT -p foo -j ACCEPT\\nCOMMIT\\n' | iptables-restore",
      "printf '*filter\\n-A INPUT -j ACCEPT\\n' | iptables-restore",
    ]);
  });
});
