#!/usr/bin/env bash
# Both sides as they were, whichever of them was changed.
set -euo pipefail
sed -i 's/native.cgroupdriver=cgroupfs/native.cgroupdriver=systemd/' /etc/docker/daemon.json
sed -i 's/^cgroupDriver: .*/cgroupDriver: systemd/' /var/lib/kubelet/config.yaml
systemctl restart docker kubelet
