/** implements the host's end of SSH: a listening port a machine, joined to the machine's sshd over the simulated network. */
import { createServer, type Server as TcpServer, type Socket } from "node:net";
import ssh2, { type AuthContext, type Connection, type PseudoTtyInfo, type ServerChannel, type Session } from "ssh2";
import { Errno } from "../core/errno.ts";
import { OpenFile, type Bytes } from "../kernel/file.ts";
import type { Machine } from "../kernel/machine.ts";
import { shellStatus, type Proc } from "../kernel/proc.ts";
import { signals, type Signal } from "../kernel/program.ts";
import { openPty, type Pty } from "../kernel/tty.ts";
import type { World } from "../world.ts";
import { letIn, type Doorkeeper } from "./door.ts";
import { serveSftp } from "./sftp.ts";
import type { Account, SshMessage, SshReply } from "./sshd.ts";

/** What the front needs of the world; a function, because a restored snapshot puts another world in place. */
export interface SshHost extends Doorkeeper {
  world(): World;
  /** A session's process is (not) able to go on without the host. */
  sessions: Set<SshProcess>;
  /** Somebody sent something: what it changes is to be kept. */
  touched(): void;
  /** Whether an engine command holds the time. */
  hurried(): boolean;
}

/** A process of a session without a terminal, for the driver to know who waits. */
export interface SshProcess {
  proc: Proc;
  /** True while it waits for input that the host has not sent. */
  starved: boolean;
}

/** Software version with which the engine's SSH client introduces itself (RFC 4253, §4.2). */
const engineIdent = "kubemend-engine";

/** Listens on loopback; `port` 0 takes a free one. Throws EADDRINUSE. */
export async function listenSsh(
  host: SshHost,
  machine: string,
  hostKey: string,
  port: number,
): Promise<{ server: TcpServer; port: number; drop: () => void }> {
  const open = new Set<Socket>();
  const front = new ssh2.Server({ hostKeys: [hostKey], ident: "OpenSSH_9.6p1 Ubuntu-3ubuntu13.5" });
  // a client is known by its port until it has said hello; many may be about to
  const waiting = new Map<number, { conn: number; engine: () => void }>();
  front.on("connection", (client: Connection, info) => {
    const met = waiting.get(info.port);
    waiting.delete(info.port);
    if (met === undefined) return void client.end();
    const engine = info.header.versions.software === engineIdent;
    if (engine) met.engine();
    new Login(host, machine, met.conn, client, engine);
  });
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    letIn(host, socket, join);
  });
  function join(socket: Socket): void {
    // what an engine command does while it holds the time is saved when it ends
    let person = true;
    socket.on("data", () => {
      if (person || !host.hurried()) host.touched();
    });
    const link = host.world().network.fromHost(machine, 22);
    if (link.ok) {
      if (socket.remotePort !== undefined) waiting.set(socket.remotePort, { conn: link.conn, engine: () => (person = false) });
      front.injectSocket(socket);
      socket.on("close", () => host.world().network.shutFromHost(link.conn));
    } else if (link.code === "ETIMEDOUT") {
      // a dropped SYN: the forwarder has accepted, and nothing ever comes
      socket.setTimeout(120_000, () => socket.destroy());
    } else socket.destroy();
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  return {
    server,
    port: typeof address === "object" && address !== null ? address.port : port,
    drop: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

class Login {
  readonly #host: SshHost;
  readonly #machine: string;
  readonly #conn: number;
  /** A command of the engine, for which time may be run ahead; people's sessions never make time jump. */
  readonly #engine: boolean;
  #account: Account | undefined;
  readonly #world: World;

  constructor(host: SshHost, machine: string, conn: number, client: Connection, engine: boolean) {
    this.#host = host;
    this.#engine = engine;
    this.#machine = machine;
    this.#conn = conn;
    this.#world = host.world();
    client.on("error", () => client.end());
    client.on("authentication", (context) => this.#authenticate(context));
    client.on("ready", () => client.on("session", (accept) => this.#session(accept())));
  }

  #ask(message: SshMessage): SshReply | undefined {
    const got = this.#world.network.exchangeFromHost<SshReply>(this.#conn, message);
    return got.ok ? got.reply : undefined;
  }

  #authenticate(context: AuthContext): void {
    if (context.method !== "publickey") return context.reject(["publickey"]);
    const reply = this.#ask({ type: "ssh-auth", user: context.username, key: context.key.data.toString("base64") });
    if (!reply?.ok || !("account" in reply)) return context.reject(["publickey"]);
    if (context.signature) {
      const key = ssh2.utils.parseKey(context.key.data);
      if (key instanceof Error || !key.verify(context.blob!, context.signature, context.hashAlgo)) return context.reject(["publickey"]);
    }
    this.#account = reply.account;
    context.accept();
  }

  #session(session: Session): void {
    let terminal: PseudoTtyInfo | undefined;
    let pty: Pty | undefined;
    let proc: Proc | undefined;
    const env: Record<string, string> = {};
    session.on("pty", (accept, _reject, info) => {
      terminal = info;
      accept?.();
    });
    session.on("env", (accept, _reject, info) => {
      // AcceptEnv LANG LC_* as Ubuntu's sshd_config has it
      if (info.key === "LANG" || info.key.startsWith("LC_")) env[info.key] = info.val;
      accept?.();
    });
    session.on("window-change", (accept, _reject, info) => {
      pty?.resize(info.cols, info.rows);
      accept?.();
    });
    session.on("signal", (accept, _reject, info) => {
      const name = `SIG${info.name}`;
      if (proc && name in signals) proc.raise(name as Signal);
      accept?.();
    });
    const begin = (channel: ServerChannel, command: string | undefined): void => {
      const started = this.#start(channel, command, terminal, env);
      pty = started?.pty;
      proc = started?.proc;
      for (const when of ["data", "close"]) channel.on(when, () => this.#noteInput());
      this.#noteInput();
    };
    session.on("shell", (accept) => begin(accept(), undefined));
    session.on("exec", (accept, _reject, info) => begin(accept(), info.command));
    session.on("sftp", (accept) => {
      const machine = this.#world.machines.get(this.#machine);
      if (!machine || !this.#account) return;
      serveSftp(accept(), machine, this.#account);
      this.#noteInput();
    });
  }

  /** What the engine looks at while it holds the time is nobody's doing. */
  #noteInput(): void {
    if (!this.#engine || !this.#host.hurried()) this.#world.noteInput();
  }

  #start(
    channel: ServerChannel,
    command: string | undefined,
    terminal: PseudoTtyInfo | undefined,
    env: Record<string, string>,
  ): { proc: Proc; pty?: Pty } | undefined {
    const machine = this.#world.machines.get(this.#machine);
    if (!machine) {
      channel.exit(255);
      channel.end();
      return undefined;
    }
    return terminal ? this.#withTerminal(channel, machine, command, terminal, env) : this.#withPipes(channel, command, env);
  }

  #spawn(message: Omit<Extract<SshMessage, { type: "ssh-session" }>, "type" | "user" | "peer">, channel: ServerChannel): Proc | undefined {
    const reply = this.#ask({
      type: "ssh-session",
      user: this.#account!.user,
      peer: { ip: "10.0.2.2", port: 50_000 + (this.#conn % 10_000) },
      ...message,
    });
    if (reply?.ok && "proc" in reply) return reply.proc;
    channel.stderr.write(`${reply && !reply.ok ? reply.reason : "connection lost"}\n`);
    channel.exit(255);
    channel.end();
    return undefined;
  }

  #withTerminal(
    channel: ServerChannel,
    machine: Machine,
    command: string | undefined,
    terminal: PseudoTtyInfo,
    env: Record<string, string>,
  ): { proc: Proc; pty: Pty } | undefined {
    const pty = openPty(machine, { cols: terminal.cols || 80, rows: terminal.rows || 24, uid: this.#account!.uid });
    const fds = new Map<number, OpenFile>([0, 1, 2].map((fd) => [fd, pty.slave]));
    const proc = this.#spawn(
      {
        ...(command === undefined ? {} : { command }),
        tty: pty.name,
        term: (terminal as PseudoTtyInfo & { term?: string }).term ?? "xterm-256color",
        env,
        fds,
      },
      channel,
    );
    if (!proc) {
      pty.hangup();
      return undefined;
    }
    pty.onOutput((data) => channelWrite(channel, data));
    channel.on("data", (data: Buffer) => pty.input(data));
    channel.on("close", () => pty.hangup());
    this.#end(proc, channel);
    return { proc, pty };
  }

  #withPipes(channel: ServerChannel, command: string | undefined, env: Record<string, string>): { proc: Proc } | undefined {
    const entry: { starved: boolean } = { starved: false };
    const input = new ChannelInput(channel, entry);
    const fds = new Map<number, OpenFile>([
      [0, input],
      [1, new ChannelOutput(channel)],
      [2, new ChannelOutput(channel.stderr as unknown as ServerChannel, channel)],
    ]);
    const proc = this.#spawn({ ...(command === undefined ? {} : { command }), env, fds }, channel);
    if (!proc) return undefined;
    const session: SshProcess = Object.assign(entry, { proc });
    if (this.#engine) this.#host.sessions.add(session);
    void proc.ended.then(() => this.#host.sessions.delete(session));
    channel.on("close", () => {
      if (!proc.status) proc.raise("SIGHUP");
      this.#host.sessions.delete(session);
    });
    this.#end(proc, channel);
    return { proc };
  }

  #end(proc: Proc, channel: ServerChannel): void {
    void proc.ended.then((status) => {
      if (status.signal) channel.exit(status.signal.slice(3), false, "");
      else channel.exit(shellStatus(status));
      channel.end();
    });
  }
}

/** Resolves when the host's side has room again. */
function channelWrite(
  channel: { write(data: Uint8Array): boolean; once(event: "drain" | "close", call: () => void): unknown; writable?: boolean },
  data: Bytes,
): Promise<void> | undefined {
  if (channel.writable === false || channel.write(data)) return undefined;
  return new Promise((resolve) => {
    channel.once("drain", resolve);
    channel.once("close", resolve);
  });
}

class ChannelOutput extends OpenFile {
  readonly kind = "socket";
  readonly path = "socket:[ssh]";
  readonly #channel: ServerChannel;
  #gone = false;
  /** `session`: the channel itself, whose end is also that of its stderr. */
  constructor(channel: ServerChannel, session: ServerChannel = channel) {
    super();
    this.#channel = channel;
    session.on("close", () => (this.#gone = true));
  }
  override read(): Bytes {
    return new Uint8Array();
  }
  override async write(data: Bytes, p: Proc): Promise<void> {
    if (this.#gone) {
      p.raise("SIGPIPE");
      // throws when the signal ended the process
      await p.block(Promise.resolve());
      throw new Errno("EPIPE");
    }
    const wait = channelWrite(this.#channel, Buffer.from(data));
    if (wait) await p.block(wait);
  }
}

class ChannelInput extends OpenFile {
  readonly kind = "socket";
  readonly path = "socket:[ssh]";
  readonly #chunks: Buffer[] = [];
  readonly #channel: ServerChannel;
  readonly #entry: { starved: boolean };
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(channel: ServerChannel, entry: { starved: boolean }) {
    super();
    this.#channel = channel;
    this.#entry = entry;
    channel.on("data", (data: Buffer) => {
      this.#chunks.push(data);
      if (this.#chunks.length > 16) channel.pause();
      this.#wake?.();
    });
    channel.on("end", () => this.#finish());
    channel.on("close", () => this.#finish());
  }
  #finish(): void {
    this.#ended = true;
    this.#wake?.();
  }
  override write(): void {
    // writing to standard input of a pipe session goes nowhere, as with OpenSSH's socketpair half-closed
  }
  override async read(max: number, p: Proc): Promise<Bytes> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return new Uint8Array();
      this.#entry.starved = true;
      try {
        await p.block(new Promise<void>((resolve) => (this.#wake = resolve)));
      } finally {
        this.#entry.starved = false;
      }
    }
    const chunk = this.#chunks[0]!;
    if (chunk.length <= max) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(max);
    this.#channel.resume();
    return chunk.subarray(0, max);
  }
}
