#!/usr/bin/env bash
set -euo pipefail
iptables -A INPUT -p tcp --dport 179 -j ACCEPT
iptables -A OUTPUT -p tcp --dport 179 -j ACCEPT
