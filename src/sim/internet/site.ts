/** A host of the simulated Internet: what answers when a packet leaves through the NAT. */
import type { HttpRequest, HttpResponse } from "../net/http.ts";
import type { World } from "../world.ts";

export interface Site {
  host: string;
  ip: string;
  /** Answers over HTTPS (with a certificate of the public authority) and HTTP alike. */
  serve(request: HttpRequest, world: World): HttpResponse;
}
