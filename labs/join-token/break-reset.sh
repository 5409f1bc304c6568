#!/usr/bin/env bash
set -euo pipefail
kubeadm reset --force
