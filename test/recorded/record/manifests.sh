#!/usr/bin/env bash
# Writes the files that the kubectl recordings name: /root/w/*.yaml. The replay runs this script too.
set -euo pipefail
mkdir -p /root/w
cd /root/w

deployment() { # apiVersion kind name replicas
  cat <<YAML
apiVersion: $1
kind: $2
metadata:
  name: $3
  labels:
    app: web
spec:
  replicas: $4
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: nginx
        image: nginx:1.19
        ports:
        - containerPort: 80
YAML
}
deployment apps/v1 Deployment web 2 >dep.yaml
deployment apps/v1 Deployment web 3 >dep3.yaml
sed 's/replicas:/replica:/' dep.yaml >bad-field.yaml
sed 's/image:/imagee:/' dep.yaml >bad-nested.yaml
sed 's/replicas: 2/replicas: two/' dep.yaml >bad-type.yaml
deployment extensions/v1beta1 Deployment web 2 >bad-api.yaml
deployment apps/v2 Deployment web 2 >bad-api2.yaml
deployment apps/v1 Deploymnt web 2 >bad-kind.yaml
sed /^kind/d dep.yaml >no-kind.yaml
deployment apps/v1 Deployment Web_1 2 >bad-name.yaml
# the selector and the labels of the template; then the selector alone
sed '/matchLabels/,/spec:/s/app: web/app: changed/' dep.yaml >immutable.yaml
sed '/matchLabels/{n;s/web/changed/}' dep.yaml >mismatch.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n' >tab.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n namespace: y\n' >indent.yaml
: >empty.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: 1\n' >cmnum.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: b\n' >cm.yaml
cat >svcbad.yaml <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: bad
spec:
  clusterIP: 10.0.0.1
  ports:
  - port: 80
YAML
cat >svcport.yaml <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: bad
spec:
  type: NodePort
  ports:
  - port: 80
    nodePort: 80
YAML
cat >ds.yaml <<'YAML'
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels:
      app: agent
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
      - name: agent
        image: nginx:1.19
YAML
cat >pod2.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: p2
spec:
  containers:
  - name: c
    image: busybox:1.35
    command: ["sleep", "3600"]
  - name: d
    image: busybox:1.35
    command: ["sh", "-c", "echo from d; sleep 3600"]
YAML
