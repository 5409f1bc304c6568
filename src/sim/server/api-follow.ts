/**
 * `kubectl logs -f` from the host: the log is asked for again every second of the cluster's time, and what is new goes out. Each
 * request takes the whole way through the API server to the kubelet, so that what breaks the way ends the stream.
 */
import type { ServerResponse } from "node:http";
import type { HttpMessage, HttpReply, HttpRequest, HttpResponse } from "../net/http.ts";
import type { World } from "../world.ts";

const period = 1000;

export function isFollow(request: HttpRequest): boolean {
  const { pathname, searchParams } = new URL(request.path, "http://host");
  return /\/pods\/[^/]+\/log$/.test(pathname) && searchParams.get("follow") === "true";
}

/** Answers with the log and goes on until the container has ended, the path breaks, or the client leaves. */
export function followLog(link: { world: World; conn: number }, request: HttpRequest, response: ServerResponse): void {
  const { world, conn } = link;
  const ask = (path: string): HttpResponse | undefined => {
    const got = world.network.exchangeFromHost<HttpReply>(conn, { type: "http", request: { ...request, path } } satisfies HttpMessage);
    return got.ok && got.reply && "type" in got.reply && got.reply.type === "http" ? got.reply.response : undefined;
  };
  const url = new URL(request.path, "http://host");
  url.searchParams.delete("follow");
  const once = `${url.pathname}${url.search}`;
  const container = url.searchParams.get("container");
  for (const part of ["tailLines", "sinceSeconds", "sinceTime", "limitBytes"]) url.searchParams.delete(part);
  const whole = `${url.pathname}${url.search}`;
  const pod = url.pathname.replace(/\/log$/, "");

  const first = ask(once);
  const all = first?.status === 200 ? ask(whole) : undefined;
  if (!first) return void response.destroy();
  if (first.status !== 200 || all?.status !== 200) {
    response.writeHead(first.status, first.headers);
    return void response.end(first.object === undefined ? first.body : JSON.stringify(first.object));
  }
  let sent = bytes(all.body).length;
  response.writeHead(200, { "content-type": "text/plain" });
  response.flushHeaders();
  response.write(bytes(first.body));

  const look = (): void => {
    const wait = world.wait(period);
    response.once("close", wait.cancel);
    void wait.done.then(() => {
      response.off("close", wait.cancel);
      // asked before the log, so that nothing that it wrote at last is missed
      const ended = hasEnded(ask(pod), container);
      const log = ask(whole);
      if (log?.status !== 200) return void (log ? response.end() : response.destroy());
      const text = bytes(log.body);
      // shorter than before: the container was started again and has a new log
      if (text.length < sent) sent = 0;
      if (text.length > sent) response.write(text.subarray(sent));
      sent = text.length;
      if (ended) response.end();
      else look();
    });
  };
  look();
}

const bytes = (body: string | Uint8Array): Buffer => Buffer.from(body as string);

interface PodStatus {
  status?: { phase?: string; containerStatuses?: { name: string; state?: { running?: unknown } }[] };
}

/** False when the pod may not be read: the log alone decides then. */
function hasEnded(answer: HttpResponse | undefined, container: string | null): boolean {
  if (answer?.status === 404) return true;
  if (answer?.status !== 200) return false;
  const object = (answer.object ?? JSON.parse(bytes(answer.body).toString())) as PodStatus;
  const statuses = object.status?.containerStatuses ?? [];
  const own = container === null ? statuses[0] : statuses.find((s) => s.name === container);
  return own !== undefined && own.state?.running === undefined;
}
