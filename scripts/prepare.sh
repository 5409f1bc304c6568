#!/usr/bin/env bash
# Makes an Ubuntu machine fit for kubeadm: swap, kernel modules, sysctls. Run as root; may be run again.
set -euo pipefail

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
# of a container's sysctls many are read-only; what counts is that these have their values
sysctl --system >/dev/null 2>&1 || sysctl -p /etc/sysctl.d/90-kubernetes.conf >/dev/null
