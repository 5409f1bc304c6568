/**
 * implements ssh(1) between machines: the same sshd, reached over the simulated network with the user's own key. Options are
 * those that people use from node to node; texts are OpenSSH 9.6's.
 */
import type { OpenFile } from "../kernel/file.ts";
import { Ended, shellStatus, type Proc } from "../kernel/proc.ts";
import type { CommandProgram } from "../kernel/program.ts";
import { copyTermios } from "../kernel/termios.ts";
import { openPty, Tty } from "../kernel/tty.ts";
import { strerror } from "../core/errno.ts";
import { NotSimulated } from "../core/errno.ts";
import type { SshMessage, SshReply } from "./sshd.ts";

interface Wanted {
  host: string;
  user: string;
  port: number;
  key: string | undefined;
  command: string | undefined;
  terminal: boolean | undefined;
  /** Virtual milliseconds to wait for a connection. */
  timeout: number | undefined;
}

const usage =
  "usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-i identity_file] [-l login_name] [-o option] [-p port] destination [command [argument ...]]\n";

export const ssh: CommandProgram = {
  name: "ssh",
  async main(p) {
    const wanted = await parse(p);
    if (typeof wanted === "number") return wanted;
    const keys = publicKeys(p, wanted.key);

    const found = p.net.resolve(wanted.host);
    if (!found.ok) {
      await p.sleep(found.took);
      await p.err(
        `ssh: Could not resolve hostname ${wanted.host}: ${found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known"}\n`,
      );
      return 255;
    }
    const ip = found.addresses[0]!;
    const connected = await p.net.dial(ip, wanted.port, wanted.timeout === undefined ? {} : { timeout: wanted.timeout });
    if (!connected.ok) {
      await p.err(`ssh: connect to host ${wanted.host} port ${wanted.port}: ${strerror(connected.code)}\n`);
      return 255;
    }
    const ask = (message: SshMessage): SshReply | undefined => {
      const got = p.net.exchange<SshReply>(connected.conn, message);
      return got.ok ? got.reply : undefined;
    };
    await remember(p, wanted.host, ip);
    const accepted = keys.map((key) => ask({ type: "ssh-auth", user: wanted.user, key })).find((reply) => reply?.ok);
    if (!accepted) {
      await p.err(`${wanted.user}@${wanted.host}: Permission denied (publickey).\n`);
      return 255;
    }
    return session(p, wanted, connected, ask);
  },
};

async function parse(p: Proc): Promise<Wanted | number> {
  const wanted: Wanted = {
    host: "",
    user: p.env.USER ?? "root",
    port: 22,
    key: undefined,
    command: undefined,
    terminal: undefined,
    timeout: undefined,
  };
  const words = [...p.args];
  while (words.length > 0) {
    const word = words.shift()!;
    if (!word.startsWith("-") || word === "-") {
      const at = word.lastIndexOf("@");
      if (at >= 0) wanted.user = word.slice(0, at);
      wanted.host = word.slice(at + 1);
      if (words[0] === "--") words.shift();
      if (words.length > 0) wanted.command = words.join(" ");
      return wanted;
    }
    for (let flags = word.slice(1); flags !== ""; flags = flags.slice(1)) {
      const flag = flags[0]!;
      if ("ipol".includes(flag)) {
        const value = flags.length > 1 ? flags.slice(1) : words.shift();
        if (value === undefined) return await usageError(p, `ssh: option requires an argument -- ${flag}\n`);
        if (flag === "i") wanted.key = value;
        else if (flag === "p") wanted.port = Number(value);
        else if (flag === "l") wanted.user = value;
        else option(wanted, value);
        break;
      }
      if (flag === "t") wanted.terminal = true;
      else if (flag === "T") wanted.terminal = false;
      else if (flag === "V") {
        await p.err("OpenSSH_9.6p1 Ubuntu-3ubuntu13.5, OpenSSL 3.0.13 30 Jan 2024\n");
        return 0;
      } else if (!"q4nax".includes(flag)) {
        if ("6AbBCcDeEFfGgIJKkLmMNOPQRSsvWwXYy".includes(flag)) throw new NotSimulated(`ssh -${flag}`);
        return await usageError(p, `unknown option -- ${flag}\n`);
      }
    }
  }
  return await usageError(p, "");
}

async function usageError(p: Proc, text: string): Promise<number> {
  await p.err(text + usage);
  return 255;
}

function option(wanted: Wanted, text: string): void {
  const [name, value = ""] = text.split(/[= ](.*)/s);
  const key = name!.toLowerCase();
  if (key === "connecttimeout") wanted.timeout = Number(value) * 1000;
  else if (key === "user") wanted.user = value;
  else if (key === "port") wanted.port = Number(value);
  // there is one kind of key and no password to ask for
  else if (!["stricthostkeychecking", "userknownhostsfile", "batchmode", "loglevel", "identitiesonly"].includes(key))
    throw new NotSimulated(`ssh -o ${name}`);
}

/** Blobs of the public halves of the keys that the user has. */
function publicKeys(p: Proc, identity: string | undefined): string[] {
  const home = p.env.HOME ?? "/root";
  const files = identity === undefined ? ["id_rsa", "id_ecdsa", "id_ed25519"].map((name) => `${home}/.ssh/${name}`) : [identity];
  return files
    .filter((file) => p.fs.access(file, 4))
    .map((file) => (p.fs.tryReadText(`${file}.pub`) ?? "").split(/\s+/)[1])
    .filter((blob) => blob !== undefined);
}

/** known_hosts, as `StrictHostKeyChecking accept-new` keeps it. */
async function remember(p: Proc, host: string, ip: string): Promise<void> {
  const dir = `${p.env.HOME ?? "/root"}/.ssh`;
  const file = `${dir}/known_hosts`;
  const known = p.fs.tryReadText(file) ?? "";
  if (known.split("\n").some((line) => line.startsWith(`${host} `))) return;
  p.fs.mkdirp(dir, 0o700);
  p.fs.write(file, `${host} ssh-ed25519 ${Buffer.from(`host key of ${ip}`).toString("base64")}\n`, { append: true, mode: 0o600 });
  await p.err(`Warning: Permanently added '${host}' (ED25519) to the list of known hosts.\r\n`);
}

async function session(
  p: Proc,
  wanted: Wanted,
  connected: { conn: number; local: { ip: string; port: number } },
  ask: (message: SshMessage) => SshReply | undefined,
): Promise<number> {
  const peer = { ip: connected.local.ip, port: connected.local.port };
  const input = p.file(0);
  const terminal = wanted.terminal ?? (wanted.command === undefined && input instanceof Tty);
  const open = (tty: string | undefined, fds: Map<number, OpenFile>): Proc | undefined => {
    const reply = ask({
      type: "ssh-session",
      user: wanted.user,
      ...(wanted.command === undefined ? {} : { command: wanted.command }),
      ...(tty === undefined ? {} : { tty, term: p.env.TERM ?? "xterm" }),
      env: {},
      fds,
      peer,
    });
    return reply?.ok && "proc" in reply ? reply.proc : undefined;
  };
  const lost = async (): Promise<number> => {
    await p.err(`client_loop: send disconnect: Broken pipe\r\n`);
    return 255;
  };

  if (!terminal || !(input instanceof Tty)) {
    const remote = open(undefined, new Map([0, 1, 2].map((fd) => [fd, p.file(fd)])));
    if (!remote) return lost();
    try {
      return shellStatus(await p.wait(remote));
    } catch (error) {
      if (error instanceof Ended) remote.raise("SIGHUP");
      throw error;
    } finally {
      p.net.shut(connected.conn);
    }
  }

  // the far machine has a terminal of its own; this one only carries bytes, in raw mode
  const far = ask({ type: "ssh-pty", cols: input.cols, rows: input.rows, user: wanted.user });
  if (!far?.ok || !("machine" in far)) return lost();
  const pty = openPty(far.machine, { cols: input.cols, rows: input.rows, uid: far.uid });
  const before = copyTermios(input.termios);
  const raw = copyTermios(before);
  for (const mode of ["icanon", "echo", "isig", "ixon", "icrnl", "opost", "iexten"]) raw.modes[mode] = false;
  input.set(raw);
  const remote = open(pty.name, new Map([0, 1, 2].map((fd) => [fd, pty.slave])));
  try {
    if (!remote) return await lost();
    pty.onOutput((bytes) => {
      // packets of the session: while the path is barred nothing gets through
      const written = p.status ? undefined : input.write(bytes, p);
      return written instanceof Promise ? written.catch(() => undefined) : undefined;
    });
    p.traps.set("SIGWINCH", () => pty.resize(input.cols, input.rows));
    const keys = (async () => {
      for (;;) {
        const bytes = await p.read(0, 4096);
        if (bytes.length === 0 || remote.status) return;
        pty.input(bytes);
      }
    })().catch(() => undefined);
    const status = await Promise.race([p.wait(remote), keys.then(() => p.wait(remote))]);
    await p.err(`Connection to ${wanted.host} closed.\r\n`);
    return shellStatus(status);
  } finally {
    pty.hangup();
    input.set(before);
    p.net.shut(connected.conn);
  }
}
