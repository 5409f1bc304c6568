#!/usr/bin/env bash
# The kubelet's configuration from an old template.
set -euo pipefail
sed -i 's/^cgroupDriver: .*/cgroupDriver: cgroupfs/' /var/lib/kubelet/config.yaml
systemctl restart kubelet
