/** A terminal with a person at it: keys go in, what the screen shows comes out. */
import { Terminal } from "@xterm/headless";
import { openPty, type Pty } from "../../../src/sim/kernel/tty.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";

export class Screen {
  readonly pty: Pty;
  readonly shell: Proc;
  readonly machine: Machine;
  readonly #terminal: Terminal;
  /** Everything that came out. */
  output = "";

  constructor(
    machine: Machine,
    options: { argv?: string[]; exe?: string; cols?: number; rows?: number; env?: Record<string, string>; uid?: number } = {},
  ) {
    this.machine = machine;
    const cols = options.cols ?? 80;
    const rows = options.rows ?? 24;
    this.#terminal = new Terminal({ cols, rows, allowProposedApi: true });
    this.pty = openPty(machine, { cols, rows });
    this.pty.onOutput((bytes) => {
      this.output += Buffer.from(bytes).toString("utf8");
      this.#terminal.write(bytes);
    });
    this.shell = machine.spawn({
      argv: options.argv ?? ["/bin/bash", "--norc", "-i"],
      ...(options.exe === undefined ? {} : { exe: options.exe }),
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: "/root",
        TERM: "xterm",
        PS1: "$ ",
        ...options.env,
      },
      cwd: "/root",
      uid: options.uid ?? 0,
      session: true,
      tty: this.pty.name,
      fds: new Map([0, 1, 2].map((fd) => [fd, this.pty.slave])),
    });
  }

  /** Types, and lets everything run that can. */
  async type(keys: string, ms = 50): Promise<void> {
    this.pty.input(Buffer.from(keys, "utf8"));
    await this.settle(ms);
  }

  async settle(ms = 50): Promise<void> {
    for (let i = 0; i < 20; i++) await this.machine.world.giveWay();
    await this.machine.world.advance(ms);
    for (let i = 0; i < 20; i++) await this.machine.world.giveWay();
  }

  /** What the screen shows, without empty lines at the end. */
  async text(): Promise<string> {
    await new Promise<void>((resolve) => this.#terminal.write("", resolve));
    const lines: string[] = [];
    const { active } = this.#terminal.buffer;
    for (let i = 0; i < active.length; i++) lines.push(active.getLine(i)!.translateToString(true).trimEnd());
    return lines.join("\n").trimEnd();
  }
}
