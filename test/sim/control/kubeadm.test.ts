/** kubeadm on real nodes: preflight's words, a cluster from init and join, tokens, reset, and a snapshot in the middle. */
import { describe, expect, test } from "vitest";
import { layers } from "../../../src/sim/assemble.ts";
import { World } from "../../../src/sim/world.ts";
import { run } from "../support.ts";
import { initYaml, useNodes } from "./cluster.ts";

describe("a cluster", () => {
  test("init, join, node failure, reset and init again", async () => {
    const w = await useNodes(["controlplane", "worker1"]);
    const [m, worker] = [w.machine("controlplane"), w.machine("worker1")];
    m.rootFs().write("/root/kubeadm.yaml", initYaml("192.168.56.10"));
    const init = await run(m, "kubeadm init --config /root/kubeadm.yaml --upload-certs");
    expect(init.stderr + init.stdout).toContain("Your Kubernetes control-plane has initialized successfully!");
    expect(init.status).toBe(0);
    expect(init.stdout.split("\n").filter((l) => l.startsWith("[addons]"))).toEqual([
      "[addons] Applied essential addon: CoreDNS",
      "[addons] Applied essential addon: kube-proxy",
    ]);

    const join = (await run(m, "kubeadm token create --print-join-command")).stdout.trim();
    expect(join).toMatch(
      /^kubeadm join 192\.168\.56\.10:6443 --token [a-z0-9]{6}\.[a-z0-9]{16} --discovery-token-ca-cert-hash sha256:[0-9a-f]{64}$/,
    );
    const joined = await run(worker, join);
    expect(joined.stdout).toContain("This node has joined the cluster:");
    expect(joined.status).toBe(0);

    const kubectl = async (args: string): Promise<string> =>
      (await run(m, `kubectl --kubeconfig /etc/kubernetes/admin.conf ${args}`)).stdout;
    await w.until(() => false, 10_000);
    expect(await kubectl("get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.spec.podCIDR}{\"\\n\"}{end}'")).toBe(
      "controlplane 10.244.0.0/24\nworker1 10.244.1.0/24\n",
    );
    expect(await kubectl("get csr")).toMatch(/kubernetes\.io\/kube-apiserver-client-kubelet .*Approved,Issued/);

    // a second init finds everything in its way
    const again = await run(m, "kubeadm init --config /root/kubeadm.yaml");
    for (const name of [
      "Port-6443",
      "Port-10259",
      "Port-10257",
      "Port-10250",
      "Port-2379",
      "Port-2380",
      "FileAvailable--etc-kubernetes-manifests-etcd.yaml",
      "DirAvailable--var-lib-etcd",
    ])
      expect(again.stderr).toContain(`[ERROR ${name}]`);

    // the kubelet stops: after the grace period its node is Unknown and tainted
    await run(worker, "systemctl stop kubelet");
    await w.until(() => false, 70_000);
    const conditions = await kubectl(
      "get node worker1 -o jsonpath='{.status.conditions[?(@.type==\"Ready\")].message} {.spec.taints[*].key}'",
    );
    expect(conditions).toContain("Kubelet stopped posting node status.");
    expect(conditions).toContain("node.kubernetes.io/unreachable");

    const reset = await run(m, "kubeadm reset -f");
    expect(reset.stdout).toContain("[reset] Stopping the kubelet service");
    expect(m.rootFs().readdir("/etc/kubernetes/manifests")).toEqual([]);
    expect(m.rootFs().exists("/etc/kubernetes/admin.conf")).toBe(false);
    expect(m.rootFs().readdir("/var/lib/etcd")).toEqual([]);
    const second = await run(m, "kubeadm init --config /root/kubeadm.yaml");
    expect(second.stderr + second.stdout).toContain("Your Kubernetes control-plane has initialized successfully!");
  }, 60_000);

  test("a world saved in the middle of a start goes on the same way", async () => {
    const w = await useNodes(["controlplane"]);
    w.machine("controlplane").rootFs().write("/root/kubeadm.yaml", initYaml("192.168.56.10"));
    const phases =
      "for p in preflight certs\\ all kubeconfig\\ all etcd\\ local control-plane\\ all kubelet-start; do kubeadm init phase $p --config /root/kubeadm.yaml || exit 1; done";
    const started = await run(w.machine("controlplane"), phases);
    expect(started.stderr + String(started.status)).toMatch(/0$/);
    await w.until(() => false, 1500);
    const copy = World.load(layers(), w.save());
    for (const world of [w, copy]) {
      await world.until(() => false, 60_000);
      const ready = await run(
        world.machine("controlplane"),
        "curl -sk https://192.168.56.10:6443/readyz; kubeadm token list --kubeconfig /etc/kubernetes/super-admin.conf; echo $?",
      );
      expect(ready.stdout).toBe("ok0\n");
    }
  }, 60_000);
});

describe("preflight", () => {
  test("each fault in the words of kubeadm 1.35", async () => {
    const w = await useNodes(["node1"]);
    const m = w.machine("node1");
    m.rootFs().write("/root/kubeadm.yaml", initYaml("192.168.56.10"));
    const errors = async (): Promise<string[]> =>
      (await run(m, "kubeadm init phase preflight --config /root/kubeadm.yaml")).stderr.split("\n").filter((l) => l.includes("[ERROR"));
    expect(await errors()).toEqual([]);
    m.rootFs().write("/proc/sys/net/ipv4/ip_forward", "0");
    m.rootFs().write("/etc/kubernetes/manifests/etcd.yaml", "");
    expect(await errors()).toEqual([
      "\t[ERROR FileAvailable--etc-kubernetes-manifests-etcd.yaml]: /etc/kubernetes/manifests/etcd.yaml already exists",
      "\t[ERROR FileContent--proc-sys-net-ipv4-ip_forward]: /proc/sys/net/ipv4/ip_forward contents are not set to 1",
    ]);
    await run(m, "systemctl stop containerd");
    expect((await errors()).join("\n")).toContain("[ERROR CRI]");
    const other = await run(m, "kubeadm init --kubernetes-version v1.35.2", { uid: 1000 });
    expect(other.stderr).toContain("[ERROR IsPrivilegedUser]: user is not running as root");
    expect(other.status).toBe(1);
  }, 60_000);

  test("values that kubeadm refuses, as recorded", async () => {
    const w = await useNodes(["node1"]);
    const m = w.machine("node1");
    // recorded with kubeadm 1.20; the texts have not changed since
    const cases: [flags: string, text: string, status: number][] = [
      ["--pod-network-cidr 172.16.0.0/33", `podSubnet: Invalid value: "172.16.0.0/33": couldn't parse subnet`, 3],
      [
        "--pod-network-cidr 172.16.0.0/25",
        `podSubnet: Invalid value: "172.16.0.0/25": pod subnet size is smaller than the node subnet size`,
        3,
      ],
      [
        "--service-cidr 10.96.0.0/8",
        `serviceSubnet: Invalid value: "10.0.0.0/8": specified service subnet is too large; for 32-bit addresses, the mask must be >= 12`,
        3,
      ],
      ["--apiserver-advertise-address foo", `couldn't use "foo" as "apiserver-advertise-address", must be ipv4 or ipv6 address`, 1],
      ["--apiserver-bind-port 70000", "localAPIEndpoint.bindPort: Invalid value: 70000: port number is not valid", 3],
      [
        "--control-plane-endpoint my_host",
        "hostport my_host: host 'my_host' must be a valid IP address or a valid RFC-1123 DNS subdomain",
        1,
      ],
      ["--token badtoken", String.raw`the bootstrap token "badtoken" was not of the form "\\A([a-z0-9]{6})\\.([a-z0-9]{16})\\z"`, 1],
      ["--token-ttl 5", `invalid argument "5" for "--token-ttl" flag: time: missing unit in duration "5"`, 1],
      ["--skip-phases nosuch", "invalid phase name: nosuch", 1],
      ["--nosuchflag", "unknown flag: --nosuchflag", 1],
    ];
    for (const [flags, text, status] of cases) {
      const ran = await run(m, `kubeadm init --kubernetes-version v1.35.2 ${flags}`);
      expect({ stderr: ran.stderr, status: ran.status }).toEqual({
        stderr: `error: ${text}\nTo see the stack trace of this error execute with --v=5 or higher\n`,
        status,
      });
    }
    const join = await run(
      m,
      "kubeadm join 192.168.56.10:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:1234 --ignore-preflight-errors=all",
    );
    expect(join.stderr).toContain(
      'Get "https://192.168.56.10:6443/api/v1/namespaces/kube-public/configmaps/cluster-info?timeout=10s": dial tcp 192.168.56.10:6443: connect: connection refused',
    );
  }, 60_000);
});
