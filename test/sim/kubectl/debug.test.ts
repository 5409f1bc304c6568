/** kubectl debug: ephemeral containers, pods on nodes, copies. */
import { beforeAll, expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { World } from "../../../src/sim/world.ts";
import { initYaml, useNodes } from "../control/cluster.ts";
import { bridge } from "../node/nodes.ts";
import { must } from "../../recorded/worlds.ts";
import { run } from "../support.ts";

let world: World;
let m: Machine;
beforeAll(async () => {
  world = await useNodes(["m"], "1.35");
  m = world.machine("m");
  m.rootFs().write("/root/kubeadm.yaml", initYaml("192.168.56.10"));
  m.rootFs().write("/etc/cni/net.d/10-bridge.conflist", bridge);
  await must(m, "kubeadm init --config /root/kubeadm.yaml; mkdir -p /root/.kube; cp /etc/kubernetes/admin.conf /root/.kube/config");
  await must(
    m,
    "sleep 20; kubectl taint nodes --all node-role.kubernetes.io/control-plane-; kubectl run web --image=nginx:1.27; kubectl wait --for=condition=Ready pod/web --timeout=180s",
  );
}, 60_000);

const json = async (what: string): Promise<Obj> => JSON.parse(await must(m, `kubectl get ${what} -o json`)) as Obj;

test("an ephemeral container is in the pod's network, and sees the processes of the container that it targets", async () => {
  const made = await run(
    m,
    "kubectl debug web --image=busybox:1.36 --target=web --profile=general -- sh -c 'ps; wget -qO- 127.0.0.1 | head -4; sleep 5; exit 3'",
  );
  expect(made.stderr).toBe("");
  const name = /^Defaulting debug container name to (debugger-[a-z0-9]{5})\.$/m.exec(made.stdout)![1]!;
  expect(made.stdout).toContain('Targeting container "web".');
  await world.advance(15_000);
  const log = await must(m, `kubectl logs web -c ${name}`);
  expect(log).toMatch(/1 root .*nginx/);
  expect(log).toContain("Welcome to nginx!");
  const pod = await json("pod web");
  expect(pod.spec.ephemeralContainers).toMatchObject([
    {
      name,
      image: "busybox:1.36",
      targetContainerName: "web",
      imagePullPolicy: "IfNotPresent",
      securityContext: { capabilities: { add: ["SYS_PTRACE"] } },
    },
  ]);
  expect(pod.status.ephemeralContainerStatuses).toMatchObject([{ name, state: { terminated: { exitCode: 3 } }, restartCount: 0 }]);
  // it has ended, is not started again, and the pod is as well as before
  expect(pod.status.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
  expect(await must(m, "kubectl describe pod web")).toMatch(new RegExp(`^Ephemeral Containers:\n  ${name}:`, "m"));
  expect(await must(m, "kubectl get pod web --no-headers")).toMatch(/^web +1\/1 +Running +0 /);
});

test("with -i it is attached to", async () => {
  const made = await run(
    m,
    "(sleep 8; echo 'echo from $HOSTNAME'; echo exit) | kubectl debug -i web --image=busybox:1.36 --profile=general -c shell -- sh",
  );
  expect([made.stdout, made.status]).toEqual(["from web\n", 0]);
});

test("what was put into a pod cannot be changed or taken out, and nothing else by that way", async () => {
  const gone = await run(
    m,
    `kubectl patch pod web --subresource=ephemeralcontainers --type=json -p '[{"op":"remove","path":"/spec/ephemeralContainers"}]'`,
  );
  expect(gone.stderr).toMatch(/spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger-\w+" may not be removed/);
  await run(m, `kubectl patch pod web --type=merge -p '{"spec":{"ephemeralContainers":[]}}'`);
  expect((await json("pod web")).spec.ephemeralContainers).toHaveLength(2);
  const wrong = await run(m, "kubectl debug web --image=busybox:1.36 --target=nobody");
  expect(wrong.stderr).toContain('spec.ephemeralContainers[2].targetContainerName: Not found: "nobody"');
});

test("a pod on a node has the node's files, network and processes", async () => {
  const made = await run(
    m,
    "kubectl debug node/m --image=busybox:1.36 --profile=sysadmin -- sh -c 'cat /host/etc/hostname; ps | grep -c kubelet; sleep 3600'",
  );
  const name = /^Creating debugging pod (node-debugger-m-\w{5}) with container debugger on node m\.$/m.exec(made.stdout)![1]!;
  await world.advance(10_000);
  expect(await must(m, `kubectl logs ${name}`)).toMatch(/^m\n[1-9]/);
  expect((await json(`pod ${name}`)).spec).toMatchObject({
    hostNetwork: true,
    hostPID: true,
    hostIPC: true,
    restartPolicy: "Never",
    containers: [{ securityContext: { privileged: true } }],
  });
});

test("a copy has another image or command, and the original can go", async () => {
  await must(
    m,
    "kubectl debug web --copy-to=web-copy --set-image=web=nginx:1.26; kubectl debug web --copy-to=web-sh --container=web --image=busybox:1.36 --profile=general -- sleep 3600",
  );
  await world.advance(20_000);
  expect((await json("pod web-copy")).spec.containers.map((c: Obj) => c.image)).toEqual(["nginx:1.26"]);
  const sh = await json("pod web-sh");
  expect(sh.spec).toMatchObject({ shareProcessNamespace: true, containers: [{ command: ["sleep", "3600"] }] });
  expect(sh.status.phase).toBe("Running");
});

test("what is wrong is said in kubectl's words", async () => {
  for (const [args, error] of [
    ["web", "error: you must specify --image when not using --copy-to."],
    ["--image=b", "error: NAME or filename is required for debug"],
    ["web --image=b --replace", "error: --replace may only be used with --copy-to."],
    ["web --image=b -t", "error: -i/--stdin is required for containers with -t/--tty=true"],
    ["web --image=b --target=c --copy-to=d", "error: --target is incompatible with --copy-to. Use --share-processes instead."],
    ["web --image='B B'", 'error: invalid image name "B B": invalid reference format'],
    ["nopod --image=b", 'Error from server (NotFound): pods "nopod" not found'],
    ["web --image=b --profile=foo", "error: unknown profile: foo"],
  ] as const)
    expect((await run(m, `kubectl debug ${args}`)).stderr.replace(/^--profile=legacy is deprecated.*\n/, "").trim()).toBe(error);
});

test("what it should keep of a pod and would not is refused, not passed over", async () => {
  for (const flag of ["--keep-annotations", "--keep-liveness", "--keep-readiness", "--keep-startup", "--keep-init-containers=false"]) {
    const { status, stderr } = await run(m, `kubectl debug web --copy-to=kept --image=busybox:1.36 --profile=general ${flag}`);
    expect([status, stderr.trim()]).toEqual([125, `kubemend: not simulated: kubectl debug ${flag.replace(/=.*/, "")}`]);
  }
  expect(await run(m, "kubectl get pod kept")).toMatchObject({ status: 1 });
});
