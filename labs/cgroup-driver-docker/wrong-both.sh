#!/usr/bin/env bash
# Each side is changed to what the other was.
set -euo pipefail
sed -i 's/native.cgroupdriver=cgroupfs/native.cgroupdriver=systemd/' /etc/docker/daemon.json
sed -i 's/^cgroupDriver: .*/cgroupDriver: cgroupfs/' /var/lib/kubelet/config.yaml
systemctl restart docker
systemctl restart kubelet
