#!/usr/bin/env bash
set -euo pipefail
sed -i 's/^cgroupDriver: .*/cgroupDriver: systemd/' /var/lib/kubelet/config.yaml
systemctl restart kubelet
