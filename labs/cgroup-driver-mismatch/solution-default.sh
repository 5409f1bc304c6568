#!/usr/bin/env bash
set -euo pipefail
containerd config default | sed 's/SystemdCgroup = .*/SystemdCgroup = true/' >/etc/containerd/config.toml
systemctl restart containerd kubelet
