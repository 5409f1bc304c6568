import { expect, test } from "vitest";
import { birdConf, command, pass, protocols, useBirds } from "./birds.ts";

const routes = async (world: Awaited<ReturnType<typeof useBirds>>, machine: string): Promise<string[]> => {
  const ns = world.network.ns(machine, "");
  return ns
    .routes("main")
    .flatMap((r) =>
      r.proto === "bird" && r.dst.startsWith("172.16.") ? [`${r.dst} ${r.type === "unicast" ? `via ${r.via} dev ${r.dev}` : r.type}`] : [],
    );
};
const rule = (world: Awaited<ReturnType<typeof useBirds>>, machine: string, ...rules: string[]): void =>
  world.network.ns(machine, "").iptablesRestore(`*filter\n${rules.join("\n")}\nCOMMIT\n`, { noflush: true });
const flush = (world: Awaited<ReturnType<typeof useBirds>>, machine: string): void =>
  world.network.ns(machine, "").iptablesRestore("*filter\nCOMMIT\n");

test("a full mesh establishes and programs routes as recorded (bird-02)", async () => {
  const world = await useBirds();
  await pass(world, 15);
  expect(await protocols(world, "master")).toEqual({
    device1: "up",
    direct1: "up",
    kernel1: "up",
    static1: "up",
    node1: "up Established",
    node2: "up Established",
  });
  expect(await routes(world, "master")).toEqual([
    "172.16.0.0/24 blackhole",
    "172.16.1.0/24 via 192.168.56.11 dev enp0s8",
    "172.16.2.0/24 via 192.168.56.12 dev enp0s8",
  ]);
  const shown = (await command(world, "master", "/usr/sbin/birdc show route")).replace(/\d\d:\d\d:\d\d\.\d{3}/g, "TIME");
  expect(shown).toBe(`BIRD 2.0.12 ready.
Table master4:
192.168.56.0/24      unicast [direct1 TIME] * (240)
	dev enp0s8
172.16.0.0/24        blackhole [static1 TIME] * (200)
172.16.1.0/24        unicast [node1 TIME] * (100) [i]
	via 192.168.56.11 on enp0s8
172.16.2.0/24        unicast [node2 TIME] * (100) [i]
	via 192.168.56.12 on enp0s8
`);
  const all = (await command(world, "master", "/usr/sbin/birdc show protocols all node1"))
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, "TIME")
    .replace(/[\d.]+\/(240|80)/g, "N/$1")
    .replace(/(updates|withdraws):.*/g, "$1:");
  expect(all).toBe(`BIRD 2.0.12 ready.
Name       Proto      Table      State  Since         Info
node1      BGP        ---        up     TIME  Established   
  BGP state:          Established
    Neighbor address: 192.168.56.11
    Neighbor AS:      64512
    Local AS:         64512
    Neighbor ID:      192.168.56.11
    Local capabilities
      Multiprotocol
        AF announced: ipv4
      Route refresh
      Graceful restart
      4-octet AS numbers
      Enhanced refresh
      Long-lived graceful restart
    Neighbor capabilities
      Multiprotocol
        AF announced: ipv4
      Route refresh
      Graceful restart
      4-octet AS numbers
      Enhanced refresh
      Long-lived graceful restart
    Session:          internal multihop AS4
    Source address:   192.168.56.10
    Hold timer:       N/240
    Keepalive timer:  N/80
  Channel ipv4
    State:          UP
    Table:          master4
    Preference:     100
    Input filter:   ACCEPT
    Output filter:  (unnamed)
    Routes:         1 imported, 1 exported, 1 preferred
    Route change stats:     received   rejected   filtered    ignored   accepted
      Import updates:
      Import withdraws:
      Export updates:
      Export withdraws:
    BGP Next hop:   192.168.56.10
    IGP IPv4 table: master4

`);
});

test("without the direct protocol next hops cannot be resolved (bird-01)", async () => {
  const world = await useBirds();
  world
    .machine("master")
    .rootFs()
    .write("/etc/bird/bird.conf", birdConf("master", { direct: false }));
  await command(world, "master", "/usr/sbin/birdc configure");
  await pass(world, 15);
  expect(await protocols(world, "master")).toMatchObject({ direct1: "down", node1: "up Established" });
  expect(await routes(world, "master")).toEqual(["172.16.0.0/24 blackhole", "172.16.1.0/24 unreachable", "172.16.2.0/24 unreachable"]);
});

test.each([
  ["icmp-port-unreachable (bird-03)", "REJECT --reject-with icmp-port-unreachable"],
  ["tcp-reset (bird-04)", "REJECT --reject-with tcp-reset"],
])("a REJECT with %s refuses new sessions and is retried every few seconds", async (_name, target) => {
  const world = await useBirds();
  await pass(world, 15);
  rule(world, "node1", `-A INPUT -p tcp --dport 179 -j ${target}`, `-A OUTPUT -p tcp --dport 179 -j ${target}`);
  expect(await command(world, "master", "/usr/sbin/birdc restart node1")).toBe("BIRD 2.0.12 ready.\nnode1: restarted\n");
  await pass(world, 2);
  expect(await protocols(world, "master")).toMatchObject({ node1: "start Active", node2: "up Established" });
  await pass(world, 8);
  expect(await protocols(world, "master")).toMatchObject({ node1: "start Active Socket: Connection refused" });
  expect(await routes(world, "master")).not.toContain("172.16.1.0/24 via 192.168.56.11 dev enp0s8");
  flush(world, "node1");
  await pass(world, 20);
  expect(await protocols(world, "master")).toMatchObject({ node1: "up Established" });
});

test("DROP ends a live session only when the hold timer runs out (bird-08)", async () => {
  const world = await useBirds();
  await pass(world, 15);
  rule(world, "node1", ...["INPUT", "OUTPUT"].flatMap((c) => [`-A ${c} -p tcp --dport 179 -j DROP`, `-A ${c} -p tcp --sport 179 -j DROP`]));
  await pass(world, 120);
  expect(await protocols(world, "master")).toMatchObject({ node1: "up Established", node2: "up Established" });
  await pass(world, 135);
  expect((await protocols(world, "master")).node1).toMatch(/^start (Idle|Active|Connect) BGP Error: Hold timer expired$/);
  const onNode1 = await protocols(world, "node1");
  expect(onNode1.master).toMatch(/BGP Error: Hold timer expired$/);
  expect(onNode1.node2).toMatch(/BGP Error: Hold timer expired$/);
  expect(await routes(world, "node1")).toEqual(["172.16.1.0/24 blackhole"]);
  expect(await routes(world, "master")).toEqual(["172.16.0.0/24 blackhole", "172.16.2.0/24 via 192.168.56.12 dev enp0s8"]);
  await pass(world, 60);
  expect((await protocols(world, "master")).node1).toBe("start Connect BGP Error: Hold timer expired");
  expect(world.machine("master").rootFs().readText("/var/log/bird.log")).toMatch(/<RMT> node1: Error: Hold timer expired/);
  flush(world, "node1");
  await pass(world, 130);
  expect(await protocols(world, "node1")).toMatchObject({ master: "up Established", node2: "up Established" });
});

test("other failures say what they are (bird-06)", async () => {
  const world = await useBirds();
  await pass(world, 15);
  expect(await command(world, "node1", "/usr/sbin/birdc down")).toBe("BIRD 2.0.12 ready.\nShutdown requested\n");
  expect(await command(world, "node1", "/usr/sbin/birdc show protocols")).toBe(
    "Unable to connect to server control socket (/run/bird/bird.ctl): No such file or directory\n",
  );
  await pass(world, 1);
  expect(await protocols(world, "master")).toMatchObject({ node1: "start Active Received: Administrative shutdown" });
  await pass(world, 10);
  expect(await protocols(world, "master")).toMatchObject({ node1: "start Active Socket: Connection refused" });
  world
    .machine("node1")
    .rootFs()
    .write("/etc/bird/bird.conf", birdConf("node1", { as: 64513 }));
  await command(world, "node1", "/usr/sbin/bird");
  await pass(world, 25);
  expect(await protocols(world, "master")).toMatchObject({ node1: "start Idle BGP Error: Bad peer AS" });
  expect(await command(world, "master", "/usr/sbin/birdc show protocols all node1")).toMatch(
    / {4}Error wait: {7}\d+\.\d{3}\/60\n {4}Last error: {7}BGP Error: Bad peer AS\n/,
  );
  world.machine("master").rootFs().write("/etc/bird/bird.conf", "protocol bgp x from nothing { }\n");
  expect(await command(world, "master", "/usr/sbin/birdc configure")).toBe(
    "BIRD 2.0.12 ready.\nReading configuration from /etc/bird/bird.conf\n/etc/bird/bird.conf:1:21 syntax error, unexpected CF_SYM_UNDEFINED, expecting CF_SYM_KNOWN\n",
  );
  world
    .machine("master")
    .rootFs()
    .write("/etc/bird/bird.conf", birdConf("master", { peers: { node1: { address: "192.168.56.99" }, node2: {} } }));
  await command(world, "master", "/usr/sbin/birdc configure");
  await pass(world, 20);
  expect((await protocols(world, "master")).node1).toMatch(/Socket: No route to host$/);
});

test("direct iBGP sessions find next hops on the machine's own networks, without a route of BIRD's (BIRD 2.0.12)", async () => {
  const world = await useBirds();
  for (const name of ["master", "node1", "node2"]) {
    const conf = birdConf(name, { direct: false }).replace(
      "    ipv4 {\n        import all;",
      "    direct;\n    ipv4 {\n        import where net ~ [ 172.16.0.0/16+ ];",
    );
    world.machine(name).rootFs().write("/etc/bird/bird.conf", conf.replace("export all;", "export where source = RTS_BGP;"));
    await command(world, name, "/usr/sbin/birdc configure");
  }
  await pass(world, 90);
  const shown = (await command(world, "master", "/usr/sbin/birdc show route")).replace(/\d\d:\d\d:\d\d\.\d{3}/g, "TIME");
  expect(shown).toBe(`BIRD 2.0.12 ready.
Table master4:
172.16.0.0/24        blackhole [static1 TIME] * (200)
172.16.1.0/24        unicast [node1 TIME] * (100) [i]
	via 192.168.56.11 on enp0s8
172.16.2.0/24        unicast [node2 TIME] * (100) [i]
	via 192.168.56.12 on enp0s8
`);
  expect(await routes(world, "master")).toEqual([
    "172.16.1.0/24 via 192.168.56.11 dev enp0s8",
    "172.16.2.0/24 via 192.168.56.12 dev enp0s8",
  ]);
  const all = await command(world, "master", "/usr/sbin/birdc show protocols all node1");
  expect(all).toContain("    Session:          internal AS4\n");
  expect(all).toContain(
    "    Input filter:   (unnamed)\n    Output filter:  (unnamed)\n    Routes:         1 imported, 1 exported, 1 preferred\n",
  );
  expect(all).not.toContain("IGP IPv4 table");

  // recorded: `ip link set enp0s8 down`, and up again
  const ns = world.network.ns("master", "");
  ns.setUp("enp0s8", false);
  await pass(world, 4);
  expect(await protocols(world, "master")).toMatchObject({
    node1: "start Idle Error: Neighbor lost",
    node2: "start Idle Error: Neighbor lost",
  });
  expect(await routes(world, "master")).toEqual([]);
  expect((await protocols(world, "node1")).master).toBe("up Established");
  ns.setUp("enp0s8", true);
  await pass(world, 15);
  expect(await protocols(world, "master")).toMatchObject({ node1: "up Established", node2: "up Established" });
  expect(await routes(world, "master")).toEqual([
    "172.16.1.0/24 via 192.168.56.11 dev enp0s8",
    "172.16.2.0/24 via 192.168.56.12 dev enp0s8",
  ]);
});
