#!/usr/bin/env bash
set -euo pipefail
ip route | grep bird
address=$(ip -o -4 addr show | awk '$2 != "lo" && $4 !~ /^10\.0\.2\./ && $4 ~ /\/24$/ { print $4; exit }')
prefix=${address%.*}
ip route | grep bird | grep -q "${prefix//./\\.}\."
