#!/usr/bin/env bash
# Takes this machine out of its cluster: kubeadm reset, the pod network, and what bring-up wrote. Run as root; may be run again.
# Packages, swap (commented out in /etc/fstab) and the machine's name stay as they are.
#   CRI_SOCKET        kubeadm's criSocket
#   ROLE              "controlplane", "worker" or "loadbalancer"
#   NODE_KEY_PUBLIC   optional: the key with which the nodes logged in on each other
set -euo pipefail

: "${CRI_SOCKET:?}" "${ROLE:?}"

if command -v kubeadm >/dev/null; then
  kubeadm reset --force --cri-socket "$CRI_SOCKET"
fi
if [ "$ROLE" = loadbalancer ]; then systemctl disable -q --now haproxy; fi
for unit in pod-firewall pod-routes; do
  if systemctl cat "$unit" >/dev/null 2>&1; then systemctl disable -q --now "$unit"; fi
  rm -f "/etc/systemd/system/$unit.service"
done
systemctl daemon-reload

# Only what is in it: containerd watches the folder itself, and does not see a new one of the same name
# (https://github.com/containerd/containerd/issues/6490).
rm -rf /etc/cni/net.d/*
rm -rf /etc/kubernetes /etc/default/kubelet /etc/crictl.yaml
# the next cluster may give this node another range, and the bridge plugin refuses a bridge that has an address already
for link in cni0 flannel.1 vxlan.calico; do
  if ip link show "$link" >/dev/null 2>&1; then ip link delete "$link"; fi
done
ip route flush proto bird
rm -f /etc/modules-load.d/kubernetes.conf /etc/sysctl.d/90-kubernetes.conf /etc/ssh/ssh_config.d/10-nodes.conf \
  /etc/apt/apt.conf.d/90-wait-for-lock
sed -i '/# kubemend$/d' /etc/hosts
# the name that it keeps has to mean something: sudo complains otherwise
grep -qw -- "$(hostname)" /etc/hosts || echo "127.0.1.1 $(hostname)" >>/etc/hosts

# services get back the settings that they had
for config in /etc/haproxy/haproxy.cfg /etc/bird/bird.conf /etc/containerd/config.toml /etc/docker/daemon.json; do
  if [ -f "$config-org" ]; then
    cat "$config-org" >"$config"
    rm "$config-org"
    unit=$(basename "$(dirname "$config")")
    if systemctl is-active -q "$unit"; then systemctl restart "$unit"; fi
  fi
done

for home in /root "$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)"; do
  for key in "$home/.ssh/id_ed25519" "$home/.ssh/id_kubemend"; do
    if [ -n "${NODE_KEY_PUBLIC:-}" ] && grep -qsF "$NODE_KEY_PUBLIC" "$key.pub"; then rm -f "$key" "$key.pub"; fi
  done
  if [ -n "${NODE_KEY_PUBLIC:-}" ] && grep -qsF "$NODE_KEY_PUBLIC" "$home/.ssh/authorized_keys"; then
    others=$(grep -vF "$NODE_KEY_PUBLIC" "$home/.ssh/authorized_keys" || true)
    # the file keeps its owner and mode
    { [ -z "$others" ] || printf '%s\n' "$others"; } >"$home/.ssh/authorized_keys"
  fi
  if [ -f "$home/.kube/config.before-kubeadm" ]; then
    mv "$home/.kube/config.before-kubeadm" "$home/.kube/config"
  else
    rm -f "$home/.kube/config"
  fi
done
