/** coredns. */
import { createHash } from "node:crypto";
import { Errno } from "../../../core/errno.ts";
import type { Data, Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import { isDnsQuery, type DnsQuery, type DnsReply } from "../../../net/dns.ts";
import { serveHttp, textResponse } from "../../../net/http.ts";
import type { Incoming } from "../../../net/api.ts";
import type { KubeClient } from "../../api.ts";
import { inClusterClient } from "../../client.ts";
import { CorefileError, modelled, parseCorefile, type Directive, type ServerBlock } from "./corefile.ts";
import { answerForward, answerReverse, type KubeData } from "./records.ts";

const blocksOf = (p: Proc): ServerBlock[] => p.data.blocks as ServerBlock[];
const clients = new WeakMap<Proc, KubeClient>();

interface Cached {
  services: Obj[];
  slices: Obj[];
  namespaces: Set<string>;
}
/** Read again from the API server after a restore; kept as the informers' caches keep it while the server is away. */
const caches = new WeakMap<Proc, Cached>();

const plugin = (b: ServerBlock, name: string): Directive | undefined => b.plugins.find((d) => d.name === name);

function clientOf(p: Proc): KubeClient {
  let client = clients.get(p);
  if (!client) clients.set(p, (client = inClusterClient(p, "coredns")));
  return client;
}

/** CoreDNS up to 1.7 reads Endpoints, newer ones EndpointSlices (coredns 1.8.0's release notes). */
const endpointsOf = (p: Proc): string => (/^1\.[0-7]\./.test(p.state.version) ? "endpoints" : "endpointslices.discovery.k8s.io");

/** The slices that say the same as an Endpoints object. */
function slicesOf(endpoints: Obj): Obj[] {
  const { namespace, name } = endpoints.metadata as { namespace: string; name: string };
  return ((endpoints.subsets ?? []) as Obj[]).map((subset) => ({
    metadata: { namespace, labels: { "kubernetes.io/service-name": name } },
    endpoints: [
      ...((subset.addresses ?? []) as Obj[]).map((a) => ({ addresses: [a.ip], hostname: a.hostname, conditions: { ready: true } })),
      ...((subset.notReadyAddresses ?? []) as Obj[]).map((a) => ({
        addresses: [a.ip],
        hostname: a.hostname,
        conditions: { ready: false },
      })),
    ],
    ports: (subset.ports ?? []) as Obj[],
  }));
}

function refresh(p: Proc): boolean {
  let client: KubeClient;
  try {
    client = clientOf(p);
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended") throw error;
    p.log(`plugin/kubernetes: ${error.message}`, 1);
    p.exit(1);
  }
  const services = client.list("services");
  const slices = services.ok ? client.list(endpointsOf(p)) : services;
  const namespaces = slices.ok ? client.list("namespaces") : slices;
  if (!services.ok || !slices.ok || !namespaces.ok) {
    const failed = [services, slices, namespaces].find((x) => !x.ok) as Extract<typeof services, { ok: false }>;
    const why =
      failed.kind === "transport"
        ? `Get "${client.server}/api/v1/services?limit=500&resourceVersion=0": ${failed.message}`
        : failed.message;
    // a connection that gets no answer is tried on for as long, and may be answered meanwhile
    const since = (p.data.failingSince ??= p.now) as number;
    if (failed.kind === "transport" && p.now - since < failed.after) return false;
    if (p.data.complained !== why) p.log(`[ERROR] plugin/kubernetes: Failed to watch: failed to list *v1.Service: ${why}`, 1);
    p.data.complained = why;
    return false;
  }
  caches.set(p, {
    services: services.body.items,
    slices: endpointsOf(p) === "endpoints" ? slices.body.items.flatMap(slicesOf) : slices.body.items,
    namespaces: new Set(namespaces.body.items.map((n) => n.metadata.name as string)),
  });
  delete p.data.complained;
  delete p.data.failingSince;
  p.data.synced = true;
  return true;
}

function connect(p: Proc): void {
  const ok = refresh(p);
  const watched = ok ? clientOf(p).watch(["services", endpointsOf(p), "namespaces"]) : undefined;
  if (!watched?.ok) {
    const wait = Math.min(Number(p.data.wait ?? 400) * 2, 30_000);
    p.data.wait = wait;
    p.after(wait, "connect");
    return;
  }
  p.data.wait = 400;
}

/** Zone of the query within the block that serves it: the longest match. */
function serverFor(p: Proc, name: string, port: number): ServerBlock | undefined {
  let best: { b: ServerBlock; len: number } | undefined;
  for (const b of blocksOf(p)) {
    if (b.port !== port) continue;
    for (const z of b.zones)
      if ((z === "" || name === z || name.endsWith(`.${z}`)) && (!best || z.length > best.len)) best = { b, len: z.length };
  }
  return best?.b;
}

const refused = (rcode: DnsReply["rcode"]): DnsReply => ({ type: "dns", rcode, answers: [] });

function resolve(p: Proc, q: DnsQuery, incoming: Incoming): DnsReply | undefined {
  const name = q.name.toLowerCase().replace(/\.$/, "");
  const b = serverFor(p, name, incoming.local.port);
  if (!b) return refused("REFUSED");
  if (plugin(b, "loop") && name === p.data.loopName) {
    p.data.loops = Number(p.data.loops ?? 0) + 1;
    if (Number(p.data.loops) > 2) {
      p.log(
        `[FATAL] plugin/loop: Loop (${incoming.peer.ip}:${incoming.peer.port} -> :${incoming.local.port}) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO ${name}."`,
        1,
      );
      p.after(0, "fatal");
      return refused("SERVFAIL");
    }
  }
  const reply = plugins(p, b, q, name);
  const log = plugin(b, "log");
  if (log && reply)
    p.log(
      `[INFO] ${incoming.peer.ip}:${incoming.peer.port} - ${p.machine.random("dns-id").int(1, 65535)} "${q.qtype} IN ${name}. ${incoming.transport} ${name.length + 18} false 512" ${reply.rcode} qr,aa,rd ${name.length + 60} 0.000${p.machine.random("dns-took").int(100, 400)}s`,
      1,
    );
  return reply;
}

function plugins(p: Proc, b: ServerBlock, q: DnsQuery, name: string): DnsReply | undefined {
  const hosts = plugin(b, "hosts");
  if (hosts) {
    for (const row of hosts.block)
      if (/^\d/.test(row[0]!) && row.slice(1).some((h) => h.toLowerCase() === name))
        return q.qtype === "A"
          ? { type: "dns", rcode: "NOERROR", authoritative: true, answers: [{ name, type: "A", ttl: 3600, data: row[0]! }] }
          : refused("NOERROR");
    const file = hosts.args[0] ?? "/etc/hosts";
    if (hosts.block.every((row) => !/^\d/.test(row[0]!)))
      for (const line of (p.fs.tryReadText(file) ?? "").split("\n")) {
        const [ip, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
        if (ip && names.includes(name) && q.qtype === "A" && !ip.includes(":"))
          return { type: "dns", rcode: "NOERROR", authoritative: true, answers: [{ name, type: "A", ttl: 3600, data: ip }] };
      }
  }
  const kube = plugin(b, "kubernetes");
  if (kube) {
    const ttl = Number(kube.block.find((r) => r[0] === "ttl")?.[1] ?? 5);
    const pods = kube.block.find((r) => r[0] === "pods")?.[1] ?? "disabled";
    const zones = kube.args.map((z) => z.toLowerCase().replace(/\.$/, ""));
    const forward = zones.filter((z) => !z.endsWith(".arpa")).find((z) => name === z || name.endsWith(`.${z}`));
    const cached: KubeData | undefined = caches.get(p) ?? (p.data.synced === true && refresh(p) ? caches.get(p) : undefined);
    const fall = kube.block.find((r) => r[0] === "fallthrough");
    if (forward !== undefined) {
      if (!cached) return refused("SERVFAIL");
      const answer = answerForward(cached, forward, name, q.qtype, ttl, pods);
      if (answer.rcode !== "NXDOMAIN" || !fall || (fall.length > 1 && !fall.slice(1).some((z) => name.endsWith(z.replace(/\.$/, "")))))
        return answer;
    } else if (name.endsWith(".in-addr.arpa") && zones.some((z) => z.endsWith(".arpa") || z === "in-addr.arpa") && cached) {
      const answer = answerReverse(cached, zones.find((z) => !z.endsWith(".arpa")) ?? "cluster.local", name, ttl);
      if (answer) return answer;
    }
  }
  const forward = plugin(b, "forward");
  if (!forward) return refused(kube ? "NXDOMAIN" : "REFUSED");
  return upstream(p, forward, { ...q, name });
}

function upstreams(p: Proc, forward: Directive): string[] {
  return forward.args.slice(1).flatMap((to) => {
    if (!to.startsWith("/")) return [to.replace(/^(dns|udp):\/\//, "")];
    return [...(p.fs.tryReadText(to) ?? "").matchAll(/^\s*nameserver\s+(\S+)/gm)].map((m) => m[1]!);
  });
}

function upstream(p: Proc, forward: Directive, q: DnsQuery): DnsReply | undefined {
  const list = upstreams(p, forward);
  let why = "no upstream servers";
  for (const to of list) {
    const [ip, port = "53"] = to.split(":") as [string, string?];
    try {
      const met = p.net.ask<DnsReply>(ip, Number(port), { type: "dns", name: q.name, qtype: q.qtype });
      if (met.ok) return met.reply;
      why = met.code === "ECONNREFUSED" ? `read udp ${ip}:${port}: read: connection refused` : `read udp ${ip}:${port}: i/o timeout`;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      why = `dial udp ${ip}:${port}: connect: ${error.text.toLowerCase()}`;
    }
  }
  p.log(`[ERROR] plugin/errors: 2 ${q.name}. ${q.qtype}: ${why}`, 1);
  return refused("SERVFAIL");
}

function load(p: Proc, text: string): boolean {
  const file = confFile(p);
  let blocks: ServerBlock[];
  try {
    blocks = parseCorefile(text, file);
  } catch (error) {
    if (!(error instanceof CorefileError)) throw error;
    p.log(p.data.blocks ? `[ERROR] Restart failed: ${error.message}` : error.message, p.data.blocks ? 1 : 2);
    return false;
  }
  for (const b of blocks) for (const d of b.plugins) if (!modelled.has(d.name)) p.notSimulated(`coredns plugin ${d.name}`);
  p.data.blocks = blocks as unknown as Data;
  p.data.text = text;
  return true;
}

const confFile = (p: Proc): string => {
  const at = p.args.findIndex((a) => a === "-conf" || a === "--conf");
  return at >= 0 ? (p.args[at + 1] ?? "Corefile") : "Corefile";
};

export const coredns: DaemonProgram = {
  name: "coredns",
  start(p) {
    if (p.args.includes("-version")) {
      p.log(`CoreDNS-${p.state.version}\nlinux/amd64, go1.24.4, `, 1);
      p.exit(0);
    }
    const text = p.fs.tryReadText(confFile(p));
    if (text === undefined) {
      p.log(`loading Caddyfile via flag: open ${confFile(p)}: no such file or directory`);
      return p.exit(1);
    }
    if (!load(p, text)) return p.exit(1);
    const ports = new Set<number>();
    for (const b of blocksOf(p)) ports.add(b.port);
    try {
      for (const port of ports) {
        p.net.listen("udp", "0.0.0.0", port, { accept: "serve" });
        p.net.listen("tcp", "0.0.0.0", port, { accept: "serve" });
      }
      if (blocksOf(p).some((b) => plugin(b, "health"))) p.net.listen("tcp", "0.0.0.0", 8080, { accept: "serve" });
      if (blocksOf(p).some((b) => plugin(b, "ready"))) p.net.listen("tcp", "0.0.0.0", 8181, { accept: "serve" });
      if (blocksOf(p).some((b) => plugin(b, "prometheus"))) p.net.listen("tcp", "0.0.0.0", 9153, { accept: "serve" });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      p.log(`Listen: listen tcp :53: bind: ${error.text.toLowerCase()}`);
      return p.exit(1);
    }
    for (const b of blocksOf(p)) for (const z of b.zones) p.log(`${z === "" ? "." : `${z}.`}:${b.port}`, 1);
    p.log(`[INFO] plugin/reload: Running configuration SHA512 = ${createHash("sha512").update(text).digest("hex")}`, 1);
    p.log(`CoreDNS-${p.state.version}\nlinux/amd64, go1.24.4, 1234567`.replace(", 1234567", ", "), 1);
    if (blocksOf(p).some((b) => plugin(b, "kubernetes"))) p.after(10, "connect");
    if (blocksOf(p).some((b) => plugin(b, "loop"))) {
      const r = p.machine.random("coredns-loop");
      p.data.loopName = `${r.int(1e9, 4e9)}${r.int(1e8, 9e8)}.${r.int(1e9, 4e9)}${r.int(1e8, 9e8)}`;
      p.after(100, "loop");
    }
    if (blocksOf(p).some((b) => plugin(b, "reload"))) p.after(30_000, "reload");
  },
  on(p, event) {
    switch (event) {
      case "connect":
        return connect(p);
      case "api":
        if (p.data.refresh !== true) {
          p.data.refresh = true;
          p.after(100, "refresh");
        }
        return;
      case "refresh":
        p.data.refresh = false;
        refresh(p);
        return;
      case "api-lost":
        return void p.after(1000, "connect");
      case "loop": {
        // the probe of plugin/loop: a query for a name that only a loop brings back
        for (const b of blocksOf(p)) {
          const forward = plugin(b, "forward");
          if (plugin(b, "loop") && forward) upstreamQuiet(p, forward, p.data.loopName as string);
        }
        return;
      }
      case "end":
        return p.exit(0);
      case "fatal":
        return p.exit(1);
      case "reload": {
        p.after(30_000, "reload");
        const text = p.fs.tryReadText(confFile(p));
        if (text === undefined || text === p.data.text) return;
        p.log("[INFO] Reloading", 1);
        if (load(p, text))
          p.log(
            `[INFO] plugin/reload: Running configuration SHA512 = ${createHash("sha512").update(text).digest("hex")}\n[INFO] Reloading complete`,
            1,
          );
        else p.data.text = text;
        return;
      }
      default:
    }
  },
  signal(p, signal) {
    if (signal === "SIGPIPE" || signal === "SIGHUP") return true;
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    p.log(`[INFO] ${signal}: Shutting down servers then terminating`, 1);
    const lame = blocksOf(p)
      .flatMap((b) => plugin(b, "health")?.block ?? [])
      .find((r) => r[0] === "lameduck")?.[1];
    if (lame === undefined || signal === "SIGINT") p.finish({ code: 0 });
    else {
      p.log(`[INFO] plugin/health: Going into lameduck mode for ${lame}`, 1);
      p.after(Number(/\d+/.exec(lame)?.[0] ?? 5) * 1000, "end");
    }
    return true;
  },
  serve(p, incoming) {
    const { message } = incoming;
    if (isDnsQuery(message)) return resolve(p, message, incoming);
    return serveHttp(p, incoming, {}, (r) => {
      const path = r.path.split("?")[0];
      if (incoming.local.port === 8080 && path === "/health") return textResponse(200, "OK");
      if (incoming.local.port === 8181 && path === "/ready") {
        const kube = blocksOf(p).some((b) => plugin(b, "kubernetes"));
        return kube && p.data.synced !== true ? textResponse(503, "kubernetes") : textResponse(200, "OK");
      }
      if (incoming.local.port === 9153) {
        p.machine.world.gap(p.machine.name, "coredns", "/metrics");
        return textResponse(501, "kubemend: not simulated: coredns metrics");
      }
      return textResponse(404, "404 page not found\n");
    });
  },
};

function upstreamQuiet(p: Proc, forward: Directive, name: string): void {
  for (const to of upstreams(p, forward)) {
    const [ip, port = "53"] = to.split(":") as [string, string?];
    for (let i = 0; i < 3; i++) {
      try {
        p.net.ask(ip, Number(port), { type: "dns", name, qtype: "ANY" });
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
      }
    }
  }
}
