#!/usr/bin/env bash
# Joins again, unless that was done.
set -euo pipefail
rm -f /root/join.sh
if [ -f /etc/kubernetes/kubelet.conf ]; then
  exit 0
fi
control_plane=$({ getent hosts controlplane || getent hosts controlplane1; } | awk '{ print $1; exit }')
command=$(ssh -o StrictHostKeyChecking=accept-new "$control_plane" kubeadm token create --ttl 1h --print-join-command)
$command
