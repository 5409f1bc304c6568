#!/usr/bin/env bash
# Puts this node's pods on a bridge, with addresses out of the range that the cluster gave the node. Run as root on every
# node once it has joined; may be run again. Routes to the other nodes are routes-static.sh's or routes-bird.sh's.
#   NODE   this machine's name in the cluster
#   PODS   pod network, "10.244.0.0/16"
set -euo pipefail

: "${NODE:?}" "${PODS:?}"

# a node may read itself with the kubelet's credentials; its range comes soon after it has joined
for _ in $(seq 60); do
  range=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node "$NODE" -o 'jsonpath={.spec.podCIDR}' 2>/dev/null) || range=
  [ -n "$range" ] && break
  sleep 1
done
if [ -z "$range" ]; then
  echo "node $NODE has no podCIDR: does kube-controller-manager run with --allocate-node-cidrs, and is there room in $PODS?" >&2
  exit 1
fi

# A bridge that is left of an earlier cluster has another address perhaps, and the plugin refuses it then.
if [ -d /sys/class/net/cni0 ] && [ -z "$(ip -4 -o address show dev cni0 to "$range")" ]; then
  ip link delete cni0
fi

# Between nodes pods keep their addresses, so the plugin's own ipMasq, which spares this node's range only, stays off.
mkdir -p /etc/cni/net.d
cat >/etc/cni/net.d/10-bridge.conflist.new <<CNI
{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "cni0",
      "isGateway": true,
      "ipMasq": false,
      "hairpinMode": true,
      "ipam": {
        "type": "host-local",
        "ranges": [[{ "subnet": "$range" }]],
        "routes": [{ "dst": "0.0.0.0/0" }]
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
CNI
mv /etc/cni/net.d/10-bridge.conflist.new /etc/cni/net.d/10-bridge.conflist

# What leaves the pod network gets the node's address; and pods' packets pass through the node also where something (docker, a
# firewall) has set FORWARD's policy to DROP. A unit, because rules do not survive a reboot by themselves.
rule() {
  printf "ExecStart=/bin/sh -c 'iptables -w %s -C %s 2>/dev/null || iptables -w %s -A %s'\n" "$1" "$2" "$1" "$2"
  printf "ExecStop=-/bin/sh -c 'iptables -w %s -D %s'\n" "$1" "$2"
}
cat >/etc/systemd/system/pod-firewall.service <<UNIT
[Unit]
Description=Firewall rules for the pod network $PODS
After=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
$(rule '-t nat' "POSTROUTING -s $range ! -d $PODS -j MASQUERADE")
$(rule '-t filter' "FORWARD -s $PODS -j ACCEPT")
$(rule '-t filter' "FORWARD -d $PODS -j ACCEPT")

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable -q pod-firewall.service
systemctl restart pod-firewall.service
