/** Client of a simulated cluster's control socket. */
import { connect, type Socket } from "node:net";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerFile } from "../../sim/server/main.ts";
import { providerError } from "../../error.ts";

export class Control {
  readonly #socket: Socket;
  readonly #token: string;
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #next = 1;

  private constructor(socket: Socket, token: string) {
    this.#socket = socket;
    this.#token = token;
    socket.setNoDelay(true).setEncoding("utf8");
    let rest = "";
    socket.on("data", (data: string) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        let answer: { id: number; result?: unknown; error?: string };
        try {
          answer = JSON.parse(line) as typeof answer;
        } catch {
          // not our process
          socket.destroy();
          return;
        }
        const waiting = this.#pending.get(answer.id);
        this.#pending.delete(answer.id);
        if (answer.error === undefined) waiting?.resolve(answer.result as never);
        else waiting?.reject(new Error(answer.error));
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const { reject } of this.#pending.values())
        reject(
          providerError("simulator-gone", "the simulator's process ended", {
            hint: "`kubemend up` starts it again from its last snapshot.",
          }),
        );
      this.#pending.clear();
    });
  }

  /** undefined when no process answers there within `patience` milliseconds. */
  static async open(dir: string, patience = 10_000): Promise<{ control: Control; file: ServerFile } | undefined> {
    let file: ServerFile;
    try {
      file = JSON.parse(await readFile(join(dir, "server.json"), "utf8")) as ServerFile;
    } catch {
      return undefined;
    }
    if (!Number.isInteger(file?.port) || file.port <= 0 || file.port > 65_535) return undefined;
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const s = connect(file.port, "127.0.0.1");
      s.once("connect", () => resolve(s)).once("error", () => resolve(undefined));
    });
    if (!socket) return undefined;
    const control = new Control(socket, file.token);
    const timer = setTimeout(() => control.close(), patience);
    try {
      // whoever has the port by now may be somebody else: only ours knows the token
      await control.call("status");
    } catch {
      control.close();
      return undefined;
    } finally {
      clearTimeout(timer);
    }
    return { control, file };
  }

  call<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      if (this.#socket.destroyed)
        return reject(providerError("simulator-gone", "the simulator's process ended", { hint: "`kubemend up` starts it again." }));
      this.#pending.set(id, { resolve: resolve as (value: never) => void, reject });
      this.#socket.write(`${JSON.stringify({ id, token: this.#token, method, params })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
