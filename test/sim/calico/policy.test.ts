/** NetworkPolicy on nodes that run Calico. */
import { expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import { useMesh, type Mesh } from "./mesh.ts";

const apply = async (mesh: Mesh, ingress: Obj[]): Promise<void> => {
  const path = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
  mesh.cluster.call("DELETE", `${path}/p`);
  const made = mesh.cluster.call("POST", path, {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "p" },
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress },
  });
  expect(made.code, made.text).toBe(201);
  await mesh.world.advance(5000);
};

test("a block of addresses without its exceptions, and ports by their names", async () => {
  const mesh = await useMesh();
  const web = mesh.pod("node1", "web", undefined, [{ name: "http", containerPort: 80, protocol: "TCP" }]);
  const friend = mesh.pod("node2", "friend");
  const stranger = mesh.pod("node3", "stranger");
  await mesh.world.advance(10_000);
  // nobody listens: what the policy lets through is refused by the pod itself
  const met = (from: typeof friend, port: number): string => {
    const result = from.p.net.connect(web.ip, port);
    return result.ok ? "connected" : result.code;
  };
  expect([met(friend, 80), met(stranger, 80)]).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);

  await apply(mesh, [{ from: [{ ipBlock: { cidr: "10.244.0.0/16", except: [`${stranger.ip}/32`, "10.244.255.0/24"] } }] }]);
  expect([met(friend, 80), met(stranger, 80)]).toEqual(["ECONNREFUSED", "ETIMEDOUT"]);

  await apply(mesh, [{ ports: [{ port: "http" }] }]);
  expect([met(friend, 80), met(stranger, 80), met(friend, 81)]).toEqual(["ECONNREFUSED", "ECONNREFUSED", "ETIMEDOUT"]);

  await apply(mesh, [{ ports: [{ port: "metrics" }] }]);
  expect(met(friend, 80)).toBe("ETIMEDOUT");
  // and Felix lives on
  expect(await mesh.on("node1", "calico-node -felix-ready -bird-ready")).toContain("established = 2");
});

test("a policy whose podSelector is changed takes hold of other pods at once", async () => {
  const mesh = await useMesh();
  const web = mesh.pod("node1", "web");
  const friend = mesh.pod("node2", "friend");
  await mesh.world.advance(10_000);
  const met = (): string => {
    const result = friend.p.net.connect(web.ip, 80);
    return result.ok ? "connected" : result.code;
  };
  await apply(mesh, []);
  expect(met()).toBe("ETIMEDOUT");
  for (const [operator, outcome] of [
    ["Exists", "ECONNREFUSED"],
    ["DoesNotExist", "ETIMEDOUT"],
  ] as const) {
    const path = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/p";
    const spec = { podSelector: { matchExpressions: [{ key: "app", operator }] } };
    const changed = mesh.cluster.call("PATCH", path, { spec }, { type: "application/merge-patch+json" });
    expect(changed.code, changed.text).toBe(200);
    await mesh.world.advance(5000);
    expect(met(), operator).toBe(outcome);
  }
});
