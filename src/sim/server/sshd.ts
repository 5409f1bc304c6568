/**
 * implements sshd on a machine: who may log in, and the processes of their sessions. The protocol itself is spoken by the
 * front (ssh.ts), which reaches this program over the simulated network, so that a firewall rule, a stopped unit or a changed
 * authorized_keys file shuts the door as on a real machine.
 */
import type { Errno } from "../core/errno.ts";
import type { OpenFile } from "../kernel/file.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";
import type { DaemonProgram } from "../kernel/program.ts";
import type { Incoming } from "../net/api.ts";
import { sdNotify } from "../systemd/notify.ts";

export interface Account {
  user: string;
  uid: number;
  gid: number;
  groups: number[];
  home: string;
  shell: string;
}

export type SshMessage =
  | { type: "ssh-auth"; user: string; /** Public key blob, base64. */ key: string }
  /** Asks for a terminal on this machine. */
  | { type: "ssh-pty"; user: string; cols: number; rows: number }
  /** A session's process; descriptors are handed over as they are. */
  | {
      type: "ssh-session";
      user: string;
      command?: string;
      tty?: string;
      term?: string;
      env: Record<string, string>;
      fds: Map<number, OpenFile>;
      peer: { ip: string; port: number };
    };

export type SshReply =
  | { ok: true; account: Account }
  | { ok: true; proc: Proc }
  | { ok: true; machine: Machine; uid: number }
  | { ok: false; reason: string };

export const sshd: DaemonProgram = {
  name: "sshd",
  start(p) {
    try {
      p.net.listen("tcp", "0.0.0.0", 22, { accept: "serve" });
    } catch (error) {
      p.log(`error: Bind to port 22 on 0.0.0.0 failed: ${(error as Errno).text}.`);
      p.log("fatal: Cannot bind any address.");
      p.exit(255);
    }
    p.log("Server listening on 0.0.0.0 port 22.");
    sdNotify(p, "READY=1");
  },
  on() {
    // sessions end by themselves; nothing to collect
  },
  signal(_p, signal) {
    return signal === "SIGHUP";
  },
  serve(p, incoming: Incoming): SshReply | undefined {
    const message = incoming.message as SshMessage;
    if (message.type === "ssh-auth") return authenticate(p, message.user, message.key, incoming.peer);
    if (message.type === "ssh-pty") {
      const account = accountOf(p, message.user);
      return account ? { ok: true, machine: p.machine, uid: account.uid } : { ok: false, reason: "no such user" };
    }
    if (message.type === "ssh-session") return openSession(p, message);
    return undefined;
  },
};

function authenticate(p: Proc, user: string, key: string, peer: { ip: string; port: number }): SshReply {
  const account = accountOf(p, user);
  if (!account) {
    p.log(`Invalid user ${user} from ${peer.ip} port ${peer.port}`);
    return { ok: false, reason: "no such user" };
  }
  const lines = (p.fs.tryReadText(`${account.home}/.ssh/authorized_keys`) ?? "").split("\n");
  if (!lines.some((line) => line.split(/\s+/).includes(key))) return { ok: false, reason: "key not authorized" };
  p.log(`Accepted publickey for ${user} from ${peer.ip} port ${peer.port} ssh2`);
  return { ok: true, account };
}

function accountOf(p: Proc, user: string): Account | undefined {
  const line = (p.fs.tryReadText("/etc/passwd") ?? "").split("\n").find((l) => l.startsWith(`${user}:`));
  if (!line) return undefined;
  const [, , uid, gid, , home, shell] = line.split(":");
  const groups = (p.fs.tryReadText("/etc/group") ?? "")
    .split("\n")
    .map((l) => l.split(":"))
    .filter((g) => g[3]?.split(",").includes(user))
    .map((g) => Number(g[2]));
  return {
    user,
    uid: Number(uid),
    gid: Number(gid),
    groups,
    home: home ?? "/",
    shell: shell === undefined || shell === "" ? "/bin/sh" : shell,
  };
}

/** Environment as OpenSSH and Ubuntu's PAM set it. */
function openSession(p: Proc, message: Extract<SshMessage, { type: "ssh-session" }>): SshReply {
  const account = accountOf(p, message.user);
  if (!account) return { ok: false, reason: "no such user" };
  const env: Record<string, string> = {
    USER: account.user,
    LOGNAME: account.user,
    HOME: account.home,
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin",
    SHELL: account.shell,
    LANG: "en_US.UTF-8",
    ...message.env,
    SSH_CLIENT: `${message.peer.ip} ${message.peer.port} 22`,
    SSH_CONNECTION: `${message.peer.ip} ${message.peer.port} 10.0.2.15 22`,
  };
  if (message.tty) {
    env.SSH_TTY = `/dev/${message.tty}`;
    env.TERM = message.term ?? "xterm";
  }
  const base = account.shell.slice(account.shell.lastIndexOf("/") + 1);
  const argv = message.command === undefined ? [`-${base}`] : [base, "-c", message.command];
  try {
    const proc = p.spawn({
      argv,
      exe: account.shell,
      env,
      cwd: p.fs.isDir(account.home) ? account.home : "/",
      uid: account.uid,
      gid: account.gid,
      groups: account.groups,
      fds: message.fds,
      session: true,
      ...(message.tty ? { tty: message.tty } : {}),
      cgroup: `/user.slice/user-${account.uid}.slice/session-${p.pid}.scope`,
    });
    return { ok: true, proc };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
