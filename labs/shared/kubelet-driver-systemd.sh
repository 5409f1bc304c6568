#!/usr/bin/env bash
# Sets the cgroup driver of the kubelet to systemd.
set -euo pipefail
sed -i 's/^cgroupDriver: .*/cgroupDriver: systemd/' /var/lib/kubelet/config.yaml
systemctl restart kubelet
