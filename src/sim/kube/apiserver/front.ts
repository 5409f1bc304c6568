/**
 * The API server for clients outside of the simulation: what a real HTTPS server (src/sim/server) calls for each request. It
 * passes by the simulated network, nothing else: certificates, tokens, RBAC and etcd are judged as for everybody.
 */
import type { Proc } from "../../kernel/proc.ts";
import type { HttpRequest, HttpResponse } from "../../net/http.ts";
import type { World } from "../../world.ts";
import { handle, json, panic } from "./rest.ts";
import { apiOf } from "./server.ts";
import type { Streamer } from "./watch.ts";

/** Certificate and key (PEM) that the server shows, for the real TLS listener. The key is read where the process reads it. */
export function servingCertificate(p: Proc): { certificate: string; key: string; clientCa: string } | undefined {
  const flag = (name: string): string | undefined => p.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
  const keyFile = flag("tls-private-key-file");
  const key = keyFile === undefined ? undefined : p.fs.tryReadText(keyFile);
  const { certificate, clientCa } = apiOf(p).options;
  return key === undefined ? undefined : { certificate, key, clientCa };
}

/** How a real connection takes a watch: `open` writes the head, `write` a line of JSON, `end` closes. */
export type OutsideStream = Extract<Streamer, { open: unknown }>;

/**
 * Answers one request. When the request is a watch that is granted, `stream.open` was called and the response is empty: the
 * caller writes nothing of its own (`streamed` is true).
 */
export function handleRest(
  world: World,
  p: Proc,
  request: HttpRequest,
  stream?: OutsideStream,
): { response: HttpResponse; streamed: boolean } {
  if (p.status) return { response: { status: 503, headers: {}, body: "" }, streamed: false };
  const api = apiOf(p);
  let streamed = false;
  const watched: OutsideStream | undefined = stream && {
    open: (status, headers) => {
      streamed = true;
      return stream.open(status, headers);
    },
  };
  try {
    return { response: handle(api, request, watched), streamed };
  } catch (error) {
    world.bug(p.machine.name, "kube-apiserver", error);
    return { response: json(request, 500, panic(api, error).status), streamed };
  }
}
