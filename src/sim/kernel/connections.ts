/**
 * Connections that a library inside a daemon keeps, rather than the daemon itself: their events reach the daemon under the
 * library's name (`api`, `api-lost`), or not at all. Kept alive as Go's HTTP/2 transport does: a ping after 30 s, 15 s for its
 * answer (k8s.io/apimachinery/pkg/util/net: http2 ReadIdleTimeout and PingTimeout).
 */
import type { Data } from "../core/json.ts";
import { isDaemon } from "./program.ts";
import type { Proc } from "./proc.ts";

const pingAfter = 30_000;
const pingTimeout = 15_000;

/** The connection is a library's: `name` "" keeps its events from the daemon. */
export function ownConnection(p: Proc, conn: number, name: string): void {
  if (!isDaemon(p.program)) return;
  (p.state.connections ??= {})[conn] = name;
  if (name !== "") p.after(pingAfter, "connection-ping", { conn });
}

/** What the daemon gets instead of the event: undefined when nothing. */
export function routed(p: Proc, event: string, data: Data): { event: string; data: Data } | undefined {
  if (event !== "data" && event !== "closed" && event !== "connection-ping" && event !== "connection-dead") return { event, data };
  const { conn } = data as { conn: number };
  const name = p.state.connections?.[conn];
  if (name === undefined) return event.startsWith("connection-") ? undefined : { event, data };
  const lost = (message: string): { event: string; data: Data } | undefined => {
    delete p.state.connections![conn];
    return name === "" ? undefined : { event: `${name}-lost`, data: { conn, message } };
  };
  switch (event) {
    case "data":
      return name === "" ? undefined : { event: name, data: (data as { message: Data }).message };
    case "closed": {
      const { why } = data as { why: string };
      p.net.shut(conn);
      return lost(why === "fin" ? "unexpected EOF" : why === "timeout" ? "read: connection timed out" : "read: connection reset by peer");
    }
    case "connection-ping": {
      if (!p.net.isOpen(conn)) return lost("http2: client connection lost");
      const answered = p.net.exchange(conn, { type: "ping" });
      if (answered.ok) p.after(pingAfter, "connection-ping", { conn });
      else p.after(answered.code === "ETIMEDOUT" ? pingTimeout : 0, "connection-dead", { conn });
      return undefined;
    }
    default: {
      // one more look: the path may have healed while the ping was on its way
      if (p.net.isOpen(conn) && p.net.exchange(conn, { type: "ping" }).ok) {
        p.after(pingAfter, "connection-ping", { conn });
        return undefined;
      }
      p.net.shut(conn);
      return lost("http2: client connection lost");
    }
  }
}
