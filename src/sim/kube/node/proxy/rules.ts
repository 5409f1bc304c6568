/** The rules of kube-proxy's iptables mode (pkg/proxy/iptables/proxier.go, syncProxyRules). */
import { createHash } from "node:crypto";
import type { Obj } from "../../../core/json.ts";

/** portProtoHash and servicePortChainName: base32 of sha256, 16 characters. */
function chain(prefix: string, ...parts: string[]): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const digest = createHash("sha256").update(parts.join("")).digest();
  let bits = 0;
  let value = 0;
  let out = "";
  for (const byte of digest) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && out.length < 16) {
      out += alphabet[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
    if (out.length === 16) break;
  }
  return prefix + out;
}

export interface ProxySettings {
  clusterCIDR: string;
  masqueradeAll: boolean;
  masqueradeMark: string;
  nodeIps: string[];
  nodeName: string;
}

interface Endpoint {
  ip: string;
  port: number;
  local: boolean;
}

interface ServicePort {
  /** `namespace/name:port`. */
  name: string;
  ip: string;
  port: number;
  protocol: "tcp" | "udp" | "sctp";
  nodePort: number;
  external: string[];
  endpoints: Endpoint[];
  localExternal: boolean;
  localInternal: boolean;
  affinity: number;
}

/** Services with the ready endpoints of their slices. */
export function servicePorts(services: readonly Obj[], slices: readonly Obj[], nodeName: string): ServicePort[] {
  const out: ServicePort[] = [];
  for (const s of services) {
    const ip = s.spec.clusterIP as string | undefined;
    if (!ip || ip === "None" || s.spec.type === "ExternalName") continue;
    if (s.metadata.labels?.["service.kubernetes.io/service-proxy-name"]) continue;
    const key = `${s.metadata.namespace as string}/${s.metadata.name as string}`;
    const mine = slices.filter(
      (x) =>
        x.metadata.namespace === s.metadata.namespace &&
        x.metadata.labels?.["kubernetes.io/service-name"] === s.metadata.name &&
        x.addressType === "IPv4",
    );
    for (const port of (s.spec.ports ?? []) as Obj[]) {
      const name = (port.name ?? "") as string;
      const endpoints: Endpoint[] = [];
      const serving: Endpoint[] = [];
      for (const slice of mine) {
        const target = ((slice.ports ?? []) as Obj[]).find(
          (x) => (x.name ?? "") === name && (x.protocol ?? "TCP") === (port.protocol ?? "TCP"),
        );
        if (!target) continue;
        for (const e of (slice.endpoints ?? []) as Obj[]) {
          const entry = { ip: (e.addresses as string[])[0]!, port: target.port as number, local: e.nodeName === nodeName };
          if (e.conditions?.ready !== false) endpoints.push(entry);
          else if (e.conditions?.serving === true && e.conditions?.terminating === true) serving.push(entry);
        }
      }
      const all = endpoints.length > 0 ? endpoints : serving;
      all.sort((a, b) => (`${a.ip}:${a.port}` < `${b.ip}:${b.port}` ? -1 : 1));
      out.push({
        name: name === "" ? key : `${key}:${name}`,
        ip,
        port: port.port as number,
        protocol: ((port.protocol ?? "TCP") as string).toLowerCase() as "tcp",
        nodePort: (port.nodePort ?? 0) as number,
        external: [
          ...((s.spec.externalIPs ?? []) as string[]),
          ...((s.status?.loadBalancer?.ingress ?? []) as Obj[]).flatMap((i) => (i.ip ? [i.ip as string] : [])),
        ],
        endpoints: all,
        localExternal: s.spec.externalTrafficPolicy === "Local",
        localInternal: s.spec.internalTrafficPolicy === "Local",
        affinity: s.spec.sessionAffinity === "ClientIP" ? ((s.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800) as number) : 0,
      });
    }
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const probability = (n: number): string => (1 / n).toFixed(10);

/** Text for iptables-restore --noflush of both tables. `old`: chains of ours that exist (from iptables-save), which go when unused. */
export function rulesText(ports: readonly ServicePort[], s: ProxySettings, old: readonly string[]): string {
  const chains = new Set(["KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ"]);
  const services: string[] = [];
  const nodePorts: string[] = [];
  const rules: string[] = [];
  const filter = { services: [] as string[], external: [] as string[], nodePorts: [] as string[] };
  const note = (text: string): string => `-m comment --comment "${text}"`;
  rules.push(
    `-A KUBE-POSTROUTING -m mark ! --mark ${s.masqueradeMark}/${s.masqueradeMark} -j RETURN`,
    `-A KUBE-POSTROUTING -j MARK --xor-mark ${s.masqueradeMark}`,
    `-A KUBE-POSTROUTING ${note("kubernetes service traffic requiring SNAT")} -j MASQUERADE --random-fully`,
    `-A KUBE-MARK-MASQ -j MARK --or-mark ${s.masqueradeMark}`,
  );
  for (const p of ports) {
    const match = `-m ${p.protocol} -p ${p.protocol}`;
    const dest = `-d ${p.ip} --dport ${p.port}`;
    if (p.endpoints.length === 0) {
      filter.services.push(`-A KUBE-SERVICES ${note(`${p.name} has no endpoints`)} ${match} ${dest} -j REJECT`);
      for (const ip of p.external)
        filter.external.push(
          `-A KUBE-EXTERNAL-SERVICES ${note(`${p.name} has no endpoints`)} ${match} -d ${ip} --dport ${p.port} -j REJECT`,
        );
      if (p.nodePort)
        filter.external.push(
          `-A KUBE-EXTERNAL-SERVICES ${note(`${p.name} has no endpoints`)} -m addrtype --dst-type LOCAL ${match} --dport ${p.nodePort} -j REJECT`,
        );
      continue;
    }
    const svc = chain("KUBE-SVC-", p.name, p.protocol);
    const svl = chain("KUBE-SVL-", p.name, p.protocol);
    const ext = chain("KUBE-EXT-", p.name, p.protocol);
    const sep = (e: Endpoint): string => chain("KUBE-SEP-", p.name, p.protocol, `${e.ip}:${e.port}`);
    const locals = p.endpoints.filter((e) => e.local);
    const internal = p.localInternal ? svl : svc;
    chains.add(internal);
    services.push(`-A KUBE-SERVICES ${note(`${p.name} cluster IP`)} ${match} ${dest} -j ${internal}`);
    const outside = p.nodePort > 0 || p.external.length > 0;
    if (outside) {
      chains.add(ext);
      for (const ip of p.external)
        services.push(`-A KUBE-SERVICES ${note(`${p.name} ${"loadbalancer IP"}`)} ${match} -d ${ip} --dport ${p.port} -j ${ext}`);
      if (p.nodePort) {
        nodePorts.push(`-A KUBE-NODEPORTS ${note(p.name)} ${match} --dport ${p.nodePort} -j ${ext}`);
      }
      if (p.localExternal) {
        if (s.clusterCIDR !== "")
          rules.push(`-A ${ext} ${note(`pod traffic for ${p.name} external destinations`)} -s ${s.clusterCIDR} -j ${svc}`);
        rules.push(
          `-A ${ext} ${note(`masquerade LOCAL traffic for ${p.name} external destinations`)} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
        );
        rules.push(`-A ${ext} ${note(`route LOCAL traffic for ${p.name} external destinations`)} -m addrtype --src-type LOCAL -j ${svc}`);
        chains.add(svc).add(svl);
        rules.push(`-A ${ext} -j ${svl}`);
      } else {
        chains.add(svc);
        rules.push(`-A ${ext} ${note(`masquerade traffic for ${p.name} external destinations`)} -j KUBE-MARK-MASQ`, `-A ${ext} -j ${svc}`);
      }
    }
    const balance = (from: string, endpoints: Endpoint[]): void => {
      if (p.affinity > 0)
        for (const e of endpoints)
          rules.push(
            `-A ${from} ${note(`${p.name} -> ${e.ip}:${e.port}`)} -m recent --name ${sep(e)} --rcheck --seconds ${p.affinity} --reap -j ${sep(e)}`,
          );
      for (const [i, e] of endpoints.entries()) {
        const left = endpoints.length - i;
        rules.push(
          `-A ${from} ${note(`${p.name} -> ${e.ip}:${e.port}`)}${left > 1 ? ` -m statistic --mode random --probability ${probability(left)}` : ""} -j ${sep(e)}`,
        );
      }
    };
    if (chains.has(svc)) {
      if (s.masqueradeAll) rules.push(`-A ${svc} ${note(`${p.name} cluster IP`)} ${match} ${dest} -j KUBE-MARK-MASQ`);
      else if (s.clusterCIDR !== "")
        rules.push(`-A ${svc} ${note(`${p.name} cluster IP`)} ${match} ${dest} ! -s ${s.clusterCIDR} -j KUBE-MARK-MASQ`);
      balance(svc, p.endpoints);
    }
    if (chains.has(svl)) {
      if (locals.length === 0)
        filter.services.push(`-A KUBE-SERVICES ${note(`${p.name} has no local endpoints`)} ${match} ${dest} -j DROP`);
      balance(svl, locals);
    }
    for (const e of p.endpoints) {
      const name = sep(e);
      if (chains.has(name)) continue;
      chains.add(name);
      rules.push(`-A ${name} ${note(p.name)} -s ${e.ip} -j KUBE-MARK-MASQ`);
      rules.push(
        `-A ${name} ${note(p.name)}${p.affinity > 0 ? ` -m recent --name ${name} --set` : ""} ${match} -j DNAT --to-destination ${e.ip}:${e.port}`,
      );
    }
  }
  const stale = old.filter((c) => /^KUBE-(SVC|SEP|SVL|EXT|FW|XLB)-/.test(c) && !chains.has(c));
  services.push(
    `-A KUBE-SERVICES ${note("kubernetes service nodeports; NOTE: this must be the last rule in this chain")} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
  );
  const forward = [
    "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP",
    `-A KUBE-FORWARD ${note("kubernetes forwarding rules")} -m mark --mark ${s.masqueradeMark}/${s.masqueradeMark} -j ACCEPT`,
    `-A KUBE-FORWARD ${note("kubernetes forwarding conntrack rule")} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  ];
  return [
    "*filter",
    ":KUBE-SERVICES - [0:0]",
    ":KUBE-EXTERNAL-SERVICES - [0:0]",
    ":KUBE-FORWARD - [0:0]",
    ":KUBE-NODEPORTS - [0:0]",
    ":KUBE-PROXY-FIREWALL - [0:0]",
    ...filter.services,
    ...filter.external,
    ...filter.nodePorts,
    ...forward,
    "COMMIT",
    "*nat",
    ...[...chains, ...stale].map((c) => `:${c} - [0:0]`),
    ...services,
    ...nodePorts,
    ...rules,
    ...stale.map((c) => `-X ${c}`),
    "COMMIT",
    "",
  ].join("\n");
}

/** Jumps from the built-in chains (iptablesJumpChains), put at the front of their chains. */
export const jumps: { table: "filter" | "nat"; chain: string; rule: string; append?: boolean }[] = [
  {
    table: "filter",
    chain: "INPUT",
    rule: '-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
  },
  { table: "filter", chain: "INPUT", rule: '-m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS' },
  {
    table: "filter",
    chain: "INPUT",
    rule: '-m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
  },
  {
    table: "filter",
    chain: "FORWARD",
    rule: '-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
  },
  { table: "filter", chain: "FORWARD", rule: '-m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD' },
  {
    table: "filter",
    chain: "FORWARD",
    rule: '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  },
  {
    table: "filter",
    chain: "FORWARD",
    rule: '-m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
  },
  {
    table: "filter",
    chain: "OUTPUT",
    rule: '-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
  },
  {
    table: "filter",
    chain: "OUTPUT",
    rule: '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  },
  { table: "nat", chain: "OUTPUT", rule: '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES' },
  { table: "nat", chain: "PREROUTING", rule: '-m comment --comment "kubernetes service portals" -j KUBE-SERVICES' },
  { table: "nat", chain: "POSTROUTING", rule: '-m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING' },
];
