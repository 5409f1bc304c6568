/** describe of a NetworkPolicy: describeNetworkPolicySpec of k8s.io/kubectl/pkg/describe. */
import type { Obj } from "../../../core/json.ts";
import type { Writer } from "./writer.ts";

/** metav1.FormatLabelSelector */
function selectorText(selector: Obj | undefined): string {
  const parts = [
    ...Object.entries((selector?.matchLabels ?? {}) as Obj)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${k}=${v}`),
    ...((selector?.matchExpressions ?? []) as Obj[]).map((e) => {
      if (e.operator === "Exists") return String(e.key);
      if (e.operator === "DoesNotExist") return `!${e.key}`;
      return `${e.key} ${String(e.operator).toLowerCase()} (${((e.values ?? []) as string[]).toSorted().join(",")})`;
    }),
  ];
  return parts.length === 0 ? "<none>" : parts.join(",");
}

function rules(w: Writer, all: Obj[], peers: "from" | "to"): void {
  const [side, way, end] = peers === "from" ? ["From", "ingress", "source"] : ["To", "egress", "destination"];
  const say = (level: number, text: string): void => void w.raw(`${" ".repeat(4 + 2 * level)}${text}`);
  if (all.length === 0) say(0, `<none> (Selected pods are isolated for ${way} connectivity)`);
  all.forEach((rule, i) => {
    const ports = (rule.ports ?? []) as Obj[];
    if (ports.length === 0) say(0, "To Port: <any> (traffic allowed to all ports)");
    for (const port of ports) {
      const range = port.endPort === undefined ? `To Port: ${port.port ?? "<nil>"}` : `To Port Range: ${port.port}-${port.endPort}`;
      say(0, `${range}/${port.protocol ?? "TCP"}`);
    }
    const sources = (rule[peers] ?? []) as Obj[];
    if (sources.length === 0) say(0, `${side}: <any> (traffic not restricted by ${end})`);
    for (const peer of sources) {
      say(0, `${side}:`);
      if (peer.namespaceSelector) say(1, `NamespaceSelector: ${selectorText(peer.namespaceSelector as Obj)}`);
      if (peer.podSelector) say(1, `PodSelector: ${selectorText(peer.podSelector as Obj)}`);
      if (peer.ipBlock) {
        say(1, "IPBlock:");
        say(2, `CIDR: ${peer.ipBlock.cidr}`);
        say(2, `Except: ${((peer.ipBlock.except ?? []) as string[]).join(", ")}`);
      }
    }
    if (i < all.length - 1) say(0, "----------");
  });
}

export function policySpec(w: Writer, spec: Obj): void {
  const selector = selectorText(spec.podSelector as Obj | undefined);
  w.raw("Spec:");
  w.raw(`  PodSelector:     ${selector === "<none>" ? "<none> (Allowing the specific traffic to all pods in this namespace)" : selector}`);
  const types = (spec.policyTypes ?? ["Ingress"]) as string[];
  for (const [type, way, peers] of [
    ["Ingress", "ingress", "from"],
    ["Egress", "egress", "to"],
  ] as const) {
    if (!types.includes(type)) {
      w.raw(`  Not affecting ${way} traffic`);
      continue;
    }
    w.raw(`  Allowing ${way} traffic:`);
    rules(w, (spec[way] ?? []) as Obj[], peers);
  }
  w.raw(`  Policy Types: ${types.join(", ")}`);
}
