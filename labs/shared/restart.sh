#!/usr/bin/env bash
# Restarts units: UNITS, in this order.
set -euo pipefail
read -ra units <<<"$UNITS"
systemctl restart "${units[@]}"
