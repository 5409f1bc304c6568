#!/usr/bin/env bash
set -euo pipefail
sed -i 's|^disabled_plugins = .*|disabled_plugins = []|' /etc/containerd/config.toml
systemctl restart containerd
