#!/usr/bin/env bash
# docker reads its file when it starts; a reload is not enough for this setting.
set -euo pipefail
sed -i 's/native.cgroupdriver=systemd/native.cgroupdriver=cgroupfs/' /etc/docker/daemon.json
systemctl reload docker
systemctl restart kubelet
