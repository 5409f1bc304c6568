import { expect, test } from "vitest";
import { World } from "../../../src/sim/world.ts";
import { layers } from "../../../src/sim/assemble.ts";
import { addressOf, nodes, poolSpec, useMesh, type Mesh } from "./mesh.ts";

const probe = async (mesh: Mesh, node: string): Promise<string> =>
  (await mesh.on(node, "calico-node -felix-ready -bird-ready")).replace(/^.*\[INFO\]\[\d+\] /, "");
const reaches = (from: { p: { net: { ping(ip: string): { ok: boolean } } } }, ip: string): boolean => from.p.net.ping(ip).ok;
const blocks = (mesh: Mesh): Record<string, string> =>
  Object.fromEntries(
    (
      mesh.cluster.call("GET", "/apis/crd.projectcalico.org/v1/ipamblocks").body.items as { spec: { affinity: string; cidr: string } }[]
    ).map((b) => [b.spec.affinity.replace("host:", ""), b.spec.cidr]),
  );

test("the mesh comes up, pods reach each other, the nodes and the world", async () => {
  const mesh = await useMesh();
  const pods = nodes.map((node) => mesh.pod(node, `pod-${node}`));
  await mesh.world.advance(10_000);
  const own = blocks(mesh);
  for (const node of nodes) {
    expect(await probe(mesh, node)).toBe("node/health.go 202: Number of node(s) with BGP peering established = 2\n");
    expect(mesh.routes(node).toSorted()).toEqual(
      nodes.map((n) => (n === node ? `blackhole ${own[n]}` : `${own[n]} via ${addressOf(n)} dev enp0s8`)).toSorted(),
    );
  }
  for (const a of pods) for (const b of pods) expect(reaches(a, b.ip)).toBe(true);
  for (const a of pods) expect([...nodes.map(addressOf), "10.0.2.2"].every((ip) => reaches(a, ip))).toBe(true);
  expect((await mesh.on("node1", "calicoctl node status")).replace(/\d\d:\d\d:\d\d/g, "09:20:29")).toBe(`Calico process is running.

IPv4 BGP status
+---------------+-------------------+-------+----------+-------------+
| PEER ADDRESS  |     PEER TYPE     | STATE |  SINCE   |    INFO     |
+---------------+-------------------+-------+----------+-------------+
| 192.168.56.11 | node-to-node mesh | up    | 09:20:29 | Established |
| 192.168.56.12 | node-to-node mesh | up    | 09:20:29 | Established |
+---------------+-------------------+-------+----------+-------------+

IPv6 BGP status
No IPv6 peers found.

`);
  // options of another command are wrong, known ones without an effect here are refused
  expect(await mesh.on("node1", "calicoctl node status --output json")).toBe(
    "Invalid option: 'calicoctl node status --output json'. Use flag '--help' to read about a specific subcommand.\n",
  );
  expect(await mesh.on("node1", "calicoctl get nodes --export")).toBe("kubemend: not simulated: calicoctl get --export\n");
  expect(await mesh.on("node2", "calicoctl ipam show")).toContain("| IP Pool  | 10.244.0.0/16 |     65536 | 6 (0%)     | 65530 (100%) |");
});

test.each([
  ["DROP in and out", ["-I INPUT 1 -p tcp --dport 179 -j DROP", "-I OUTPUT 1 -p tcp --dport 179 -j DROP"]],
  ["REJECT in and out", ["-I INPUT 1 -p tcp --dport 179 -j REJECT", "-I OUTPUT 1 -p tcp --dport 179 -j REJECT"]],
])("%s on one node takes its routes and its readiness, and nobody else's", async (_name, rules) => {
  const mesh = await useMesh();
  const pods = nodes.map((node) => mesh.pod(node, `pod-${node}`));
  mesh.rules("node2", ...rules);
  await mesh.world.advance(60_000);
  expect(reaches(pods[0]!, pods[1]!.ip)).toBe(true);
  await mesh.world.advance(340_000);
  expect(await probe(mesh, "node2")).toBe(
    "node/health.go 202: Number of node(s) with BGP peering established = 0\ncalico/node is not ready: BIRD is not ready: BGP not established with 192.168.56.10,192.168.56.12\n",
  );
  for (const node of ["node1", "node3"])
    expect(await probe(mesh, node)).toBe("node/health.go 202: Number of node(s) with BGP peering established = 1\n");
  const own = blocks(mesh);
  expect(mesh.routes("node2")).toEqual([`blackhole ${own.node2}`]);
  expect(mesh.routes("node1").some((r) => r.startsWith(own.node2!))).toBe(false);
  expect(reaches(pods[0]!, pods[1]!.ip)).toBe(false);
  expect(reaches(pods[0]!, pods[2]!.ip)).toBe(true);
  mesh.rules("node2", ...rules.map((r) => r.replace(/^-I (\w+) 1/, "-D $1")));
  await mesh.world.advance(60_000);
  expect(await probe(mesh, "node2")).toContain("established = 2");
  expect(reaches(pods[0]!, pods[1]!.ip)).toBe(true);
});

test("one peer only: the others stay, and everybody stays ready", async () => {
  const mesh = await useMesh();
  mesh.rules("node1", "-A INPUT -s 192.168.56.11 -p tcp --dport 179 -j DROP", "-A OUTPUT -d 192.168.56.11 -p tcp --dport 179 -j DROP");
  await mesh.world.advance(400_000);
  for (const node of ["node1", "node2"])
    expect(await probe(mesh, node)).toBe("node/health.go 202: Number of node(s) with BGP peering established = 1\n");
  expect(await probe(mesh, "node3")).toContain("established = 2");
});

test("Felix puts its chains right when it looks again, and writes no other anew", async () => {
  const mesh = await useMesh();
  const pod = mesh.pod("node1", "pod-a");
  await mesh.world.advance(5000);
  reaches(pod, addressOf("node2"));
  const print = async (): Promise<string> => (await mesh.on("node1", "iptables-save -t filter")).match(/^.*cali.*$/gm)!.join("\n");
  const counted = async (): Promise<string> =>
    /^(\[.*\]) -A cali-from-wl-dispatch -i/m.exec(await mesh.on("node1", "iptables-save -c -t filter"))![1]!;
  const before = await print();
  const count = await counted();
  expect(count).not.toBe("[0:0]");
  // one taken out, one put between, one into a chain that is empty, and the way in removed
  mesh.rules("node1", "-D cali-FORWARD 1", "-I cali-wl-to-host 1 -j DROP", "-A cali-cidr-block -j DROP", "-D FORWARD 1");
  expect(await print()).not.toBe(before);
  await mesh.world.advance(91_000);
  expect(await print()).toBe(before);
  expect(await counted()).toBe(count);
  mesh.pod("node1", "pod-b");
  await mesh.world.advance(5000);
  const dispatch = (text: string): number => text.split("\n").filter((line) => line.startsWith("-A cali-from-wl-dispatch")).length;
  expect(dispatch(await print())).toBe(dispatch(before) + 1);
});

test("with VXLAN pools routes come from Felix and do not need BGP", async () => {
  const mesh = await useMesh(poolSpec({ ipipMode: "Never", vxlanMode: "Always" }));
  const pods = nodes.map((node) => mesh.pod(node, `pod-${node}`));
  mesh.rules("node2", "-A INPUT -p tcp --dport 179 -j DROP", "-A OUTPUT -p tcp --dport 179 -j DROP");
  await mesh.world.advance(400_000);
  expect(mesh.routes("node1")).toEqual([]);
  expect(mesh.routes("node1", "boot").filter((r) => r.endsWith("dev vxlan.calico"))).toHaveLength(2);
  expect(reaches(pods[0]!, pods[1]!.ip)).toBe(true);
  expect(await probe(mesh, "node2")).toContain("BGP not established with");
});

test("IPIP carries pods where the pool asks for it", async () => {
  const mesh = await useMesh(poolSpec({ ipipMode: "Always" }));
  const pods = nodes.map((node) => mesh.pod(node, `pod-${node}`));
  await mesh.world.advance(10_000);
  expect(mesh.routes("node1").filter((r) => r.endsWith("dev tunl0"))).toHaveLength(2);
  expect(reaches(pods[0]!, pods[1]!.ip)).toBe(true);
});

test("a pool over the nodes' network cuts nodes off, until it is gone", async () => {
  const mesh = await useMesh();
  mesh.pool("team", poolSpec({ cidr: "192.168.56.0/24" }));
  await mesh.world.advance(2000);
  const pods = nodes.map((node) => mesh.pod(node, `team-${node}`, "team"));
  await mesh.world.advance(400_000);
  const items = mesh.cluster.call("GET", "/apis/crd.projectcalico.org/v1/ipamblocks").body.items as {
    spec: { affinity: string; cidr: string };
  }[];
  const team = items.filter((b) => b.spec.cidr.startsWith("192.168.56."));
  expect(team).toHaveLength(3);
  // whoever owns the block that the nodes' addresses lie in has a blackhole where its neighbours were
  const owner = team.find((b) => b.spec.cidr === "192.168.56.0/26")!.spec.affinity.replace("host:", "");
  expect(mesh.routes(owner)).toContain("blackhole 192.168.56.0/26");
  const there = mesh.pod("node1", "probe", "default-ipv4-ippool");
  if (owner === "node1") for (const node of nodes.slice(1)) expect(reaches(there, addressOf(node))).toBe(false);
  else expect(reaches(there, addressOf(owner))).toBe(false);
  // a host route is longer than any block's: it lets the cut-off node hear of the repair
  for (const a of nodes)
    for (const b of nodes) if (a !== b) mesh.world.network.ns(a, "").addRoute({ dst: `${addressOf(b)}/32`, dev: "enp0s8", scope: "link" });
  await mesh.world.advance(60_000);
  mesh.cluster.call("DELETE", "/apis/crd.projectcalico.org/v1/ippools/team");
  for (const pod of pods) pod.remove();
  await mesh.world.advance(120_000);
  expect(Object.values(blocks(mesh)).filter((cidr) => cidr.startsWith("192.168.56."))).toEqual([]);
  for (const node of nodes) expect(mesh.routes(node).filter((r) => r.includes("192.168.56.0/") && !r.startsWith("10."))).toEqual([]);
  for (const node of nodes) expect(await probe(mesh, node)).toContain("established = 2");
});

test("a block's route follows its affinity, which the next pod brings back", async () => {
  const mesh = await useMesh();
  mesh.pod("node1", "before");
  await mesh.world.advance(5000);
  const own = blocks(mesh).node1!;
  const affinity = `/apis/crd.projectcalico.org/v1/blockaffinities/node1-${own.replace(/[./]/g, "-")}`;
  expect(mesh.routes("node1")).toContain(`blackhole ${own}`);
  expect(await mesh.on("node1", "calicoctl ipam show --show-borrowed")).toBe(
    "+----+----------------+-------+-------------+------+--------------+\n| IP | BORROWING-NODE | BLOCK | BLOCK OWNER | TYPE | ALLOCATED-TO |\n+----+----------------+-------+-------------+------+--------------+\n+----+----------------+-------+-------------+------+--------------+\n",
  );
  mesh.cluster.call("DELETE", affinity);
  await mesh.world.advance(5000);
  expect(mesh.routes("node1")).not.toContain(`blackhole ${own}`);
  expect(mesh.routes("node2").some((r) => r.startsWith(own))).toBe(false);
  expect(mesh.world.machine("node1").rootFs().exists("/etc/calico/confd/config/bird_aggr.cfg")).toBe(true);
  mesh.pod("node1", "after");
  await mesh.world.advance(5000);
  expect(blocks(mesh).node1).toBe(own);
  expect(mesh.cluster.call("GET", affinity).body.spec).toMatchObject({ node: "node1", state: "confirmed" });
  expect(mesh.routes("node1")).toContain(`blackhole ${own}`);
});

test("calicoctl refuses what libcalico does of a pool; what gets past it is read as no encapsulation", async () => {
  const mesh = await useMesh();
  const patch = async (spec: object): Promise<string> => {
    const r = await mesh.on("node1", `calicoctl patch ippool default-ipv4-ippool -p ${JSON.stringify({ spec })}`);
    return r.replace("Failed to patch 'IPPool' resource: ", "").trimEnd();
  };
  expect(await patch({ ipipMode: "Foo" })).toBe(
    "[error with field IPIPMode = 'Foo' (Reason: failed to validate Field: IPIPMode because of Tag: ipIpMode )]",
  );
  expect(await patch({ ipipMode: "Foo", vxlanMode: "Always" })).toBe(
    "[error with field IPPool.Spec.VXLANMode = 'Always' (Cannot enable both VXLAN and IPIP on the same IPPool)]",
  );
  expect(await patch({ nodeSelector: "foo==bar" })).toBe(
    "[error with field NodeSelector = 'foo==bar' (Reason: failed to validate Field: NodeSelector because of Tag: selector )]",
  );
  expect(await patch({ blockSize: 19 })).toBe(
    "[error with the following fields:\n-  IPPool.Spec.BlockSize = '19' (IPPool BlockSize cannot be modified)\n-  IPPool.Spec.BlockSize = '19' (IPv4 block size must be between 20 and 32)\n]",
  );
  expect(await patch({ nodeSelector: "has(a)&&!(b_in{'c','d'}||all())" })).toContain("because of Tag: selector");
  expect(await patch({ nodeSelector: "!has(nothere)&&(all()||a=='b')" })).toBe("Successfully patched 1 'IPPool' resource");
  const path = "/apis/crd.projectcalico.org/v1/ippools/default-ipv4-ippool";
  const change = { type: "application/merge-patch+json" };
  expect(mesh.cluster.call("PATCH", path, { spec: { ipipMode: "Foo" } }, change).code).toBe(200);
  await mesh.world.advance(5000);
  expect(mesh.routes("node1").some((r) => r.includes("tunl0"))).toBe(false);
  mesh.cluster.call("PATCH", path, { spec: { nodeSelector: "foo == bar" } }, change);
  expect(() => mesh.pod("node1", "refused")).toThrow("failed to request IPv4 addresses: unexpected characters");
});

test("a saved mesh goes on as if nothing had happened", async () => {
  const mesh = await useMesh();
  mesh.rules("node2", "-A INPUT -p tcp --dport 179 -j DROP", "-A OUTPUT -p tcp --dport 179 -j DROP");
  await mesh.world.advance(100_000);
  const copy = World.load(layers(), mesh.world.save());
  await mesh.world.advance(300_000);
  await copy.advance(300_000);
  expect(copy.network.ns("node1", "").routes("main")).toEqual(mesh.world.network.ns("node1", "").routes("main"));
  expect(
    copy.network
      .ns("node2", "")
      .routes("main")
      .filter((r) => r.proto === "bird")
      .every((r) => r.type === "blackhole"),
  ).toBe(true);
});
