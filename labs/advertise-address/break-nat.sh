#!/usr/bin/env bash
# The address of the default route's interface.
set -euo pipefail
device=$(ip -4 route show default | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
address=$(ip -o -4 addr show dev "$device" | awk '{ sub("/.*", "", $4); print $4; exit }')
if grep -q -- "--advertise-address=$address$" /etc/kubernetes/manifests/kube-apiserver.yaml; then
  echo "this machine has one network only: its default route is on the nodes' network"
  exit 1
fi
sed -i "s/--advertise-address=.*/--advertise-address=$address/" /etc/kubernetes/manifests/kube-apiserver.yaml
