/** What is beyond the NAT: hosts that serve HTTP and HTTPS, and the name server that knows them. */
import { isDnsQuery, type DnsReply } from "../net/dns.ts";
import type { HttpMessage, HttpResponse } from "../net/http.ts";
import { natEngine, type Internet } from "../net/network.ts";
import type { World } from "../world.ts";
import type { Site } from "./site.ts";

/** Name servers of the world at large answer the same names. */
const resolvers = new Set<string>([natEngine.dns, "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"]);

export function internetOf(world: World, sites: readonly Site[]): Internet {
  const byIp = new Map<string, Site[]>();
  const byHost = new Map(sites.map((site) => [site.host, site]));
  for (const site of sites) byIp.set(site.ip, [...(byIp.get(site.ip) ?? []), site]);
  return {
    answers(ip, port, transport) {
      if (resolvers.has(ip)) return port === 53 || (port === 0 && transport === "udp");
      if (!byIp.has(ip)) return undefined;
      return port === 0 || (transport === "tcp" && (port === 80 || port === 443));
    },
    serve(ip, port, message) {
      if (resolvers.has(ip)) return isDnsQuery(message) ? answer(message.name, message.qtype, byHost) : undefined;
      const here = byIp.get(ip);
      if (!here) return undefined;
      const m = message as HttpMessage;
      if (m.type === "tls-hello") return port === 443 ? { publicNames: here.map((site) => site.host) } : undefined;
      if (m.type !== "http") return undefined;
      if (port === 443 && !m.request.tls)
        return reply({
          status: 400,
          headers: { "content-type": "text/html" },
          body: "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>\n",
        });
      const name = m.request.host.replace(/:\d+$/, "").toLowerCase();
      let missing: HttpResponse = { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found\n" };
      for (const site of here) {
        if (site.host !== name) continue;
        const response = site.serve(m.request, world);
        if (response.status !== 404) return reply(response);
        missing = response;
      }
      return reply(missing);
    },
  };
}

const reply = (response: HttpResponse): { type: "http"; response: HttpResponse } => ({ type: "http", response });

function answer(asked: string, qtype: string, byHost: Map<string, Site>): DnsReply {
  const name = asked.toLowerCase().replace(/\.$/, "");
  const site = byHost.get(name);
  if (!site) return { type: "dns", rcode: "NXDOMAIN", answers: [] };
  if (qtype !== "A" && qtype !== "ANY") return { type: "dns", rcode: "NOERROR", answers: [] };
  return { type: "dns", rcode: "NOERROR", answers: [{ name, type: "A", ttl: 60, data: site.ip }] };
}
