/** Requests whose answer goes on: watches and logs that are followed. */
import type { ServerResponse } from "node:http";
import type { Proc } from "../kernel/proc.ts";
import type { HttpRequest } from "../net/http.ts";
import type { World } from "../world.ts";

/** Takes the request over if its answer is a stream. */
export function streamRequest(_link: { world: World; conn: number; server: Proc }, _request: HttpRequest, _response: ServerResponse): boolean {
  return false;
}
