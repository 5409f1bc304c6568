/** What goes wrong with real machines, on one of Vagrant's LXC machines. */
import { execa } from "execa";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { box, container, environment, needsMachines } from "../e2e/lxc/machines.ts";
import { bin } from "../e2e/support.ts";

const patience = 400_000;

/** Of a network that the conformance suite's machines are on as well. */
const address = "192.168.63.91";

describe.skipIf(!needsMachines())("a Vagrant machine", { timeout: patience }, () => {
  const cwd = mkdtempSync(join(tmpdir(), "kubemend faults "));
  const state = (...parts: string[]): string => join(cwd, ".kubemend", "faults", ...parts);
  const specification = (name: string): string =>
    `name: faults\nprovider: lxc\nworkers: 0\nkubernetes: "1.30"\nnetwork: { nodes: 192.168.63.0/24 }\nmachines: { controlplane: { ip: ${address} } }\nmachine: { box: ${name}, memory: 512 }\n`;
  const env = environment;
  const kubemend = (args: string[]) => execa(process.execPath, [bin, ...args], { cwd, env, reject: false, stdin: "ignore", all: true });
  /** Ends `up` with a signal when it says something; what it had said. */
  const upUntil = async (text: string, signal: NodeJS.Signals): Promise<string> => {
    const child = execa(process.execPath, [bin, "up"], { cwd, env, reject: false, stdin: "ignore", all: true });
    let said = "";
    let sent = false;
    child.all.on("data", (data: Buffer) => {
      said += data.toString();
      if (!sent && said.includes(text)) sent = child.kill(signal);
    });
    await child;
    expect(said).toContain(text);
    return said;
  };
  /** Boots, and ends before it would install anything. */
  const boot = (): Promise<string> => upUntil("Preparing the nodes", "SIGINT");
  const machine = async (): Promise<{ state: string; detail: string }> => {
    const { stdout } = await kubemend(["status", "--output", "json"]);
    return (JSON.parse(stdout) as { machines: { state: string; detail: string }[] }).machines[0]!;
  };
  beforeAll(() => writeFileSync(join(cwd, "kubemend.yaml"), specification(box)));
  afterAll(async () => {
    await kubemend(["destroy", "--name", "faults"]);
    rmSync(cwd, { recursive: true, force: true });
  }, patience);

  it("whose box is not there says so, or for which provider it is there", async () => {
    writeFileSync(join(cwd, "kubemend.yaml"), specification("kubemend/nowhere"));
    const missing = await kubemend(["up"]);
    expect(missing.exitCode).toBe(3);
    expect(missing.stderr).toContain("Error: the box kubemend/nowhere is not here");
    await kubemend(["destroy"]);

    writeFileSync(join(cwd, "metadata.json"), '{"provider":"virtualbox"}');
    await execa("tar", ["-cf", "other.box", "metadata.json"], { cwd });
    await execa("vagrant", ["box", "add", "--force", "--name", "kubemend/other-provider", "other.box"], { cwd, env });
    try {
      writeFileSync(join(cwd, "kubemend.yaml"), specification("kubemend/other-provider"));
      const other = await kubemend(["up"]);
      expect(other.exitCode).toBe(3);
      expect(other.stderr).toContain("Error: the box kubemend/other-provider is here for virtualbox only, not for lxc");
    } finally {
      await execa("vagrant", ["box", "remove", "--force", "kubemend/other-provider"], { env });
    }
    await kubemend(["destroy"]);
    expect(existsSync(state())).toBe(false);
    writeFileSync(join(cwd, "kubemend.yaml"), specification(box));
  });

  it("whose making is cut off with Ctrl-C or killed comes up with the next `up`", async () => {
    await upUntil("Importing base box", "SIGINT");
    await upUntil("Starting container", "SIGINT");
    // LXC may or may not have come so far
    expect((await machine()).state).not.toBe("running");
    await upUntil("Waiting for machine to boot", "SIGKILL");
    const last = await boot();
    expect(last).toContain("is still at work; waiting for it");
    expect(last).toContain("the boot of controlplane was interrupted: booting again");
    expect(await machine()).toMatchObject({ state: "running" });
    const inside = await kubemend(["ssh", "--", `hostname; ip -o -4 address show | grep -c ' ${address}/24'`]);
    expect(inside.stdout).toBe("controlplane\n1");
  });

  it("works with plain vagrant in its state folder", async () => {
    const validated = await execa("vagrant", ["validate"], { cwd: state(), env });
    expect(validated.stdout).toContain("Vagrantfile validated successfully.");
    const ssh = await execa("vagrant", ["ssh", "controlplane", "-c", "hostname"], { cwd: state(), env, reject: false });
    expect(ssh.stdout.trim()).toBe("controlplane");
    // kubemend provisions; booting with plain vagrant runs none of the scripts again
    await execa("vagrant", ["halt", "--force"], { cwd: state(), env });
    expect(await machine()).toMatchObject({ state: "stopped" });
    const plain = await execa("vagrant", ["up"], { cwd: state(), env });
    expect(plain.stdout).toContain("Machine already provisioned.");
    expect((await kubemend(["ssh", "--", "hostname"])).stdout).toBe("controlplane");
    for (const script of readFileSync(state("Vagrantfile"), "utf8").matchAll(/path: '([^']+)'/g))
      expect(existsSync(state(script[1]!))).toBe(true);
  });

  it("has addresses that no second cluster gets", async () => {
    const second = await kubemend(["up", "--name", "second"]);
    expect(second.exitCode).toBe(3);
    expect(second.stderr).toContain(`the cluster faults has a running machine at ${address}`);
    await kubemend(["destroy", "--name", "second"]);
  });

  it("without its key, with another's, or without an SSH server says which", async () => {
    const key = state(".vagrant", "machines", "controlplane", "lxc", "private_key");
    const own = readFileSync(key);
    try {
      await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(cwd, "other")]);
      writeFileSync(key, readFileSync(join(cwd, "other")));
      expect((await kubemend(["ssh", "--", "true"])).stderr).toContain("refused the key");
      writeFileSync(key, "garbage\n");
      expect((await kubemend(["ssh", "--", "true"])).stderr).toContain("is not a private key");
    } finally {
      writeFileSync(key, own);
    }
    expect((await kubemend(["ssh", "--", "sudo systemctl stop ssh"])).exitCode).toBe(0);
    const refused = await kubemend(["up"]);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain("nothing listens there");
    expect((await kubemend(["halt"])).exitCode).toBe(0);
    await boot();
    expect((await kubemend(["ssh", "--", "echo back"])).stdout).toBe("back");
  });

  it("whose disk is full says so in the step that fails", async () => {
    await kubemend(["ssh", "--", "sudo mount -t tmpfs -o size=64k full /var/cache/apt/archives"]);
    const up = await kubemend(["up"]);
    expect(up.exitCode).toBe(3);
    expect(up.stderr).toMatch(/controlplane: scripts\/containerd\.sh line \d+ .*ended with status/);
    expect(up.stderr).toMatch(/enough free space|No space left/);
    expect(readFileSync(state("logs", "controlplane.log"), "utf8")).toMatch(/enough free space|No space left/);
    await kubemend(["ssh", "--", "sudo umount /var/cache/apt/archives"]);
  });

  it("that was removed behind our back is missing, and made again", async () => {
    await execa("lxc-destroy", ["--force", "--name", (await container(state(), "controlplane"))!]);
    expect(await machine()).toMatchObject({ state: "missing" });
    const ssh = await kubemend(["ssh", "--", "true"]);
    expect(ssh.stderr).toContain("controlplane is not running");
    await boot();
    expect(await machine()).toMatchObject({ state: "running" });
  });

  it("keeps a Vagrantfile that was edited by hand, and is removed even when that is damaged", async () => {
    appendFileSync(state("Vagrantfile"), "# mine\n");
    expect(await boot()).toContain("was edited by hand; it is used as it is");
    expect(readFileSync(state("Vagrantfile"), "utf8")).toMatch(/# mine\n$/);
    writeFileSync(state("Vagrantfile"), "if (\n");
    const status = await kubemend(["status"]);
    expect(status.exitCode).toBe(3);
    expect(status.stderr).toContain("the Vagrantfile is not Ruby");
    expect((await kubemend(["destroy"])).exitCode).toBe(0);
    expect(await container(state(), "controlplane")).toBeUndefined();
    expect(existsSync(state())).toBe(false);
  });
});
