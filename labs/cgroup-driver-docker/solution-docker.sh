#!/usr/bin/env bash
set -euo pipefail
sed -i 's/native.cgroupdriver=cgroupfs/native.cgroupdriver=systemd/' /etc/docker/daemon.json
systemctl restart docker
systemctl restart kubelet
