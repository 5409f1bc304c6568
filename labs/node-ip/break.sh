#!/usr/bin/env bash
# The template for new machines: the name means what it means there, the kubelet gets no address.
#   NAME_MEANS   the address that /etc/hosts gives to the machine's own name
set -euo pipefail
: "${NAME_MEANS:?}"
name=$(hostname)
sed -i "/^[0-9].*[[:space:]]$name\b/d" /etc/hosts
echo "$NAME_MEANS $name" >>/etc/hosts
sed -i 's/ *--node-ip=[^ "]*//' /etc/default/kubelet /var/lib/kubelet/kubeadm-flags.env
systemctl restart kubelet
