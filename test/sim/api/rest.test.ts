import { beforeAll, describe, expect, test } from "vitest";
import { useApi, type Cluster } from "./support.ts";

let c: Cluster;
beforeAll(async () => {
  c = await useApi();
}, 60_000);

const pod = (name: string, more: object = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: [{ name: "c", image: "nginx" }], ...more },
});

describe("the API server", () => {
  test("makes the namespaces and the kubernetes service with its advertise address", () => {
    const names = c.call("GET", "/api/v1/namespaces").body.items.map((n: { metadata: { name: string } }) => n.metadata.name);
    expect(names.toSorted()).toEqual(["default", "kube-node-lease", "kube-public", "kube-system"]);
    expect(c.call("GET", "/api/v1/namespaces/default/services/kubernetes").body.spec.clusterIP).toBe("10.96.0.1");
    expect(c.call("GET", "/api/v1/namespaces/default/endpoints/kubernetes").body.subsets).toEqual([
      { addresses: [{ ip: "192.168.56.10" }], ports: [{ name: "https", port: 6443, protocol: "TCP" }] },
    ]);
  });

  test("refuses a pod whose service account is missing, in the real words", () => {
    const r = c.call("POST", "/api/v1/namespaces/default/pods", pod("a"));
    expect(r.code).toBe(403);
    expect(r.body.message).toBe(
      'pods "a" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
    );
  });

  test("creates, defaults, conflicts and deletes", () => {
    expect(
      c.call("POST", "/api/v1/namespaces/default/serviceaccounts", {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "default" },
      }).code,
    ).toBe(201);
    const made = c.call("POST", "/api/v1/namespaces/default/pods", pod("a"));
    expect(made.code).toBe(201);
    expect(made.body.spec.volumes[0].projected.sources).toHaveLength(3);
    expect(made.body.spec.tolerations).toHaveLength(2);
    expect(c.call("POST", "/api/v1/namespaces/default/pods", pod("a")).body.message).toBe('pods "a" already exists');
    const labelled = c.call(
      "PATCH",
      "/api/v1/namespaces/default/pods/a",
      { metadata: { labels: { x: "y" } } },
      { type: "application/merge-patch+json" },
    );
    expect(labelled.body.metadata.labels).toEqual({ x: "y" });
    expect(c.call("PUT", "/api/v1/namespaces/default/pods/a", made.body).body.message).toBe(
      'Operation cannot be fulfilled on pods "a": the object has been modified; please apply your changes to the latest version and try again',
    );
    expect(c.call("GET", "/api/v1/pods?labelSelector=x%3Dy").body.items).toHaveLength(1);
    expect(c.call("DELETE", "/api/v1/namespaces/default/pods/a").code).toBe(200);
    expect(c.call("GET", "/api/v1/namespaces/default/pods/a").body.message).toBe('pods "a" not found');
  });
});
