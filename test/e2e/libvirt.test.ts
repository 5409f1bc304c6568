/**
 * Real virtual machines: a kubeadm cluster that the product's own scripts build on kernels of their own, its lab by snapshots with
 * memory, and what a boot that was cut off leaves behind. Emulated machines are slow, so only where KUBEMEND_E2E_LIBVIRT=1 asks for them.
 */
import { execa } from "execa";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { available } from "../needs.ts";
import { emulated, needsEmulated } from "./libvirt/machines.ts";
import { box } from "./lxc/machines.ts";
import { hasKubernetes, mirror } from "./realkube/kubernetes.ts";
import { until, useScratch } from "./support.ts";

const there = needsEmulated() && available("Kubernetes 1.20 (test/e2e/realkube/build.sh)", hasKubernetes());

const patience = 3_600_000;

const specification = (name: string, nodes: string, more: string): string => `name: ${name}
provider: libvirt
libvirt: { driver: qemu }
network: { nodes: ${nodes} }
${more}`;

const virsh = async (...args: string[]): Promise<string> => (await execa("virsh", ["-q", "-c", "qemu:///system", ...args])).stdout;

describe.skipIf(!there)("emulated machines of libvirt", () => {
  const { cwd, kubemend } = useScratch("real", { prefix: "kubemend libvirt " });
  beforeAll(() => Object.assign(process.env, emulated));

  const done = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await kubemend(args);
    expect(exitCode, `kubemend ${args.join(" ")}\n${String(stdout)}\n${String(stderr)}`).toBe(0);
    return String(stdout);
  };
  const on = (machine: string, command: string): Promise<string> => done("ssh", "--name", "real", machine, "--", command);

  describe("whose boot is killed", () => {
    const left = async (): Promise<string[]> => {
      const seen = [
        await virsh("list", "--all", "--name"),
        await virsh("net-list", "--all", "--name"),
        await virsh("vol-list", "kubemend"),
      ];
      return seen.join("\n").match(/\bcut\S*/g) ?? [];
    };

    it(
      "are gone with `destroy`, disks and networks too",
      async () => {
        writeFileSync(
          join(cwd, "cut.yaml"),
          specification("cut", "192.168.68.0/24", `workers: 0\nmachine: { box: ${box}, memory: 512, cpus: 1 }\n`),
        );
        const up = kubemend(["up", "-f", "cut.yaml"]);
        const pid = join(cwd, ".kubemend", "cut", "vagrant.pid");
        await until(async () => (await left()).some((line) => line.endsWith(".img")));
        const vagrant = Number(readFileSync(pid, "utf8"));
        up.kill("SIGKILL");
        process.kill(-vagrant, "SIGKILL");
        await up;
        expect(await left()).not.toEqual([]);
        await done("destroy", "--name", "cut");
        expect(await left()).toEqual([]);
      },
      patience,
    );
  });

  describe("as a cluster of kubeadm 1.20", () => {
    beforeAll(async () => {
      writeFileSync(
        join(cwd, "real.yaml"),
        specification(
          "real",
          "192.168.67.0/24",
          `kubernetes: "1.20.2"
cni: { name: bridge, routes: bird }
containerd: { sandboxImage: "k8s.gcr.io/pause:3.2" }
machine: { box: ${box}, cpus: 1, memory: 1024 }
machines: { controlplane: { cpus: 2, memory: 2048 } }
mirror: ${mirror}
`,
        ),
      );
      await done("up", "-f", "real.yaml");
    }, patience);
    afterAll(() => done("destroy", "--name", "real"), patience);

    it("are Ready, each with a kernel of its own", async () => {
      const nodes = await on("controlplane", "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes --no-headers");
      expect(nodes.match(/^\S+ +Ready /gm)).toHaveLength(3);
      const hosts = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      const boots = (await done("exec", "--name", "real", "--", "cat /proc/sys/kernel/random/boot_id")).match(/[0-9a-f-]{36}/g)!;
      expect(new Set([...boots, hosts]).size).toBe(4);
      expect(await done("status", "--name", "real")).toMatch(/worker2 +worker +running +192\.168\.67\.22 /);
    });

    it(
      "lose and regain each other's routes in the lab bgp-port-blocked, which snapshots take back",
      async () => {
        const routes =
          "for i in $(seq 30); do ip route show proto bird | grep -q . && break; sleep 2; done; ip route show proto bird | wc -l";
        const before = await on("worker1", "cat /proc/sys/kernel/random/boot_id");
        await done("lab", "start", "bgp-port-blocked", "--variant", "hosts", "--name", "real");
        const failing = await kubemend(["lab", "check", "--name", "real"]);
        expect(failing.exitCode, String(failing.stdout)).toBe(1);
        await done("lab", "reset", "--name", "real");
        expect(await on("worker1", "sudo iptables -S INPUT")).toContain("179");
        await done("lab", "solve", "--name", "real");
        await done("lab", "check", "--name", "real");
        await done("lab", "stop", "--name", "real");
        expect(await on("worker1", "sudo iptables -S INPUT")).not.toContain("179");
        expect(await on("worker1", routes)).toBe("2");
        // from memory, not from a boot, and yet with today's time
        expect(await on("worker1", "cat /proc/sys/kernel/random/boot_id")).toBe(before);
        expect(Math.abs(Number(await on("worker1", "date +%s")) - Date.now() / 1000)).toBeLessThan(60);
        expect(await done("snapshot", "list", "--name", "real")).not.toContain("lab-");
      },
      patience,
    );

    it(
      "come back after a halt",
      async () => {
        await done("halt", "--name", "real");
        expect(await done("status", "--name", "real")).toMatch(/worker1 +worker +stopped/);
        await done("up", "-f", "real.yaml");
        expect(await on("controlplane", "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes --no-headers")).not.toContain(
          "NotReady",
        );
      },
      patience,
    );

    it(
      "copy files",
      async () => {
        writeFileSync(join(cwd, "there"), "carried\n");
        await done("cp", "--name", "real", "there", "worker1:/tmp/there");
        await done("cp", "--name", "real", "worker1:/tmp/there", "back");
        expect(readdirSync(cwd)).toContain("back");
        expect(readFileSync(join(cwd, "back"), "utf8")).toBe("carried\n");
      },
      patience,
    );
  });
});
