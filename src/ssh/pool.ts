/** Connections that are opened once a machine and shared. */
import type { Duplex } from "node:stream";
import { RemoteError } from "../error.ts";
import { SshConnection, type CommandResult, type Endpoint, type ExecOptions } from "./client.ts";

export class SshPool {
  readonly #endpoints: (machine: string) => Endpoint;
  readonly #open = new Map<string, Promise<SshConnection>>();

  constructor(endpoints: (machine: string) => Endpoint) {
    this.#endpoints = endpoints;
  }

  /** The machine's connection, opened again when it broke. */
  async connection(machine: string): Promise<SshConnection> {
    const known = this.#open.get(machine);
    if (known) {
      const connection = await known.catch(() => undefined);
      if (connection?.isOpen) return connection;
    }
    const opening = SshConnection.open(this.#endpoints(machine), { ident: "kubemend-engine" });
    this.#open.set(machine, opening);
    return opening;
  }

  async exec(machine: string, command: string, options?: ExecOptions): Promise<CommandResult> {
    return (await this.connection(machine)).exec(command, options);
  }

  /** A port on the machine's loopback behind which this process answers, as long as the connection lives. */
  async offer(machine: string, accept: (stream: Duplex) => void): Promise<number> {
    return (await this.connection(machine)).offer(accept);
  }

  /** As `exec`; throws RemoteError when the status is not 0. */
  async run(machine: string, command: string, options?: ExecOptions): Promise<CommandResult> {
    const result = await this.exec(machine, command, options);
    if (result.status !== 0) throw new RemoteError(machine, command, result);
    return result;
  }

  /** Runs a bash script as root, with variables (rootScript). */
  script(
    machine: string,
    name: string,
    text: string,
    environment: Record<string, string> = {},
    options: Omit<ExecOptions, "stdin"> = {},
  ): Promise<CommandResult> {
    const { command, stdin } = rootScript(name, text, environment);
    return this.exec(machine, command, { ...options, stdin });
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const connection of open) (await connection.catch(() => undefined))?.close();
  }
}

/**
 * How a bash script is run as root, with variables. Both go in over standard input, so that neither sudo's log nor `ps` shows keys and
 * tokens to others; the text is read in full before it starts, so that commands in it cannot swallow the rest of the script. `name` is
 * what bash calls it in messages; line numbers are the text's own.
 */
export function rootScript(name: string, text: string, environment: Record<string, string> = {}): { command: string; stdin: string } {
  const assignments = Object.entries(environment).map(([key, value]) => `export ${key}=${oneLine(value)}; `);
  return { command: `sudo -n bash -c 'eval "$(cat)"' ${quote(name)}`, stdin: assignments.join("") + text };
}

/** One word for a POSIX shell. */
export const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** One word for bash, whatever is in it, without a line's end. */
const oneLine = (word: string): string => `$'${word.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
