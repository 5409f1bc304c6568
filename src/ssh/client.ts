/** One SSH connection to a machine: commands, shells and files. */
import { connect } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { providerError } from "../error.ts";
import { explain } from "./failure.ts";
import { verification } from "./host-key.ts";
import { authentications } from "./identity.ts";
import type { HostKey } from "./known-hosts.ts";

/** Where a machine answers SSH. */
export interface Endpoint {
  machine: string;
  host: string;
  port: number;
  user: string;
  /** Path of the private key; undefined: the usual ones of this user, and the agent's. */
  keyFile?: string;
  /** Further keys, tried after it. */
  moreKeys?: string[];
  /** The machine is one of an inventory: Kubemend neither made it nor its key. */
  inventory?: boolean;
  /** File with its host key, in OpenSSH's format; undefined: on loopback, nobody can stand in between. */
  knownHosts?: string;
}

export interface OpenOptions {
  /**
   * How the client introduces itself; the engine does so by a name of its own, because simulated machines run their time ahead for it.
   */
  ident?: "kubemend" | "kubemend-engine";
  /** Milliseconds. */
  timeout?: number;
  /** Told of a host key that is seen for the first time and is then remembered; without it, such a key is refused. */
  firstUse?: (key: HostKey) => void;
}

export interface CommandResult {
  status: number;
  stdout: string;
  stderr: string;
}

export interface ExecOptions {
  /** Sent to the command's standard input, which is then closed. */
  stdin?: string;
  /** Called with each piece of output as it arrives. */
  onOutput?: (text: string, stream: "stdout" | "stderr") => void;
  /** Wall-clock limit, milliseconds. */
  timeout?: number;
}

export interface ShellOptions {
  /** Run this instead of the login shell. */
  command?: string;
  /** A terminal on the other side; undefined: none. */
  terminal?: { columns: number; rows: number; term: string };
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  onResize?: (listener: (columns: number, rows: number) => void) => () => void;
}

interface Running {
  channel: ClientChannel;
  /** Set when the other side has said how the command ended. */
  status: number | undefined;
}

export class SshConnection {
  readonly endpoint: Endpoint;
  readonly #client: Client;
  #closed: Error | undefined;

  private constructor(endpoint: Endpoint, client: Client) {
    this.endpoint = endpoint;
    this.#client = client;
    // a halted machine shows only as an error after "ready"
    client.on("error", (error: Error) => (this.#closed ??= error));
    client.on("close", () => (this.#closed ??= new Error("connection closed")));
  }

  /** Throws KubemendError `ssh-…` when the machine cannot be reached, is another one, or refuses the key. */
  static async open(endpoint: Endpoint, { ident = "kubemend", timeout = 20_000, firstUse }: OpenOptions = {}): Promise<SshConnection> {
    const methods = await authentications(endpoint);
    const { default: SshClient } = await import("ssh2/lib/client.js");
    const client = new SshClient();
    // an error may come again after the first; unheard it would end the process
    client.on("error", () => undefined);
    const { settings, refusal } = verification(endpoint, firstUse);
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.on("error", (error) => {
        // an agent that does not answer is one key less; the others are tried
        if (error.level !== "agent") reject(error);
      });
      client.connect({
        // a socket of our own: small packets of the handshake must not wait for each other (Nagle)
        sock: connect({ host: endpoint.host, port: endpoint.port, noDelay: true }),
        ident,
        username: endpoint.user,
        authHandler: methods,
        readyTimeout: timeout,
        keepaliveInterval: 5000,
        keepaliveCountMax: 3,
        ...settings,
      });
    }).catch((error: unknown) => {
      client.end();
      throw refusal() ?? explain(endpoint, error);
    });
    return new SshConnection(endpoint, client);
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** Runs a command through the user's shell and collects its output. */
  async exec(command: string, options: ExecOptions = {}): Promise<CommandResult> {
    const running = await this.#begin((done) => this.#client.exec(command, done));
    const { channel } = running;
    const output = { stdout: "", stderr: "" };
    const collect = (stream: "stdout" | "stderr") => {
      const decoder = new TextDecoder();
      return (data: Buffer) => {
        const text = decoder.decode(data, { stream: true });
        output[stream] += text;
        options.onOutput?.(text, stream);
      };
    };
    channel.on("data", collect("stdout"));
    channel.stderr.on("data", collect("stderr"));
    channel.end(options.stdin ?? "");
    const status = await finished(this.#client, running, this.endpoint, options.timeout);
    return { status, ...output };
  }

  /** Has the machine's SSH server listen on its loopback (remote forwarding); resolves to the port it chose. */
  offer(accept: (stream: Duplex) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#client.forwardIn("127.0.0.1", 0, (error, port) => {
        if (error)
          return reject(
            providerError("ssh-forwarding", `${this.endpoint.machine}: the SSH server refuses remote forwarding: ${error.message}`, {
              cause: error,
              hint: "Let /etc/ssh/sshd_config of the machine say AllowTcpForwarding yes, or use URLs in the specification's mirror.",
            }),
          );
        this.#client.on("tcp connection", (facts, connection) => {
          if (facts.destPort === port) accept(connection());
        });
        resolve(port);
      });
    });
  }

  /** Joins the streams to a command or a login shell until it ends; returns its status. */
  async interact(options: ShellOptions): Promise<number> {
    const pty = options.terminal && { term: options.terminal.term, cols: options.terminal.columns, rows: options.terminal.rows };
    const running = await this.#begin((done) => {
      if (options.command !== undefined) this.#client.exec(options.command, pty ? { pty } : {}, done);
      else this.#client.shell(pty ?? false, done);
    });
    const { channel } = running;
    const stopResize = options.onResize?.((columns, rows) => channel.setWindow(rows, columns, 0, 0));
    channel.pipe(options.stdout, { end: false });
    channel.stderr.pipe(options.stderr, { end: false });
    options.stdin.pipe(channel);
    try {
      return await finished(this.#client, running, this.endpoint);
    } finally {
      stopResize?.();
      options.stdin.unpipe(channel);
      options.stdin.pause();
    }
  }

  /** Copies a file of this host to the machine. Throws KubemendError `copy-failed`. */
  upload(local: string, remote: string): Promise<void> {
    return this.#transfer((sftp, done) => sftp.fastPut(local, remote, done), `${local} to ${this.endpoint.machine}:${remote}`);
  }

  /** Copies a file of the machine to this host. Throws KubemendError `copy-failed`. */
  download(remote: string, local: string): Promise<void> {
    return this.#transfer((sftp, done) => sftp.fastGet(remote, local, done), `${this.endpoint.machine}:${remote} to ${local}`);
  }

  #transfer(work: (sftp: SFTPWrapper, done: (error?: Error | null) => void) => void, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void =>
        reject(
          providerError("copy-failed", `cannot copy ${what}: ${error.message}`, {
            cause: error,
            hint: `The account is ${this.endpoint.user}: for files of root, copy to /tmp and use \`sudo install\`.`,
          }),
        );
      this.#client.sftp((error, sftp) => {
        if (error) return failed(error);
        work(sftp, (problem) => {
          sftp.end();
          if (problem) failed(problem);
          else resolve();
        });
      });
    });
  }

  #begin(start: (done: (error: Error | undefined, channel: ClientChannel) => void) => void): Promise<Running> {
    if (this.#closed) throw explain(this.endpoint, this.#closed);
    return new Promise((resolve, reject) => {
      start((error, channel) => {
        if (error) return reject(explain(this.endpoint, error));
        const running: Running = { channel, status: undefined };
        // a short command's status can lie in the same packet as the answer to the request: listen at once
        channel.on("exit", (code: number | null, signal?: string) => {
          running.status = code ?? 128 + (signalNumbers[signal ?? ""] ?? 0);
        });
        resolve(running);
      });
    });
  }

  close(): void {
    this.#client.end();
  }
}

/** The status of the command behind a channel: 128+n for a signal, 255 when the connection broke, as OpenSSH gives. */
function finished(client: Client, running: Running, endpoint: Endpoint, timeout?: number): Promise<number> {
  const { channel } = running;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const lost = (): void => {
      clearTimeout(timer);
      if (running.status === undefined)
        reject(
          providerError("ssh-lost", `${endpoint.machine}: the connection broke while a command was running`, {
            hint: "Look at `kubemend status`, and run the command again.",
          }),
        );
    };
    client.once("close", lost);
    channel.on("close", () => {
      client.off("close", lost);
      clearTimeout(timer);
      resolve(running.status ?? 255);
    });
    if (timeout !== undefined) {
      timer = setTimeout(() => {
        client.off("close", lost);
        channel.close();
        reject(
          providerError("ssh-timeout", `${endpoint.machine}: no end after ${Math.round(timeout / 1000)} s`, {
            hint: "The command still runs on the machine; look there.",
          }),
        );
      }, timeout);
    }
  });
}

const signalNumbers: Record<string, number> = {
  SIGHUP: 1,
  HUP: 1,
  SIGINT: 2,
  INT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  KILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  PIPE: 13,
  SIGTERM: 15,
  TERM: 15,
};
