/** Clusters of other shapes than the default one: several control planes behind haproxy, flannel. */
import { execa } from "execa";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bin, useScratch } from "./support.ts";

const example = (name: string): string => readFileSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), "utf8");

describe("three control planes behind haproxy, three workers, Calico with Typha", () => {
  const { cwd, kubemend, on, state } = useScratch("seed-003");
  const file = ["-f", "kubemend.yaml"];
  const kubectl = (command: string, machine = "controlplane1") => on(machine, `kubectl ${command}`);
  /** Through the load balancer, which controlplane2's own kubeconfig is not. */
  const throughBalancer = "--server https://10.1.10.100:6443 --request-timeout 20s";
  const settle = (seconds: number) => kubemend(["settle", "--name", "seed-003", "--for", `${seconds}s`]);

  it("come up, also when interrupted in the middle of the joins and when the certificates are gone", async () => {
    writeFileSync(`${cwd}/kubemend.yaml`, example("seed-003.yaml"));
    const interruptedAt = async (stage: string): Promise<void> => {
      const child = execa(process.execPath, [bin, "up", ...file], { cwd, reject: false, stdin: "ignore", all: true });
      let said = "";
      await new Promise<void>((resolve) => {
        child.all.on("data", (data: Buffer) => {
          said += data.toString();
          if (said.includes(stage)) resolve();
        });
        void child.finally(resolve);
      });
      child.kill("SIGINT");
      const result = await child;
      expect(said, String(result.all)).toContain(stage);
      expect(result.exitCode === 0, said).toBe(false);
    };
    await interruptedAt("install haproxy");
    await interruptedAt("kubeadm init (");
    // what kubeadm init uploaded is gone, as it is by itself after two hours
    const secret = "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system delete secret kubeadm-certs";
    expect(String((await on("controlplane1", secret)).stdout)).toContain('"kubeadm-certs" deleted');
    await interruptedAt("Joining the other control planes");
    await interruptedAt("controlplane2  kubeadm join (");

    const last = await kubemend(["up", ...file]);
    expect(last.exitCode, `${String(last.stdout)}${String(last.stderr)}`).toBe(0);
    const { stdout } = await kubectl("get nodes --no-headers");
    expect(
      String(stdout)
        .split("\n")
        .map((line) => line.split(/\s+/).slice(0, 3).join(" ")),
    ).toEqual([...[1, 2, 3].map((i) => `controlplane${i} Ready control-plane`), ...[1, 2, 3].map((i) => `worker${i} Ready <none>`)]);
    expect(String((await kubectl("-n kube-system get pods -l component=etcd --no-headers")).stdout).match(/ 1\/1 +Running/g)).toHaveLength(
      3,
    );
    expect(String((await kubectl("-n kube-system get pods -l k8s-app=calico-typha --no-headers")).stdout)).toContain("1/1");
    // the same file again changes nothing
    expect(String((await kubemend(["up", ...file])).stderr)).toContain("already up");
  }, 600_000);

  it("let the host in through the load balancer", async () => {
    expect((await kubemend(["kubeconfig", "--name", "seed-003"])).exitCode).toBe(0);
    expect(readFileSync(state("kubeconfig"), "utf8")).toContain("tls-server-name: lb");
    expect(
      String((await on("lb", "journalctl -u haproxy --no-pager | grep -c 'kubernetes-api kubernetes-controlplanes/'")).stdout),
    ).not.toBe("0");
  });

  it("go on without one of them, wherever it is lost", async () => {
    // its etcd: its API server still answers, and haproxy leaves it out because it is not ready
    await on("controlplane1", "sudo mv /etc/kubernetes/manifests/etcd.yaml /root/");
    await settle(60);
    for (const name of ["one", "two", "three"])
      expect(String((await kubectl(`${throughBalancer} create namespace ${name}`, "controlplane2")).stdout)).toBe(
        `namespace/${name} created`,
      );
    const log = String((await on("lb", "journalctl -u haproxy -o cat --no-pager | grep controlplane1 | grep DOWN | tail -1")).stdout);
    expect(log).toContain('is DOWN, reason: Layer7 wrong status, code: 500, info: "Internal Server Error"');
    await on("controlplane1", "sudo mv /root/etcd.yaml /etc/kubernetes/manifests/");
    await settle(120);

    // the whole machine
    await on("controlplane3", "sudo poweroff");
    await settle(120);
    expect(String((await kubectl(`${throughBalancer} create namespace four`)).stdout)).toBe("namespace/four created");
    expect(String((await kubectl("get node controlplane3 --no-headers")).stdout)).toContain("NotReady");
  }, 300_000);

  it("write nothing without two, and come back", async () => {
    await on("controlplane2", "sudo mv /etc/kubernetes/manifests/etcd.yaml /root/");
    await settle(60);
    const direct = await kubectl("--server https://10.1.10.101:6443 --request-timeout 30s create namespace five");
    expect(direct.exitCode).toBe(1);
    expect(String(direct.stderr)).toMatch(/etcdserver: |context deadline exceeded|timed out/);
    const balanced = await kubectl(`${throughBalancer} create namespace five`);
    expect(balanced.exitCode).toBe(1);
    const none = "journalctl -u haproxy -o cat --no-pager | grep -c 'has no server available!'";
    expect(Number((await on("lb", none)).stdout)).toBeGreaterThan(0);

    await on("controlplane2", "sudo mv /root/etcd.yaml /etc/kubernetes/manifests/");
    await settle(180);
    expect(String((await kubectl(`${throughBalancer} create namespace five`)).stdout)).toBe("namespace/five created");
    expect((await kubemend(["up", ...file])).exitCode).toBe(0);
    await settle(120);
    expect(String((await kubectl("get nodes --no-headers")).stdout)).not.toContain("NotReady");
  }, 300_000);
});

describe("flannel", () => {
  const { cwd, kubemend, on } = useScratch("seed-004");
  const pods = `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "nginx:1.27" }] }
`;

  it("comes up with its devices, routes and neighbours on the private network", async () => {
    writeFileSync(`${cwd}/kubemend.yaml`, example("seed-004.yaml"));
    const up = await kubemend(["up"]);
    expect(up.exitCode, `${String(up.stdout)}${String(up.stderr)}`).toBe(0);
    expect(String((await on("worker1", "cat /run/flannel/subnet.env")).stdout)).toMatch(
      /^FLANNEL_NETWORK=10\.244\.0\.0\/16\nFLANNEL_SUBNET=10\.244\.[12]\.1\/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true$/,
    );
    const routes = String((await on("controlplane", "ip route show dev flannel.1")).stdout).split("\n");
    expect(routes.map((line) => line.trim()).toSorted()).toEqual([
      "10.244.1.0/24 via 10.244.1.0 onlink",
      "10.244.2.0/24 via 10.244.2.0 onlink",
    ]);
    expect(String((await on("controlplane", "bridge fdb show dev flannel.1 | cut -d' ' -f4-5 | sort")).stdout)).toBe(
      "dst 192.168.56.21\ndst 192.168.56.22",
    );
    expect(String((await on("controlplane", "kubectl -n kube-flannel logs ds/kube-flannel-ds 2>/dev/null")).stdout)).toMatch(
      /Using interface with name enp0s8 and address 192\.168\.56\./,
    );
  }, 300_000);

  it("carries pods' packets in UDP 8472, and only there", async () => {
    await on("controlplane", `kubectl apply -f - <<'END'\n${pods}END`);
    await on("controlplane", "kubectl rollout status ds/web --timeout=120s");
    const address = `kubectl get pods -l app=web -o jsonpath='{.items[?(@.spec.nodeName=="worker2")].status.podIP}'`;
    const ask = async () => String((await on("controlplane", `curl -s -m 3 -o /dev/null -w '%{http_code}' http://$(${address})/`)).stdout);
    expect(await ask()).toBe("200");
    await on("worker2", "sudo iptables -I INPUT -p udp --dport 8472 -j DROP");
    expect(await ask()).toBe("000");
    expect((await on("controlplane", "ping -c1 -W1 192.168.56.22")).exitCode).toBe(0);
    await on("worker2", "sudo iptables -D INPUT -p udp --dport 8472 -j DROP");
    expect(await ask()).toBe("200");
  }, 60_000);

  it("a new pod needs flanneld's file; the daemon's death alone harms nobody", async () => {
    await on("worker2", "sudo rm /run/flannel/subnet.env");
    await on("controlplane", "kubectl delete pod -l app=web --field-selector spec.nodeName=worker2");
    await kubemend(["settle", "--name", "seed-004", "--for", "10s"]);
    const events = String(
      (await on("controlplane", "kubectl get events --field-selector reason=FailedCreatePodSandBox -o jsonpath='{.items[-1:].message}'"))
        .stdout,
    );
    expect(events).toContain("loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory");
    await on("controlplane", "kubectl -n kube-flannel delete pod -l app=flannel --field-selector spec.nodeName=worker2");
    await kubemend(["settle", "--name", "seed-004", "--for", "60s"]);
    expect(String((await on("controlplane", "kubectl get pods -l app=web --no-headers")).stdout).match(/1\/1 +Running/g)).toHaveLength(2);
  }, 60_000);
});
