/** The client against OpenSSH's server on a port of loopback: keys, agents, host keys, and everything that keeps one out. */
import { execa, execaSync } from "execa";
import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { KubemendError } from "../../src/error.ts";
import { SshConnection, type Endpoint, type OpenOptions } from "../../src/ssh/client.ts";
import { fingerprint } from "../../src/ssh/known-hosts.ts";
import { needs } from "../needs.ts";

const sshd = "/usr/sbin/sshd";
const there = needs("OpenSSH's server", ["sh", "-c", `test -x ${sshd} && command -v ssh-keygen ssh-add ssh-agent`]);
const dir = mkdtempSync(join(tmpdir(), "kubemend-sshd-"));
const file = (name: string): string => join(dir, name);
const keygen = (name: string, ...options: string[]): void => void execaSync("ssh-keygen", ["-q", "-f", file(name), "-C", name, ...options]);

let port = 0;
let server: ChildProcess | undefined;
const listeners: Server[] = [];

/** Starts a server with its own host keys and settings, on the same port as before. */
async function serve(hostKeys: string[], ...settings: string[]): Promise<void> {
  await stop();
  port ||= await freePort();
  writeFileSync(
    file("sshd_config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      ...hostKeys.map((name) => `HostKey ${file(name)}`),
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      "Subsystem sftp internal-sftp",
      ...settings,
    ].join("\n"),
  );
  server = spawn(sshd, ["-D", "-e", "-f", file("sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    server!.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("Server listening")) resolve();
    });
    server!.once("exit", () => reject(new Error(said)));
  });
}

async function stop(): Promise<void> {
  if (server?.exitCode !== null || server === undefined) return;
  const ended = new Promise((resolve) => server!.once("exit", resolve));
  server.kill();
  await ended;
}

async function freePort(): Promise<number> {
  const probe = await listening(() => undefined);
  listeners.pop();
  return new Promise((resolve) => probe.close(() => resolve(probe.port)));
}

/** A server that is none of SSH. */
async function listening(greet: Parameters<typeof createServer>[1]): Promise<Server & { port: number }> {
  const made = createServer(greet as never);
  await new Promise<void>((resolve) => void made.listen(0, "127.0.0.1", resolve));
  listeners.push(made);
  return Object.assign(made, { port: (made.address() as AddressInfo).port });
}

const endpoint = (changes: Partial<Endpoint> = {}): Endpoint => ({
  machine: "worker1",
  host: "127.0.0.1",
  port,
  user: userInfo().username,
  keyFile: file("own"),
  inventory: true,
  ...changes,
});

/** A command's output over a new connection. */
async function ask(changes: Partial<Endpoint>, options: OpenOptions = {}, command = "echo hello"): Promise<string> {
  const connection = await SshConnection.open(endpoint(changes), options);
  try {
    return (await connection.exec(command)).stdout.trim();
  } finally {
    connection.close();
  }
}

/** Code, message and hint of the failure. */
async function failure(changes: Partial<Endpoint>, options: OpenOptions = {}): Promise<{ code: string; message: string; hint: string }> {
  try {
    await ask(changes, options);
  } catch (error) {
    if (!(error instanceof KubemendError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint ?? "" };
  }
  throw new Error("it let us in");
}

const { HOME, SSH_AUTH_SOCK } = process.env;
let agent: string | undefined;

describe.runIf(there)("with OpenSSH's server", () => {
  beforeAll(async () => {
    keygen("own", "-t", "ed25519", "-N", "");
    keygen("other", "-t", "ed25519", "-N", "");
    keygen("locked", "-t", "ed25519", "-N", "a passphrase");
    keygen("rsa", "-t", "rsa", "-b", "2048", "-N", "");
    for (const type of ["ed25519", "rsa", "ecdsa"]) keygen(`host_${type}`, "-t", type, "-N", "");
    keygen("host_new", "-t", "ed25519", "-N", "");
    for (const name of ["own", "locked", "rsa"]) appendFileSync(file("authorized_keys"), readFileSync(file(`${name}.pub`)));
    // where sshd separates privileges, when it is run by root
    if (process.getuid?.() === 0 && !existsSync("/run/sshd")) mkdirSync("/run/sshd");
    await serve(["host_ed25519"]);
  });
  afterEach(() => {
    process.env.HOME = HOME;
    if (SSH_AUTH_SOCK === undefined) delete process.env.SSH_AUTH_SOCK;
    else process.env.SSH_AUTH_SOCK = SSH_AUTH_SOCK;
    if (agent !== undefined) process.kill(Number(agent));
    agent = undefined;
    for (const made of listeners.splice(0)) made.close();
  });
  afterAll(async () => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** An agent that has keys; of one with a passphrase, too. */
  async function useAgent(...names: string[]): Promise<void> {
    const { stdout } = await execa("ssh-agent", ["-s"]);
    process.env.SSH_AUTH_SOCK = /SSH_AUTH_SOCK=([^;]+)/.exec(stdout)![1];
    agent = /SSH_AGENT_PID=(\d+)/.exec(stdout)![1];
    writeFileSync(file("askpass"), "#!/bin/sh\necho a passphrase\n", { mode: 0o755 });
    await execa("ssh-add", names.map(file), {
      env: { SSH_ASKPASS: file("askpass"), SSH_ASKPASS_REQUIRE: "force", DISPLAY: "none" },
      stdin: "ignore",
    });
  }
  /** A home folder with keys under the usual names. */
  function useHome(keys: Record<string, string>): void {
    const home = mkdtempSync(join(dir, "home-"));
    mkdirSync(join(home, ".ssh"));
    for (const [name, key] of Object.entries(keys)) copyFileSync(file(key), join(home, ".ssh", name));
    process.env.HOME = home;
    delete process.env.SSH_AUTH_SOCK;
  }

  describe("keys", () => {
    it("the one that is named, of both usual types", async () => {
      expect(await ask({})).toBe("hello");
      expect(await ask({ keyFile: file("rsa") })).toBe("hello");
    });
    it("further ones after it, whatever is the matter with those before", async () => {
      expect(await ask({ keyFile: file("other"), moreKeys: [file("nowhere"), file("own")] })).toBe("hello");
    });
    it("with a passphrase: the agent has it, or one is told how to give it to the agent", async () => {
      delete process.env.SSH_AUTH_SOCK;
      const { code, hint } = await failure({ keyFile: file("locked") });
      expect(code).toBe("ssh-key-encrypted");
      expect(hint).toContain(`ssh-add ${file("locked")}`);
      await useAgent("locked");
      expect(await ask({ keyFile: file("locked") })).toBe("hello");
    });
    it("none named: those of ~/.ssh and of the agent", async () => {
      useHome({ id_ed25519: "other", id_rsa: "rsa" });
      expect(await ask({ keyFile: undefined } as never)).toBe("hello");
      useHome({ id_ed25519: "other" });
      expect((await failure({ keyFile: undefined } as never)).code).toBe("ssh-key-refused");
      await useAgent("own");
      expect(await ask({ keyFile: undefined } as never)).toBe("hello");
    });
    it("none at all", async () => {
      useHome({});
      const { code, hint } = await failure({ keyFile: undefined } as never);
      expect(code).toBe("ssh-no-key");
      expect(hint).toContain(`ssh-copy-id -p ${port} ${userInfo().username}@127.0.0.1`);
      useHome({ id_ed25519: "locked" });
      expect((await failure({ keyFile: undefined } as never)).message).toContain("passphrase");
    });
    it("an agent that is gone does not keep the others out", async () => {
      useHome({ id_ed25519: "own" });
      process.env.SSH_AUTH_SOCK = file("no-such-socket");
      expect(await ask({ keyFile: undefined } as never)).toBe("hello");
    });
    it("missing, damaged, the public half", async () => {
      writeFileSync(file("damaged"), "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
      expect(await failure({ keyFile: file("nowhere") })).toMatchObject({
        code: "ssh-key-missing",
        hint: expect.stringContaining("identityFile") as string,
      });
      expect(await failure({ keyFile: file("damaged") })).toMatchObject({ code: "ssh-key-damaged" });
      expect((await failure({ keyFile: file("own.pub") })).message).toContain("but a public one");
    });
    it("refused, with the command that tries the same", async () => {
      const { code, message, hint } = await failure({ keyFile: file("other") });
      expect(code).toBe("ssh-key-refused");
      expect(message).toContain(`worker1 (127.0.0.1:${port}) refused the key ${file("other")}`);
      expect(hint).toContain(`ssh -p ${port} -i ${file("other")} ${userInfo().username}@127.0.0.1`);
      // of a machine that Kubemend made, other things are worth trying
      expect((await failure({ keyFile: file("other"), inventory: false })).hint).toContain("kubemend destroy");
    });
    it("too many of them", async () => {
      await serve(["host_ed25519"], "MaxAuthTries 1");
      useHome({ id_ed25519: "other", id_rsa: "rsa" });
      expect(await failure({ keyFile: undefined } as never)).toMatchObject({
        code: "ssh-too-many-keys",
        hint: expect.stringContaining("machines.worker1.ssh.identityFile") as string,
      });
      await serve(["host_ed25519"]);
    });
  });

  describe("host keys", () => {
    const knownHosts = file("known_hosts");
    it("are told of and remembered at first, refused when nobody is told, and silent afterwards", async () => {
      expect((await failure({ knownHosts })).code).toBe("ssh-host-key-unknown");
      const told: string[] = [];
      const firstUse: OpenOptions["firstUse"] = (key) => void told.push(`${key.type} ${fingerprint(key.blob)}`);
      for (let i = 0; i < 2; i++) expect(await ask({ knownHosts }, { firstUse })).toBe("hello");
      expect(await ask({ knownHosts })).toBe("hello");
      // `256 SHA256:… comment (ED25519)`
      const { stdout } = await execa("ssh-keygen", ["-lf", file("host_ed25519.pub")]);
      expect(told).toEqual([`ssh-ed25519 ${stdout.split(" ")[1]}`]);
    });
    it("that are remembered satisfy a stock client that trusts nothing else", async () => {
      const { stdout } = await execa("ssh", [
        ...["-F", "none", "-p", String(port), "-i", file("own"), "-o", `UserKnownHostsFile=${knownHosts}`],
        ...[
          "-o",
          "GlobalKnownHostsFile=none",
          "-o",
          "HostKeyAlias=kubemend-worker1",
          "-o",
          "StrictHostKeyChecking=yes",
          "127.0.0.1",
          "echo hello",
        ],
      ]);
      expect(stdout).toBe("hello");
    });
    it("of another type beside the known one do no harm", async () => {
      const rsa = file("known_rsa");
      const [type, key] = readFileSync(file("host_rsa.pub"), "utf8").split(" ");
      writeFileSync(rsa, `kubemend-worker1 ${type} ${key}\n`);
      await serve(["host_ed25519", "host_ecdsa", "host_rsa"]);
      expect(await ask({ knownHosts: rsa })).toBe("hello");
    });
    it("that change are refused, with both fingerprints and the way to forget the old one", async () => {
      await serve(["host_new"]);
      const { code, message, hint } = await failure({ knownHosts }, { firstUse: () => undefined });
      expect(code).toBe("ssh-host-key-changed");
      for (const name of ["host_new", "host_ed25519"]) {
        const { stdout } = await execa("ssh-keygen", ["-lf", file(`${name}.pub`)]);
        expect(message).toContain(stdout.split(" ")[1]);
      }
      const command = /`(ssh-keygen -R [^`]+)`/.exec(hint)![1]!.split(" ");
      await execa(command[0]!, command.slice(1));
      expect(await ask({ knownHosts }, { firstUse: () => undefined })).toBe("hello");
      await serve(["host_ed25519"]);
    });
  });

  describe("what is not there", () => {
    it("a port on which nothing listens", async () => {
      expect(await failure({ port: await freePort() })).toMatchObject({
        code: "ssh-refused",
        hint: expect.stringContaining("machines.worker1.ssh.port") as string,
      });
    });
    it("a name without an address", async () => {
      expect(await failure({ host: "worker1.invalid" })).toMatchObject({
        code: "ssh-unknown-host",
        message: "worker1: the name worker1.invalid has no address",
      });
    });
    it("a server that speaks something else, hangs up, or says nothing", async () => {
      const web = await listening((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      expect((await failure({ port: web.port })).code).toBe("ssh-no-handshake");
      const closing = await listening((socket) => void socket.end());
      expect((await failure({ port: closing.port })).code).toBe("ssh-no-handshake");
      const silent = await listening(() => undefined);
      expect((await failure({ port: silent.port }, { timeout: 300 })).code).toBe("ssh-timeout");
    });
    it("algorithms in common", async () => {
      await serve(["host_ed25519"], "KexAlgorithms sntrup761x25519-sha512@openssh.com");
      expect((await failure({})).code).toBe("ssh-algorithms");
      await serve(["host_ed25519"]);
    });
    it("the connection any more, in the middle of a command", async () => {
      const connection = await SshConnection.open(endpoint());
      // its own server process is the shell's parent
      const lost = connection.exec("kill -9 $PPID; sleep 5");
      await expect(lost).rejects.toMatchObject({ code: "ssh-lost" });
      await expect(connection.exec("true")).rejects.toBeInstanceOf(KubemendError);
    });
  });
});
