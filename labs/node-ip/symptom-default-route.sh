#!/usr/bin/env bash
# Succeeds when this machine is registered with the address of its default route's interface.
set -euo pipefail
device=$(ip -4 route show default | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
address=$(ip -o -4 addr show dev "$device" | awk '{ sub("/.*", "", $4); print $4; exit }')
seen=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node "$(hostname)" \
  -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
echo "registered: $seen; $device has $address"
[ "$seen" = "$address" ]
