/** watch (procps-ng 4.0). */
import { decodeText } from "../../core/text-bytes.ts";
import { Errno } from "../../core/errno.ts";
import { makePipe } from "../../kernel/file.ts";
import { shellStatus } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { Tty } from "../../kernel/tty.ts";
import { strftime } from "../strftime.ts";
import { getopt } from "./run.ts";

export const watch: CommandProgram = {
  name: "watch",
  async main(p) {
    const o = getopt(p.args, "bcdeghn:pq:rtvwx", {
      beep: "b",
      color: "c",
      differences: "d",
      errexit: "e",
      chgexit: "g",
      interval: "n",
      precise: "p",
      "no-title": "t",
      exec: "x",
      help: "h",
      version: "v",
      "no-wrap": "w",
      "no-rerun": "r",
      equexit: "q",
    });
    if (typeof o === "string") {
      await p.err(`watch: ${o}\n\nUsage:\n watch [options] command\n`);
      return 1;
    }
    if (o.rest.length === 0) {
      await p.err("\nUsage:\n watch [options] command\n\nFor more details see watch(1).\n");
      return 1;
    }
    for (const letter of ["b", "q", "h", "v"]) if (o.has(letter)) return p.notSimulated(`watch -${letter}`);
    const seconds = Number((o.value("n") ?? "2").replace(",", "."));
    if (Number.isNaN(seconds)) {
      await p.err(`watch: failed to parse argument: '${o.value("n")}'\n`);
      return 1;
    }
    const interval = Math.max(0.1, seconds);
    const stdout = p.file(1);
    const tty = stdout instanceof Tty ? stdout : undefined;
    const cols = tty?.cols ?? 80;
    const rows = tty?.rows ?? 24;
    let previous: string | undefined;
    const leave = async (): Promise<void> => {
      if (tty && !tty.hungUp) await p.out(`\x1b[${rows};1H\x1b[?1049l\x1b[23;0;0t\r\x1b[?1l\x1b>`);
    };
    let stopped = false;
    p.traps.set("SIGINT", () => {
      stopped = true;
      p.interrupt();
    });
    if (tty) await p.out("\x1b[?1049h\x1b[22;0;0t\x1b[H\x1b[2J");
    try {
      for (;;) {
        const [read, write] = makePipe(p.machine.nextPipe());
        read.retain();
        write.retain();
        const argv = o.has("x") ? o.rest : ["/bin/sh", "-c", o.rest.join(" ")];
        const child = p.spawn({
          argv,
          fds: new Map([
            [0, p.file(0)],
            [1, write],
            [2, write],
          ]),
        });
        write.release();
        const parts: Uint8Array[] = [];
        for (;;) {
          const part = await read.read(65536, p);
          if (part.length === 0) break;
          parts.push(part);
        }
        read.release();
        const status = shellStatus(await p.wait(child));
        const text = decodeText(Buffer.concat(parts));
        await p.out(
          page(text, {
            title: !o.has("t"),
            interval,
            command: o.rest.join(" "),
            host: p.hostname,
            now: p.now,
            cols,
            rows,
            colour: o.has("c"),
            clear: tty !== undefined,
          }),
        );
        if (o.has("e") && status !== 0) {
          await leave();
          return status > 125 ? status : 8;
        }
        if (o.has("g") && previous !== undefined && previous !== text) {
          await leave();
          return 0;
        }
        previous = text;
        await p.sleep(interval * 1000);
      }
    } catch (error) {
      if (error instanceof Errno && error.code === "EINTR" && stopped) {
        await leave();
        return 0;
      }
      if (error instanceof Errno && !p.status) await p.err(`watch: ${error.message}\n`);
      throw error;
    }
  },
};

function page(
  text: string,
  o: {
    title: boolean;
    interval: number;
    command: string;
    host: string;
    now: number;
    cols: number;
    rows: number;
    colour: boolean;
    clear: boolean;
  },
): string {
  const lines: string[] = [];
  if (o.title) {
    const left = `Every ${o.interval.toFixed(1)}s: `;
    const right = `${o.host}: ${strftime("%a %b %e %H:%M:%S %Y", o.now)}`;
    const room = o.cols - left.length - right.length - 1;
    const command = o.command.length > room ? `${o.command.slice(0, Math.max(0, room - 3))}...` : o.command;
    lines.push(`${left}${command}`.padEnd(Math.max(0, o.cols - right.length)) + right, "");
  }
  // eslint-disable-next-line no-control-regex -- escape sequences
  const plain = o.colour ? text : text.replaceAll(/\x1b\[[0-9;]*m/g, "");
  for (const line of plain.replace(/\n$/, "").split("\n")) {
    const shown = line.replaceAll("\t", "        ");
    for (let at = 0; at === 0 || at < shown.length; at += o.cols) lines.push(shown.slice(at, at + o.cols));
  }
  const shown = lines.slice(0, o.rows);
  return o.clear ? `\x1b[H${shown.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J` : `${shown.join("\n")}\n`;
}
