/** What an API server knows without asking etcd, beside what etcd has, with a second server that writes too. */
import { expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import { apiOf } from "../../../src/sim/kube/apiserver/server.ts";
import { caller, serverFlags, startServer, useApi } from "./support.ts";

const path = "/api/v1/namespaces/default/configmaps";
const versions = (items: readonly Obj[]): string[] => items.map(({ metadata: m }) => `${m.namespace}/${m.name} ${m.resourceVersion}`);

test("lists that are kept are those of etcd, whoever wrote", async () => {
  const c = await useApi("1.35.2", "known");
  const second = startServer(
    c.machine,
    serverFlags.map((flag) => flag.replace("--secure-port=6443", "--secure-port=7443")),
  );
  await c.world.until(() => second.data.bootstrapped === true, 30_000);
  const servers = [c.api, second];
  const calls = servers.map((server) =>
    caller(
      () => server,
      (user, groups) => c.certificate(user, groups),
    ),
  );
  const resource = { group: "", plural: "configmaps" };
  const random = c.world.random("test/known");
  let asked = 0;
  let behind = 0;
  for (let i = 0; i < 400; i++) {
    const at = random.int(0, 1);
    const call = calls[at]!;
    const api = apiOf(servers[at]!);
    const name = `m${random.int(0, 7)}`;
    const what = random.int(0, 4);
    const { code } =
      what === 0
        ? call("DELETE", `${path}/${name}`)
        : what === 1
          ? call("PATCH", `${path}/${name}`, { data: { a: String(i) } }, { type: "application/merge-patch+json" })
          : call("POST", path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: String(i) } });
    if (code < 300) {
      // what a server has written itself it knows at once
      const { metadata } = call("GET", `${path}/${name}`).body;
      const known = api.knownOne(resource, "default", name);
      expect(known?.metadata.resourceVersion, `${i}: ${name}`).toBe((metadata as Obj | undefined)?.resourceVersion);
    }
    // word of the other's comes with the watch: often a while later
    if (random.int(0, 3) === 0) await c.world.advance(random.int(1, 3) * 500);
    for (const server of servers) {
      const { store } = apiOf(server);
      const [seen, there] = [versions(apiOf(server).known(resource)), versions(store.list("/registry/configmaps/").items)];
      asked++;
      if (String(seen) !== String(there)) behind++;
    }
  }
  // else nothing was kept, or nobody was ever behind
  expect(behind).toBeGreaterThan(0);
  expect(behind).toBeLessThan(asked);
  await c.world.advance(5000);
  for (const server of servers) {
    const api = apiOf(server);
    expect(versions(api.known(resource))).toEqual(versions(api.store.list("/registry/configmaps/").items));
    for (const plural of ["namespaces", "services", "serviceaccounts"])
      expect(versions(api.known({ group: "", plural }))).toEqual(
        versions(api.store.list(`/registry/${plural === "services" ? "services/specs" : plural}/`).items),
      );
  }
});
