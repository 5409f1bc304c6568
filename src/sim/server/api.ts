/**
 * implements the host's door to a machine's API server: a loopback port whose connections go over the simulated private network to
 * port 6443 (of a control plane, or of the load balancer before several). TLS ends here with the very certificate and key of the server process that answers there.
 */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, TLSSocket } from "node:tls";
import type { Proc } from "../kernel/proc.ts";
import type { HttpMessage, HttpReply, HttpRequest } from "../net/http.ts";
import { isHelloReply } from "../net/tls.ts";
import type { World } from "../world.ts";
import { followLog, followsLog, upgrade, type Dial } from "./api-session.ts";
import { letIn, type Doorkeeper } from "./door.ts";
import { streamRequest } from "./api-stream.ts";

export interface ApiHost extends Doorkeeper {
  world(): World;
  /** Something was asked that may change the world: save it, and wake the clock. */
  touched(): void;
}

const port = 6443;

interface Link {
  world: World;
  conn: number;
  server: Proc;
}

/** Links of TLS sockets, for the requests that arrive over them. */
const links = new WeakMap<Socket, Link>();

/** Listens on loopback; `listenOn` 0 takes a free port. `address`: the machine's private address. Throws EADDRINUSE. */
export async function listenApi(
  host: ApiHost,
  machine: string,
  address: string,
  listenOn: number,
): Promise<{ server: Server; port: number; drop: () => void }> {
  const open = new Set<Socket>();
  const dial = (): Dial => ({
    world: host.world(),
    open: () => {
      const met = host.world().network.fromHost(machine, port, address);
      return met.ok ? met.conn : undefined;
    },
    touched: () => host.touched(),
  });
  const http = createHttp((request, response) => void answer(host, dial(), request, response));
  http.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    host.touched();
    // a command in a pod, whether or not anything is typed into it
    host.world().noteInput();
    upgrade(dial(), requestOf(incoming, Buffer.alloc(0)), socket, head);
  });
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    letIn(host, socket, join);
  });
  function join(socket: Socket): void {
    const world = host.world();
    const met = world.network.fromHost(machine, port, address);
    if (!met.ok) {
      // a dropped SYN leaves the client waiting, a refused one does not
      if (met.code === "ETIMEDOUT") socket.setTimeout(120_000, () => socket.destroy());
      else socket.destroy();
      return;
    }
    socket.on("close", () => world.network.shutFromHost(met.conn));
    const hello = world.network.exchangeFromHost<HttpReply>(met.conn, { type: "tls-hello", serverName: "" } satisfies HttpMessage);
    // a load balancer has chosen by now whom it passes this to
    const far = world.network.farEnd(met.conn);
    const process = far && world.machines.get(far.machine)?.procs.get(far.pid);
    if (!process || !hello.ok || !isHelloReply(hello.reply) || !("certificate" in hello.reply)) return void socket.destroy();
    const key = keyOf(process);
    if (key === undefined) return void socket.destroy();
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: createSecureContext({ cert: hello.reply.certificate, key }),
      requestCert: true,
      // the API server judges client certificates itself
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    secure.on("error", () => secure.destroy());
    links.set(secure, { world, conn: met.conn, server: process });
    http.emit("connection", secure);
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(listenOn, "127.0.0.1", () => resolve());
  });
  const at = server.address();
  return {
    server,
    port: typeof at === "object" && at !== null ? at.port : listenOn,
    drop: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

/** The private key that the server process was told to use. */
function keyOf(process: Proc): string | undefined {
  const flag = process.argv.find((word) => word.startsWith("--tls-private-key-file="));
  return flag === undefined ? undefined : process.fs.tryReadText(flag.slice(flag.indexOf("=") + 1));
}

async function answer(host: ApiHost, dial: Dial, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const link = links.get(incoming.socket);
  if (!link) return void response.destroy();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request = requestOf(incoming, Buffer.concat(chunks));
  host.touched();
  if (request.method !== "GET") link.world.noteInput();
  if (followsLog(request)) return followLog(dial, request, response);
  if (streamRequest(link, request, response)) return;
  const got = link.world.network.exchangeFromHost<HttpReply>(link.conn, { type: "http", request } satisfies HttpMessage);
  if (!got.ok || !got.reply || !("type" in got.reply) || got.reply.type !== "http") return void incoming.socket.destroy();
  const { status, headers: out, body, object } = got.reply.response;
  response.writeHead(status, out);
  response.end(object === undefined || (typeof body === "string" ? body !== "" : body.length > 0) ? body : JSON.stringify(object));
}

function requestOf(incoming: IncomingMessage, body: Buffer): HttpRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  // what only clients inside of the simulation may ask for
  delete headers["x-stream"];
  delete headers["x-object"];
  const peer = (incoming.socket as TLSSocket).getPeerCertificate(false);
  return {
    method: incoming.method ?? "GET",
    path: incoming.url ?? "/",
    host: headers.host ?? "",
    headers,
    body,
    tls: { serverName: "", ...("raw" in peer && peer.raw ? { clientCertificate: pem(peer.raw) } : {}) },
    peer: { ip: "0.0.0.0", port: 0 },
  };
}

function pem(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der
    .toString("base64")
    .match(/.{1,64}/g)!
    .join("\n")}\n-----END CERTIFICATE-----\n`;
}
