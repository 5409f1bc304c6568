#!/usr/bin/env bash
# The parts one by one. The address of the API server is still right in the old command.
set -euo pipefail
endpoint=$(sed -n 's/^kubeadm join \([^ ]*\).*/\1/p' /root/join.sh)
control_plane=$({ getent hosts controlplane || getent hosts controlplane1; } | awk '{ print $1; exit }')
on() { ssh -o StrictHostKeyChecking=accept-new "$control_plane" "$@"; }
token=$(on kubeadm token create --ttl 1h)
hash=$(on cat /etc/kubernetes/pki/ca.crt | openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | sha256sum | cut -d' ' -f1)
kubeadm join "$endpoint" --token "$token" --discovery-token-ca-cert-hash "sha256:$hash"
