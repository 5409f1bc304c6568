import fc from "fast-check";
import { expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import "../../../src/sim/kube/apiserver/schema/index.ts";
import { equal } from "../../../src/sim/kube/apiserver/patch/merge.ts";
import { strategicMerge, threeWay } from "../../../src/sim/kube/apiserver/patch/strategic.ts";

const name = fc.constantFrom("a", "b", "c", "d");
const container = fc.record(
  {
    name,
    image: fc.constantFrom("x:1", "x:2"),
    args: fc.option(fc.array(name, { maxLength: 2 }), { nil: undefined }),
    env: fc.option(fc.uniqueArray(fc.record({ name, value: name }), { selector: (e) => e.name, maxLength: 3 }), { nil: undefined }),
  },
  { requiredKeys: ["name", "image"] },
);
const deployment = fc.record({
  metadata: fc.record({ name: fc.constant("web"), labels: fc.dictionary(name, name) }),
  spec: fc.record({
    replicas: fc.integer({ min: 0, max: 3 }),
    template: fc.record({
      spec: fc.record({ containers: fc.uniqueArray(container, { selector: (c) => c.name, minLength: 1, maxLength: 3 }) }),
    }),
  }),
});
const plain = (o: unknown): Obj => JSON.parse(JSON.stringify(o)) as Obj;

test("kubectl apply's three-way patch leads to what was applied, and again to nothing", () => {
  fc.assert(
    fc.property(deployment, deployment, (before, after) => {
      const [a, b] = [plain(before), plain(after)];
      const live = strategicMerge(a, threeWay(a, b, a, "Deployment"), "Deployment");
      const sorted = (o: Obj): unknown => ({
        ...o,
        spec: {
          ...(o.spec as Obj),
          template: {
            spec: {
              containers: (o.spec.template.spec.containers as Obj[])
                .map((c): Obj => ({ ...c, env: ((c.env ?? []) as Obj[]).toSorted((x, y) => (x.name < y.name ? -1 : 1)) }))
                .toSorted((x, y) => (x.name < y.name ? -1 : 1)),
            },
          },
        },
      });
      expect(sorted(live)).toEqual(sorted(b));
      expect(threeWay(b, b, live, "Deployment")).toEqual({});
    }),
    { numRuns: 300 },
  );
});

test("what others added stays, what was applied and left out goes", () => {
  const original = {
    spec: {
      replicas: 1,
      template: {
        spec: {
          containers: [
            { name: "a", image: "x:1" },
            { name: "b", image: "x:1" },
          ],
        },
      },
    },
  };
  const live = {
    spec: {
      replicas: 1,
      paused: true,
      template: {
        spec: {
          containers: [
            { name: "a", image: "x:1", tty: true },
            { name: "b", image: "x:1" },
          ],
        },
      },
    },
  };
  const modified = { spec: { replicas: 1, template: { spec: { containers: [{ name: "a", image: "x:2" }] } } } };
  expect(strategicMerge(live, threeWay(original, modified, live, "Deployment"), "Deployment")).toEqual({
    spec: { replicas: 1, paused: true, template: { spec: { containers: [{ name: "a", image: "x:2", tty: true }] } } },
  });
});

// examples: kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch
test("strategic merge adds containers and replaces tolerations", () => {
  const spec = { containers: [{ name: "one", image: "nginx" }], tolerations: [{ effect: "NoSchedule", key: "dedicated" }] };
  expect(strategicMerge(spec, { containers: [{ name: "two", image: "redis" }] }, "PodSpec").containers).toHaveLength(2);
  expect(strategicMerge(spec, { tolerations: [{ effect: "NoSchedule", key: "disktype" }] }, "PodSpec").tolerations).toEqual([
    { effect: "NoSchedule", key: "disktype" },
  ]);
  expect(
    strategicMerge(
      { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
      { strategy: { $retainKeys: ["type"], type: "Recreate" } },
      "DeploymentSpec",
    ),
  ).toEqual({ strategy: { type: "Recreate" } });
  expect(equal(strategicMerge(spec, { containers: [{ $patch: "delete", name: "one" }] }, "PodSpec").containers, [])).toBe(true);
});
