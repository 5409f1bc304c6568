#!/usr/bin/env bash
# Succeeds when a new pod of this node starts, with its processes in the control group that the kubelet made for the pod.
# A static pod: it needs nothing but the kubelet and the runtime. With:
#   RUNTIME  `docker` where the kubelet's containers are docker's
set -euo pipefail
manifest=/etc/kubernetes/manifests/group-probe.yaml
trap 'rm -f "$manifest"' EXIT
cat >"$manifest" <<'YAML'
apiVersion: v1
kind: Pod
metadata: { name: group-probe, namespace: default }
spec:
  hostNetwork: true
  terminationGracePeriodSeconds: 1
  containers: [{ name: group-probe, image: "busybox:1.35", command: [sleep, "3600"] }]
YAML
if [ "${RUNTIME:-}" = docker ]; then
  sandbox() { docker ps -q --filter name=k8s_POD_group-probe; }
  running() { docker ps -q --filter name=k8s_group-probe_; }
  pid_of() { docker inspect -f '{{.State.Pid}}' "$1"; }
else
  sandbox() { crictl pods --state Ready --name group-probe -q; }
  running() { crictl ps --state Running --name group-probe -q; }
  pid_of() { crictl inspect "$1" | sed -n 's/^ *"pid": \([0-9][0-9]*\),*$/\1/p' | head -n 1; }
fi
# an image may take its time to come, a sandbox does not
container=
for try in $(seq 1 24); do
  container=$(running | head -n 1)
  [ -n "$container" ] && break
  if [ "$try" -eq 6 ] && [ -z "$(sandbox)" ]; then
    echo "a new pod had no sandbox within 12 seconds"
    exit 1
  fi
  sleep 2
done
if [ -z "$container" ]; then
  echo "a new pod did not start within 48 seconds"
  exit 1
fi
pid=$(pid_of "$container")
# cgroup v1 has a hierarchy for each controller, v2 only one
group=$(sed -n 's/^[0-9]*:memory://p' "/proc/$pid/cgroup")
[ -n "$group" ] || group=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
echo "its processes are in $group"
# both drivers put a pod below kubepods, each in its own way
[[ $group == /kubepods* ]]
