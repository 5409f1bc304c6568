#!/usr/bin/env bash
# Only what goes out.
set -euo pipefail
iptables -I OUTPUT 1 -p tcp --dport 179 -j REJECT
