#!/usr/bin/env bash
# Succeeds when a new pod becomes ready. Runs on a control plane, with:
#   NODE     the node it must be on; the scheduler decides when empty
#   OTHERS   `ready`: all other pods of NODE must be ready, too
#   STEADY   seconds for which all of their containers must have run
set -euo pipefail
NODE=${NODE:-} OTHERS=${OTHERS:-} STEADY=${STEADY:-0}
export KUBECONFIG=/etc/kubernetes/admin.conf
# squeezed: the width of a column is that of its widest cell, and the probes' names differ
others() {
  local each='.status.containerStatuses[*]'
  local columns="NAME:.metadata.name,READY:$each.ready,RESTARTS:$each.restartCount,SINCE:$each.state.running.startedAt"
  kubectl get pods -A --field-selector "spec.nodeName=$NODE,status.phase!=Succeeded" --no-headers -o custom-columns="$columns" |
    sed -e '/^group-probe/d' -e '/^probe-/d' | tr -s ' ' | sort
}
others_ready() {
  before=$(others)
  if [ -z "$before" ]; then
    echo "there are no pods on $NODE"
    exit 1
  fi
  # a pod that nobody has looked after has no containers yet
  if grep -q -e false -e '<none>' <<<"$before"; then
    echo "not all containers on $NODE are ready:"
    grep -e false -e '<none>' <<<"$before"
    exit 1
  fi
}
# seconds for which the youngest of their containers has run
age() {
  local since
  since=$(grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z' <<<"$before" | sort | tail -n 1)
  echo $(($(date +%s) - $(date -d "$since" +%s)))
}

# what can be told without a new pod is told first
[ -z "$OTHERS" ] || others_ready
name=probe-$RANDOM
trap 'kubectl delete pod "$name" --grace-period=1 --wait=false >/dev/null 2>&1 || true' EXIT
kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $name, namespace: default }
spec:
  ${NODE:+nodeName: $NODE}
  terminationGracePeriodSeconds: 1
  containers: [{ name: probe, image: "busybox:1.35", command: [sleep, "3600"] }]
YAML
if ! kubectl wait --for=condition=Ready "pod/$name" --timeout=45s >/dev/null 2>&1; then
  kubectl get pod "$name" -o wide
  exit 1
fi
if [ -z "$OTHERS" ]; then
  echo "a new pod${NODE:+ on $NODE} is ready"
  exit
fi
others_ready
if [ "$STEADY" -eq 0 ]; then
  echo "all pods on $NODE are ready"
  exit
fi
# in pieces: the first container that is started again tells
for ((left = STEADY - $(age); left > 0; left -= 20)); do
  sleep "$((left < 20 ? left : 20))"
  after=$(others)
  if [ "$before" != "$after" ]; then
    echo "containers on $NODE were started again:"
    diff <(echo "$before") <(echo "$after") || true
    exit 1
  fi
done
echo "all pods on $NODE stay up"
