/** NetworkPolicy as Felix sees it: for each local pod, the rules that let traffic in and out (felix/calc). */
import { createHash } from "node:crypto";
import type { Obj } from "../../../core/json.ts";
import type { Datastore } from "../datastore.ts";
import { DatastoreError } from "../datastore.ts";
import { endpointOf } from "../workload.ts";
import type { Known } from "./role.ts";

interface PeerSet {
  name: string;
  type: "hash:net" | "hash:ip,port";
  members: string[];
}

interface PolicyRule {
  /** Matches of iptables, without the action; empty matches all. */
  match: string;
}

interface PolicyChain {
  /** `cali-pi-…` (ingress) or `cali-po-…` (egress). */
  chain: string;
  namespace: string;
  policy: string;
  /** Of the pods of its namespace, those that it is for: metav1.LabelSelector. */
  podSelector: Obj;
  direction: "ingress" | "egress";
  rules: PolicyRule[];
}

export interface Policies {
  chains: PolicyChain[];
  sets: PeerSet[];
}

const hash = (text: string, length: number): string => createHash("sha224").update(text).digest("base64url").slice(0, length);

export const isFor = (chain: PolicyChain, pod: { namespace: string; labels: Record<string, string> }): boolean =>
  chain.namespace === pod.namespace && matches(chain.podSelector, pod.labels);

export function policies(d: Datastore, known: Known): Policies {
  const resource = "networkpolicies.networking.k8s.io";
  const objects = known(resource, () => {
    const listed = d.client.list(resource);
    if (!listed.ok) throw new DatastoreError("other", listed.message);
    return listed.body.items;
  });
  const out: Policies = { chains: [], sets: [] };
  if (objects.length === 0) return out;
  const namespaces = new Map(
    d.list("namespaces").map((n) => [(n.metadata as Obj).name as string, ((n.metadata as Obj).labels ?? {}) as Record<string, string>]),
  );
  const pods = d.list("pods");
  const endpoints = pods.flatMap((pod) => endpointOf(pod) ?? []);
  for (const object of objects) {
    const namespace = (object.metadata as Obj).namespace as string;
    const name = (object.metadata as Obj).name as string;
    const spec = object.spec as Obj;
    const types = (spec.policyTypes as string[] | undefined) ?? ["Ingress", ...(spec.egress ? ["Egress"] : [])];
    for (const direction of ["ingress", "egress"] as const) {
      if (!types.includes(direction === "ingress" ? "Ingress" : "Egress")) continue;
      const side = direction === "ingress" ? "src" : "dst";
      const rules: PolicyRule[] = [];
      for (const rule of (spec[direction] ?? []) as Obj[]) {
        const peers = (rule[direction === "ingress" ? "from" : "to"] ?? []) as Obj[];
        const where: string[] = [];
        for (const peer of peers) {
          const block = peer.ipBlock as Obj | undefined;
          const members = block
            ? [block.cidr as string]
            : endpoints
                .filter((e) => {
                  const inNamespace = peer.namespaceSelector
                    ? matches(peer.namespaceSelector as Obj, namespaces.get(e.namespace) ?? {})
                    : e.namespace === namespace;
                  return inNamespace && (!peer.podSelector || matches(peer.podSelector as Obj, e.labels));
                })
                .map((e) => e.ip);
          const id = `${namespace}/${name}/${direction}/${JSON.stringify(peer)}`;
          const except = (block?.except ?? []) as string[];
          const sets = [
            setOf("s", id, "hash:net", members),
            ...(except.length > 0 ? [setOf("s", `${id}/except`, "hash:net", except)] : []),
          ];
          out.sets.push(...sets);
          where.push(sets.map((set, i) => ` -m set ${i > 0 ? "! " : ""}--match-set ${set.name} ${side}`).join(""));
        }
        if (peers.length === 0) where.push("");
        const ports = portMatches((rule.ports ?? []) as Obj[], pods, out.sets);
        for (const w of where) for (const port of ports) rules.push({ match: `${port}${w}` });
      }
      out.chains.push({
        chain: `cali-p${direction === "ingress" ? "i" : "o"}-_${hash(`${namespace}/knp.default.${name}`, 18)}`,
        namespace,
        policy: `knp.default.${name}`,
        direction,
        rules,
        podSelector: (spec.podSelector ?? {}) as Obj,
      });
    }
  }
  return out;
}

const setOf = (kind: "s" | "n", id: string, type: PeerSet["type"], members: string[]): PeerSet => ({
  name: `cali40${kind}:${hash(id, 22).replaceAll("=", "")}`,
  type,
  members: [...new Set(members)],
});

/** The matches of a rule's ports; a named one is a set of the addresses and ports that have the name. */
function portMatches(ports: Obj[], pods: Obj[], sets: PeerSet[]): string[] {
  if (ports.length === 0) return [""];
  return ports.map((port) => {
    const proto = String(port.protocol ?? "TCP").toLowerCase();
    if (port.port === undefined) return ` -p ${proto}`;
    if (typeof port.port === "number")
      return ` -p ${proto} -m multiport --dports ${port.port}${port.endPort === undefined ? "" : `:${port.endPort as number}`}`;
    const members = pods.flatMap((pod) => {
      const ip = endpointOf(pod)?.ip;
      const named = ((pod.spec?.containers ?? []) as Obj[])
        .flatMap((c) => (c.ports ?? []) as Obj[])
        .filter((x) => x.name === port.port && String(x.protocol ?? "TCP").toLowerCase() === proto);
      return ip === undefined ? [] : named.map((x) => `${ip},${proto}:${x.containerPort}`);
    });
    const set = setOf("n", `${proto}/${port.port as string}`, "hash:ip,port", members);
    if (!sets.some((s) => s.name === set.name)) sets.push(set);
    return ` -p ${proto} -m set --match-set ${set.name} dst,dst`;
  });
}

/** metav1.LabelSelector. */
function matches(selector: Obj, labels: Record<string, string>): boolean {
  for (const [key, value] of Object.entries((selector.matchLabels ?? {}) as Record<string, string>))
    if (labels[key] !== value) return false;
  for (const e of (selector.matchExpressions ?? []) as Obj[]) {
    const value = labels[e.key as string];
    const values = (e.values ?? []) as string[];
    if (e.operator === "In" && (value === undefined || !values.includes(value))) return false;
    if (e.operator === "NotIn" && value !== undefined && values.includes(value)) return false;
    if (e.operator === "Exists" && value === undefined) return false;
    if (e.operator === "DoesNotExist" && value !== undefined) return false;
  }
  return true;
}
