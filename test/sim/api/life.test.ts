import { expect, test } from "vitest";
import { layers } from "../../../src/sim/assemble.ts";
import { World } from "../../../src/sim/world.ts";
import { caller, startServer, useApi } from "./support.ts";

const configMap = (name: string): object => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "1" } });

test("a saved and loaded world serves the same objects and goes on counting", async () => {
  const c = await useApi("1.35.2", "life");
  expect(c.call("POST", "/api/v1/namespaces/default/configmaps", configMap("one")).code).toBe(201);
  const before = c.call("GET", "/api/v1/namespaces/default/configmaps").text;
  const world = World.load(layers(), c.world.save());
  const api = [...world.machine("node1").procs.values()].find((p) => p.state.program === "kube-apiserver")!;
  const call = caller(
    () => api,
    (user, groups) => c.certificate(user, groups),
  );
  expect(call("GET", "/api/v1/namespaces/default/configmaps").text).toBe(before);
  expect(call("POST", "/api/v1/namespaces/default/configmaps", configMap("two")).code).toBe(201);
  expect(call("POST", "/api/v1/namespaces/default/configmaps", configMap("one")).code).toBe(409);
});

test("roles decide who may do what", async () => {
  const c = await useApi("1.35.2", "rbac");
  const verbs = ["get", "list", "create", "delete"] as const;
  const path = (verb: string): [string, string, unknown?] =>
    verb === "create"
      ? ["POST", "/api/v1/namespaces/default/configmaps?dryRun=All", configMap("x")]
      : [verb === "delete" ? "DELETE" : "GET", `/api/v1/namespaces/default/configmaps${verb === "list" ? "" : "/nosuch"}`];
  const may = (): string[] => verbs.filter((v) => c.call(path(v)[0], path(v)[1], path(v)[2], { user: "jane" }).code !== 403);
  expect(may()).toEqual([]);
  const bind = (role: string): object => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: role },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "User", name: "jane", apiGroup: "rbac.authorization.k8s.io" }],
  });
  c.call("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", bind("view"));
  expect(may()).toEqual(["get", "list"]);
  c.call("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", bind("edit"));
  expect(may()).toEqual([...verbs]);
  expect(c.call("GET", "/api/v1/nodes", undefined, { user: "system:node:node1", groups: ["system:nodes"] }).code).toBe(200);
  expect(
    c.call("GET", "/api/v1/namespaces/kube-system/secrets/x", undefined, { user: "system:node:node1", groups: ["system:nodes"] }).body
      .message,
  ).toBe(
    `secrets "x" is forbidden: User "system:node:node1" cannot get resource "secrets" in API group "" in the namespace "kube-system": no relationship found between node 'node1' and this object`,
  );
});

test("a server that cannot start says why", async () => {
  const c = await useApi("1.35.2", "refuse");
  const log = (): string => c.machine.rootFs().readText("/var/log/apiserver.log");
  const wrong = startServer(c.machine, ["--nosuch"]);
  await c.world.until(() => wrong.status !== undefined, 5000);
  expect(wrong.status?.code).toBe(1);
  expect(log()).toContain("Error: unknown flag: --nosuch");
  const missing = startServer(
    c.machine,
    c.api.args.map((a) => a.replace("apiserver.crt", "gone.crt")),
  );
  await c.world.until(() => missing.status !== undefined, 5000);
  expect(log()).toContain('"command failed" err="open /etc/kubernetes/pki/gone.crt: no such file or directory"');
  const lonely = startServer(
    c.machine,
    c.api.args.map((a) => a.replace("127.0.0.1:2379", "127.0.0.1:2999")),
  );
  await c.world.until(() => lonely.status !== undefined, 60_000);
  expect(lonely.status?.code).toBe(255);
  expect(log()).toContain("dial tcp 127.0.0.1:2999: connect: connection refused");
});
