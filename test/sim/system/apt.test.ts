import { describe, expect, it } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { run, useWorld } from "../support.ts";

const repository = "https://pkgs.k8s.io/core:/stable:/v1.35/deb/";
const keyring = "/etc/apt/keyrings/kubernetes-apt-keyring.gpg";

async function addKubernetes(m: Machine): Promise<void> {
  await run(m, `curl -fsSL ${repository}Release.key | gpg --dearmor -o ${keyring}`);
  m.rootFs().write("/etc/apt/sources.list.d/kubernetes.list", `deb [signed-by=${keyring}] ${repository} /\n`);
}

describe("apt", () => {
  it("installs the Kubernetes packages with their unit, drop-in and plugins, and holds them", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    await addKubernetes(m);
    expect((await run(m, ["apt-get", "update"])).status).toBe(0);
    const installed = await run(m, ["apt-get", "install", "-y", "kubelet", "kubeadm", "kubectl"]);
    expect(installed.stderr).toBe(
      "Created symlink /etc/systemd/system/multi-user.target.wants/kubelet.service → /usr/lib/systemd/system/kubelet.service.\n",
    );
    expect(installed.stdout).toContain(
      "The following NEW packages will be installed:\n  conntrack cri-tools kubeadm kubectl kubelet kubernetes-cni\n",
    );
    expect(installed.stdout).toContain("Setting up kubelet (1.35.2-1.1) ...\n");
    const fs = m.rootFs();
    expect(fs.readText("/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf")).toContain("KUBELET_KUBEADM_ARGS");
    expect(fs.isFile("/opt/cni/bin/host-local")).toBe(true);
    expect((await run(m, ["dpkg", "-S", "/usr/bin/crictl"])).stdout).toBe("cri-tools: /usr/bin/crictl\n");
    expect((await run(m, ["apt-mark", "hold", "kubelet"])).stdout).toBe("kubelet set on hold.\n");
    expect((await run(m, ["apt-get", "install", "-y", "kubelet=1.35.1-1.1"])).stderr).toBe(
      "E: Held packages were changed and -y was used without --allow-change-held-packages.\n",
    );
    expect((await run(m, ["apt-cache", "madison", "kubeadm"])).stdout.split("\n")[0]).toBe(
      "   kubeadm | 1.35.2-1.1 | https://pkgs.k8s.io/core:/stable:/v1.35/deb  Packages",
    );
  });

  it("refuses a repository whose key is missing", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    m.rootFs().write("/etc/apt/sources.list.d/kubernetes.list", `deb [signed-by=${keyring}] ${repository} /\n`);
    const update = await run(m, ["apt-get", "update"]);
    expect(update.status).toBe(100);
    expect(update.stderr).toContain(
      "The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 234654DA9A296436\n",
    );
    expect(update.stderr).toContain("is not signed.\n");
  });

  it("knows packages only from the lists that were fetched, and versions by pattern", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    expect(await run(m, ["apt-get", "install", "-y", "haproxy"])).toMatchObject({
      status: 100,
      stderr: "E: Unable to locate package haproxy\n",
    });
    await run(m, ["apt-get", "update", "-qq"]);
    expect((await run(m, ["apt-get", "install", "-y", "jq=9.*"])).stderr).toBe("E: Version '9.*' for 'jq' was not found\n");
    expect((await run(m, ["apt-get", "install", "-y", "jq=1.7*"])).stdout).toContain("for 'jq'\n");
    expect((await run(m, ["apt-get", "install", "-y", "jq"])).stdout).toContain(
      "jq is already the newest version (1.7.1-3ubuntu0.24.04.1).\n",
    );
  });

  it("says that the names cannot be resolved when the name server is out of reach", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    await run(m, ["systemctl", "stop", "systemd-resolved"]);
    const update = await run(m, ["apt-get", "update"]);
    expect(update.status).toBe(0);
    expect(update.stderr).toContain("Temporary failure resolving 'us.archive.ubuntu.com'\n");
    expect(update.stderr).toContain("W: Some index files failed to download. They have been ignored, or old ones used instead.\n");
  });

  it("brings docker's containerd with CRI switched off, in the place of Ubuntu's", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    await run(m, ["apt-get", "update", "-qq"]);
    await run(m, ["apt-get", "install", "-y", "containerd"]);
    await run(m, "curl -fsSL https://download.docker.com/linux/ubuntu/gpg -o /etc/apt/keyrings/docker.asc");
    m.rootFs().write(
      "/etc/apt/sources.list.d/docker.list",
      "deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/ubuntu noble stable\n",
    );
    await run(m, ["apt-get", "update", "-qq"]);
    const installed = await run(m, ["apt-get", "install", "-y", "containerd.io"]);
    expect(installed.stdout).toContain("The following packages will be REMOVED:\n  containerd runc\n");
    expect(m.rootFs().readText("/etc/containerd/config.toml")).toContain('disabled_plugins = ["cri"]');
  });

  it("has a lock that one process holds at a time", async () => {
    const world = await useWorld();
    const m = world.machine("node1");
    await run(m, ["apt-get", "update", "-qq"]);
    const first = m.spawn({ argv: ["/usr/bin/apt-get", "install", "-y", "jq"] });
    await world.until(() => false, 200);
    const second = await run(m, ["apt-get", "install", "-y", "tree"], { limit: 5000 });
    expect(second.stderr).toContain(`E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process ${first.pid} (apt-get)\n`);
    expect(second.status).toBe(100);
  });
});

it("each machine has a package database of its own", async () => {
  const world = await useWorld(["node1", "node2"]);
  for (const name of ["node1", "node2"]) {
    // one after another: the second finds the very text that the first began with
    const node = world.machine(name);
    await run(node, "apt-get update -qq");
    await run(node, "apt-get install -y -qq bird2");
    expect((await run(node, "systemctl is-active bird; ls /etc/bird")).stdout).toBe("active\nbird.conf\nenvvars\n");
  }
});

it("reads one source alone when told so, and keeps the lists of the others", async () => {
  const m = (await useWorld()).machine("node1");
  await run(m, "apt-get update -qq");
  m.rootFs().write(
    "/etc/apt/sources.list.d/old.list",
    "deb [trusted=yes] https://mirrors.aliyun.com/kubernetes/apt kubernetes-xenial main\n",
  );
  const alone = "-o Dir::Etc::sourcelist=/etc/apt/sources.list.d/old.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0";
  expect((await run(m, `apt-get ${alone} update`)).stdout).not.toContain("ubuntu.com");
  expect((await run(m, `apt-cache ${alone} madison kubeadm haproxy`)).stdout).toMatch(/^ {3}kubeadm \| 1\.23\.17-00 \|/);
  expect((await run(m, `apt-cache ${alone} madison haproxy`)).stdout).toBe("");
  expect((await run(m, "apt-cache madison haproxy")).stdout).toContain("haproxy | ");
  expect((await run(m, "apt-get -o Dir::State=/tmp update")).status).toBe(125);
});
