/** Clusters with every container runtime, up to pods that reach each other across nodes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { legacyArchive } from "../../src/cluster/versions.ts";
import { useScratch } from "./support.ts";

const pods = `
apiVersion: v1
kind: Pod
metadata: { name: server }
spec: { nodeName: worker1, containers: [{ name: web, image: "nginx:1.27" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { nodeName: worker2, containers: [{ name: shell, image: "busybox:1.36", command: [sleep, "3600"] }] }
`;

describe.each([
  { name: "cri-o", specification: "runtime: cri-o\n", column: /cri-o:\/\/1\.35\.\d+$/, socket: "unix:///var/run/crio/crio.sock" },
  {
    name: "docker",
    specification: "runtime: docker\ncni: { name: bridge }\n",
    column: /docker:\/\/28\.2\.2$/,
    socket: "unix:///var/run/cri-dockerd.sock",
  },
  {
    name: "dockershim",
    specification: `runtime: docker\nkubernetes: "1.23"\ncni: { name: bridge }\nmirror: { packages: "${legacyArchive}" }\n`,
    column: /docker:\/\/28\.2\.2$/,
    socket: "unix:///var/run/dockershim.sock",
  },
])("$name", ({ name, specification, column, socket }) => {
  const { cwd, up, on } = useScratch(name);

  it("comes up, and its pods reach each other", async () => {
    writeFileSync(join(cwd, "kubemend.yaml"), `${specification}name: ${name}\n`);
    const result = await up();
    expect(result.exitCode, String(result.stderr)).toBe(0);
    const nodes = String((await on("controlplane", "kubectl get nodes -o wide --no-headers")).stdout).split("\n");
    expect(nodes).toHaveLength(3);
    for (const node of nodes) {
      expect(node).toMatch(/^\S+ +Ready /);
      expect(node).toMatch(column);
    }
    expect((await on("worker1", "cat /etc/crictl.yaml")).stdout).toContain(`runtime-endpoint: ${socket}\n`);
    await on("controlplane", "kubectl apply -f -", { input: pods, stdin: "pipe" });
    const ready = await on("controlplane", "kubectl wait --for=condition=Ready pod/server pod/client --timeout=120s");
    expect(ready.exitCode, String(ready.stderr)).toBe(0);
    const fetched = await on(
      "controlplane",
      "kubectl exec client -- wget -qO- -T 5 $(kubectl get pod server -o jsonpath='{.status.podIP}')",
    );
    expect(fetched.stdout).toContain("Welcome to nginx!");
    expect((await on("worker1", "sudo crictl ps -q --name web | wc -l")).stdout).toBe("1");
    expect((await on("controlplane", "kubectl logs server")).stdout).toContain("start worker processes");
  }, 300_000);

  it("goes on after a restart of its runtime and a reboot of a worker", async () => {
    const unit = name === "cri-o" ? "crio" : "docker";
    await on("worker1", `sudo systemctl restart ${unit}`);
    await on("worker2", "sudo reboot");
    const ready = await on(
      "controlplane",
      "sleep 60; kubectl wait --for=condition=Ready nodes --all --timeout=180s && kubectl wait --for=condition=Ready pod/server pod/client --timeout=180s",
    );
    expect(ready.exitCode, String(ready.stdout) + String(ready.stderr)).toBe(0);
  }, 300_000);
});
