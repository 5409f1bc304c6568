#!/usr/bin/env bash
set -euo pipefail
sed -i 's|^\( *config_path = \)\(/.*\)|\1"\2"|' /etc/containerd/config.toml
systemctl restart containerd
