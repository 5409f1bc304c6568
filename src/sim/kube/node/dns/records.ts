/** Answers of the kubernetes plugin (coredns/coredns, plugin/kubernetes; kubernetes/dns specification 1.1). */
import type { Obj } from "../../../core/json.ts";
import type { DnsRecord, DnsReply, QueryType } from "../../../net/dns.ts";

export interface KubeData {
  services: readonly Obj[];
  slices: readonly Obj[];
  namespaces: ReadonlySet<string>;
}

const reply = (rcode: DnsReply["rcode"], answers: DnsRecord[] = [], zone?: string): DnsReply => ({
  type: "dns",
  rcode,
  answers,
  authoritative: true,
  ...(answers.length === 0 && zone
    ? { authority: [{ name: zone, type: "SOA", ttl: 5, data: `ns.dns.${zone} hostmaster.${zone} 1 7200 1800 86400 5` }] }
    : {}),
});

const readyOf = (d: KubeData, s: Obj): { ip: string; hostname?: string; ports: Obj[] }[] =>
  d.slices
    .filter((x) => x.metadata.namespace === s.metadata.namespace && x.metadata.labels?.["kubernetes.io/service-name"] === s.metadata.name)
    .flatMap((x) =>
      ((x.endpoints ?? []) as Obj[])
        .filter((e) => e.conditions?.ready !== false || s.spec.publishNotReadyAddresses === true)
        .map((e) => ({
          ip: (e.addresses as string[])[0]!,
          ...(e.hostname ? { hostname: e.hostname as string } : {}),
          ports: (x.ports ?? []) as Obj[],
        })),
    );

/** An answer within `zone` (cluster.local); undefined to fall through. */
export function answerForward(d: KubeData, zone: string, name: string, qtype: QueryType, ttl: number, pods: string): DnsReply {
  const rest = name === zone ? [] : name.slice(0, -(zone.length + 1)).split(".");
  const nx = reply("NXDOMAIN", [], zone);
  const empty = reply("NOERROR", [], zone);
  if (rest.length === 0) return empty;
  const kind = rest.at(-1);
  if (name === `dns-version.${zone}`) return qtype === "TXT" ? reply("NOERROR", [{ name, type: "TXT", ttl, data: "1.1.0" }]) : empty;
  if (kind === "pod") {
    const [ip, ns] = rest as [string, string, string];
    if (pods === "disabled" || rest.length !== 3 || !d.namespaces.has(ns)) return nx;
    const address = ip.replaceAll("-", ".");
    if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return nx;
    return qtype === "A" ? reply("NOERROR", [{ name, type: "A", ttl, data: address }]) : empty;
  }
  if (kind !== "svc") return nx;
  if (rest.length === 1) return empty;
  const ns = rest.at(-2)!;
  if (!d.namespaces.has(ns)) return nx;
  if (rest.length === 2) return empty;
  const service = d.services.find((s) => s.metadata.namespace === ns && s.metadata.name === rest.at(-3));
  if (!service) return nx;
  const before = rest.slice(0, -3);
  if (service.spec.type === "ExternalName")
    return before.length > 0
      ? nx
      : reply("NOERROR", [{ name, type: "CNAME", ttl, data: (service.spec.externalName as string).replace(/\.$/, "") }]);
  const headless = service.spec.clusterIP === "None";
  const ready = headless ? readyOf(d, service) : [];
  const label = (e: { ip: string; hostname?: string }): string => e.hostname ?? e.ip.replaceAll(".", "-");
  const base = `${service.metadata.name as string}.${ns}.svc.${zone}`;
  if (before.length === 0) {
    if (headless && ready.length === 0) return nx;
    if (qtype === "A")
      return reply(
        "NOERROR",
        (headless ? ready.map((e) => e.ip) : [service.spec.clusterIP as string]).map((data) => ({ name, type: "A", ttl, data })),
      );
    if (qtype === "SRV")
      return reply(
        "NOERROR",
        headless
          ? ready.flatMap((e) =>
              e.ports.map((x) => ({ name, type: "SRV" as const, ttl, data: `0 100 ${x.port as number} ${label(e)}.${base}` })),
            )
          : ((service.spec.ports ?? []) as Obj[]).map((x) => ({
              name,
              type: "SRV" as const,
              ttl,
              data: `0 100 ${x.port as number} ${base}`,
            })),
      );
    return empty;
  }
  if (before.length === 1 && headless) {
    const found = ready.filter((e) => label(e) === before[0]);
    if (found.length === 0) return nx;
    return qtype === "A"
      ? reply(
          "NOERROR",
          found.map((e) => ({ name, type: "A", ttl, data: e.ip })),
        )
      : empty;
  }
  if (before.length === 2 && before.every((x) => x.startsWith("_"))) {
    const [port, proto] = before.map((x) => x.slice(1)) as [string, string];
    const same = (x: Obj): boolean => x.name === port && ((x.protocol ?? "TCP") as string).toLowerCase() === proto;
    const records = headless
      ? ready.flatMap((e) =>
          e.ports.filter(same).map((x) => ({ name, type: "SRV" as const, ttl, data: `0 100 ${x.port as number} ${label(e)}.${base}` })),
        )
      : ((service.spec.ports ?? []) as Obj[])
          .filter(same)
          .map((x) => ({ name, type: "SRV" as const, ttl, data: `0 100 ${x.port as number} ${base}` }));
    if (records.length === 0) return nx;
    return qtype === "SRV" ? reply("NOERROR", records) : empty;
  }
  return nx;
}

/** PTR of a service's or endpoint's address; undefined when it is nobody's. */
export function answerReverse(d: KubeData, zone: string, name: string, ttl: number): DnsReply | undefined {
  const ip = name
    .replace(/\.in-addr\.arpa$/, "")
    .split(".")
    .reverse()
    .join(".");
  const s = d.services.find((x) => x.spec.clusterIP === ip);
  if (s)
    return reply("NOERROR", [
      { name, type: "PTR", ttl, data: `${s.metadata.name as string}.${s.metadata.namespace as string}.svc.${zone}` },
    ]);
  for (const slice of d.slices) {
    const service = slice.metadata.labels?.["kubernetes.io/service-name"] as string | undefined;
    const e = ((slice.endpoints ?? []) as Obj[]).find((x) => (x.addresses as string[]).includes(ip));
    if (e && service)
      return reply("NOERROR", [
        {
          name,
          type: "PTR",
          ttl,
          data: `${(e.hostname as string | undefined) ?? ip.replaceAll(".", "-")}.${service}.${slice.metadata.namespace as string}.svc.${zone}`,
        },
      ]);
  }
  return undefined;
}
