#!/usr/bin/env bash
set -euo pipefail
kubeadm reset -f
rm -rf /etc/cni/net.d
iptables -F && iptables -t nat -F && iptables -t mangle -F && iptables -X
ip route show | { grep bird || true; } | while read -r route; do
  # shellcheck disable=SC2086 -- the route is a list of words
  ip route del $route || true
done
