#!/usr/bin/env bash
# Succeeds when another node does not answer on TCP 22.
set -u
for node in worker1 worker2; do
  nc -z -w 3 "$node" 22 || {
    echo "$node does not answer"
    exit 0
  }
done
exit 1
