/** Callers of the runtime's socket: the kubelet, kubeadm, crictl. */
import { copy } from "../core/copy.ts";
import { Errno, strerror } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import type { CriReply } from "./messages.ts";

/** `unix:///run/containerd/containerd.sock` or a bare path. */
export const socketPath = (endpoint: string): string => endpoint.replace(/^unix:(\/\/)?/, "");

type Connection = { ok: true; conn: number } | Extract<CriReply, { ok: false }>;

function connect(p: Proc, endpoint: string): Connection {
  const path = socketPath(endpoint);
  let why: string;
  try {
    const met = p.net.connectUnix(path);
    if (met.ok) return { ok: true, conn: met.conn };
    why = strerror(met.code);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    why = error.text;
  }
  const text = why[0]!.toLowerCase() + why.slice(1);
  return {
    ok: false,
    code: "Unavailable",
    // gRPC writes the colon since 1.53, which kubelets have since 1.28
    message: `connection error: desc = "transport: Error while dialing${p.name === "kubelet" && Number(/^v?1\.(\d+)/.exec(p.state.version)?.[1]) < 28 ? "" : ":"} dial unix ${path}: connect: ${text}"`,
  };
}

const lost: CriReply = { ok: false, code: "Unavailable", message: "error reading from server: EOF" };

/** The connection over which a process calls, kept as gRPC's channel keeps it. */
interface Channel {
  endpoint: string;
  conn: number;
}

/** A call that is answered at once. */
export function criCall(p: Proc, endpoint: string, method: string, request: Obj = {}): CriReply {
  const kept = p.data.$cri as Channel | undefined;
  let conn = kept?.endpoint === endpoint && p.net.isOpen(kept.conn) ? kept.conn : undefined;
  if (conn === undefined) {
    const opened = connect(p, endpoint);
    if (!opened.ok) return opened;
    conn = opened.conn;
    p.ownConnection(conn, "");
    p.data.$cri = { endpoint, conn } satisfies Channel;
  }
  const met = p.net.exchange<CriReply | undefined>(conn, { type: "cri", method, request });
  if (met.ok && met.reply !== undefined) return met.reply;
  p.net.shut(conn);
  delete p.data.$cri;
  return lost;
}

/** A call whose answer comes as `on("data", {conn, message: CriReply with id})`; returns the connection. */
export function criSend(p: Proc, endpoint: string, id: number, method: string, request: Obj): Connection {
  const opened = connect(p, endpoint);
  if (opened.ok) p.net.send(opened.conn, { type: "cri", id, method, request: copy(request) });
  return opened;
}

/** A call of a command program, which waits for the answer. */
export async function criAsk(p: Proc, endpoint: string, method: string, request: Obj = {}): Promise<CriReply> {
  const opened = connect(p, endpoint);
  if (!opened.ok) return opened;
  p.net.send(opened.conn, { type: "cri", id: 1, method, request: copy(request) });
  const reply = (await p.net.receive(opened.conn)) as unknown as CriReply | undefined;
  p.net.shut(opened.conn);
  return reply ?? lost;
}
