#!/usr/bin/env bash
set -euo pipefail
systemctl daemon-reload
systemctl restart docker
systemctl restart kubelet
