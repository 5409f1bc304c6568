/** Containers and pods on one node, without an API server. */
import { describe, expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import type { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";
import { bridge, daemon, install, logOf, pod, systemdCgroup } from "./nodes.ts";

const endpoint = ["crictl", "-r", "unix:///run/containerd/containerd.sock"];

async function node(manifests: Record<string, string>, prepare?: (world: World) => void): Promise<World> {
  const world = await useWorld(["node1"]);
  const m = world.machine("node1");
  install(m, { toml: systemdCgroup(true) });
  m.rootFs().write("/etc/cni/net.d/10-bridge.conflist", bridge);
  prepare?.(world);
  for (const [name, text] of Object.entries(manifests)) m.rootFs().write(`/etc/kubernetes/manifests/${name}.yaml`, text);
  daemon(m, ["/usr/bin/containerd"]);
  await world.advance(1000);
  daemon(m, ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"]);
  return world;
}

const containers = async (world: World): Promise<Obj[]> => {
  const { stdout } = await run(world.machine("node1"), [...endpoint, "ps", "-a", "-o", "json"]);
  return (JSON.parse(stdout) as { containers: Obj[] }).containers;
};
const statusOf = async (world: World, id: string): Promise<Obj> =>
  (JSON.parse((await run(world.machine("node1"), [...endpoint, "inspect", id])).stdout) as Obj).status as Obj;

describe("pods on a node", () => {
  test("a pod gets an address from the bridge, answers, and logs in CRI format", async () => {
    const world = await node({ web: pod("web", { image: "nginx:1.27" }) });
    await world.advance(30_000);
    const m = world.machine("node1");
    const id = (JSON.parse((await run(m, [...endpoint, "pods", "-o", "json"])).stdout) as { items: Obj[] }).items[0]!.id as string;
    const ip = (JSON.parse((await run(m, [...endpoint, "inspectp", id])).stdout) as Obj).status.network.ip as string;
    expect(ip).toMatch(/^10\.244\.1\.\d+$/);
    expect((await run(m, `curl -s http://${ip}/ | head -4`)).stdout).toContain("<title>Welcome to nginx!</title>");
    const [c] = await containers(world);
    expect((await run(m, [...endpoint, "logs", c!.id as string])).stdout).toMatch(
      /10\.244\.1\.1 - - \[\S+ \+0000\] "GET \/ HTTP\/1\.1" 200 615/,
    );
    expect((await run(m, [...endpoint, "exec", c!.id as string, "cat", "/etc/hostname"])).stdout).toBe("web-node1\n");
  });

  test("what a container with standard input writes is logged; BusyBox has its own words", async () => {
    const spec = { image: "busybox:1.36", command: ["sh", "-c", "echo started; sleep 100000"], stdin: true };
    const world = await node({ bb: pod("bb", spec, { hostNetwork: true }) });
    await world.advance(30_000);
    const m = world.machine("node1");
    const id = (await containers(world))[0]!.id as string;
    expect((await run(m, [...endpoint, "logs", id])).stdout).toBe("started\n");
    const inside = (...command: string[]) => run(m, [...endpoint, "exec", id, ...command]);
    expect((await inside("ps")).stdout).toMatch(/^PID {3}USER {5}TIME {2}COMMAND\n {4}1 root {7}0:00 sleep 100000\n/);
    expect((await inside("wget", "-O-", "127.0.0.1:81")).stderr).toContain(
      "Connecting to 127.0.0.1:81 (127.0.0.1:81)\nwget: can't connect to remote host (127.0.0.1): Connection refused\n",
    );
    expect((await inside("ping", "-c", "1", "127.0.0.1")).stdout).toMatch(
      /^PING 127\.0\.0\.1 \(127\.0\.0\.1\): 56 data bytes\n64 bytes from 127\.0\.0\.1: seq=0 ttl=64 time=[\d.]+ ms\n\n--- 127\.0\.0\.1 ping statistics ---\n1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min/,
    );
  });

  test("an image that is not there: ErrImagePull, then back-off", async () => {
    const world = await node({ x: pod("x", { image: "registry.k8s.io/nothing:1" }, { hostNetwork: true }) });
    await world.advance(60_000);
    const log = logOf(world.machine("node1"), "kubelet");
    expect(log).toContain(
      'rpc error: code = NotFound desc = failed to pull and unpack image \\"registry.k8s.io/nothing:1\\": failed to resolve reference \\"registry.k8s.io/nothing:1\\": registry.k8s.io/nothing:1: not found',
    );
    expect(log).toContain("with ErrImagePull");
    expect(log).toContain("with ImagePullBackOff");
  });

  test("a container that ends at once is started again after 10, 20, 40 … seconds", async () => {
    const world = await node({ crash: pod("crash", { image: "busybox:1.36", command: ["sh", "-c", "exit 3"] }, { hostNetwork: true }) });
    await world.advance(600_000);
    const all = (await containers(world)).filter((c) => c.metadata.name === "crash");
    const last = Math.max(...all.map((c) => c.metadata.attempt as number));
    expect(last).toBeGreaterThanOrEqual(5);
    expect(last).toBeLessThanOrEqual(7);
    expect((await statusOf(world, all[0]!.id as string)).exitCode).toBe(3);
    expect(logOf(world.machine("node1"), "kubelet")).toMatch(
      /back-off 2m40s restarting failed container=crash pod=crash-node1_default\([0-9a-f]{32}\)/,
    );
  });

  test("a failing liveness probe restarts the container; a good one does not", async () => {
    const probe = (path: string): Obj => ({ livenessProbe: { httpGet: { path, port: 80 }, periodSeconds: 5, failureThreshold: 2 } });
    const world = await node({
      bad: pod("bad", { image: "nginx:1.27", ...probe("/nothing") }),
      good: pod("good", { image: "nginx:1.27", ...probe("/") }),
    });
    await world.advance(120_000);
    const all = await containers(world);
    expect(all.filter((c) => c.metadata.name === "good").map((c) => c.metadata.attempt)).toEqual([0]);
    expect(Math.max(...all.filter((c) => c.metadata.name === "bad").map((c) => c.metadata.attempt as number))).toBeGreaterThan(1);
  });

  test("containers outlive containerd; the kubelet says that the runtime is gone", async () => {
    const world = await node({ web: pod("web", { image: "nginx:1.27" }, { hostNetwork: true }) });
    await world.advance(30_000);
    const m = world.machine("node1");
    const nginx = [...m.procs.values()].find((p) => p.state.comm === "nginx")!;
    for (const p of Array.from(m.procs.values())) if (p.state.comm === "containerd") p.raise("SIGTERM");
    await world.advance(10_000);
    expect(nginx.status).toBeUndefined();
    expect(logOf(m, "kubelet")).toContain(
      '"GenericPLEG: Unable to retrieve pods" err="rpc error: code = Unavailable desc = connection error: desc = \\"transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect:',
    );
    expect((await run(m, [...endpoint, "ps"])).status).toBe(1);
    daemon(m, ["/usr/bin/containerd"]);
    await world.advance(10_000);
    expect(nginx.status).toBeUndefined();
    expect((await containers(world)).map((c) => [c.metadata.attempt, c.state])).toEqual([[0, "CONTAINER_RUNNING"]]);
  });

  test("crictl ends and removes what it is told to, all of it with --all", async () => {
    const world = await node({
      web: pod("web", { image: "nginx:1.27" }, { hostNetwork: true }),
      box: pod("box", { image: "busybox:1.36", command: ["sleep", "1000000"] }),
    });
    await world.advance(30_000);
    const m = world.machine("node1");
    for (const p of Array.from(m.procs.values())) if (p.state.comm === "kubelet") p.raise("SIGKILL");
    await run(m, "modprobe overlay");
    const crictl = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, status } = await run(m, [...endpoint, ...args]);
      return `${stdout}${stderr}${status}`.replace(/[0-9a-f]{64}/g, "ID").replace(/time="[^"]*" /g, "");
    };
    // the two sandboxes' roots and the two containers'
    expect((await run(m, "lsmod | grep ^overlay; grep ^overlay /proc/modules; rmmod overlay; modprobe -r overlay")).stdout).toBe(
      "overlay               212992  4\noverlay 212992 4 - Live 0x0000000000000000\n",
    );
    expect((await run(m, "rmmod overlay; modprobe -r overlay")).stderr).toBe(
      "rmmod: ERROR: Module overlay is in use\nmodprobe: FATAL: Module overlay is in use.\n",
    );
    const log = (await statusOf(world, (await containers(world))[0]!.id as string)).logPath as string;
    expect(m.rootFs().exists(log)).toBe(true);
    expect(await crictl("rm")).toBe('level=fatal msg="ID cannot be empty"\n1');
    expect(await crictl("rm", "-a")).toBe(
      'level=fatal msg="[container \\"ID\\" is running, please stop it first, container \\"ID\\" is running, please stop it first]"\n1',
    );
    expect(await crictl("rmi", "--prune")).toBe('level=info msg="No images to remove"\n0');
    expect(await crictl("rm", "-fa")).toBe("ID\nID\nID\nID\n0");
    expect(m.rootFs().exists(log)).toBe(false);
    expect(await crictl("stop", "--all")).toBe("No running containers found.\n0");
    expect(await crictl("rm", "-fa")).toBe('level=info msg="No containers to remove"\n0');
    const [first] = (await run(m, [...endpoint, "pods", "-q"])).stdout.split("\n");
    expect(await crictl("rmp", first!)).toBe('level=fatal msg="pod sandbox \\"ID\\" is running, please stop it first"\n1');
    expect(await crictl("stopp", "-a", first!)).toContain("flag provided but not defined: -a");
    expect(await crictl("rmp", "-f", first!)).toBe("Stopped sandbox ID\nRemoved sandbox ID\n0");
    expect(await crictl("rmp", "-a", "--force")).toBe("Stopped sandbox ID\nRemoved sandbox ID\n0");
    expect(await crictl("rmp", "-af")).toBe('level=info msg="No pods to remove"\n0');
    expect((await run(m, "rmmod overlay")).status).toBe(0);
    const pruned = await crictl("rmi", "--prune");
    expect(pruned).toContain("Deleted: docker.io/library/nginx:1.27\n");
    expect(pruned).not.toContain("pause");
    expect(await crictl("rmi", "-a")).toContain("/pause:");
    expect(await crictl("rmi", "nothing")).toBe(
      'level=error msg="no such image nothing"\nlevel=fatal msg="unable to remove the image(s)"\n1',
    );
  });

  test.each([
    ["1.7.28", "failed to generate runtime options: (0, 0): Can't convert true(string) to bool"],
    [
      "2.1.4",
      "failed to generate sandbox runtime options: toml: cannot decode TOML string into struct field options.Options.SystemdCgroup of type bool",
    ],
  ])("containerd %s makes no sandbox with an option of another type", async (containerd, why) => {
    const world = await node({ web: pod("web", { image: "nginx:1.27" }) }, (w) =>
      install(w.machine("node1"), { containerd, toml: systemdCgroup(true).replace("= true", '= "true"') }),
    );
    await world.advance(20_000);
    expect(logOf(world.machine("node1"), "kubelet")).toContain(why);
    expect(await containers(world)).toEqual([]);
  });

  test("a manifest that goes takes its pod with it", async () => {
    const world = await node({ web: pod("web", { image: "nginx:1.27" }) });
    await world.advance(30_000);
    const m = world.machine("node1");
    m.rootFs().unlink("/etc/kubernetes/manifests/web.yaml");
    await world.advance(10_000);
    expect(await containers(world)).toEqual([]);
    expect(m.rootFs().readdir("/run/netns")).toEqual([]);
    expect(m.rootFs().readdir("/var/lib/cni/networks/pods")).toEqual(["last_reserved_ip.0"]);
  });

  test("a manifest that no longer reads keeps its pod until the next list; one that is moved away takes it at once", async () => {
    const world = await node({ web: pod("web", { image: "nginx:1.27" }) });
    await world.advance(30_000);
    const m = world.machine("node1");
    const names = async (): Promise<string[]> => (await containers(world)).map((c) => c.metadata.name as string);
    await run(m, "cp /etc/kubernetes/manifests/web.yaml /root; echo ' x: [' >>/etc/kubernetes/manifests/web.yaml");
    await world.advance(100);
    expect(logOf(m, "kubelet")).toMatch(
      /"Unable to process watch event" err="can't process config file \\"\/etc\/kubernetes\/manifests\/web.yaml/,
    );
    expect(logOf(m, "kubelet")).not.toContain("Could not process manifest file");
    expect(await names()).toEqual(["web"]);
    await world.advance(30_000);
    expect(logOf(m, "kubelet")).toContain("Could not process manifest file");
    expect(await names()).toEqual([]);
    await run(m, "cp /root/web.yaml /etc/kubernetes/manifests/web.yaml");
    await world.advance(3000);
    expect(await names()).toEqual(["web"]);
    await run(m, "mv /etc/kubernetes/manifests/web.yaml /root");
    await world.advance(2500);
    expect(await names()).toEqual([]);
  });

  test("a folder of manifests that is made after the kubelet has started is watched within a second", async () => {
    const world = await node({}, (w) => w.machine("node1").rootFs().rmdir("/etc/kubernetes/manifests"));
    await world.advance(5000);
    const m = world.machine("node1");
    expect(logOf(m, "kubelet").match(/"Unable to read config path"/g)?.length).toBeGreaterThan(3);
    await run(m, "mkdir /etc/kubernetes/manifests; sleep 1");
    m.rootFs().write("/etc/kubernetes/manifests/web.yaml", pod("web", { image: "nginx:1.27" }));
    await world.advance(3000);
    expect(JSON.parse((await run(m, [...endpoint, "pods", "-o", "json"])).stdout).items.length).toBe(1);
  });

  test("without a plugin's binary no sandbox gets its network", async () => {
    const world = await node({ web: pod("web", { image: "nginx:1.27" }) }, (w) =>
      w.machine("node1").rootFs().unlink("/opt/cni/bin/bridge"),
    );
    await world.advance(20_000);
    expect(logOf(world.machine("node1"), "kubelet")).toMatch(
      /failed to setup network for sandbox \\"[0-9a-f]{64}\\": plugin type=\\"bridge\\" name=\\"pods\\" failed \(add\): failed to find plugin \\"bridge\\" in path \[\/opt\/cni\/bin\]/,
    );
  });
});

describe("the kubelet's configuration", () => {
  const start = async (config: string | undefined, version = "1.35.2"): Promise<string> => {
    const world = await useWorld(["node1"]);
    const m = world.machine("node1");
    install(m, { toml: systemdCgroup(true), kubelet: version });
    if (config === undefined) m.rootFs().unlink("/var/lib/kubelet/config.yaml");
    else m.rootFs().write("/var/lib/kubelet/config.yaml", config);
    daemon(m, ["/usr/bin/containerd"]);
    await world.advance(1000);
    daemon(m, ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"]);
    await world.advance(10_000);
    return logOf(m, "kubelet");
  };
  const head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfailSwapOn: false\n";

  test("texts of 1.20 and of today", async () => {
    expect(await start(undefined, "1.20.2")).toMatch(
      /^F\d{4} \S+ +\d+ server\.go:198\] failed to load Kubelet config file \/var\/lib\/kubelet\/config\.yaml, error failed to read kubelet config file "\/var\/lib\/kubelet\/config\.yaml", error: open \/var\/lib\/kubelet\/config\.yaml: no such file or directory$/m,
    );
    expect(await start(undefined)).toContain(
      '"command failed" err="failed to load kubelet config file, path: /var/lib/kubelet/config.yaml, error: failed to load Kubelet config file',
    );
    expect(await start(`${head}nosuchField: 1\n`)).toContain('strict decoding error: unknown field \\"nosuchField\\"');
    expect(await start(head.replace("v1beta1", "v1"))).toContain(
      'no kind \\"KubeletConfiguration\\" is registered for version \\"kubelet.config.k8s.io/v1\\"',
    );
    expect(await start(head.replace("failSwapOn: false\n", ""))).toContain(
      "failed to run Kubelet: running with swap on is not supported, please disable swap",
    );
  });
});
