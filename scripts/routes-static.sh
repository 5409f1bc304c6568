#!/usr/bin/env bash
# Sets a route to each other node's pods. Run as root on every node; may be run again.
#   NODE     this machine's name in the cluster
#   RANGES   lines "NAME ADDRESS RANGE", one a node: "worker1 192.168.56.21 10.244.1.0/24"
set -euo pipefail

: "${NODE:?}" "${RANGES:?}"

# A unit rather than a file of netplan, networkd or ifupdown: machines differ in which of them they have, and in the name
# of the interface, which the kernel finds by the gateway's address.
{
  printf '[Unit]\nDescription=Routes to the pods of other nodes\nWants=network-online.target\nAfter=network-online.target\n\n'
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\n'
  while read -r name address range; do
    [ "$name" = "$NODE" ] || printf 'ExecStart=/sbin/ip route replace %s via %s\nExecStop=-/sbin/ip route delete %s via %s\n' \
      "$range" "$address" "$range" "$address"
  done <<<"$RANGES"
  printf '\n[Install]\nWantedBy=multi-user.target\n'
} >/etc/systemd/system/pod-routes.service.new
# a cluster of one node has none to reach
if ! grep -q '^ExecStart=' /etc/systemd/system/pod-routes.service.new; then
  rm /etc/systemd/system/pod-routes.service.new
  exit 0
fi
mv /etc/systemd/system/pod-routes.service.new /etc/systemd/system/pod-routes.service
systemctl daemon-reload
systemctl enable -q pod-routes.service
systemctl restart pod-routes.service
