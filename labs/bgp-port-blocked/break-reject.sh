#!/usr/bin/env bash
set -euo pipefail
iptables -I INPUT 1 -p tcp --dport 179 -j REJECT
iptables -I OUTPUT 1 -p tcp --dport 179 -j REJECT
