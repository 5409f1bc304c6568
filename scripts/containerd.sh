#!/usr/bin/env bash
# Installs containerd from Docker's repository and sets it up for the kubelet. Run as root; may be run again.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

if ! command -v containerd >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq ca-certificates curl gnupg >/dev/null
  install -m 0755 -d /etc/apt/keyrings
  curl -fsSL https://download.docker.com/linux/ubuntu/gpg | gpg --dearmor --batch --yes -o /etc/apt/keyrings/docker.gpg
  chmod a+r /etc/apt/keyrings/docker.gpg
  . /etc/os-release
  echo "deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.gpg] https://download.docker.com/linux/ubuntu $VERSION_CODENAME stable" \
    >/etc/apt/sources.list.d/docker.list
  apt-get update -qq
  apt-get install -y -qq containerd.io >/dev/null
fi

# Docker's package ships a config.toml that turns the kubelet's interface off; Ubuntu boots with systemd as cgroup manager.
mkdir -p /etc/containerd
containerd config default >/etc/containerd/config.toml
sed -i 's/SystemdCgroup = false/SystemdCgroup = true/' /etc/containerd/config.toml
systemctl enable -q containerd
systemctl restart containerd
