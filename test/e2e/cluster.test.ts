/** One cluster from its first `up` to its `destroy`, with everything that may happen to it on the way. */
import { execa, type Options } from "execa";
import { readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Control } from "../../src/provider/sim/control.ts";
import { needs } from "../needs.ts";
import { bin, lives, until, useScratch } from "./support.ts";

const { cwd, state, kubemend, server, up, on, killServer } = useScratch("e2e");

/** Waits until the state of now is on the disk. */
const saved = async (): Promise<void> => {
  const now = Date.now();
  await until(() => {
    try {
      return statSync(state("sim", "world")).mtimeMs > now;
    } catch {
      return false;
    }
  });
};

describe("up", () => {
  it("continues after Ctrl-C at every stage, and after kill -9 of the background process", async () => {
    const stages = [
      "Booting",
      "booting the simulated",
      "Preparing the nodes",
      "install containerd",
      "Starting the control plane",
      "Joining the workers",
      "Installing the pod network",
      "Waiting for the nodes",
    ];
    for (const [i, stage] of stages.entries()) {
      const child = execa(process.execPath, [bin, "up", "--name", "e2e"], { cwd, reject: false, stdin: "ignore", all: true });
      let said = "";
      await new Promise<void>((resolve) => {
        child.all.on("data", (data: Buffer) => {
          said += data.toString();
          if (said.includes(stage)) resolve();
        });
        void child.finally(resolve);
      });
      if (i % 3 === 2) await killServer(); // during "Preparing" and "Joining"
      child.kill("SIGINT");
      const result = await child;
      expect(said, String(result.all)).toContain(stage);
      expect(result.exitCode === 0 && !said.includes("Waiting"), said).toBe(false);
    }
    const last = await up();
    expect(last.exitCode, String(last.stderr)).toBe(0);
    const { stdout } = await on("controlplane", "kubectl get nodes --no-headers");
    expect(
      String(stdout)
        .split("\n")
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual([
      ["controlplane", "Ready"],
      ["worker1", "Ready"],
      ["worker2", "Ready"],
    ]);
  }, 240_000);

  it("says so when there is nothing to do", async () => {
    const again = await up();
    expect(again.exitCode).toBe(0);
    expect(String(again.stderr)).toContain("already up");
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
    const result = await on("worker1", "cat; echo err >&2; exit 7", { input: "from here\n", stdin: undefined });
    expect(result).toMatchObject({ exitCode: 7, stdout: "from here", stderr: "err" });
  });

  it("run on several at once, labelled", async () => {
    const { stdout } = await kubemend(["exec", "--role", "worker", "--", "hostname"]);
    expect(stdout).toBe("worker1 | worker1\nworker2 | worker2");
    const json = await kubemend(["exec", "--output", "json", "--", "false"]);
    expect(json.exitCode).toBe(1);
    expect(
      String(json.stdout)
        .split("\n")
        .map((line) => (JSON.parse(line) as { status: number }).status),
    ).toEqual([1, 1, 1]);
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
    const result = await execa(
      "ssh",
      [
        ...["-p", String(server().ssh.worker1), "-i", "foreign", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no"],
        ...["-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "vagrant@127.0.0.1", "true"],
      ],
      { cwd, reject: false, stdin: "ignore" },
    );
    expect(result.exitCode).toBe(255);
    expect(result.stderr).toContain("Permission denied (publickey)");
  });

  it("is shut out by a firewall rule, while others stay; a snapshot brings it back", async () => {
    expect((await kubemend(["snapshot", "save", "before"])).exitCode).toBe(0);
    await ssh(["worker2", "sudo iptables -I INPUT -p tcp --dport 22 -j REJECT"]);
    expect((await ssh(["worker2", "true"])).exitCode).toBe(255);
    expect((await ssh(["worker1", "true"])).exitCode).toBe(0);
    expect((await kubemend(["snapshot", "restore", "before"])).exitCode).toBe(0);
    expect((await ssh(["worker2", "true"])).exitCode).toBe(0);
  });
});

describe("learners' loads", () => {
  it("stop neither other sessions, nor a lab, nor the background process", async () => {
    const loads = ["while true; do :; done", "yes", "while true; do (:) & done", "dd if=/dev/zero of=big bs=1M count=10240"];
    const hogs = loads.map((command) =>
      execa(process.execPath, [bin, "ssh", "worker1", "--", command], { cwd, reject: false, stdio: "ignore" }),
    );
    await until(async () => Number((await on("worker1", "ps -e | wc -l")).stdout) > 0);
    for (const machine of ["worker2", "worker1"]) expect(await on(machine, "echo alive")).toMatchObject({ exitCode: 0, stdout: "alive" });
    const start = await kubemend(["lab", "start", "bgp-port-blocked"]);
    expect(start.exitCode, String(start.stderr)).toBe(0);
    const check = await kubemend(["lab", "check", "--output", "json"]);
    expect(check.exitCode, String(check.stderr)).toBe(1);
    expect(JSON.parse(String(check.stdout))).toMatchObject({ lab: "bgp-port-blocked", pass: false });
    for (const hog of hogs) hog.kill("SIGKILL");
    await Promise.all(hogs);
    const { stdout } = await kubemend(["status", "--output", "json"]);
    const status = JSON.parse(String(stdout)) as { simulator: { rss: number }; lab: { lab: string } };
    expect(status.lab.lab).toBe("bgp-port-blocked");
    expect(status.simulator.rss).toBeLessThan(600 * 1024 * 1024);
  }, 300_000);

  it("of a fork bomb stay on its machine, and a reset of the lab ends it", async () => {
    const bomb = execa(process.execPath, [bin, "ssh", "worker1", "--", "bomb() { bomb | bomb & }; bomb; wait"], {
      cwd,
      reject: false,
      stdin: "ignore",
    });
    await until(async () => Number((await on("worker1", "cat /proc/loadavg | cut -d/ -f2 | cut -d' ' -f1")).stdout) > 100);
    expect(await on("worker2", "echo alive")).toMatchObject({ exitCode: 0, stdout: "alive" });
    expect((await kubemend(["lab", "reset"])).exitCode).toBe(0);
    bomb.kill("SIGKILL");
    await bomb;
    expect(await on("worker1", "hostname | cat")).toMatchObject({ exitCode: 0, stdout: "worker1" });
  }, 120_000);
});

describe("a check of a cluster that stays broken", () => {
  it("looks once when nobody has done anything since, and until the window is over when somebody has", async () => {
    const virtual = async (): Promise<number> => {
      const open = await Control.open(state("sim"));
      const { now } = await open!.control.call<{ now: number }>("status");
      open!.control.close();
      return now;
    };
    const lasts = async (): Promise<number> => {
      const begin = await virtual();
      expect((await kubemend(["lab", "check"])).exitCode).toBe(1);
      return (await virtual()) - begin;
    };
    expect((await kubemend(["lab", "reset"])).exitCode).toBe(0);
    expect(await lasts()).toBeLessThan(60_000);
    await on("worker1", "true");
    // the windows of bgp-port-blocked are two minutes
    expect(await lasts()).toBeGreaterThan(100_000);
  }, 120_000);
});

describe("after kill -9 of the background process", () => {
  it("status says that it is down, up restores what was done, a lab goes on", async () => {
    await on("worker1", "echo kept > kept.txt; sudo iptables -A INPUT -p tcp --dport 9999 -j DROP");
    await saved();
    await killServer();
    expect(String((await kubemend(["status"])).stdout)).toMatch(/stopped[^]*its log is .*server\.log/);
    expect((await kubemend(["lab", "check"])).exitCode).toBe(3);
    expect((await up()).exitCode).toBe(0);
    expect((await on("worker1", "cat kept.txt; sudo iptables -S INPUT | grep -c 9999")).stdout).toBe("kept\n1");
    expect((await kubemend(["lab", "stop"])).exitCode).toBe(0);
    expect((await on("worker1", "ls kept.txt")).exitCode).toBe(2);
  });

  it("while it lives and gives no answer nobody calls it stopped", async () => {
    process.kill(server().pid, "SIGSTOP");
    try {
      expect(String((await kubemend(["status"])).stdout)).toMatch(/worker1 .* unknown [^]*gives no answer/);
      const { exitCode, stderr } = await kubemend(["ssh", "worker1", "--", "true"]);
      expect([exitCode, String(stderr)]).toEqual([3, expect.stringContaining("worker1 does not answer")]);
    } finally {
      process.kill(server().pid, "SIGCONT");
    }
    expect((await on("worker1", "true")).exitCode).toBe(0);
  }, 60_000);

  it("does not need a world.json that can be read", async () => {
    writeFileSync(state("sim", "world.json"), '{"a":[1]}');
    expect((await on("worker1", "true")).exitCode).toBe(0);
    await killServer();
    expect((await up()).exitCode).toBe(0);
    expect((await on("worker1", "hostname")).stdout).toBe("worker1");
  });

  it("two at once bring up one, and one says whom it waits for", async () => {
    await killServer();
    const both = await Promise.all([up(), up()]);
    expect(both.map((r) => r.exitCode)).toEqual([0, 0]);
    expect(both.map((r) => String(r.stderr)).join("\n")).toContain("waiting for `kubemend up` (process ");
  });

  it("a damaged snapshot is named and kept, and the one before is used", async () => {
    for (const word of ["kept", "newer"]) {
      await on("worker1", `echo ${word} > kept.txt`);
      await saved();
    }
    await killServer();
    truncateSync(state("sim", "world"), 100);
    const result = await up();
    expect(result.exitCode, String(result.stderr)).toBe(0);
    expect(String(result.stderr)).toContain("a snapshot was damaged");
    expect(String((await kubemend(["status"])).stdout)).toContain("damaged");
    expect(readdirSync(state("sim"))).toContain("world.damaged-1");
    expect((await on("worker1", "cat kept.txt")).stdout).toBe("kept");
  });

  it("a port that somebody took meanwhile is replaced", async () => {
    const { ssh } = server();
    await killServer();
    const thief = createServer((socket) => socket.destroy());
    // the kernel may need a moment to give the port of the killed process back
    await until(
      () =>
        new Promise<boolean>((resolve) => {
          thief.once("error", () => resolve(false)).once("listening", () => resolve(true));
          thief.listen(ssh.worker1, "127.0.0.1");
        }),
    );
    try {
      expect((await up()).exitCode).toBe(0);
      expect((await on("worker1", "hostname")).stdout).toBe("worker1");
    } finally {
      thief.close();
    }
  });

  it("nonsense in server.json starts another from the last save", async () => {
    const { pid } = server();
    writeFileSync(state("sim", "server.json"), '{"port": "here"');
    expect((await up()).exitCode).toBe(0);
    expect(lives(pid)).toBe(false);
    expect((await on("worker1", "cat kept.txt")).stdout).toBe("kept");
  });
});

describe("halt and destroy", () => {
  it("halt keeps the disks, up boots them again", async () => {
    await on("worker1", "echo disk > on-disk; echo memory | sudo tee /run/in-memory");
    expect((await kubemend(["halt"])).exitCode).toBe(0);
    const { stdout } = await kubemend(["status"]);
    expect(stdout).toContain("stopped");
    expect(stdout).not.toContain("unexpectedly");
    expect((await up()).exitCode).toBe(0);
    expect((await on("worker1", "cat on-disk; ls /run/in-memory")).stdout).toBe("disk");
  });

  it("destroy leaves nothing", async () => {
    const { pid } = server();
    expect((await kubemend(["destroy"])).exitCode).toBe(0);
    expect(readdirSync(join(cwd, ".kubemend"))).toEqual([]);
    expect(lives(pid)).toBe(false);
  });

  it("its background process ends when somebody has removed the folder instead", async () => {
    expect((await up()).exitCode).toBe(0);
    const { pid } = server();
    rmSync(join(cwd, ".kubemend"), { recursive: true, force: true, maxRetries: 10 });
    await until(() => !lives(pid));
  });
});
