#!/usr/bin/env bash
set -euo pipefail
for node in controlplane worker1 worker2; do
  nc -z -w 3 "$node" 22 || {
    echo "$node does not answer on TCP 22"
    exit 1
  }
done
curl -sk -m 5 -o /dev/null "https://controlplane:6443/version" || {
  echo "the API server does not answer"
  exit 1
}
echo "all nodes answer"
