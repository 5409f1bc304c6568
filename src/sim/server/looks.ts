/**
 * Looks at machines from inside the process: as the engine does over SSH, through the network, the sshd and the account of each, but
 * without the cryptography of a connection a look. In the background too: then whoever comes to a machine waits for the end.
 */
import { watch, type CommandOutput, type Eyes, type Look, type Seen } from "../../watch.ts";
import { Errno } from "../core/errno.ts";
import { OpenFile, MemoryFile, type Bytes } from "../kernel/file.ts";
import { shellStatus } from "../kernel/proc.ts";
import type { World } from "../world.ts";
import type { Driver, HostClock } from "./driver.ts";
import type { SshHost, SshProcess } from "./ssh.ts";
import type { SshMessage, SshReply } from "./sshd.ts";

/**
 * Virtual milliseconds: looks cost a person more than the time between them. Most of what comes of a change has come 20 s later, what
 * comes of repeated attempts a minute later.
 */
const pauses = { before: 20_000, first: 40_000, growth: 1.5, longest: 100_000 };
/** Milliseconds of the host's time after which a command is given up. */
const patience = 120_000;
/** Bytes of one stream that are kept. */
const kept = 1 << 20;

/** Standard output or error of a look. */
class Captured extends OpenFile {
  readonly kind = "pipe";
  readonly path = "pipe:[look]";
  readonly #chunks: Bytes[] = [];
  #size = 0;
  override read(): Bytes {
    return new Uint8Array();
  }
  override write(data: Bytes): void {
    const part = data.slice(0, kept - this.#size);
    if (part.length > 0) this.#chunks.push(part);
    this.#size += part.length;
  }
  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/** Whom the engine is on every machine. */
export interface Visitor {
  user: string;
  /** Public key blob, base64. */
  key: string;
}

export class Looks {
  readonly #host: Pick<SshHost, "world" | "sessions">;
  readonly #driver: Driver;
  readonly #clock: HostClock;
  readonly #visitor: Visitor;
  /** Ends the looks that are under way. */
  readonly #running = new Set<(why: string) => void>();
  #background: Promise<Seen[][]> | undefined;
  #outcome: Seen[][] | undefined;

  constructor(host: Pick<SshHost, "world" | "sessions">, driver: Driver, clock: HostClock, visitor: Visitor) {
    this.#host = host;
    this.#driver = driver;
    this.#clock = clock;
    this.#visitor = visitor;
  }

  /** `gone`: whether nobody waits for it any more; then it ends before its next round. */
  look(groups: readonly Look[][], since?: number, gone: () => boolean = () => false): Promise<Seen[][]> {
    const eyes: Eyes = {
      now: () => this.#host.world().timeline.now,
      sleep: (ms) => {
        if (gone()) throw new Error("nobody waits for the result");
        return this.#driver.advance(ms);
      },
      run: async (open) => {
        const release = this.#driver.hurry();
        try {
          return await Promise.all(open.map((look) => this.#run(look)));
        } finally {
          release();
        }
      },
      pauses,
    };
    return watch(groups, eyes, since);
  }

  /** One group after the other, then `done`, before anybody else goes on. */
  begin(groups: readonly Look[][], done: () => void): void {
    this.#outcome = undefined;
    const work = async (): Promise<Seen[][]> => {
      const seen: Seen[][] = [];
      for (const group of groups) seen.push(...(await this.look([group])));
      done();
      return seen;
    };
    const background = work();
    this.#background = background;
    void background
      .then((seen) => (this.#outcome = seen))
      .finally(() => {
        if (this.#background === background) this.#background = undefined;
      })
      // who asks for the outcome learns of it
      .catch(() => undefined);
  }

  /** Resolves when nothing is looked at in the background any more; undefined when nothing is. */
  get over(): Promise<unknown> | undefined {
    return this.#background?.catch(() => undefined);
  }

  /** Throws what went wrong with the last begin. */
  async outcome(): Promise<Seen[][] | undefined> {
    return this.#background ?? this.#outcome;
  }

  /** Another world takes the place of this one. */
  drop(): void {
    for (const end of this.#running) end("the machines were put back meanwhile");
    this.#outcome = undefined;
  }

  async #run({ machine, command, stdin }: Look): Promise<CommandOutput | string> {
    const world = this.#host.world();
    const met = world.network.fromHost(machine, 22);
    if (!met.ok) return `ssh: connect to host ${machine} port 22: ${new Errno(met.code).text}`;
    let cancel: (() => void) | undefined;
    let end: ((why: string) => void) | undefined;
    try {
      const dropped = new Promise<string>((resolve) => {
        end = resolve;
        this.#running.add(resolve);
        cancel = this.#clock.after(patience, () => resolve(`${machine}: no end after ${patience / 1000} s`));
      });
      return await this.#session(world, machine, met.conn, { command, stdin, dropped });
    } finally {
      cancel?.();
      if (end) this.#running.delete(end);
      world.network.shutFromHost(met.conn);
    }
  }

  /** `dropped`: why it is not waited for any more. */
  async #session(
    world: World,
    machine: string,
    conn: number,
    { command, stdin, dropped }: { command: string; stdin: string; dropped: Promise<string> },
  ): Promise<CommandOutput | string> {
    const ask = (message: SshMessage): SshReply | undefined => {
      const got = world.network.exchangeFromHost<SshReply>(conn, message);
      return got.ok ? got.reply : undefined;
    };
    const { user, key } = this.#visitor;
    if (!ask({ type: "ssh-auth", user, key })?.ok) return `${user}@${machine}: Permission denied (publickey).`;
    const [out, err] = [new Captured(), new Captured()];
    const fds = new Map<number, OpenFile>([
      [0, new MemoryFile(stdin)],
      [1, out],
      [2, err],
    ]);
    const reply = ask({ type: "ssh-session", user, command, env: {}, fds, peer: { ip: "10.0.2.2", port: 50_000 + (conn % 10_000) } });
    if (!reply?.ok || !("proc" in reply)) return reply && !reply.ok ? reply.reason : "connection lost";
    const { proc } = reply;
    const process: SshProcess = { proc, starved: false };
    this.#host.sessions.add(process);
    const status = await Promise.race([proc.ended, dropped]);
    this.#host.sessions.delete(process);
    if (typeof status !== "string") return { status: shellStatus(status), stdout: out.text(), stderr: err.text() };
    proc.raise("SIGHUP");
    return status;
  }
}
