#!/usr/bin/env bash
# Succeeds when a new pod of this node starts, with its processes in the control group that the kubelet made for the pod.
# A static pod: it needs nothing but the kubelet and docker.
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
container=
for _ in $(seq 1 24); do
  container=$(docker ps -q --filter name=k8s_group-probe_ | head -n 1)
  [ -n "$container" ] && break
  sleep 2
done
if [ -z "$container" ]; then
  echo "a new pod did not start within 48 seconds"
  exit 1
fi
pid=$(docker inspect -f '{{.State.Pid}}' "$container")
# cgroup v1 has a hierarchy for each controller, v2 only one
group=$(sed -n 's/^[0-9]*:memory://p' "/proc/$pid/cgroup")
[ -n "$group" ] || group=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
echo "its processes are in $group"
# both drivers put a pod below kubepods, each in its own way
[[ $group == /kubepods* ]]
