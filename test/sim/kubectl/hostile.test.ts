/** What a hostile user types: answers, not crashes. */
import { beforeAll, expect, test } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { World } from "../../../src/sim/world.ts";
import { cluster120, must, place } from "../../recorded/worlds.ts";
import { run } from "../support.ts";

let world: World;
let m: Machine;
beforeAll(async () => {
  world = await cluster120();
  m = world.machine("master");
  place(m, "/usr/bin/kubectl", "kubectl", "1.35.2");
  await must(m, "mkdir -p /root/.kube; cp /etc/kubernetes/admin.conf /root/.kube/config");
}, 60_000);

const bomb = ["x", ..."abcdef"]
  .map((name, i, all) =>
    i === 0
      ? ""
      : `${name}: &${name} [${Array(9)
          .fill(i === 1 ? "x" : `*${all[i - 1]}`)
          .join(",")}]\\n`,
  )
  .join("");

test("aliases of aliases, numbers beyond their type, paths that are none", async () => {
  for (const [line, said] of [
    [
      `printf '${bomb}kind: ConfigMap\\napiVersion: v1\\n' | kubectl apply -f -`,
      "error: error parsing STDIN: error converting YAML to JSON: yaml: document contains excessive aliasing",
    ],
    [
      "kubectl scale -n kube-system deploy/coredns --replicas=999999999999",
      "spec.replicas: Invalid value: -727379969: must be greater than or equal to 0",
    ],
    [
      `kubectl patch -n kube-system deploy coredns -p '{"spec":{"replicas":999999999999}}'`,
      "cannot unmarshal number 999999999999 into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      "kubectl wait pod/x --for=jsonpath='{.a'",
      "error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    ],
    [
      "head -c 1900000 /dev/zero | tr '\\0' b >/tmp/big; kubectl create configmap big --from-file=/tmp/big",
      "etcdserver: request is too large",
    ],
  ] as const) {
    const { stderr, status } = await run(m, line);
    expect([line, stderr, status]).toEqual([line, expect.stringContaining(said) as unknown, 1]);
  }
});

test("what would eat the memory that everybody lives on is refused, and the rest goes on", async () => {
  await must(
    m,
    "head -c 1040000 /dev/zero | tr '\\0' b >/tmp/mega; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do kubectl create configmap m$i --from-file=/tmp/mega || true; done",
  );
  await must(m, "kubectl scale -n kube-system deploy/coredns --replicas=1000000");
  await world.advance(10_000);
  const why = await must(m, "kubectl get rs -n kube-system -l k8s-app=kube-dns -o jsonpath='{.items[*].status.conditions[*].message}'");
  expect(why).toContain("kubemend: not simulated: more than 12 MiB in etcd");
  expect(Object.keys(world.state.gaps).join("\n")).toContain("more than 12 MiB in etcd");
  expect(await must(m, "kubectl get nodes --no-headers")).toMatch(/^master +Ready/);
  await must(m, "kubectl scale -n kube-system deploy/coredns --replicas=2; kubectl delete configmap m1 m2 m3 m4");
  await world.advance(5000);
  expect(await must(m, "kubectl get deploy coredns -n kube-system --no-headers")).toMatch(/^coredns +2\/2 /);
}, 120_000);
