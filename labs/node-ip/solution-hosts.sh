#!/usr/bin/env bash
# Without --node-ip the kubelet asks what the machine's name means: so it has to mean the right thing. The other machines know.
set -euo pipefail
name=$(hostname)
control_plane=$({ getent hosts controlplane || getent hosts controlplane1; } | awk '{ print $1; exit }')
address=$(ssh -o StrictHostKeyChecking=accept-new "$control_plane" getent ahostsv4 "$name" | awk '{ print $1; exit }')
sed -i "/^[0-9].*[[:space:]]$name\b/d" /etc/hosts
echo "$address $name" >>/etc/hosts
systemctl restart kubelet
