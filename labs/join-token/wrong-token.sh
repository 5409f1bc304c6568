#!/usr/bin/env bash
set -uo pipefail
token=$(kubeadm token create --ttl 1h)
ssh -o StrictHostKeyChecking=accept-new worker1 "$(ssh worker1 tail -n 1 /root/join.sh | sed "s/--token [^ ]*/--token $token/")"
exit 0
