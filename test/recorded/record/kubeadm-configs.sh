#!/usr/bin/env bash
# Writes the files that the kubeadm recordings name: /root/c.yaml, /root/bad*.yaml. The replay runs this script too.
set -euo pipefail
cd /root
cluster='kind: ClusterConfiguration
kubernetesVersion: v1.20.2'
v2='apiVersion: kubeadm.k8s.io/v1beta2'
printf '%s\n' "$v2" "$cluster" >c.yaml
printf '%s\n' "$v2" "$cluster" 'networking:' '  podSubnets: 172.16.0.0/16' >bad1.yaml
printf '%s\n' 'apiVersion: kubeadm.k8s.io/v1beta3' "$cluster" >bad2.yaml
printf '%s\n' 'apiVersion: kubeadm.k8s.io/v1beta1' "$cluster" >bad3.yaml
printf 'kind: ClusterConfiguration\n kubernetesVersion: v1.20.2\n' >bad4.yaml
printf '%s\n' "$v2" 'kind: ClusterConfig' 'kubernetesVersion: v1.20.2' >bad5.yaml
printf '%s\n' "$v2" "$cluster" 'networking:' '  podSubnet: [172.16.0.0/16]' >bad6.yaml
: >bad7.yaml
printf '%s\n' "$v2" "$cluster" --- 'apiVersion: kubelet.config.k8s.io/v1beta1' 'kind: KubeletConfiguration' 'cgroupDriverr: systemd' >bad8.yaml
