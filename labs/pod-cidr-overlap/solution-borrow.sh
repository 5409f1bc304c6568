#!/usr/bin/env bash
# A node without a block of its own may take single addresses from another node's.
set -euo pipefail
calicoctl ipam configure --strictaffinity=false
