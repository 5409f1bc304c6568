#!/usr/bin/env bash
# worker2 is healthy: its file is the right one here too.
set -euo pipefail
ssh -o StrictHostKeyChecking=accept-new worker2 cat /etc/containerd/config.toml >/tmp/config.toml
cp /tmp/config.toml /etc/containerd/config.toml
systemctl restart containerd kubelet
