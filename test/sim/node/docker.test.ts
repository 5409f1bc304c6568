/** docker, cri-dockerd and a kubelet over them; texts as recorded with docker 20.10 (docker-20.10.txt). */
import { describe, expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import { executable } from "../../../src/sim/fs/image.ts";
import { criDockerdPackages, ubuntuDockerPackages } from "../../../src/sim/internet/packages/docker.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { layers } from "../../../src/sim/assemble.ts";
import { World } from "../../../src/sim/world.ts";
import { readRecording } from "../../recorded/recording.ts";
import { run, useWorld } from "../support.ts";
import { bridge, daemon, install, logOf, pod, standalone } from "./nodes.ts";

const endpoint = "unix:///var/run/cri-dockerd.sock";
const crictl = async (m: Machine, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await run(m, ["crictl", "-r", endpoint, ...args]);
  return stdout + stderr;
};
const docker = async (m: Machine, ...args: string[]): Promise<string> => {
  const { stdout, stderr, status } = await run(m, ["docker", ...args]);
  return `${stdout}${stderr}[${status}]`;
};

async function node(
  o: { json?: string; kubelet?: string; driver?: string; shim?: boolean; cni?: boolean; forward?: boolean } = {},
): Promise<World> {
  const world = await useWorld(["node1"]);
  const m = world.machine("node1");
  install(m, { kubelet: o.kubelet ?? "1.30.14", config: `${standalone(o.driver ?? "systemd")}containerRuntimeEndpoint: ${endpoint}\n` });
  const fs = m.rootFs();
  for (const file of [...ubuntuDockerPackages[0]!.files, ...criDockerdPackages[0]!.files]) {
    if (file.dir) fs.mkdirp(file.path);
    if (!file.program) continue;
    fs.write(file.path, "", { mode: 0o755 });
    fs.setContent(file.path, executable(file.program, file.version));
  }
  if (o.json !== undefined) fs.write("/etc/docker/daemon.json", o.json);
  if (o.cni !== false) fs.write("/etc/cni/net.d/10-bridge.conflist", bridge);
  if (o.forward) world.network.ns("node1").setSysctl("net/ipv4/ip_forward", "1");
  daemon(m, ["/usr/bin/containerd"]);
  await world.advance(500);
  daemon(m, ["/usr/bin/dockerd", "-H", "fd://", "--containerd=/run/containerd/containerd.sock"]);
  await world.advance(500);
  if (o.shim !== false) daemon(m, ["/usr/bin/cri-dockerd", "--container-runtime-endpoint", "fd://", "--network-plugin=cni"]);
  await world.advance(500);
  return world;
}
const static_ = (m: Machine, name: string, container: Obj, spec: Obj = {}): void =>
  m.rootFs().write(`/etc/kubernetes/manifests/${name}.yaml`, pod(name, container, spec));
const kubelet = (m: Machine, ...flags: string[]): Proc =>
  daemon(m, ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml", ...flags]);

describe("docker", () => {
  test("containers are run, looked at, stopped and removed, with docker's words", async () => {
    const world = await node({ shim: false });
    const m = world.machine("node1");
    expect(await docker(m, "run", "-d", "--name", "web", "busybox:1.36", "sleep", "1000")).toMatch(
      /^[0-9a-f]{64}\nUnable to find image 'busybox:1\.36' locally\n1\.36: Pulling from library\/busybox\n[\s\S]*Status: Downloaded newer image for busybox:1\.36\n\[0\]$/,
    );
    expect(await docker(m, "run", "--name", "web", "busybox:1.36", "true")).toMatch(
      /^docker: Error response from daemon: Conflict\. The container name "\/web" is already in use by container "[0-9a-f]{64}"\. You have to remove \(or rename\) that container to be able to reuse that name\.\nSee 'docker run --help'\.\n\[125\]$/,
    );
    expect(await docker(m, "ps", "--format", "{{.Names}} {{.Image}} {{.Command}}")).toBe('web busybox:1.36 "sleep 1000"\n[0]');
    expect(await docker(m, "run", "--rm", "busybox:1.36", "nosuch")).toContain(
      'exec: "nosuch": executable file not found in $PATH: unknown.\n[127]',
    );
    expect(await docker(m, "run", "--rm", "busybox:1.36", "sh", "-c", "echo out; echo err >&2; exit 3")).toBe("out\nerr\n[3]");
    expect(await docker(m, "exec", "web", "nosuch")).toContain("OCI runtime exec failed: exec failed: unable to start container process:");
    expect(await docker(m, "rm", "web")).toMatch(/You cannot remove a running container [0-9a-f]{64}\. Stop the container before/);
    expect(await docker(m, "restart", "-t", "0", "web")).toBe("web\n[0]");
    expect(await docker(m, "restart", "-t", "0", "web")).toBe("web\n[0]");
    expect(await docker(m, "inspect", "-f", "{{.State.Status}} {{.NetworkSettings.IPAddress}}", "web")).toBe("running 172.17.0.2\n[0]");
    expect(await docker(m, "stop", "-t", "1", "web")).toBe("web\n[0]");
    expect(await docker(m, "ps", "-a", "--format", "{{.Names}} {{.Status}}")).toMatch(/^web Exited \((137|143)\) /);
    expect(await docker(m, "rm", "web")).toBe("web\n[0]");
    expect(await docker(m, "inspect", "web")).toBe("[]\nError: No such object: web\n[1]");
    expect(await docker(m, "pull", "nobody/nothing")).toContain(
      "Error response from daemon: pull access denied for nobody/nothing, repository does not exist or may require 'docker login'",
    );
  });

  test("published ports are reached through dockerd's rules; these come back when it starts", async () => {
    const world = await node({ shim: false });
    const m = world.machine("node1");
    await docker(m, "run", "-d", "-p", "8080:80", "--name", "web", "nginx:1.27");
    const rules = world.network.ns("node1").iptablesSave();
    expect(rules).toContain("-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80");
    expect(rules).toContain("-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2");
    const got = await run(m, ["docker", "run", "--rm", "busybox:1.36", "wget", "-qO-", "-T", "2", "http://172.17.0.2"]);
    expect(got.stdout).toContain("Welcome to nginx!");
    await docker(m, "rm", "-f", "web");
    expect(await docker(m, "rm", "-f", "web")).toBe("Error: No such container: web\n[0]");
    expect(world.network.ns("node1").iptablesSave()).not.toContain("172.17.0.2");
  });

  test("dockerd closes forwarding only where it opened it", async () => {
    for (const [forward, policy] of [
      [false, "DROP"],
      [true, "ACCEPT"],
    ] as const) {
      const world = await node({ shim: false, forward });
      expect(world.network.ns("node1").iptablesSave("filter")).toMatch(new RegExp(`^:FORWARD ${policy} `, "m"));
    }
  });

  test.each([
    ['{"exec-opts": ["native.cgroupdriver=nonsense"]}', "failed to start daemon: native.cgroupdriver option nonsense not supported"],
    ['{"exec-optz": []}', "the following directives don't match any configuration option: exec-optz"],
    [
      '{"exec-opts": "native.cgroupdriver=systemd"}',
      "json: cannot unmarshal string into Go struct field Config.exec-opts of type []string",
    ],
    [
      '{\n  "exec-opts": ["native.cgroupdriver=systemd"]\n  "log-driver": "json-file"\n}\n',
      "invalid character '\"' after object key:value pair",
    ],
    ['{"hosts": ["unix:///run/x.sock"]}', "hosts: (from flag: [fd://], from file: [unix:///run/x.sock])"],
    ['{"storage-driver": "nope"}', "failed to start daemon: error initializing graphdriver: driver not supported"],
  ])("daemon.json that is wrong: %s", async (json, text) => {
    const world = await node({ shim: false, json });
    expect(logOf(world.machine("node1"), "dockerd")).toContain(text);
    expect(await docker(world.machine("node1"), "ps")).toBe(
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n[1]",
    );
  });
});

describe("recorded", () => {
  /** Differences that stay, with their reasons. */
  const known = new Map([
    ["docker images", "docker shows the unpacked size, of which the registry knows nothing"],
    ["ip -4 addr show docker0", "number and queue length of the link"],
    ["ip route", "the machine has other interfaces"],
    ["docker rmi busybox:1.36", "the recorded image was imported and had no digest"],
    ["docker exec web ps", "another build of BusyBox"],
    ["docker run --name bad busybox:1.36 nosuch", "a newer runc says where it failed; the client's log line is gone since docker 23"],
    ["docker info --format '{{.CgroupDriver}} {{.ServerVersion}} {{.Foo}}'", "the version"],
  ]);
  const same = (text: string): string =>
    text
      .replace(/[0-9a-f]{64}/g, "ID64")
      .replace(/\b[0-9a-f]{12}\b/g, "ID12")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replace(/(Up )?(Less than a second|\d+ seconds?)( ago)?/g, "AGO")
      .replace(/^(root +)\d+ +\d+( +0 +)\d\d:\d\d/gm, "$1PID$2TIME")
      // widths follow from ages
      .replace(/ {3,}/g, "   ")
      .replace(/\n+$/, "\n");

  test("the same commands print the same", async () => {
    const world = await node({ shim: false, forward: true, json: '{"exec-opts": ["native.cgroupdriver=cgroupfs"]}' });
    const m = world.machine("node1");
    await docker(m, "pull", "-q", "busybox:1.36");
    const differences: string[] = [];
    for (const { command, output, status } of readRecording("../sim/node/docker-20.10.txt")) {
      const got = await run(m, ["bash", "-c", `{ ${command}; } 2>&1`]);
      await world.advance(500);
      if (known.has(command)) continue;
      if (same(got.stdout) !== same(output) || got.status !== status)
        differences.push(`$ ${command}\n--- recorded [${status}]\n${same(output)}--- simulated [${got.status}]\n${same(got.stdout)}`);
    }
    expect(differences.join("\n")).toBe("");
  });
});

describe("cri-dockerd", () => {
  test("pods are docker containers: named, in the pod's slice, logged in docker's format", async () => {
    let world = await node();
    let m = world.machine("node1");
    static_(m, "web", { image: "nginx:1.27" });
    kubelet(m);
    await world.advance(40_000);
    const names = await docker(m, "ps", "--format", "{{.Names}}");
    expect(names).toMatch(/^k8s_web_web-node1_default_[0-9a-f]+_0\nk8s_POD_web-node1_default_[0-9a-f]+_0\n\[0\]$/);
    const nginx = [...m.procs.values()].find((p) => p.state.comm === "nginx")!;
    expect(nginx.state.cgroup).toMatch(/^\/kubepods\.slice\/.*\/docker-[0-9a-f]{64}\.scope$/);
    const id = (await crictl(m, "ps", "-q")).trim();
    expect(await crictl(m, "logs", id)).toContain("start worker processes");
    expect(m.rootFs().tryReadText(`/var/lib/docker/containers/${id}/${id}-json.log`)).toMatch(
      /^\{"log":".*\\n","stream":"std(out|err)","time":"/,
    );
    expect(await crictl(m, "version")).toContain("RuntimeName:  docker\nRuntimeVersion:  28.2.2\n");
    world = World.load(layers(), world.save());
    m = world.machine("node1");
    await world.advance(60_000);
    expect(await docker(m, "ps", "--format", "{{.Names}}")).toBe(names);
    m.rootFs().unlink("/etc/kubernetes/manifests/web.yaml");
    await world.advance(60_000);
    expect(await docker(m, "ps", "-a", "-q")).toBe("[0]");
  });

  test("kubelet cgroupfs, docker systemd: the sandbox's parent is no slice", async () => {
    const world = await node({ driver: "cgroupfs" });
    const m = world.machine("node1");
    static_(m, "web", { image: "busybox:1.36", command: ["sleep", "1000"] });
    kubelet(m);
    await world.advance(20_000);
    // recorded: kubelet 1.20 with docker 20.10
    expect(logOf(m, "kubelet")).toContain(
      'failed to create a sandbox for pod \\"web-node1\\": Error response from daemon: cgroup-parent for systemd cgroup should be a valid slice named as \\"xxx.slice\\"',
    );
    expect(await docker(m, "ps", "-a", "-q")).toBe("[0]");
  });

  test("from 1.31 the kubelet takes docker's driver", async () => {
    const world = await node({ kubelet: "1.35.2", driver: "cgroupfs" });
    const m = world.machine("node1");
    static_(m, "web", { image: "busybox:1.36", command: ["sleep", "1000"] });
    kubelet(m);
    await world.advance(40_000);
    expect(await docker(m, "ps", "--format", "{{.State}}")).toBe("running\nrunning\n[0]");
  });

  test("without docker the runtime is not ready; without a network neither is the node's network", async () => {
    const world = await node({ cni: false });
    const m = world.machine("node1");
    kubelet(m);
    await world.advance(5000);
    expect(logOf(m, "kubelet")).toContain(
      "NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized",
    );
    for (const p of Array.from(m.procs.values())) if (p.state.comm === "dockerd") p.raise("SIGTERM");
    await world.advance(2000);
    expect(await crictl(m, "info")).toContain(
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    );
  });
});

describe("dockershim", () => {
  const flags = ["--network-plugin=cni", "--pod-infra-container-image=k8s.gcr.io/pause:3.2"];

  test("the kubelet up to 1.23 speaks to docker itself, and crictl to the kubelet", async () => {
    let world = await node({ kubelet: "1.20.2", shim: false });
    let m = world.machine("node1");
    static_(m, "web", { image: "nginx:1.27", livenessProbe: { exec: { command: ["true"] }, periodSeconds: 5 } });
    kubelet(m, ...flags);
    await world.advance(60_000);
    const names = await docker(m, "ps", "--format", "{{.Names}} {{.Image}}");
    expect(names).toMatch(
      /^k8s_web_web-node1_default_[0-9a-f]+_0 [0-9a-f]{12}\nk8s_POD_web-node1_default_[0-9a-f]+_0 k8s\.gcr\.io\/pause:3\.2\n\[0\]$/,
    );
    const { stdout } = await run(m, ["crictl", "-r", "unix:///var/run/dockershim.sock", "ps", "-o", "json"]);
    expect((JSON.parse(stdout) as { containers: Obj[] }).containers.map((c) => c.metadata.name)).toEqual(["web"]);
    world = World.load(layers(), world.save());
    m = world.machine("node1");
    await world.advance(60_000);
    expect(await docker(m, "ps", "--format", "{{.Names}} {{.Image}}")).toBe(names);
  });

  test.each([
    ["1.20.2", "cgroupfs", "systemd"],
    ["1.20.2", "systemd", "cgroupfs"],
    ["1.23.17", "systemd", "cgroupfs"],
  ])("kubelet %s with %s, docker with %s: the kubelet does not run", async (version, own, dockers) => {
    const world = await node({ kubelet: version, driver: own, json: `{"exec-opts": ["native.cgroupdriver=${dockers}"]}`, shim: false });
    const m = world.machine("node1");
    const p = kubelet(m, ...flags);
    await world.advance(5000);
    expect(p.status?.code).toBe(version.startsWith("1.20") ? 255 : 1);
    // recorded: kubelet 1.20 with docker 20.10
    expect(logOf(m, "kubelet").replaceAll('\\"', '"')).toContain(
      `failed to run Kubelet: misconfiguration: kubelet cgroup driver: "${own}" is different from docker cgroup driver: "${dockers}"`,
    );
  });

  // seen on real machines: `systemctl restart docker kubelet` begins with the kubelet, when containers take their time to end
  test("a kubelet that starts while docker is ending takes the driver of the next docker", async () => {
    const world = await node({ kubelet: "1.20.2", json: '{"exec-opts": ["native.cgroupdriver=systemd"]}', shim: false });
    const m = world.machine("node1");
    await docker(m, "run", "-d", "busybox:1.36", "sh", "-c", "trap '' TERM; while :; do sleep 1; done");
    m.rootFs().write("/etc/docker/daemon.json", '{"exec-opts": ["native.cgroupdriver=cgroupfs"]}');
    await run(m, ["pkill", "dockerd"]);
    await world.advance(300);
    const p = kubelet(m, ...flags);
    await world.advance(5000);
    expect([await docker(m, "info", "-f", "{{.CgroupDriver}}"), p.status]).toEqual([expect.stringContaining("Cannot connect"), undefined]);
    await world.advance(4750);
    daemon(m, ["/usr/bin/dockerd", "-H", "fd://", "--containerd=/run/containerd/containerd.sock"]);
    await world.advance(3000);
    expect(p.status?.code).toBe(255);
    expect(logOf(m, "kubelet")).toContain("is different from docker cgroup driver");
  });

  test("without docker the kubelet does not run", async () => {
    const world = await node({ kubelet: "1.20.2", json: "{", shim: false });
    const m = world.machine("node1");
    kubelet(m, ...flags);
    await world.advance(5000);
    expect(logOf(m, "kubelet")).toContain(
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    );
  });
});
