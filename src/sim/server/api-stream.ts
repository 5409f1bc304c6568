/** Requests from the host whose answer goes on: watches. */
import type { ServerResponse } from "node:http";
import type { Proc } from "../kernel/proc.ts";
import { handle } from "../kube/apiserver/rest.ts";
import { apiOf } from "../kube/apiserver/server.ts";
import type { HttpRequest } from "../net/http.ts";
import type { World } from "../world.ts";

/** Virtual milliseconds after which a path that carries nothing makes the stream end, as an HTTP/2 ping would. */
const pathCheck = 15_000;

/** Takes the request over if it is a watch; its events go out while the path between host and server holds. */
export function streamRequest(link: { world: World; conn: number; server: Proc }, request: HttpRequest, response: ServerResponse): boolean {
  if (!/[?&]watch=(true|1)(&|$)/.test(request.path) || link.server.status) return false;
  const { world, conn, server } = link;
  // the request itself must get there
  if (!world.network.exchangeFromHost(conn, { type: "ping" }).ok) return false;
  const closed: (() => void)[] = [];
  let opened = false;
  response.on("close", () => {
    for (const call of closed.splice(0)) call();
  });
  const answer = handle(apiOf(server), request, {
    open: (status, headers) => {
      opened = true;
      response.writeHead(status, headers);
      response.flushHeaders();
      return {
        write: (line) => void (world.network.isOpenFromHost(conn) && response.write(line)),
        end: () => response.end(),
        onClosed: (call) => closed.push(call),
      };
    },
  });
  if (!opened) {
    response.writeHead(answer.status, answer.headers);
    response.end(answer.object === undefined ? answer.body : JSON.stringify(answer.object));
    return true;
  }
  const look = (): void => {
    if (response.destroyed) return;
    const wait = world.wait(pathCheck);
    closed.push(() => wait.cancel());
    void wait.done.then(() => {
      if (server.status || !world.network.exchangeFromHost(conn, { type: "ping" }).ok) response.destroy();
      else look();
    });
  };
  look();
  return true;
}
