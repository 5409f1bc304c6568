#!/usr/bin/env bash
# Installs containerd from Ubuntu's archive and sets it up for the kubelet. Run as root; may be run again.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

if ! dpkg -s containerd ca-certificates curl gnupg >/dev/null 2>&1; then
  dpkg --configure -a
  apt-get update -qq
  apt-get install -y -qq containerd ca-certificates curl gnupg >/dev/null
fi

# Ubuntu boots with systemd as the one cgroup manager, so runc must ask systemd for its cgroups, as the kubelet does.
mkdir -p /etc/containerd
containerd config default | sed 's/SystemdCgroup = false/SystemdCgroup = true/' >/etc/containerd/config.toml.new
if ! cmp -s /etc/containerd/config.toml.new /etc/containerd/config.toml; then
  mv /etc/containerd/config.toml.new /etc/containerd/config.toml
  systemctl restart containerd
fi
rm -f /etc/containerd/config.toml.new
systemctl enable -q --now containerd
