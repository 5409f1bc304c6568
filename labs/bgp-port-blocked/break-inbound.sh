#!/usr/bin/env bash
# Only what comes in.
set -euo pipefail
iptables -I INPUT 1 -p tcp --dport 179 -j DROP
