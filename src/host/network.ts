/** Judges the machines' network against this host's: pure. */
import { formatCidr, overlaps, parseCidr, within } from "../cluster/cidr.ts";
import type { Finding } from "../cluster/finding.ts";
import type { Plan } from "../cluster/plan.ts";
import type { HostFacts, ProviderName, Route } from "./facts.ts";
import { allowLine, allowedByVirtualBox, freeRange } from "./ranges.ts";
import { atLeast } from "./version.ts";

/** Interfaces that a provider itself makes for private networks; one that has the plan's network is used again. */
const ownInterfaces: Partial<Record<ProviderName, RegExp>> = {
  virtualbox: /^(vboxnet\d+|VirtualBox Host-Only)/,
  libvirt: /^virbr\d+$/,
  // those of our Vagrantfile are called after the network (src/provider/vagrant/render.ts)
  lxc: /^(lxcbr|vlxcbr|km[0-9a-f]{6}$)/,
  vmware_desktop: /^(vmnet\d+|bridge1\d\d|VMware Network Adapter)/,
  parallels: /^(vnic\d+|bridge1\d\d)$/,
  hyperv: /^vEthernet/,
};

export function networkFindings(plan: Plan, facts: HostFacts): Finding[] {
  const { specification } = plan;
  const nodes = parseCidr(specification.network.nodes);
  // simulated machines are on no network of this host, and those of an inventory are where they are
  if (!nodes || specification.provider === "sim" || specification.provider === "ssh") return [];
  const findings: Finding[] = [];
  const report = (severity: Finding["severity"], code: string, message: string, fix: string): void =>
    void findings.push({ severity, code, field: "network.nodes", value: specification.network.nodes, message, fix });
  const suggestion = (): string => {
    const free = freeRange(specification, facts, plan.machines.length);
    const fixed = Object.entries(specification.machines).filter(([, machine]) => machine.ip !== undefined);
    return free === undefined
      ? "Use a private range that `kubemend doctor` does not list as routed."
      : `Use network.nodes: ${free.cidr}${fixed.length > 0 ? `, with machines.${fixed[0]![0]}.ip inside of it` : ""}${free.allowed ? "" : `, and add ${allowLine(free.cidr)}`}.`;
  };

  // the same network on several routes (an address, a table of a VPN) is one finding: the weightiest
  const clashes = (facts.routes ?? [])
    .flatMap((route) => {
      const range = parseCidr(route.cidr)!;
      if (!overlaps(range, nodes)) return [];
      if (route.cidr === specification.network.nodes && ownInterfaces[specification.provider]?.test(route.device)) return [];
      // a wider route is overruled by the machines' own, more specific one: what lies behind it in this range is lost, no more
      return [{ route, wider: range.prefix < nodes.prefix && route.gateway !== undefined }];
    })
    .toSorted((a, b) => Number(a.wider) - Number(b.wider));
  const worst = clashes[0];
  if (worst) {
    report(
      worst.wider ? "warning" : "error",
      "subnet-routed",
      worst.wider
        ? `this host reaches ${worst.route.cidr} ${over(worst.route)}; what is in ${specification.network.nodes} there is out of reach while the machines run`
        : `this host reaches ${worst.route.cidr} ${over(worst.route)}, so packets for the machines would go there`,
      suggestion(),
    );
  }

  const inUse = facts.virtualbox?.running?.filter((name) => !name.startsWith(`${plan.name}-`)) ?? [];
  const shared = facts.routes?.find(
    (route) =>
      route.cidr === specification.network.nodes && ownInterfaces.virtualbox!.test(route.device) && specification.provider === "virtualbox",
  );
  if (shared && inUse.length > 0)
    report(
      "warning",
      "subnet-shared",
      `${shared.device} has ${shared.cidr} already, and other machines run: ${inUse.slice(0, 3).join(", ")}${inUse.length > 3 ? ", …" : ""}`,
      `Make sure that their addresses differ from this plan's. ${suggestion()}`,
    );

  const allowed = specification.provider === "virtualbox" && virtualBoxRestricts(facts) ? allowedByVirtualBox(facts) : undefined;
  if (allowed !== undefined && !allowed.some((range) => within(range, nodes))) {
    const text = formatCidr(nodes);
    const free = freeRange(specification, facts, plan.machines.length);
    report(
      "warning",
      "host-only-range",
      `VirtualBox allows host-only networks in ${allowed.map(formatCidr).join(", ") || "no range"} only; ${text} will be refused`,
      `Add ${allowLine(text)}${free?.allowed === true ? `, or use network.nodes: ${free.cidr}` : ""}.`,
    );
  }
  return findings;
}

const over = (route: Route): string => `over ${route.device}${route.gateway === undefined ? "" : ` (gateway ${route.gateway})`}`;

/** Since 6.1.28; a version that is not known is taken for a newer one. */
const virtualBoxRestricts = (facts: HostFacts): boolean =>
  facts.virtualbox?.version === undefined || atLeast(facts.virtualbox.version, "6.1.28");
