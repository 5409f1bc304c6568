#!/usr/bin/env bash
# docker follows the kubelet: both through cgroupfs.
set -euo pipefail
sed -i 's/native.cgroupdriver=systemd/native.cgroupdriver=cgroupfs/' /etc/docker/daemon.json
systemctl restart docker
systemctl restart kubelet
