#!/usr/bin/env bash
# Takes this machine out of its cluster: kubeadm reset, the pod network's files, and what bring-up wrote. Run as root; may be run again.
# Packages, swap (commented out in /etc/fstab) and the machine's name stay as they are.
#   CRI_SOCKET   kubeadm's criSocket
#   ROLE         "controlplane", "worker" or "loadbalancer"
set -euo pipefail

: "${CRI_SOCKET:?}" "${ROLE:?}"

if command -v kubeadm >/dev/null; then
  kubeadm reset --force --cri-socket "$CRI_SOCKET"
fi
if [ "$ROLE" = loadbalancer ]; then systemctl disable -q --now haproxy; fi
for unit in pod-firewall pod-routes; do
  if systemctl cat "$unit" >/dev/null 2>&1; then systemctl disable -q --now "$unit"; fi
done
rm -rf /etc/cni/net.d /etc/kubernetes /etc/default/kubelet /etc/crictl.yaml
rm -f /etc/modules-load.d/kubernetes.conf /etc/sysctl.d/90-kubernetes.conf /etc/ssh/ssh_config.d/10-nodes.conf \
  /etc/apt/apt.conf.d/90-wait-for-lock
sed -i '/# kubemend$/d' /etc/hosts
for home in /root "$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)"; do
  rm -f "$home/.ssh/id_kubemend" "$home/.ssh/id_kubemend.pub"
  if [ -f "$home/.kube/config.before-kubeadm" ]; then
    mv "$home/.kube/config.before-kubeadm" "$home/.kube/config"
  else
    rm -f "$home/.kube/config"
  fi
done
