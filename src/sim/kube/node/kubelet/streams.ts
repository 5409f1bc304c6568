/** The kubelet's end of streaming connections: commands in containers, and logs that are followed. */
import { Errno } from "../../../core/errno.ts";
import type { Data, Obj } from "../../../core/json.ts";
import { parseCriLog } from "../../../cri/log.ts";
import type { ExecStream } from "../../../cri/messages.ts";
import type { Machine } from "../../../kernel/machine.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { StreamMessage } from "../../stream-messages.ts";
import { cri } from "./state.ts";

/** By connection; in memory only, as the commands' streams are. */
const open = new WeakMap<Machine, Map<number, ExecStream>>();
const streamsOf = (p: Proc): Map<number, ExecStream> => {
  let map = open.get(p.machine);
  if (!map) open.set(p.machine, (map = new Map()));
  return map;
};

function send(p: Proc, conn: number, message: StreamMessage): boolean {
  if (!p.net.isOpen(conn)) return false;
  try {
    p.net.send(conn, message as unknown as Data);
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}

/** Connects a command's streams with a connection. */
export function carry(p: Proc, conn: number, stream: ExecStream): void {
  streamsOf(p).set(conn, stream);
  stream.onOutput = (fd, bytes) => {
    if (!send(p, conn, { type: fd === 1 ? "stdout" : "stderr", bytes })) stream.close();
  };
  void stream.exited.then((status) => {
    if (!streamsOf(p).delete(conn) || p.status) return;
    send(p, conn, { type: "exit", status });
    p.net.shut(conn);
  });
}

/** A message of a client; false when the connection carries no command. */
export function streamMessage(p: Proc, conn: number, message: Data): boolean {
  const stream = streamsOf(p).get(conn);
  if (!stream) return false;
  const m = message as unknown as StreamMessage;
  if (m.type === "stdin") stream.input(m.bytes);
  else if (m.type === "stdin-end") stream.input(undefined);
  else if (m.type === "resize") stream.resize(m.cols, m.rows);
  return true;
}

export function streamClosed(p: Proc, conn: number): void {
  streamsOf(p).get(conn)?.close();
  streamsOf(p).delete(conn);
}

/** How often a followed log is looked at, ms. */
const pollLog = 200;

export function followLog(p: Proc, conn: number, file: string, at: number, container: string, stamps: boolean): void {
  p.after(pollLog, "log-follow", { conn, file, at, container, stamps });
}

export function logFollowed(p: Proc, d: Obj): void {
  const conn = d.conn as number;
  if (!p.net.isOpen(conn)) return;
  const text = p.fs.tryReadText(d.file as string) ?? "";
  const from = text.length < (d.at as number) ? 0 : (d.at as number);
  const end = text.lastIndexOf("\n") + 1;
  if (end > from) {
    const lines = parseCriLog(text.slice(from, end)).map((l) => `${d.stamps === true ? `${l.time} ` : ""}${l.text}\n`);
    if (!send(p, conn, { type: "log", text: lines.join("") })) return;
  }
  const status = cri(p, "ContainerStatus", { containerId: d.container as string });
  if (status.ok && status.response.status.state !== "CONTAINER_RUNNING") return p.net.shut(conn);
  followLog(p, conn, d.file as string, Math.max(from, end), d.container as string, d.stamps === true);
}
