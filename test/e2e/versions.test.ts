/** Kubernetes of other ages than the default, in the simulator: from before the community's archive, as recorded of 1.20.2; the newest. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newestMinor } from "../../src/cluster/versions.ts";
import { useScratch } from "./support.ts";

describe.each([
  ["1.20.2", "v1.20.2", "k8s.gcr.io", "coredns:1.7.0", "etcd:3.4.13-0"],
  ["1.21", "v1.21.14", "registry.aliyuncs.com/google_containers", "coredns:v1.8.0", "etcd:3.4.13-0"],
])("Kubernetes %s", (wanted, version, registry, coredns, etcd) => {
  const name = `old-${wanted.replaceAll(".", "-")}`;
  const { cwd, kubemend, on } = useScratch(name);
  const say = async (command: string): Promise<string> => String((await on("controlplane", command)).stdout);

  it("comes up from a mirror's packages, with the words of its version", async () => {
    writeFileSync(
      join(cwd, "kubemend.yaml"),
      `name: ${name}\nkubernetes: "${wanted}"\nworkers: 1\ncni: { name: bridge }\nmirror:\n  packages: "https://mirrors.aliyun.com/kubernetes/apt kubernetes-xenial main"\n${registry === "k8s.gcr.io" ? "" : `  images: ${registry}\n`}`,
    );
    const result = await kubemend(["up"]);
    expect(result.exitCode, String(result.stderr)).toBe(0);
    expect((await say("kubectl get nodes --no-headers")).split("\n").map((line) => line.split(/\s+/).filter((_, i) => i !== 3))).toEqual([
      ["controlplane", "Ready", "control-plane,master", version],
      ["worker1", "Ready", "<none>", version],
    ]);
    expect(await say("kubectl get node controlplane -o jsonpath='{.spec.taints[*].key}'")).toBe("node-role.kubernetes.io/master");
    expect(await say("cat /var/lib/kubelet/kubeadm-flags.env")).toContain(
      "--container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock",
    );
    expect(await say("sudo grep sandbox_image /etc/containerd/config.toml")).toContain(
      registry === "k8s.gcr.io" ? "pause:" : `"${registry}/pause:3.4.1"`,
    );
    const images = await say("kubectl get pods -A -o jsonpath='{.items[*].spec.containers[*].image}'");
    expect(new Set(images.split(" "))).toEqual(
      new Set(
        [coredns, etcd, ...["apiserver", "controller-manager", "proxy", "scheduler"].map((c) => `kube-${c}:${version}`)].map(
          (i) => `${registry}/${i}`,
        ),
      ),
    );
  });

  it("resolves and reaches services", async () => {
    await say(
      "kubectl create deployment web --image=nginx --replicas=2 && kubectl expose deployment web --port=80 && kubectl rollout status deployment web",
    );
    await say("kubectl run box --image=busybox -- sleep 1d && kubectl wait --for=condition=Ready pod/box");
    expect(await say("kubectl exec box -- wget -qO- -T 3 http://web.default.svc | grep -c '<title>'")).toBe("1");
    expect(await say("kubectl get endpointslices --no-headers | awk '{ print $1, $3 }' | sed 's/-[a-z0-9]\\{5\\} / /'")).toBe(
      "kubernetes 6443\nweb 80",
    );
  });
});

describe(`Kubernetes 1.${newestMinor}`, () => {
  const { cwd, kubemend, on } = useScratch("newest");

  it("comes up with Ubuntu's containerd, of which kubeadm warns", async () => {
    writeFileSync(join(cwd, "kubemend.yaml"), `name: newest\nkubernetes: "1.${newestMinor}"\nworkers: 1\ncni: { name: bridge }\n`);
    const result = await kubemend(["up"]);
    expect(result.exitCode, String(result.stderr)).toBe(0);
    const nodes = await on("controlplane", "kubectl get nodes --no-headers");
    expect(
      String(nodes.stdout)
        .split("\n")
        .map((line) => line.split(/\s+/)[1]),
    ).toEqual(["Ready", "Ready"]);
    expect(readFileSync(join(cwd, ".kubemend", "newest", "logs", "controlplane.log"), "utf8")).toContain(
      `[WARNING ContainerRuntimeVersion]: You must update your container runtime to a version that supports the CRI method RuntimeConfig. Falling back to using cgroupDriver from kubelet config will be removed in 1.${newestMinor + 1}.`,
    );
    await on("worker1", "sudo kubeadm reset --force");
    await on("worker1", "sudo systemctl stop containerd");
    const refused = await on(
      "worker1",
      "sudo kubeadm join 192.168.56.11:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification",
    );
    const unconnected = "could not connect to the container runtime: failed to create new CRI runtime service: validate service connection";
    expect(String(refused.stderr)).toContain(`\t[ERROR CRI]: ${unconnected}`);
    expect(String(refused.stderr)).toContain(`\t[ERROR ContainerRuntimeVersion]: ${unconnected}`);
  });
});
