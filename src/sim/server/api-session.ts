/**
 * Requests from the host that stay open in both directions or for long: exec and attach over WebSocket (subprotocol v5 and v4 of
 * channel.k8s.io, k8s.io/apimachinery/pkg/util/remotecommand), and logs that are followed. Each takes a connection of its own over the
 * simulated network, and the API server passes its messages on to the kubelet.
 */
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Data } from "../core/json.ts";
import type { StreamMessage } from "../kube/stream-messages.ts";
import type { HttpMessage, HttpReply, HttpRequest, HttpResponse } from "../net/http.ts";
import type { World } from "../world.ts";
import { WebSocket } from "./websocket.ts";

export interface Dial {
  world: World;
  /** A new connection to the API server; undefined when it cannot be reached. */
  open(): number | undefined;
  touched(): void;
}

/** First byte of a message of channel.k8s.io. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export const followsLog = (request: HttpRequest): boolean =>
  request.method === "GET" && /\/pods\/[^/]+\/log\?(.*&)?follow=(true|1)(&|$)/.test(request.path);

function ask(dial: Dial, conn: number, request: HttpRequest): HttpResponse | undefined {
  const got = dial.world.network.exchangeFromHost<HttpReply>(conn, { type: "http", request } satisfies HttpMessage);
  return got.ok && got.reply && "type" in got.reply && got.reply.type === "http" ? got.reply.response : undefined;
}

const bodyText = (response: HttpResponse): string | Uint8Array =>
  response.object === undefined ? response.body : JSON.stringify(response.object);

export async function followLog(dial: Dial, request: HttpRequest, response: ServerResponse): Promise<void> {
  const { network } = dial.world;
  const conn = dial.open();
  if (conn === undefined) return void response.destroy();
  const answer = ask(dial, conn, { ...request, headers: { ...request.headers, "x-stream": "1" } });
  if (!answer) return void response.destroy();
  response.on("close", () => network.shutFromHost(conn));
  response.writeHead(answer.status, answer.headers);
  const text = bodyText(answer);
  if (answer.status !== 200) return void response.end(text);
  response.flushHeaders();
  if (text.length > 0) response.write(text);
  for (;;) {
    const message = (await network.receiveFromHost(conn)) as StreamMessage | undefined;
    if (message === undefined || response.destroyed) break;
    if (message.type === "log") response.write(message.text);
  }
  response.end();
}

/** Takes over a socket whose request asked for an upgrade. */
export function upgrade(dial: Dial, request: HttpRequest, socket: Duplex, head: Buffer): void {
  const { network } = dial.world;
  const refuse = (answer: HttpResponse): void => {
    const body = Buffer.from(bodyText(answer));
    const headers = Object.entries({ ...answer.headers, "content-length": String(body.length), connection: "close" });
    socket.end(
      Buffer.concat([Buffer.from(`HTTP/1.1 ${answer.status} \r\n${headers.map(([k, v]) => `${k}: ${v}\r\n`).join("")}\r\n`), body]),
    );
  };
  const conn = dial.open();
  if (conn === undefined) return void socket.destroy();
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((s) => s.trim());
  const protocol = offered.find((s) => s === "v5.channel.k8s.io" || s === "v4.channel.k8s.io");
  const key = request.headers["sec-websocket-key"];
  const spoken = /websocket/i.test(request.headers.upgrade ?? "") && protocol !== undefined && key !== undefined;
  const { upgrade: _, connection: __, ...plain } = request.headers;
  // whoever speaks another protocol gets the server's own answer: the refusal of authorization, or what is not simulated
  const answer = ask(dial, conn, spoken ? { ...request, headers: { ...plain, "x-stream": "1" } } : request);
  if (!answer) return void socket.destroy();
  if (!spoken || (answer.status >= 300 && answer.status < 500)) {
    network.shutFromHost(conn);
    return refuse(answer);
  }
  const client = new WebSocket(socket, key, protocol, head);
  const put = (to: number, bytes: Uint8Array): void => client.send(Buffer.concat([Buffer.from([to]), bytes]));
  // what fails on the node fails after the upgrade: the server has upgraded before it calls the kubelet
  if (answer.status >= 500) {
    put(channel.error, Buffer.from(bodyText(answer)));
    network.shutFromHost(conn);
    return client.close();
  }
  const send = (message: StreamMessage): void => {
    dial.touched();
    dial.world.noteInput();
    network.sendFromHost(conn, message as unknown as Data);
  };
  client.onMessage = (bytes) => {
    const payload = bytes.subarray(1);
    if (bytes[0] === channel.stdin) send({ type: "stdin", bytes: new Uint8Array(payload) });
    else if (bytes[0] === channel.close && payload[0] === channel.stdin) send({ type: "stdin-end" });
    else if (bytes[0] === channel.resize) {
      const size = JSON.parse(payload.toString("utf8")) as { Width: number; Height: number };
      // a terminal that does not know its size says 0
      if (size.Width > 0 && size.Height > 0) send({ type: "resize", cols: size.Width, rows: size.Height });
    }
  };
  client.onClosed = () => network.shutFromHost(conn);
  // the server names its channels by an empty message on each
  for (const [name, to] of [
    ["stdout", channel.stdout],
    ["stderr", channel.stderr],
  ] as const)
    if (new RegExp(`[?&]${name}=(true|1)(&|$)`).test(request.path)) put(to, new Uint8Array());
  client.start();
  void (async () => {
    for (;;) {
      const message = (await network.receiveFromHost(conn)) as StreamMessage | undefined;
      if (message === undefined) break;
      dial.touched();
      if (message.type === "stdout") put(channel.stdout, message.bytes);
      else if (message.type === "stderr") put(channel.stderr, message.bytes);
      else if (message.type === "exit") put(channel.error, Buffer.from(JSON.stringify(exitStatus(message.status))));
    }
    client.close();
  })();
}

const exitStatus = (code: number): object =>
  code === 0
    ? { metadata: {}, status: "Success" }
    : {
        metadata: {},
        status: "Failure",
        message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
        reason: "NonZeroExitCode",
        details: { causes: [{ reason: "ExitCode", message: String(code) }] },
      };
