#!/usr/bin/env bash
# The command of the wiki, which was right once.
#   FAULT   what has changed since: "token" or "hash"
set -euo pipefail
: "${FAULT:?}"
export KUBECONFIG=/etc/kubernetes/admin.conf
# tokens of the installation would do as well
kubectl -n kube-system delete secrets --field-selector type=bootstrap.kubernetes.io/token >/dev/null
command=$(kubeadm token create --print-join-command 2>/dev/null)
if [ "$FAULT" = hash ]; then
  command=$(sed "s/sha256:[0-9a-f]*/sha256:$(echo 'the cluster before this one' | sha256sum | cut -d' ' -f1)/" <<<"$command")
else
  kubectl -n kube-system delete secrets --field-selector type=bootstrap.kubernetes.io/token >/dev/null
fi
printf '#!/bin/sh\n# from the wiki: "Adding a machine"\n%s\n' "$command" |
  ssh -o StrictHostKeyChecking=accept-new worker1 'cat >/root/join.sh && chmod 700 /root/join.sh'
