#!/usr/bin/env bash
# Makes an Ubuntu machine fit for kubeadm: names, swap, kernel modules, sysctls. Run as root; may be run again.
#   HOSTS      lines for /etc/hosts, separated by semicolons: "192.168.56.11 controlplane;192.168.56.21 worker1"
#   NODE_KEY, NODE_KEY_PUBLIC   optional: a key pair that lets every node log in on every other, so that `ssh worker1` works
set -euo pipefail

: "${HOSTS:?}"

# Every node knows the others by name. Ubuntu's own line 127.0.1.1 NAME would make the kubelet and etcd take a loopback address.
sed -i -e "/^127\.0\.[0-9.]*[[:space:]].*\b$(hostname)\b/d" -e '/# kubemend$/d' /etc/hosts
if ! grep -q '^127\.0\.0\.1' /etc/hosts; then
  echo '127.0.0.1 localhost' >>/etc/hosts
fi
tr ';' '\n' <<<"$HOSTS" | sed 's/$/ # kubemend/' >>/etc/hosts

# The kubelet refuses to run with swap on; /etc/fstab keeps it off after a reboot.
swapoff -a
sed -i '/^[^#].*[[:space:]]swap[[:space:]]/s/^/# /' /etc/fstab

cat >/etc/modules-load.d/kubernetes.conf <<'MODULES'
overlay
br_netfilter
MODULES
# a machine that shares its host's kernel, as a container does, has them from there and could not load them
grep -qw overlay /proc/filesystems || modprobe overlay
[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || modprobe br_netfilter

cat >/etc/sysctl.d/90-kubernetes.conf <<'SYSCTL'
net.bridge.bridge-nf-call-iptables  = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward                 = 1
SYSCTL
sysctl --system >/dev/null

if [ -n "${NODE_KEY:-}" ]; then
  for home in /root /home/vagrant; do
    [ -d "$home" ] || continue
    install -d -m 700 "$home/.ssh"
    printf '%s\n' "$NODE_KEY" >"$home/.ssh/id_ed25519"
    chmod 600 "$home/.ssh/id_ed25519"
    printf '%s\n' "$NODE_KEY_PUBLIC" >"$home/.ssh/id_ed25519.pub"
    touch "$home/.ssh/authorized_keys"
    grep -qF "$NODE_KEY_PUBLIC" "$home/.ssh/authorized_keys" || printf '%s\n' "$NODE_KEY_PUBLIC" >>"$home/.ssh/authorized_keys"
    chmod 600 "$home/.ssh/authorized_keys"
    chown -R "$(stat -c %u:%g "$home")" "$home/.ssh"
  done
  printf 'Host *\n  StrictHostKeyChecking accept-new\n' >/etc/ssh/ssh_config.d/10-nodes.conf
fi
