#!/usr/bin/env bash
# The kubelet follows docker: both through cgroupfs. It works, though systemd then has a second manager beside itself.
set -euo pipefail
sed -i 's/^cgroupDriver: .*/cgroupDriver: cgroupfs/' /var/lib/kubelet/config.yaml
systemctl restart kubelet
