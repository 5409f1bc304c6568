#!/usr/bin/env bash
# A hardening script that forgot about BGP.
set -euo pipefail
iptables -I INPUT 1 -p tcp --dport 179 -j DROP
iptables -I OUTPUT 1 -p tcp --dport 179 -j DROP
