#!/usr/bin/env bash
# A new join command from the control plane, over SSH between the nodes.
set -euo pipefail
join=$(ssh controlplane kubeadm token create --print-join-command)
address=$(awk -F'node-ip=' '{ print $2; exit }' /etc/default/kubelet)
[ -n "$address" ]
$join --node-name "$(hostname)"
