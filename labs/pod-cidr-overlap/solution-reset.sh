#!/usr/bin/env bash
# kubeadm takes away what it made; what the pod network left behind goes by hand.
set -euo pipefail
kubeadm reset -f
rm -rf /etc/cni/net.d/*
iptables -F && iptables -t nat -F && iptables -t mangle -F && iptables -X
ip route flush proto bird
