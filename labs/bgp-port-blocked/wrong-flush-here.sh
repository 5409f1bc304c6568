#!/usr/bin/env bash
# Opens everything on the node that looks sick; the cause is elsewhere.
set -euo pipefail
iptables -I INPUT 1 -p tcp --dport 179 -j ACCEPT
iptables -I OUTPUT 1 -p tcp --dport 179 -j ACCEPT
