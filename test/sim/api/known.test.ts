/** What an API server knows without asking etcd, beside what etcd has, with a second server that writes too. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import { dropped, found, placed, type Listed } from "../../../src/sim/kube/apiserver/listed.ts";
import { apiOf } from "../../../src/sim/kube/apiserver/server.ts";
import { caller, serverFlags, startServer, useApi } from "./support.ts";

const path = "/api/v1/namespaces/default/configmaps";
const versions = (items: readonly Obj[]): string[] => items.map(({ metadata: m }) => `${m.namespace}/${m.name} ${m.resourceVersion}`);

function expectCode<T extends { code: number; text: string }>(response: T, code: number): T {
  expect(response.code, response.text).toBe(code);
  return response;
}

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
  for (let i = 0; i < 600; i++) {
    const at = random.int(0, 1);
    const call = calls[at]!;
    const api = apiOf(servers[at]!);
    const name = `m${random.int(0, 7)}`;
    const there = api.store.get(`/registry/configmaps/default/${name}`);
    const body = (resourceVersion?: string): object => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, ...(resourceVersion ? { resourceVersion } : {}) },
      data: { a: String(i) },
    });
    const what = random.int(0, 5);
    // whoever wrote last, and whether this server has heard of it: nobody is refused for what it does not know
    const { code } = [
      () => expectCode(call("DELETE", `${path}/${name}`), there ? 200 : 404),
      () =>
        expectCode(
          call("PATCH", `${path}/${name}`, { data: { [`b${i}`]: "1" } }, { type: "application/merge-patch+json" }),
          there ? 200 : 404,
        ),
      () => expectCode(call("PUT", `${path}/${name}`, body()), there ? 200 : 404),
      () => expectCode(call("PUT", `${path}/${name}`, body(String(there?.metadata.resourceVersion ?? 1))), there ? 200 : 404),
      () => expectCode(call("PUT", `${path}/${name}`, body("1")), there ? 409 : 404),
      () => expectCode(call("POST", path, body()), there ? 409 : 201),
    ][what]!();
    if (what === 1 && there) expect(call("GET", `${path}/${name}`).body.data).toEqual({ ...(there.data as object), [`b${i}`]: "1" });
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
      const seen = versions(apiOf(server).known(resource));
      asked++;
      if (String(seen) !== String(versions(store.list("/registry/configmaps/").items))) behind++;
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

test("word that comes late takes nothing back that a server has written itself", () => {
  const event = fc.record({ key: fc.constantFrom("/a", "/b", "/c"), gone: fc.boolean(), own: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.nat(10), (history, read) => {
      const object = (revision: number): Obj => ({ metadata: { resourceVersion: String(revision) } });
      const apply = (list: Listed, at: number): Listed => {
        const { key, gone } = history[at - 1]!;
        return gone ? dropped(list, key, at) : placed(list, key, object(at));
      };
      // as etcd had it when it was read
      const state = new Map<string, number>();
      for (const [i, { key, gone }] of history.slice(0, read).entries()) {
        if (gone) state.delete(key);
        else state.set(key, i + 1);
      }
      const keys = [...state.keys()].toSorted();
      let list: Listed = { keys, items: keys.map((key) => object(state.get(key)!)), revision: Math.min(read, history.length) };
      // its own writes it hears of at once, all of them by the watch after that
      const own = history.flatMap((e, i) => (e.own && i >= read ? [i + 1] : []));
      for (const at of own) list = apply(list, at);
      for (let at = 1; at <= history.length; at++) {
        list = apply(list, at);
        for (const key of ["/a", "/b", "/c"]) {
          const written = own.findLast((revision) => history[revision - 1]!.key === key);
          if (written === undefined || history[written - 1]!.gone) continue;
          // unless it has heard that somebody has deleted it since
          if (history.slice(written, at).some((e) => e.key === key && e.gone)) continue;
          expect(Number(found(list, key)?.metadata.resourceVersion), `${key} after ${at}`).toBeGreaterThanOrEqual(written);
        }
      }
      const last = new Map(history.map((e, i) => [e.key, e.gone ? undefined : i + 1]));
      for (const [key, revision] of last) expect(found(list, key)?.metadata.resourceVersion).toBe(revision && String(revision));
      expect(list.keys).toEqual([...list.keys].toSorted());
    }),
    { numRuns: 500 },
  );
});
