#!/usr/bin/env bash
# The address is the one from which this machine reaches the API server.
set -euo pipefail
server=$(sed -n 's|.*server: https://\(.*\):[0-9]*$|\1|p' /etc/kubernetes/kubelet.conf)
target=$(getent ahostsv4 "$server" | awk '{ print $1; exit }')
address=$(ip -4 route get "$target" | sed -n 's/.* src \([0-9.]*\).*/\1/p')
echo "KUBELET_EXTRA_ARGS=--node-ip=$address" >/etc/default/kubelet
systemctl restart kubelet
