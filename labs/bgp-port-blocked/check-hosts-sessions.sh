#!/usr/bin/env bash
# Succeeds when BIRD on this node has all its sessions, two at least.
set -euo pipefail
birdc show protocols | awk '{ print } $2 == "BGP" { all++ } $2 == "BGP" && $NF == "Established" { up++ } END { exit all < 2 || up != all }'
