/** Kernel parameters under /proc/sys/net of one network namespace. Defaults of Linux 6.8 on a machine with 2 GiB. */

const perInterface: Record<string, string> = {
  accept_local: "0",
  accept_redirects: "1",
  accept_source_route: "0",
  arp_accept: "0",
  arp_announce: "0",
  arp_evict_nocarrier: "1",
  arp_filter: "0",
  arp_ignore: "0",
  arp_notify: "0",
  bc_forwarding: "0",
  disable_policy: "0",
  disable_xfrm: "0",
  drop_gratuitous_arp: "0",
  drop_unicast_in_l2_multicast: "0",
  force_igmp_version: "0",
  forwarding: "0",
  ignore_routes_with_linkdown: "0",
  log_martians: "0",
  mc_forwarding: "0",
  medium_id: "0",
  // systemd's 50-default.conf; new namespaces take it over
  promote_secondaries: "1",
  proxy_arp: "0",
  proxy_arp_pvlan: "0",
  route_localnet: "0",
  rp_filter: "0",
  secure_redirects: "1",
  send_redirects: "1",
  shared_media: "1",
  src_valid_mark: "0",
  tag: "0",
};
const perInterface6: Record<string, string> = {
  accept_dad: "1",
  accept_ra: "1",
  accept_redirects: "1",
  accept_source_route: "0",
  addr_gen_mode: "0",
  autoconf: "1",
  dad_transmits: "1",
  disable_ipv6: "0",
  forwarding: "0",
  hop_limit: "64",
  mtu: "1500",
  proxy_ndp: "0",
  use_tempaddr: "0",
};
const fixed: Record<string, string> = {
  "net/core/somaxconn": "4096",
  "net/core/rmem_default": "212992",
  "net/core/rmem_max": "212992",
  "net/core/wmem_default": "212992",
  "net/core/wmem_max": "212992",
  "net/core/netdev_max_backlog": "1000",
  "net/core/default_qdisc": "fq_codel",
  "net/core/bpf_jit_enable": "1",
  "net/core/bpf_jit_harden": "0",
  "net/ipv4/fib_multipath_hash_policy": "0",
  "net/ipv4/icmp_echo_ignore_all": "0",
  "net/ipv4/icmp_echo_ignore_broadcasts": "1",
  "net/ipv4/icmp_errors_use_inbound_ifaddr": "0",
  "net/ipv4/icmp_ignore_bogus_error_responses": "1",
  "net/ipv4/icmp_ratelimit": "1000",
  "net/ipv4/ip_default_ttl": "64",
  "net/ipv4/ip_dynaddr": "0",
  "net/ipv4/ip_forward": "0",
  "net/ipv4/ip_local_port_range": "32768\t60999",
  "net/ipv4/ip_local_reserved_ports": "",
  "net/ipv4/ip_no_pmtu_disc": "0",
  "net/ipv4/ip_nonlocal_bind": "0",
  "net/ipv4/ip_unprivileged_port_start": "1024",
  "net/ipv4/ping_group_range": "1\t0",
  "net/ipv4/tcp_congestion_control": "cubic",
  "net/ipv4/tcp_ecn": "2",
  "net/ipv4/tcp_fin_timeout": "60",
  "net/ipv4/tcp_keepalive_intvl": "75",
  "net/ipv4/tcp_keepalive_probes": "9",
  "net/ipv4/tcp_keepalive_time": "7200",
  "net/ipv4/tcp_max_syn_backlog": "128",
  "net/ipv4/tcp_max_tw_buckets": "8192",
  "net/ipv4/tcp_mtu_probing": "0",
  "net/ipv4/tcp_orphan_retries": "0",
  "net/ipv4/tcp_retries1": "3",
  "net/ipv4/tcp_retries2": "15",
  "net/ipv4/tcp_rmem": "4096\t131072\t6291456",
  "net/ipv4/tcp_sack": "1",
  "net/ipv4/tcp_syn_retries": "6",
  "net/ipv4/tcp_synack_retries": "5",
  "net/ipv4/tcp_syncookies": "1",
  "net/ipv4/tcp_timestamps": "1",
  "net/ipv4/tcp_tw_reuse": "2",
  "net/ipv4/tcp_window_scaling": "1",
  "net/ipv4/tcp_wmem": "4096\t16384\t4194304",
  "net/ipv4/neigh/default/gc_thresh1": "128",
  "net/ipv4/neigh/default/gc_thresh2": "512",
  "net/ipv4/neigh/default/gc_thresh3": "1024",
  "net/ipv4/vs/conntrack": "0",
  "net/ipv6/bindv6only": "0",
  "net/netfilter/nf_conntrack_acct": "0",
  "net/netfilter/nf_conntrack_buckets": "16384",
  "net/netfilter/nf_conntrack_checksum": "1",
  "net/netfilter/nf_conntrack_generic_timeout": "600",
  "net/netfilter/nf_conntrack_icmp_timeout": "30",
  "net/netfilter/nf_conntrack_max": "65536",
  "net/netfilter/nf_conntrack_tcp_be_liberal": "0",
  "net/netfilter/nf_conntrack_tcp_loose": "1",
  "net/netfilter/nf_conntrack_tcp_timeout_close": "10",
  "net/netfilter/nf_conntrack_tcp_timeout_close_wait": "60",
  "net/netfilter/nf_conntrack_tcp_timeout_established": "432000",
  "net/netfilter/nf_conntrack_tcp_timeout_fin_wait": "120",
  "net/netfilter/nf_conntrack_tcp_timeout_last_ack": "30",
  "net/netfilter/nf_conntrack_tcp_timeout_syn_recv": "60",
  "net/netfilter/nf_conntrack_tcp_timeout_syn_sent": "120",
  "net/netfilter/nf_conntrack_tcp_timeout_time_wait": "120",
  "net/netfilter/nf_conntrack_udp_timeout": "30",
  "net/netfilter/nf_conntrack_udp_timeout_stream": "120",
  "net/unix/max_dgram_qlen": "512",
};
/** Present while br_netfilter is loaded. */
const bridge: Record<string, string> = {
  "net/bridge/bridge-nf-call-arptables": "1",
  "net/bridge/bridge-nf-call-ip6tables": "1",
  "net/bridge/bridge-nf-call-iptables": "1",
  "net/bridge/bridge-nf-filter-pppoe-tagged": "0",
  "net/bridge/bridge-nf-filter-vlan-tagged": "0",
  "net/bridge/bridge-nf-pass-vlan-input-dev": "0",
};
const readOnly = new Set(["net/netfilter/nf_conntrack_count"]);

/** Namespaced parameters and their values; `net/ipv4/conf/<interface>/<key>` for every interface, `all` and `default`. */
export class Sysctls {
  readonly #values: Record<string, string>;
  readonly #interfaces: () => string[];
  readonly #bridge: () => boolean;
  /** Called after a change. */
  changed: () => void = () => undefined;

  constructor(values: Record<string, string>, interfaces: () => string[], bridgeLoaded: () => boolean) {
    this.#values = values;
    this.#interfaces = interfaces;
    this.#bridge = bridgeLoaded;
  }

  /** undefined when there is no such file. */
  get(path: string): string | undefined {
    const conf = /^net\/(ipv4|ipv6)\/conf\/([^/]+)\/([^/]+)$/.exec(path);
    if (conf) {
      const table = conf[1] === "ipv4" ? perInterface : perInterface6;
      const fallback = table[conf[3]!];
      if (fallback === undefined || !(conf[2] === "all" || conf[2] === "default" || this.#interfaces().includes(conf[2]!)))
        return undefined;
      return (
        this.#values[path] ??
        (conf[2] === "all" || conf[2] === "default" ? fallback : (this.#values[`net/${conf[1]}/conf/default/${conf[3]}`] ?? fallback))
      );
    }
    if (path.startsWith("net/bridge/"))
      return this.#bridge() ? (path in bridge ? (this.#values[path] ?? bridge[path]) : undefined) : undefined;
    if (path in fixed) return this.#values[path] ?? fixed[path];
    return undefined;
  }

  /** Throws nothing: false when there is no such file or it cannot be written. */
  set(path: string, value: string): boolean {
    if (this.get(path) === undefined || readOnly.has(path)) return false;
    this.#values[path] = value;
    if (path === "net/ipv4/ip_forward" || path === "net/ipv4/conf/all/forwarding") {
      const on = value.trim() === "0" ? "0" : "1";
      this.#values["net/ipv4/ip_forward"] = on;
      for (const name of ["all", "default", ...this.#interfaces()]) this.#values[`net/ipv4/conf/${name}/forwarding`] = on;
    }
    this.changed();
    return true;
  }

  /** An interface that is made copies the defaults of this moment (devinet.c). */
  copyDefaults(name: string): void {
    for (const [path, value] of Object.entries(this.#values)) {
      const match = /^net\/(ipv4|ipv6)\/conf\/default\/(.+)$/.exec(path);
      if (match) this.#values[`net/${match[1]}/conf/${name}/${match[2]}`] = value;
    }
    for (const key of Object.keys(perInterface)) this.#values[`net/ipv4/conf/${name}/${key}`] ??= perInterface[key]!;
    this.changed();
  }

  forget(name: string): void {
    for (const path of Object.keys(this.#values))
      if (path.startsWith(`net/ipv4/conf/${name}/`) || path.startsWith(`net/ipv6/conf/${name}/`)) delete this.#values[path];
    this.changed();
  }

  rename(from: string, to: string): void {
    for (const path of Object.keys(this.#values)) {
      const match = /^net\/(ipv4|ipv6)\/conf\/([^/]+)\/(.+)$/.exec(path);
      if (match?.[2] !== from) continue;
      this.#values[`net/${match[1]}/conf/${to}/${match[3]}`] = this.#values[path]!;
      delete this.#values[path];
    }
    this.changed();
  }

  /** All paths that exist, sorted. */
  paths(): string[] {
    const out = Object.keys(fixed);
    if (this.#bridge()) out.push(...Object.keys(bridge));
    for (const name of ["all", "default", ...this.#interfaces()]) {
      out.push(...Object.keys(perInterface).map((key) => `net/ipv4/conf/${name}/${key}`));
      out.push(...Object.keys(perInterface6).map((key) => `net/ipv6/conf/${name}/${key}`));
    }
    return out.sort();
  }
}
