#!/usr/bin/env bash
# Both sides as they were, whichever of them was changed.
set -euo pipefail
sed -i 's/SystemdCgroup = false/SystemdCgroup = true/' /etc/containerd/config.toml
sed -i 's/^cgroupDriver: .*/cgroupDriver: systemd/' /var/lib/kubelet/config.yaml
systemctl restart containerd kubelet
