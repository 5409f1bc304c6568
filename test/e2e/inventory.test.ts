/**
 * Machines that exist already: three bare simulated ones, reached over nothing but SSH, become a cluster by the same scripts as everywhere.
 * They belong to a world of their own, of which the cluster knows no more than the addresses in its inventory.
 */
import { execa } from "execa";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../src/cluster/finding.ts";
import { makePlan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import { SimProvider } from "../../src/provider/sim/provider.ts";
import type { Endpoint } from "../../src/ssh/client.ts";
import { needs } from "../needs.ts";
import { useScratch } from "./support.ts";

const { cwd, state, kubemend, on } = useScratch("inventory");
const elsewhere = join(cwd, "elsewhere");
const { plan } = makePlan(readSpecification("", "", "elsewhere").specification!);
const bare = new SimProvider(elsewhere, plan);
const endpoints = new Map<string, Endpoint>();

beforeAll(async () => {
  mkdirSync(elsewhere);
  await bare.up(plan!, () => undefined);
  for (const { name, ssh } of await bare.machines()) endpoints.set(name, ssh!);
}, 120_000);
afterAll(() => bare.destroy());

/** The inventory, with a change for one machine. */
function writeInventory(changes: Record<string, Record<string, unknown>> = {}): void {
  const machines = Object.fromEntries(
    [...endpoints].map(([name, { host, port, user, keyFile }]) => [
      name,
      // relative to the specification's folder
      { ssh: { host, port, user, identityFile: keyFile!.replace(`${cwd}/`, ""), ...changes[name] } },
    ]),
  );
  writeFileSync(join(cwd, "kubemend.yaml"), JSON.stringify({ name: "inventory", provider: "ssh", machines }));
}

describe("an inventory", () => {
  it("names every machine that cannot be reached, and why, before anything is changed", async () => {
    writeInventory({ controlplane: { port: 1 }, worker1: { user: "nobody-here" }, worker2: { identityFile: "no-such-key" } });
    const { exitCode, stderr } = await kubemend(["up", "--yes"]);
    expect(exitCode).toBe(3);
    expect(String(stderr)).toContain("3 reasons");
    for (const word of ["controlplane (127.0.0.1:1): nothing listens there", "refused the key", "no-such-key cannot be read"])
      expect(String(stderr)).toContain(word);
    expect((await bare.machines()).map((m) => m.state)).toEqual(["running", "running", "running"]);
  });

  it("is looked at by doctor, machine by machine, with the repair for each; neither side keeps anything of it", async () => {
    writeInventory({ controlplane: { port: 1 }, worker1: { user: "nobody-here" } });
    rmSync(join(cwd, ".kubemend"), { recursive: true, force: true });
    const json = await kubemend(["doctor", "--output", "json"]);
    expect(json.exitCode, String(json.stderr)).toBe(3);
    const told = JSON.parse(String(json.stdout)) as {
      usable: boolean;
      machines: { name: string; seen?: Record<string, unknown> }[];
      findings: Finding[];
    };
    expect(told.usable).toBe(false);
    expect(told.machines.map(({ name, seen }) => [name, seen?.swap])).toEqual([
      ["controlplane", undefined],
      ["worker1", undefined],
      ["worker2", 2048],
    ]);
    const of = (code: string) => told.findings.find((finding) => finding.code === code);
    expect(of("machine-swap")?.fix).toContain("sudo swapoff -a");
    const { stdout } = await kubemend(["doctor"]);
    expect(String(stdout)).toMatch(/^controlplane +\S+@127\.0\.0\.1:1 +cannot be looked at$/m);
    expect(String(stdout)).toMatch(
      /^worker2 +vagrant@127\.0\.0\.1:\d+ +Ubuntu 24\.04\S* LTS +x86_64 +2 +\d+ MiB +\d+ GiB +2048 MiB +yes +/m,
    );
    for (const word of ["nothing listens there", "refused the key", "cannot run here"]) expect(String(stdout)).toContain(word);
    expect(existsSync(join(cwd, ".kubemend"))).toBe(false);
    writeInventory();
    const well = await kubemend(["doctor"]);
    expect(well.exitCode, String(well.stdout)).toBe(0);
    expect(String(well.stdout)).toContain("can run here");
  }, 120_000);

  it("is not touched until somebody agrees", async () => {
    rmSync(join(cwd, ".kubemend"), { recursive: true, force: true });
    writeInventory();
    const { exitCode, stderr } = await kubemend(["up"]);
    expect(exitCode).toBe(2);
    // host keys that are new are told of, each with its fingerprint
    expect(String(stderr).match(/is met for the first time; its host key is \S+ SHA256:\S{43}/g)).toHaveLength(3);
    expect(String(stderr)).toContain("kubemend up --yes");
    const { stdout } = await execa("ssh", [...options("worker1"), "ls /etc/kubernetes 2>&1; grep -c kubemend /etc/hosts"], {
      reject: false,
    });
    expect(stdout).toContain("No such file or directory");
    expect(stdout).toMatch(/^0$/m);
  });

  it("becomes a cluster over SSH alone", async () => {
    // the machines' own time may run ahead; the cluster does not know that it could
    const { exitCode, stderr } = await bare.clock.hurry(() => kubemend(["up", "--yes"]));
    expect(exitCode, String(stderr)).toBe(0);
    expect(String(stderr)).not.toContain("for the first time");
    const nodes = await on("controlplane", "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes --no-headers");
    expect(
      String(nodes.stdout)
        .split("\n")
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual([
      ["controlplane", "Ready"],
      ["worker1", "Ready"],
      ["worker2", "Ready"],
    ]);
  }, 300_000);

  it("is asked for nothing twice", async () => {
    const { exitCode, stderr } = await kubemend(["up"]);
    expect(exitCode).toBe(0);
    expect(String(stderr)).toContain("already up");
  });

  it("is status, commands and labs as any cluster is", async () => {
    const { stdout } = await kubemend(["status", "--output", "json"]);
    expect(JSON.parse(String(stdout))).toMatchObject({
      provider: "ssh",
      ready: true,
      machines: [{ state: "running", node: "Ready" }, {}, {}],
    });
    for (const [args, status] of [
      [["lab", "start", "kubelet-stopped"], 0],
      [["lab", "solve"], 0],
      [["lab", "check"], 0],
      [["lab", "stop"], 0],
    ] as [string[], number][]) {
      const result = await bare.clock.hurry(() => kubemend(args));
      expect(result.exitCode, `${args.join(" ")}: ${String(result.stdout)}${String(result.stderr)}`).toBe(status);
    }
  }, 300_000);

  it("is neither stopped, nor saved", async () => {
    for (const [args, code] of [
      [["halt"], "do not stop|does not stop"],
      [["snapshot", "save", "a"], "cannot be saved"],
      [["snapshot", "restore", "a"], "cannot be saved"],
    ] as [string[], string][]) {
      const result = await kubemend(args);
      expect(result.exitCode).toBe(3);
      expect(String(result.stderr)).toMatch(new RegExp(code));
    }
  });

  it("is not believed when its host key changes", async () => {
    const file = state("known_hosts");
    const text = readFileSync(file, "utf8");
    const swapped = text.replaceAll(/^kubemend-worker1 (.*)$/gm, (_line, rest: string) => `kubemend-worker1 ${rest.slice(0, -8)}AAAAAAA=`);
    writeFileSync(file, swapped);
    const result = await on("worker1", "true");
    writeFileSync(file, text);
    expect(result.exitCode).toBe(3);
    expect(String(result.stderr)).toContain("is not the machine that it was");
    expect(String(result.stderr)).toContain("ssh-keygen -R kubemend-worker1");
  });

  it.runIf(needs("OpenSSH's client", ["ssh", "-V"]))("answers a stock OpenSSH client that trusts the same host keys", async () => {
    const { stdout } = await execa("ssh", ["-F", state("ssh_config"), "worker2", "hostname"]);
    expect(stdout).toBe("worker2");
  });

  it("can be taken out of the cluster, and into another", async () => {
    const { exitCode, stderr } = await kubemend(["destroy", "--reset"]);
    expect(exitCode, String(stderr)).toBe(0);
    const { stdout } = await execa(
      "ssh",
      [...options("controlplane"), "ls /etc/kubernetes 2>&1; sudo grep -c 'nodes of' ~/.ssh/authorized_keys /root/.ssh/authorized_keys"],
      {
        reject: false,
      },
    );
    expect(stdout).toContain("No such file or directory");
    expect(stdout).toContain("/home/vagrant/.ssh/authorized_keys:0\n/root/.ssh/authorized_keys:0");
    const again = await bare.clock.hurry(() => kubemend(["up", "--yes"]));
    expect(again.exitCode, String(again.stderr)).toBe(0);
  }, 300_000);

  it("stays as it is when it is forgotten, and then belongs to a cluster that is not overwritten", async () => {
    const { exitCode, stderr } = await kubemend(["destroy"]);
    expect(exitCode).toBe(0);
    expect(String(stderr)).toContain("kubeadm reset");
    const again = await kubemend(["up", "--yes"]);
    expect(again.exitCode).toBe(3);
    expect(String(again.stderr)).toContain("worker1 belongs to a cluster already");
    expect(String(again.stderr)).toContain("https://192.168.56.11:6443");
  });
});

/** For a client that knows nothing of Kubemend. */
const options = (machine: string): string[] => {
  const { host, port, user, keyFile } = endpoints.get(machine)!;
  return [
    "-p",
    String(port),
    "-i",
    keyFile!,
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "-o",
    "LogLevel=ERROR",
    `${user}@${host}`,
  ];
};
