/** The product as a user has it: whole processes, a real OpenSSH client, kill -9. Uses dist/ (npm ci and npm run build make it). */
import { execa, type Options } from "execa";
import { readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "../needs.ts";

const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), "kubemend-e2e-"));
const kubemend = (args: string[], options: Options = {}) =>
  execa(process.execPath, [bin, ...args], { cwd, reject: false, stdin: "ignore", ...options });
const state = (...parts: string[]): string => join(cwd, ".kubemend", "e2e", ...parts);
const serverPid = (): number => (JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as { pid: number }).pid;

const up = () => kubemend(["up", "--name", "e2e"]);

beforeAll(async () => {
  const first = await up();
  expect(first.exitCode, String(first.stderr)).toBe(0);
}, 120_000);

afterAll(async () => {
  await kubemend(["destroy"]);
  rmSync(cwd, { recursive: true, force: true });
});

describe("up", () => {
  it("has made every node Ready", async () => {
    const { stdout } = await kubemend(["ssh", "controlplane", "--", "kubectl get nodes --no-headers"]);
    expect(
      String(stdout)
        .split("\n")
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual([
      ["controlplane", "Ready"],
      ["worker1", "Ready"],
      ["worker2", "Ready"],
    ]);
  });

  it("says so when there is nothing to do", async () => {
    const again = await up();
    expect(again.exitCode).toBe(0);
    expect(String(again.stderr)).toContain("already up");
  });

  it("twice at once: both end well, and one says whom it waited for", async () => {
    const both = await Promise.all([up(), up()]);
    expect(both.map((r) => r.exitCode)).toEqual([0, 0]);
  });

  it("refuses to change a cluster that is there", async () => {
    writeFileSync(join(cwd, "other.yaml"), "name: e2e\nworkers: 1\n");
    const result = await kubemend(["up", "-f", "other.yaml"]);
    expect(result.exitCode).toBe(2);
    expect(String(result.stderr)).toContain("workers");
  });
});

describe("commands on machines", () => {
  it("pass status, output and input through", async () => {
    const result = await kubemend(["ssh", "worker1", "--", "cat; echo err >&2; exit 7"], { input: "from here\n", stdin: undefined });
    expect(result).toMatchObject({ exitCode: 7, stdout: "from here", stderr: "err" });
  });

  it("run on several at once, labelled", async () => {
    const { stdout } = await kubemend(["exec", "--role", "worker", "--", "hostname"]);
    expect(stdout).toBe("worker1 | worker1\nworker2 | worker2");
    const json = await kubemend(["exec", "--output", "json", "--", "false"]);
    expect(json.exitCode).toBe(1);
    expect((JSON.parse(String(json.stdout)) as { status: number }[]).map((r) => r.status)).toEqual([1, 1, 1]);
  });

  it("name a machine that is not there", async () => {
    const result = await kubemend(["ssh", "worker9"]);
    expect(result.exitCode).toBe(2);
    expect(String(result.stderr)).toContain("controlplane, worker1, worker2");
  });

  it("copy files both ways", async () => {
    writeFileSync(join(cwd, "here.txt"), "content\n");
    expect((await kubemend(["cp", "here.txt", "worker2:there.txt"])).exitCode).toBe(0);
    expect((await kubemend(["cp", "worker2:there.txt", "back.txt"])).exitCode).toBe(0);
    expect(readFileSync(join(cwd, "back.txt"), "utf8")).toBe("content\n");
  });
});

const openssh = needs("OpenSSH's client", ["ssh", "-V"]);

describe.skipIf(!openssh)("a stock OpenSSH client", () => {
  const ssh = (args: string[], options: Options = {}) =>
    execa("ssh", ["-F", state("ssh_config"), ...args], { cwd, reject: false, stdin: "ignore", ...options });

  it("logs in by name and gets the status", async () => {
    expect(await ssh(["worker1", "hostname; exit 3"])).toMatchObject({ exitCode: 3, stdout: "worker1" });
  });

  it("gets a terminal", async () => {
    const result = await ssh(["-tt", "worker1"], { input: "tty; stty size; exit\n", stdin: undefined });
    expect(String(result.stdout)).toContain("/dev/pts/");
  });

  it("copies with scp", async () => {
    writeFileSync(join(cwd, "scp.txt"), "by scp\n");
    const result = await execa("scp", ["-q", "-F", state("ssh_config"), "scp.txt", "worker1:scp.txt"], {
      cwd,
      reject: false,
      stdin: "ignore",
    });
    expect(result.exitCode, result.stderr).toBe(0);
    expect((await ssh(["worker1", "cat scp.txt"])).stdout).toBe("by scp");
  });

  it("is let in by the cluster's own key only", async () => {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(cwd, "foreign")]);
    const { ssh: ports } = JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as { ssh: Record<string, number> };
    const result = await execa(
      "ssh",
      [
        "-p",
        String(ports.worker1),
        "-i",
        join(cwd, "foreign"),
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "BatchMode=yes",
        "vagrant@127.0.0.1",
        "true",
      ],
      { reject: false, stdin: "ignore" },
    );
    expect(result.exitCode).toBe(255);
    expect(result.stderr).toContain("Permission denied (publickey)");
  });

  it("is shut out by a firewall rule, while others stay", async () => {
    await ssh(["worker2", "sudo iptables -I INPUT -p tcp --dport 22 -j REJECT"]);
    expect((await ssh(["-o", "ConnectTimeout=5", "worker2", "true"])).exitCode).toBe(255);
    expect((await ssh(["worker1", "true"])).exitCode).toBe(0);
    expect((await kubemend(["destroy"])).exitCode).toBe(0);
    expect((await up()).exitCode).toBe(0);
  });
});

describe("learners' loads", () => {
  it("stop neither other sessions nor the background process", async () => {
    const hogs = ["while true; do :; done", "yes > /dev/null", "f() { f | f & }; f", "dd if=/dev/zero of=big bs=1M count=10240"].map(
      (command) => kubemend(["ssh", "worker1", "--", command], { timeout: 15_000 }),
    );
    await delay(500);
    for (const machine of ["worker2", "worker1"])
      expect(await kubemend(["ssh", machine, "--", "echo alive"]), machine).toMatchObject({ exitCode: 0, stdout: "alive" });
    for (const hog of hogs) hog.kill("SIGKILL");
    await Promise.allSettled(hogs);
    const { stdout } = await kubemend(["status", "--output", "json"]);
    expect((JSON.parse(String(stdout)) as { simulator: { rss: number } }).simulator.rss).toBeLessThan(600 * 1024 * 1024);
  }, 60_000);
});

describe("after kill -9 of the background process", () => {
  const killed = async (): Promise<void> => {
    process.kill(serverPid(), "SIGKILL");
    await delay(100);
  };

  it("status says that it is down, up restores everything older than two seconds", async () => {
    await kubemend(["ssh", "worker1", "--", "echo kept > kept.txt; sudo iptables -A INPUT -p tcp --dport 9999 -j DROP"]);
    await delay(2000);
    await killed();
    expect(String((await kubemend(["status"])).stdout)).toContain("stopped");
    expect((await up()).exitCode).toBe(0);
    const { stdout } = await kubemend(["ssh", "worker1", "--", "cat kept.txt; sudo iptables -S INPUT | grep -c 9999"]);
    expect(stdout).toBe("kept\n1");
  });

  it("a damaged snapshot is named and kept, and the one before is used", async () => {
    await delay(2500);
    await killed();
    truncateSync(state("sim", "world"), 100);
    expect((await up()).exitCode).toBe(0);
    expect(String((await kubemend(["status"])).stdout)).toContain("damaged");
    expect(readdirSync(state("sim")).some((name) => name.startsWith("world.damaged"))).toBe(true);
    expect((await kubemend(["ssh", "worker1", "--", "cat kept.txt"])).stdout).toBe("kept");
  });

  it("a port that somebody took meanwhile is replaced", async () => {
    const { ssh } = JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as { ssh: Record<string, number> };
    await killed();
    const thief = createServer();
    await new Promise<void>((resolve) => void thief.listen(ssh.worker1, "127.0.0.1", resolve));
    try {
      expect((await up()).exitCode).toBe(0);
      expect((await kubemend(["ssh", "worker1", "--", "hostname"])).stdout).toBe("worker1");
    } finally {
      thief.close();
    }
  });
});

describe("halt and destroy", () => {
  it("halt keeps the disks, up boots them again", async () => {
    await kubemend(["ssh", "worker1", "--", "echo disk > on-disk; echo memory | sudo tee /run/in-memory"]);
    expect((await kubemend(["halt"])).exitCode).toBe(0);
    expect(String((await kubemend(["status"])).stdout)).toContain("stopped");
    expect((await up()).exitCode).toBe(0);
    expect((await kubemend(["ssh", "worker1", "--", "cat on-disk; ls /run/in-memory"])).stdout).toBe("disk");
  });

  it("destroy leaves nothing", async () => {
    const pid = serverPid();
    expect((await kubemend(["destroy"])).exitCode).toBe(0);
    expect(readdirSync(join(cwd, ".kubemend"))).toEqual([]);
    expect(() => process.kill(pid, 0)).toThrow();
  });
});

describe("an up that was interrupted", () => {
  it("is continued by the next", async () => {
    const child = kubemend(["up", "--name", "e2e"]);
    await delay(700);
    child.kill("SIGINT");
    await child;
    const again = await up();
    expect(again.exitCode, String(again.stderr)).toBe(0);
    expect((await kubemend(["ssh", "--", "kubectl get nodes --no-headers | grep -c ' Ready '"])).stdout).toBe("3");
  });
});
