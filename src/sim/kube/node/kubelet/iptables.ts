/** Rules that the kubelet itself keeps (pkg/kubelet/kubelet_network_linux.go): martian packets to localhost, and hints for others. */
import type { Proc } from "../../../kernel/proc.ts";
import { klogS } from "../klog.ts";

const rules = [
  "*mangle",
  ":KUBE-IPTABLES-HINT - [0:0]",
  ":KUBE-KUBELET-CANARY - [0:0]",
  "COMMIT",
  "*nat",
  ":KUBE-KUBELET-CANARY - [0:0]",
  "COMMIT",
  "*filter",
  ":KUBE-FIREWALL - [0:0]",
  ":KUBE-KUBELET-CANARY - [0:0]",
  '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  "COMMIT",
  "",
].join("\n");

export function ensureIptables(p: Proc): void {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  try {
    ns.iptablesRestore(rules, { noflush: true });
    const have = ns.iptablesSave("filter");
    const jumps = ["INPUT", "OUTPUT"].filter((chain) => !new RegExp(`^-A ${chain} -j KUBE-FIREWALL$`, "m").test(have));
    if (jumps.length > 0)
      ns.iptablesRestore(`*filter\n${jumps.map((chain) => `-I ${chain} -j KUBE-FIREWALL`).join("\n")}\nCOMMIT\n`, { noflush: true });
    klogS(p, "I", "kubelet_network_linux.go:54", "Initialized iptables rules.", { protocol: "IPv4" });
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Ended" || error.name === "NotSimulated") throw error;
    klogS(p, "E", "kubelet_network_linux.go:50", "Failed to initialize iptables rules; some functionality may be missing.", {
      err: error.message,
      protocol: "IPv4",
    });
  }
}
