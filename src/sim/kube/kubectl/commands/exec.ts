/** kubectl exec and attach: a stream to the container through API server and kubelet (stream-messages.ts). */
import { httpConnect, httpExchange } from "../../../net/http.ts";
import type { Data, Obj } from "../../../core/json.ts";
import { copyTermios } from "../../../kernel/termios.ts";
import { Tty } from "../../../kernel/tty.ts";
import { toResult } from "../../client.ts";
import type { StreamMessage } from "../../stream-messages.ts";
import { Failure, ServerRefusal, TransportFailure, transportText } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { Session } from "../session.ts";
import type { Command } from "./command.ts";
import { checkContainer, defaultContainer, podsOf } from "./logs.ts";

const rawOff = new Set([
  "ignbrk",
  "brkint",
  "parmrk",
  "istrip",
  "inlcr",
  "igncr",
  "icrnl",
  "ixon",
  "opost",
  "echo",
  "echonl",
  "icanon",
  "isig",
  "iexten",
]);

const stream =
  (what: "exec" | "attach"): Command =>
  async (p, argv) => {
    // the first operand ends the flags of `exec POD command` too
    const flags = parseFlags(
      p,
      what,
      argv,
      { stdin: "bool", tty: "bool", container: "string", quiet: "bool", filename: "list", "pod-running-timeout": "duration" },
      { i: "stdin", t: "tty", c: "container", q: "quiet" },
    );
    const s = new Session(p, flags);
    const [target] = flags.args;
    if (!target || flags.dash === 0) throw new Failure("error: pod, type/name or --filename must be specified");
    const command = flags.args.slice(1);
    if (what === "exec" && command.length === 0) throw new Failure("error: you must specify at least one command for the container");
    if (what === "exec" && flags.dash < 0)
      if (s.minor >= 31)
        throw new Failure(
          "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
        );
      else
        await p.err(
          "kubectl exec [POD] [COMMAND] is DEPRECATED and will be removed in a future version. Use kubectl exec [POD] -- [COMMAND] instead.\n",
        );
    const [pod] = await podsOf(s, target, undefined, what);
    if (!pod) return 1;
    if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed")
      throw new Failure(`error: cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`);
    const wanted = flags.text("container");
    // 1.20 leaves it to the server to find out
    const container = wanted === undefined ? await defaultContainer(s, pod, what) : s.minor < 21 ? wanted : checkContainer(s, pod, wanted);
    const stdin = flags.bool("stdin");
    let tty = flags.bool("tty");
    if (tty && !p.fds.get(0)?.isTerminal) {
      await p.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
      tty = false;
    }
    const file = p.fds.get(0);
    const status = await streamTo(s, what, pod, {
      container,
      command: what === "exec" ? command : [],
      ...(stdin ? { input: p.file(0) } : {}),
      tty: tty && file instanceof Tty ? file : tty,
      out: (bytes) => p.write(1, bytes),
      err: (bytes) => p.write(2, bytes),
    });
    if (status !== 0) throw new Failure(`command terminated with exit code ${status}`, status);
    return 0;
  };

export interface Streams {
  container: string;
  command: string[];
  input?: { read(max: number, p: never): Promise<Uint8Array> | Uint8Array };
  /** A terminal of the container's own; where kubectl has one, keys and size are that one's. */
  tty?: Tty | boolean;
  out: (bytes: Uint8Array) => Promise<void>;
  err: (bytes: Uint8Array) => Promise<void>;
}

/** Runs a command in a container, or joins what runs there, and gives its status. */
export async function streamTo(s: Session, what: "exec" | "attach", pod: Obj, io: Streams): Promise<number> {
  const { p } = s;
  const query = new URLSearchParams({
    container: io.container,
    ...(io.input ? { stdin: "true" } : {}),
    stdout: "true",
    ...(io.tty ? { tty: "true" } : { stderr: "true" }),
  });
  for (const word of io.command) query.append("command", word);
  const path = `${s.path(await s.kind("pods"), String(pod.metadata.namespace), String(pod.metadata.name), what)}?${query.toString()}`;
  const call = s.client.callFor("POST", path, { "x-stream": "1" });
  const opened = httpConnect(p, call);
  if (!opened.ok)
    throw new TransportFailure(transportText(s.config.server, { ok: false, result: opened, message: opened.detail, after: opened.after }));
  const { conn } = opened.connection;
  const met = httpExchange(p, opened.connection, opened.target, call);
  if (!met.ok)
    throw new TransportFailure(transportText(s.config.server, { ok: false, result: met, message: met.detail, after: met.after }));
  if (met.response.status >= 300) {
    const refused = toResult({
      ok: true,
      response: {
        code: met.response.status,
        headers: met.response.headers,
        body: String(met.response.body),
        object: met.response.object,
      },
    });
    await p.sleep(Number(met.response.headers["x-after"] ?? 0));
    if (!refused.ok && refused.kind === "status")
      throw new ServerRefusal(refused.code, refused.status, streamFailure(refused.code, refused.message));
  }
  const send = (message: StreamMessage): void => p.net.send(conn, message as unknown as Data);
  const terminal = io.tty instanceof Tty ? io.tty : undefined;
  const before = terminal && copyTermios(terminal.termios);
  if (terminal && before) {
    // the container's own terminal edits and echoes (golang.org/x/term.MakeRaw)
    const modes = Object.fromEntries(Object.entries(before.modes).map(([name, on]) => [name, rawOff.has(name) ? false : on]));
    terminal.set({ ...copyTermios(before), modes, min: 1, time: 0 });
    send({ type: "resize", cols: terminal.cols, rows: terminal.rows });
  }
  if (io.input) void pump(io.input, send, p);
  try {
    for (;;) {
      const message = (await p.net.receive(conn)) as StreamMessage | undefined;
      if (message === undefined) return 0;
      if (message.type === "stdout") await io.out(message.bytes);
      else if (message.type === "stderr") await io.err(message.bytes);
      else if (message.type === "exit") return message.status;
    }
  } finally {
    if (terminal && before) terminal.set(before);
    p.net.shut(conn);
  }
}

async function pump(
  file: { read(max: number, p: never): Promise<Uint8Array> | Uint8Array },
  send: (m: StreamMessage) => void,
  p: unknown,
): Promise<void> {
  try {
    for (;;) {
      const bytes = await file.read(65536, p as never);
      if (bytes.length === 0) break;
      send({ type: "stdin", bytes: new Uint8Array(bytes) });
    }
    send({ type: "stdin-end" });
  } catch {
    // the command has ended meanwhile
  }
}

/** What client-go makes of a stream that did not come about; undefined: the server's Status as of any request. */
function streamFailure(code: number, message: string): string | undefined {
  if (code !== 500 && code !== 404) return undefined;
  if (message.startsWith("error dialing backend")) return `Error from server: ${message}`;
  // on the stream itself, which had been opened
  if (message.startsWith("error executing command in container")) return `error: Internal error occurred: ${message}`;
  return code === 500 ? `error: unable to upgrade connection: ${message}` : undefined;
}

export const exec = stream("exec");
export const attach = stream("attach");
