import { expect, test } from "vitest";
import { layers } from "../../../src/sim/assemble.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { traceWalk } from "../../../src/sim/net/trace.ts";
import { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";

const on = async (machine: Machine, command: string): Promise<string> => {
  const { stdout, stderr, status } = await run(machine, command);
  return `${stdout}${stderr}[${status}]`;
};

/** nc listens on port 179 of the second machine for the whole test. */
async function useListener(): Promise<{ world: World; a: Machine; b: Machine }> {
  const world = await useWorld(["a", "b"]);
  const [a, b] = [world.machine("a"), world.machine("b")];
  b.spawn({ argv: ["/usr/bin/nc", "-lk", "179"], session: true });
  await world.advance(10);
  return { world, a, b };
}

test("nc -zv tells apart open, refused, dropped, unreachable and unknown", async () => {
  const { world, a, b } = await useListener();
  expect(await on(a, "nc -zv 192.168.56.11 179")).toBe("Connection to 192.168.56.11 179 port [tcp/bgp] succeeded!\n[0]");
  expect(await on(a, "nc -zv 192.168.56.11 180")).toBe("nc: connect to 192.168.56.11 port 180 (tcp) failed: Connection refused\n[1]");
  expect(await on(a, "nc -zv 192.168.56.99 179")).toBe("nc: connect to 192.168.56.99 port 179 (tcp) failed: No route to host\n[1]");
  expect(await on(a, "nc -zv nowhere.invalid 179")).toMatch(/^nc: getaddrinfo for host "nowhere.invalid" port 179: .*\n\[1\]$/);
  expect(await on(b, "iptables -A INPUT -p tcp --dport 179 -j DROP")).toBe("[0]");
  const before = world.timeline.now;
  expect(await on(a, "nc -zv -w 3 192.168.56.11 179")).toBe(
    "nc: connect to 192.168.56.11 port 179 (tcp) timed out: Operation now in progress\n[1]",
  );
  expect(world.timeline.now - before).toBe(3000);
  expect(await on(b, "iptables -nvL INPUT | grep dpt:179 | awk '{print $1, $2, $3}'")).toBe("2 120 DROP\n[0]");
  await on(b, "iptables -R INPUT 1 -p tcp --dport 179 -j REJECT");
  expect(await on(a, "nc -zv 192.168.56.11 179")).toBe("nc: connect to 192.168.56.11 port 179 (tcp) failed: Connection refused\n[1]");
  await on(b, "iptables -R INPUT 1 -p tcp --dport 179 -j REJECT --reject-with icmp-host-prohibited");
  expect(await on(a, "nc -zv 192.168.56.11 179")).toBe("nc: connect to 192.168.56.11 port 179 (tcp) failed: No route to host\n[1]");
});

test("ping shows answers, silence and errors as iputils does", async () => {
  const { a, b } = await useListener();
  expect((await run(a, "ping -c 2 192.168.56.11")).stdout).toMatch(
    /^PING 192\.168\.56\.11 \(192\.168\.56\.11\) 56\(84\) bytes of data\.\n(64 bytes from 192\.168\.56\.11: icmp_seq=\d ttl=64 time=[\d.]+ ms\n){2}\n--- 192\.168\.56\.11 ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time \d+ms\nrtt min\/avg\/max\/mdev = [\d./]+ ms\n$/,
  );
  expect(await on(a, "ping -c 2 192.168.56.99")).toBe(
    "PING 192.168.56.99 (192.168.56.99) 56(84) bytes of data.\nFrom 192.168.56.10 icmp_seq=1 Destination Host Unreachable\nFrom 192.168.56.10 icmp_seq=2 Destination Host Unreachable\n\n--- 192.168.56.99 ping statistics ---\n2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1000ms\npipe 2\n[1]",
  );
  await on(b, "iptables -A INPUT -p icmp -j DROP");
  expect(await on(a, "ping -c 1 -W 1 192.168.56.11")).toBe(
    "PING 192.168.56.11 (192.168.56.11) 56(84) bytes of data.\n\n--- 192.168.56.11 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n[1]",
  );
  await on(b, "iptables -R INPUT 1 -p icmp -j REJECT --reject-with icmp-admin-prohibited");
  expect(await on(a, "ping -c 1 192.168.56.11")).toContain("From 192.168.56.11 icmp_seq=1 Packet filtered\n");
  await on(a, "ip route add blackhole 10.9.0.0/16; ip route add unreachable 10.8.0.0/16");
  expect(await on(a, "ping -c 1 10.9.0.1")).toBe("ping: connect: Invalid argument\n[2]");
  expect(await on(a, "ping -c 1 10.8.0.1")).toBe("ping: connect: No route to host\n[2]");
});

test("ss shows who listens, who waits for an answer and what is not acknowledged", async () => {
  const { world, a, b } = await useListener();
  expect(await on(b, "ss -H -tln 'sport = :179'")).toMatch(/^LISTEN 0 +1 +0\.0\.0\.0:179 +0\.0\.0\.0:\* *\n\[0\]$/);
  expect((await run(b, "ss -tlnp")).stdout).toMatch(/0\.0\.0\.0:179 .*users:\(\("nc",pid=\d+,fd=3\)\)/);
  await on(b, "iptables -A INPUT -p tcp --dport 179 -j DROP");
  const nc = a.spawn({ argv: ["/usr/bin/nc", "-z", "192.168.56.11", "179"], session: true });
  await world.advance(2000);
  expect((await run(a, "ss -tnpo")).stdout).toMatch(
    /SYN-SENT 0 +1 +192\.168\.56\.10:\d+ 192\.168\.56\.11:179 +users:\(\("nc",pid=\d+,fd=3\)\) timer:\(on,[\d.]+m?s(ec)?,\d\)/,
  );
  nc.raise("SIGKILL");
  expect((await run(a, "ss -Htn")).stdout).toBe("");
});

test("conntrack lists what the kernel tracks once rules look at connections", async () => {
  const { a } = await useListener();
  await on(a, "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT");
  await on(a, "nc -z 192.168.56.11 179");
  expect((await run(a, "conntrack -L -p tcp --dport 179")).stdout).toMatch(
    /^tcp +6 \d+ TIME_WAIT src=192\.168\.56\.10 dst=192\.168\.56\.11 sport=\d+ dport=179 src=192\.168\.56\.11 dst=192\.168\.56\.10 sport=179 dport=\d+ \[ASSURED\] mark=0 use=1\n$/,
  );
});

test("what the kernel holds survives a snapshot, and not a reboot", async () => {
  const { world, b } = await useListener();
  await on(
    b,
    "iptables -A INPUT -p tcp --dport 179 -j DROP; ip route add 10.5.0.0/16 via 192.168.56.10; ipset create s hash:ip; ipset add s 1.2.3.4",
  );
  const again = World.load(layers(), world.save());
  expect(await on(again.machine("b"), "iptables -S INPUT; ip route show 10.5.0.0/16; ipset list -n")).toBe(
    "-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 179 -j DROP\n10.5.0.0/16 via 192.168.56.10 dev enp0s8 \ns\n[0]",
  );
  b.powerOff();
  b.powerOn();
  await world.until(() => false, 20_000);
  expect(await on(b, "iptables -S INPUT; ip route show 10.5.0.0/16; ipset list -n")).toBe("-P INPUT ACCEPT\n[0]");
});

test("a trace names the rule that stops a packet", async () => {
  const { world, b } = await useListener();
  const request = { machine: "a", to: "192.168.56.11", proto: "tcp" as const, port: 179 };
  expect(traceWalk(world, request)).toMatchObject({ outcome: "answered", arrived: { machine: "b", process: "nc" } });
  await on(b, "iptables -A INPUT -p tcp --dport 179 -j DROP");
  const result = traceWalk(world, request);
  expect(result.outcome).toBe("no answer");
  expect(result.there.at(-1)).toEqual({
    machine: "b",
    netns: "",
    where: "filter/INPUT rule 1: -A INPUT -p tcp -m tcp --dport 179 -j DROP",
    verdict: "DROP",
  });
});

test("what is not modelled says so", async () => {
  const { a } = await useListener();
  expect(await on(a, "iptables -A INPUT -m recent --set -j DROP")).toBe("kubemend: not simulated: iptables -m recent\n[125]");
  expect(await on(a, "tcpdump -i any")).toBe("kubemend: not simulated: tcpdump -i any\n[125]");
  expect(await on(a, "ss -ti")).toBe("kubemend: not simulated: ss -i\n[125]");
});

test("route adds and deletes, and refuses as the kernel does", async () => {
  const world = await useWorld(["a", "b"]);
  const a = world.machine("a");
  expect(await on(a, "route add -net 10.99.0.0 netmask 255.255.0.0 gw 192.168.56.11; route -n | grep 10.99")).toBe(
    "10.99.0.0       192.168.56.11   255.255.0.0     UG    0      0        0 enp0s8\n[0]",
  );
  expect(await on(a, "route del -net 10.99.0.0 netmask 255.255.0.0; route -n | grep 10.99")).toBe("[1]");
  expect(await on(a, "route del -net 10.99.0.0 netmask 255.255.0.0")).toBe("SIOCDELRT: No such process\n[7]");
  expect(await on(a, "route add -net 10.99.0.1 netmask 255.255.0.0 gw 192.168.56.11")).toContain("netmask doesn't match route address");
});
