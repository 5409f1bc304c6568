import { expect, test } from "vitest";
import { World } from "../../../src/sim/world.ts";
import { executable } from "../../../src/sim/fs/image.ts";
import { ipOf, prefixText } from "../../../src/sim/net/ip.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import { bareLayers, bareWorld } from "./world.ts";

function daemon(machine: Machine, ...args: string[]): Proc {
  const fs = machine.rootFs();
  if (!fs.exists("/test-echo")) {
    fs.write("/test-echo", "", { mode: 0o755 });
    fs.setContent("/test-echo", executable("test-echo"));
  }
  if (machine.state.nextPid === 1) machine.state.nextPid = 100; // process 1 cannot be killed
  const p = machine.spawn({ argv: ["/test-echo", ...args], sinks: { out: { kind: "null" }, err: { kind: "null" } } });
  return p;
}

async function pair(): Promise<{ world: World; a: Proc; b: Proc; A: Machine; B: Machine }> {
  const world = bareWorld(["a", "b"]);
  const A = world.machine("a");
  const B = world.machine("b");
  const a = daemon(A, "81");
  const b = daemon(B, "80");
  await world.advance(10);
  return { world, a, b, A, B };
}

const rule = (world: World, machine: string, text: string): void =>
  world.network.ns(machine).iptablesRestore(`*filter\n${text}\nCOMMIT\n`, { noflush: true });
const flush = (world: World, machine: string): void => world.network.ns(machine).iptablesRestore("*filter\nCOMMIT\n");

test("connects, asks, and is refused where nobody listens", async () => {
  const { a } = await pair();
  const c = a.net.connect("192.168.56.11", 80);
  expect(c).toMatchObject({ ok: true, local: { ip: "192.168.56.10" } });
  expect(a.net.exchange(c.ok ? c.conn : 0, "hi")).toMatchObject({ ok: true, reply: { echo: "hi", peer: "192.168.56.10" } });
  expect(a.net.connect("192.168.56.11", 8080)).toMatchObject({ ok: false, code: "ECONNREFUSED" });
  expect(a.net.connect("127.0.0.1", 81)).toMatchObject({ ok: true, local: { ip: "127.0.0.1" } });
  expect(a.net.connect("192.168.56.10", 81)).toMatchObject({ ok: true, local: { ip: "192.168.56.10" } });
  expect(a.net.connect("192.168.56.99", 80)).toMatchObject({ ok: false, code: "EHOSTUNREACH", after: 3070 });
  expect(a.net.connect("203.0.113.9", 80)).toMatchObject({ ok: false, code: "ETIMEDOUT" });
  expect(a.net.ping("192.168.56.11")).toMatchObject({ ok: true, ttl: 64 });
  expect(a.net.ping("10.0.2.2")).toMatchObject({ ok: true });
  expect(a.net.ping("192.168.56.99")).toMatchObject({ ok: false, kind: "unreachable", from: "192.168.56.10", code: "host" });
  expect(a.net.ask("192.168.56.11", 80, "x")).toMatchObject({ ok: true });
  expect(a.net.ask("192.168.56.11", 99, "x")).toMatchObject({ ok: false, code: "ECONNREFUSED" });
});

test.each([
  ["b", "-A INPUT -p tcp --dport 80 -j DROP", "ETIMEDOUT"],
  ["b", "-A INPUT -p tcp --dport 80 -j REJECT", "ECONNREFUSED"],
  ["b", "-A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset", "ECONNREFUSED"],
  ["b", "-A INPUT -p tcp --dport 80 -j REJECT --reject-with icmp-host-prohibited", "EHOSTUNREACH"],
  ["b", "-A INPUT -p tcp --dport 80 -j REJECT --reject-with icmp-net-unreachable", "ENETUNREACH"],
  ["b", "-A OUTPUT -p tcp --sport 80 -j DROP", "ETIMEDOUT"],
  ["b", "-A OUTPUT -p tcp --sport 80 -j REJECT", "ETIMEDOUT"],
  ["a", "-A OUTPUT -p tcp --dport 80 -j DROP", "ETIMEDOUT"],
  ["a", "-A OUTPUT -p tcp --dport 80 -j REJECT", "ECONNREFUSED"],
  ["a", "-A OUTPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset", "ECONNREFUSED"],
  ["a", "-A INPUT -p tcp --sport 80 -j DROP", "ETIMEDOUT"],
  ["b", ":INPUT DROP [0:0]", "ETIMEDOUT"],
  ["b", "-A INPUT -s 192.168.56.99 -j DROP", undefined],
  ["b", "-A INPUT ! -i lo -p tcp -m multiport --dports 79,80 -j DROP", "ETIMEDOUT"],
])("on %s: %s", async (machine, text, code) => {
  const { world, a } = await pair();
  rule(world, machine, text);
  const c = a.net.connect("192.168.56.11", 80);
  expect(c.ok ? undefined : c.code).toBe(code);
  flush(world, machine);
  if (!text.startsWith(":")) expect(a.net.connect("192.168.56.11", 80).ok).toBe(true);
});

test("a live connection outlives DROP and REJECT, its data waits and arrives after the rule has gone", async () => {
  const { world, a, b } = await pair();
  const c = a.net.connect("192.168.56.11", 80);
  if (!c.ok) throw new Error("no connection");
  await world.advance(1);
  rule(world, "b", "-A INPUT -p tcp --dport 80 -j REJECT");
  a.net.send(c.conn, "late");
  await world.advance(30_000);
  expect(JSON.stringify(b.data.log)).not.toContain("late");
  expect(a.net.isOpen(c.conn)).toBe(true);
  const saved = World.load(bareLayers(), world.save());
  flush(saved, "b");
  await saved.advance(60_000);
  expect(JSON.stringify(saved.machine("b").procs.get(b.pid)!.data.log)).toContain("late");
});

test("nothing acknowledged for tcp_retries2 ends the sender's side; tcp-reset ends it at once", async () => {
  const { world, a, b } = await pair();
  const c = a.net.connect("192.168.56.11", 80);
  const d = a.net.connect("192.168.56.11", 80);
  if (!c.ok || !d.ok) throw new Error("no connection");
  rule(world, "b", "-A INPUT -p tcp --dport 80 -j DROP");
  a.net.send(c.conn, "lost");
  await world.advance(1_000_000);
  expect(a.data.log).toContainEqual(["closed", { conn: c.conn, why: "timeout" }]);
  flush(world, "b");
  rule(world, "b", "-A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset");
  a.net.send(d.conn, "cut");
  await world.advance(10);
  expect(a.data.log).toContainEqual(["closed", { conn: d.conn, why: "reset" }]);
  flush(world, "b");
  // the other side knows nothing of it until it speaks
  const other = (b.data.conns as number[])[1]!;
  expect(b.net.isOpen(other)).toBe(true);
  b.net.send(other, "hello?");
  await world.advance(10);
  expect(b.data.log).toContainEqual(["closed", { conn: other, why: "reset" }]);
});

test("closing tells the peer; a killed process closes; a machine without power does not", async () => {
  const { world, a, b, A } = await pair();
  const c = a.net.connect("192.168.56.11", 80);
  if (!c.ok) throw new Error("no connection");
  a.net.shut(c.conn);
  await world.advance(10);
  expect(b.data.log).toContainEqual(["closed", { conn: c.conn, why: "fin" }]);
  const d = a.net.connect("192.168.56.11", 80);
  const d2 = d.ok ? d.conn : 0;
  A.kill(undefined, a.pid, "SIGKILL");
  await world.advance(10);
  expect(b.data.log).toContainEqual(["closed", { conn: d2, why: "fin" }]);
  const again = daemon(A, "81");
  await world.advance(10);
  const e = again.net.connect("192.168.56.11", 80);
  A.powerOff();
  await world.advance(10);
  expect(b.net.isOpen(e.ok ? e.conn : 0)).toBe(true);
  b.net.send(e.ok ? e.conn : 0, "x");
  await world.advance(1_000_000);
  expect(b.data.log).toContainEqual(["closed", { conn: e.ok ? e.conn : 0, why: "timeout" }]);
});

test("ESTABLISHED accept rules let answers in through a DROP policy", async () => {
  const { world, a, b } = await pair();
  rule(world, "a", ":INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
  expect(a.net.connect("192.168.56.11", 80).ok).toBe(true);
  expect(a.net.connect("192.168.56.11", 8080)).toMatchObject({ code: "ECONNREFUSED" });
  expect(b.net.connect("192.168.56.10", 81)).toMatchObject({ code: "ETIMEDOUT" });
  expect(world.network.ns("a").iptablesSave("filter", true)).toMatch(
    /\[\d+:\d+\] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT/,
  );
});

/** A pod on a machine: a veth pair with the node's side routed, as Calico does it. */
function pod(world: World, machine: string, ip: string, name: string): void {
  const host = world.network.ns(machine);
  const ns = world.network.createNs(machine, name);
  ns.setUp("lo", true);
  ns.addLink({ name: "eth0", kind: "veth", peer: { name: `cali${name}`, ns: "", mac: "ee:ee:ee:ee:ee:ee" } });
  ns.setUp("eth0", true);
  ns.addAddress("eth0", `${ip}/32`);
  host.setUp(`cali${name}`, true);
  host.setSysctl(`net/ipv4/conf/cali${name}/proxy_arp`, "1");
  host.addRoute({ dst: ip, dev: `cali${name}` });
  host.setSysctl("net/ipv4/ip_forward", "1");
  ns.addRoute({ dst: "169.254.1.1", dev: "eth0", scope: "link" });
  ns.addRoute({ dst: "default", via: "169.254.1.1", dev: "eth0" });
}

function inPod(machine: Machine, netns: string, ...args: string[]): Proc {
  daemon(machine, "9999").finish({ code: 0 });
  return machine.spawn({ argv: ["/test-echo", ...args], netns, sinks: { out: { kind: "null" }, err: { kind: "null" } } });
}

test("pods reach each other through routes, IPIP and VXLAN; the outer packets pass the rules", async () => {
  const { world, A, B } = await pair();
  pod(world, "a", "10.244.1.2", "p1");
  pod(world, "b", "10.244.2.2", "p2");
  const client = inPod(A, "p1", "80");
  inPod(B, "p2", "80");
  await world.advance(10);
  const [a, b] = [world.network.ns("a"), world.network.ns("b")];
  const ask = (): unknown => {
    const c = client.net.connect("10.244.2.2", 80);
    return c.ok ? client.net.exchange(c.conn, "q") : c.code;
  };
  expect(ask()).toBe("ETIMEDOUT");
  // plain routes
  a.addRoute({ dst: "10.244.2.0/24", via: "192.168.56.11", proto: "bird" });
  b.addRoute({ dst: "10.244.1.0/24", via: "192.168.56.10", proto: "bird" });
  expect(ask()).toMatchObject({ ok: true, reply: { peer: "10.244.1.2" } });
  a.replaceRoute({ dst: "10.244.2.0/24", type: "blackhole", proto: "bird" });
  expect(ask()).toBe("ETIMEDOUT");
  a.replaceRoute({ dst: "10.244.2.0/24", type: "unreachable", proto: "bird" });
  expect(ask()).toBe("EHOSTUNREACH");
  // IPIP
  for (const ns of [a, b]) {
    ns.addLink({ name: "tunl0", kind: "ipip", mtu: 1480 });
    ns.setUp("tunl0", true);
  }
  a.addAddress("tunl0", "10.244.1.1/32");
  b.addAddress("tunl0", "10.244.2.1/32");
  a.replaceRoute({ dst: "10.244.2.0/24", via: "192.168.56.11", dev: "tunl0", onlink: true, proto: "bird" });
  b.replaceRoute({ dst: "10.244.1.0/24", via: "192.168.56.10", dev: "tunl0", onlink: true, proto: "bird" });
  expect(ask()).toMatchObject({ ok: true, reply: { peer: "10.244.1.2" } });
  rule(world, "b", "-A INPUT -p 4 -j DROP");
  expect(ask()).toBe("ETIMEDOUT");
  flush(world, "b");
  // VXLAN, as Felix programs it
  for (const [ns, own, other, otherIp, block] of [
    [a, "10.244.1.1", "66:00:00:00:00:0b", "192.168.56.11", "10.244.2.0/24"],
    [b, "10.244.2.1", "66:00:00:00:00:0a", "192.168.56.10", "10.244.1.0/24"],
  ] as const) {
    ns.deleteAddress("tunl0", `${own}/32`);
    ns.addLink({
      name: "vxlan.calico",
      kind: "vxlan",
      vni: 4096,
      port: 4789,
      learning: false,
      mac: own === "10.244.1.1" ? "66:00:00:00:00:0a" : "66:00:00:00:00:0b",
    });
    ns.setUp("vxlan.calico", true);
    ns.addAddress("vxlan.calico", `${own}/32`);
    const gateway = block.replace("0/24", "1");
    ns.setNeighbour({ ip: gateway, dev: "vxlan.calico", mac: other });
    ns.setFdb({ dev: "vxlan.calico", mac: other, dst: otherIp });
    ns.replaceRoute({ dst: block, via: gateway, dev: "vxlan.calico", onlink: true });
  }
  expect(ask()).toMatchObject({ ok: true, reply: { peer: "10.244.1.2" } });
  rule(world, "b", "-A INPUT -p udp --dport 4789 -j DROP");
  expect(ask()).toBe("ETIMEDOUT");
});

test("services: DNAT by kube-proxy's rules, masquerade, no endpoints, hairpin", async () => {
  const { world, a, A, B } = await pair();
  pod(world, "b", "10.244.2.2", "p2");
  inPod(B, "p2", "80");
  await world.advance(10);
  const ns = world.network.ns("a");
  ns.addRoute({ dst: "10.244.2.0/24", via: "192.168.56.11" });
  ns.iptablesRestore(
    `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-X - [0:0]
:KUBE-SEP-X - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-X
-A KUBE-SVC-X ! -s 10.244.0.0/16 -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j KUBE-MARK-MASQ
-A KUBE-SVC-X -m statistic --mode random --probability 1.00000000000 -j KUBE-SEP-X
-A KUBE-SEP-X -p tcp -m tcp -j DNAT --to-destination 10.244.2.2:80
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
COMMIT
*filter
-A OUTPUT -d 10.96.0.2/32 -p tcp -m tcp --dport 443 -j REJECT
COMMIT
`,
  );
  const c = a.net.connect("10.96.0.1", 443);
  expect(c.ok).toBe(true);
  expect(a.net.exchange(c.ok ? c.conn : 0, "q")).toMatchObject({
    ok: true,
    reply: { peer: "192.168.56.10", local: { ip: "10.244.2.2", port: 80 } },
  });
  expect(a.net.connect("10.96.0.2", 443)).toMatchObject({ code: "ECONNREFUSED" });
  const entry = ns.conntrack.list().find((ct) => ct.orig.dport === 443)!;
  expect(entry).toMatchObject({
    orig: { dst: ipOf("10.96.0.1") },
    reply: { src: ipOf("10.244.2.2"), sport: 80 },
    state: "ESTABLISHED",
    assured: true,
  });
  // a rule that rejects behind the DNAT answers in the service's name
  world.network.ns("b").iptablesRestore("*filter\n-A FORWARD -p tcp --dport 80 -j REJECT\nCOMMIT\n");
  expect(a.net.connect("10.96.0.1", 443)).toMatchObject({ code: "ECONNREFUSED" });
  void A;
});

test("a bridge with pods: ARP through ports, bridge-nf, masquerade to the outside", async () => {
  const { world, A } = await pair();
  const host = world.network.ns("a");
  host.addLink({ name: "cni0", kind: "bridge" });
  host.setUp("cni0", true);
  host.addAddress("cni0", "10.85.0.1/16");
  host.setSysctl("net/ipv4/ip_forward", "1");
  for (const n of [2, 3]) {
    const ns = world.network.createNs("a", `n${n}`);
    ns.addLink({ name: "eth0", kind: "veth", peer: { name: `veth${n}`, ns: "" } });
    ns.setUp("eth0", true);
    ns.addAddress("eth0", `10.85.0.${n}/16`);
    ns.addRoute({ dst: "default", via: "10.85.0.1" });
    host.setMaster(`veth${n}`, "cni0");
    host.setUp(`veth${n}`, true);
  }
  const one = inPod(A, "n2", "80");
  inPod(A, "n3", "80");
  await world.advance(10);
  expect(one.net.connect("10.85.0.3", 80).ok).toBe(true);
  expect(one.net.connect("10.85.0.1", 81).ok).toBe(true);
  rule(world, "a", ":FORWARD DROP [0:0]");
  expect(one.net.connect("10.85.0.3", 80).ok).toBe(true);
  world.network.setBridgeNetfilter(A, true);
  expect(one.net.connect("10.85.0.3", 80)).toMatchObject({ code: "ETIMEDOUT" });
  rule(world, "a", ":FORWARD ACCEPT [0:0]");
  expect(one.net.connect("10.85.0.3", 80).ok).toBe(true);
  // b does not know 10.85.0.0/16: its answers go astray until a hides the pods
  expect(one.net.connect("192.168.56.11", 80)).toMatchObject({ code: "ETIMEDOUT" });
  host.iptablesRestore("*nat\n-A POSTROUTING -s 10.85.0.0/16 ! -d 10.85.0.0/16 -j MASQUERADE\nCOMMIT\n");
  expect(one.net.connect("192.168.56.11", 80).ok).toBe(true);
  void prefixText;
});

test("the host comes in through the NAT and through the private network", async () => {
  const { world } = await pair();
  expect(world.network.fromHost("b", 80).ok).toBe(true);
  rule(world, "b", "-A INPUT -i enp0s3 -j DROP");
  expect(world.network.fromHost("b", 80)).toMatchObject({ code: "ETIMEDOUT" });
  const c = world.network.fromHost("b", 80, "192.168.56.11");
  expect(world.network.exchangeFromHost(c.ok ? c.conn : 0, "m")).toMatchObject({ ok: true, reply: { peer: "192.168.56.1" } });
});

test("without its private card a machine reaches the others through the NAT, as the host", async () => {
  const { world, a } = await pair();
  const ns = world.network.ns("a");
  ns.setUp("enp0s8", false);
  const c = a.net.connect("192.168.56.11", 80);
  expect(c).toMatchObject({ ok: true, local: { ip: "10.0.2.15" } });
  expect(a.net.exchange(c.ok ? c.conn : 0, "q")).toMatchObject({ ok: true, reply: { peer: "192.168.56.1" } });
  expect(a.net.ping("192.168.56.11")).toMatchObject({ ok: true });
  expect(a.net.connect("172.16.1.5", 80)).toMatchObject({ code: "ETIMEDOUT" });
  ns.setUp("enp0s8", true);
  expect(a.net.connect("192.168.56.11", 80)).toMatchObject({ ok: true, local: { ip: "192.168.56.10" } });
});
