/** The adapter before programs called vagrant that do what Vagrant must not do; real Vagrant is in test/conformance and machines.test.ts. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Vagrant } from "../../src/provider/vagrant/adapter.ts";

const path = process.env.PATH;
let scratch: string;
let vagrant: Vagrant;
let said: string[];

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "kubemend adapter "));
  said = [];
  mkdirSync(join(scratch, "bin"));
  process.env.PATH = `${join(scratch, "bin")}${delimiter}${path}`;
  vagrant = new Vagrant({
    dir: scratch,
    provider: "lxc",
    log: join(scratch, "logs", "vagrant.log"),
    onLine: (text, machine) => said.push(machine === undefined ? text : `${machine}: ${text}`),
  });
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(scratch, { recursive: true, force: true });
});

/** What `vagrant` on the PATH is. */
function isA(script: string): void {
  writeFileSync(join(scratch, "bin", "vagrant"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(scratch, "bin", "vagrant"), 0o755);
}

describe("a vagrant that", () => {
  it("is missing", async () => {
    process.env.PATH = join(scratch, "bin");
    await expect(vagrant.status()).rejects.toMatchObject({ code: "vagrant-missing", status: 3 });
    await expect(vagrant.up(["worker1"])).rejects.toMatchObject({ code: "vagrant-missing" });
  });

  it("prints nothing", async () => {
    isA("exit 0");
    for (const question of [vagrant.status(), vagrant.version(), vagrant.sshConfig(["worker1"])])
      await expect(question).rejects.toMatchObject({
        code: "vagrant-garbage",
        message: expect.stringContaining("printed nothing") as string,
      });
  });

  it("prints garbage", async () => {
    isA("echo 'Segmentation fault (core dumped)'; head -c 300 /dev/zero; echo");
    for (const question of [vagrant.status(), vagrant.version(), vagrant.sshConfig(["worker1"])])
      await expect(question).rejects.toMatchObject({
        code: "vagrant-garbage",
        message: expect.stringContaining("Segmentation fault") as string,
      });
  });

  it("fails without a word", async () => {
    isA("exit 1");
    await expect(vagrant.halt(["worker1"])).rejects.toMatchObject({
      code: "vagrant-failed",
      message: expect.stringContaining("(it printed nothing)") as string,
    });
    await expect(vagrant.up(["worker1"])).rejects.toMatchObject({ code: "vagrant-failed" });
    await expect(vagrant.snapshotSave("a")).rejects.toMatchObject({ code: "vagrant-failed" });
  });

  it("fails with words that nobody knows, which are shown whole", async () => {
    isA("echo one; echo two >&2; exit 1");
    await expect(vagrant.up(["worker1"])).rejects.toMatchObject({ message: expect.stringMatching(/status 1:\none\s+two$/) as string });
    expect(readFileSync(join(scratch, "logs", "vagrant.log"), "utf8")).toMatch(
      /vagrant up --no-provision --provider lxc worker1\none\ntwo|two\none/,
    );
  });

  it("fails with words that are known, on one of several machines", async () => {
    isA(
      "echo \"An error occurred while executing the action on the 'worker2'\" >&2; echo 'machine. Please handle this error then try again:' >&2; echo \"There is container on your system with the same name you've specified on your Vagrantfile (x), please\" >&2; exit 1",
    );
    await expect(vagrant.up(["worker1", "worker2"])).rejects.toMatchObject({
      code: "machine-name-taken",
      message: "worker2: LXC has a container called x already, which Vagrant does not know here",
    });
  });

  it("is killed", async () => {
    isA("kill -KILL $$");
    await expect(vagrant.halt(["worker1"])).rejects.toMatchObject({ message: expect.stringContaining("ended with a signal") as string });
  });

  it("tells of its machines line by line", async () => {
    isA("printf '==> worker1: Impor'; printf 'ting\\n    worker2: SSH address: 10.0.3.2\\nplain\\n'; echo 'not told' >&2");
    await vagrant.up(["worker1", "worker2"]);
    expect(said).toEqual(["worker1: Importing", "worker2: SSH address: 10.0.3.2", "plain"]);
  });

  it("finds the machines locked is asked again", async () => {
    isA(
      `if [ -e tried ]; then exit 0; fi; touch tried; echo "An action 'halt' was attempted on the machine 'b'," >&2; echo 'but another process is already executing an action on the machine.' >&2; exit 1`,
    );
    await vagrant.halt(["b"]);
    expect(said).toEqual(["another vagrant is at work on b; waiting for it"]);
  });

  it("left a daemon behind that holds its output is not waited for", async () => {
    isA("sleep 3600 & echo $! > daemon; echo done");
    await vagrant.halt(["worker1"]);
    process.kill(Number(readFileSync(join(scratch, "daemon"), "utf8")));
  });

  it("is at work when this process is asked to end is ended first", async () => {
    isA("trap 'echo cleaned up > cleaned; exit 1' INT; echo working; while :; do sleep 0.1; done");
    const up = vagrant.up(["worker1"]);
    const outcome = expect(up).rejects.toMatchObject({ code: "interrupted", status: 130 });
    await expect.poll(() => said).toContain("working");
    process.kill(process.pid, "SIGINT");
    await outcome;
    expect(readFileSync(join(scratch, "cleaned"), "utf8")).toBe("cleaned up\n");
  });

  it("was left behind by a killed kubemend is waited for", async () => {
    isA('echo "$1" >> order; if [ "$1" = halt ]; then trap "" INT; echo $$ > left; sleep 1; echo ended >> order; fi');
    const first = vagrant.halt(["worker1"]);
    await expect.poll(() => readFileSync(join(scratch, "vagrant.pid"), "utf8")).toMatch(/^\d+\n$/);
    // another kubemend on the same folder
    const second = new Vagrant({ dir: scratch, provider: "lxc", log: join(scratch, "log"), onLine: (text) => said.push(text) });
    await second.up(["worker1"]);
    await first;
    expect(readFileSync(join(scratch, "order"), "utf8")).toBe("halt\nended\nup\n");
    expect(said.join()).toContain("is still at work");
  });

  it("is asked several things at once answers them one after the other, in order", async () => {
    isA('echo "begin $1" >> order; sleep 0.1; echo "end $1" >> order; echo 2.3.4');
    await Promise.all([vagrant.halt(["a"]), vagrant.version(), vagrant.reload(["a"])]);
    expect(readFileSync(join(scratch, "order"), "utf8")).toBe(
      "begin halt\nend halt\nbegin --version\nend --version\nbegin reload\nend reload\n",
    );
  });
});

describe("ssh-config", () => {
  it("is read with all keys, and paths with blanks", async () => {
    isA(`cat <<'CONFIG'
Host worker1
  HostName 127.0.0.1
  User vagrant
  Port 2222
  IdentityFile "/home/a b/.vagrant/machines/worker1/virtualbox/private_key"
  IdentityFile /home/u/.vagrant.d/insecure_private_keys/vagrant.key.ed25519

Host other
  HostName 10.0.0.1
CONFIG`);
    expect(await vagrant.sshConfig(["worker1"])).toEqual([
      {
        machine: "worker1",
        host: "127.0.0.1",
        port: 2222,
        user: "vagrant",
        keys: [
          "/home/a b/.vagrant/machines/worker1/virtualbox/private_key",
          "/home/u/.vagrant.d/insecure_private_keys/vagrant.key.ed25519",
        ],
      },
    ]);
  });
});
