/** Three control planes with stacked etcd: join, a rolling update over them, and what the loss of members means. */
import { expect, test } from "vitest";
import { run } from "../support.ts";
import { useNodes } from "./cluster.ts";

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: true
      tolerations: [{operator: Exists}]
      containers: [{name: c, image: "nginx:1.27"}]
`;

test("a cluster of three goes on without one member and refuses without two", async () => {
  const w = await useNodes(["cp1", "cp2", "cp3"]);
  const on = async (name: string, command: string) => run(w.machine(name), command, { limit: 900_000 });
  const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf";
  const init = await on(
    "cp1",
    "kubeadm init --kubernetes-version v1.35.2 --control-plane-endpoint 192.168.56.10:6443 --apiserver-advertise-address 192.168.56.10 --pod-network-cidr 10.244.0.0/16 --upload-certs",
  );
  const key = /--certificate-key ([0-9a-f]{64})/.exec(init.stdout)?.[1];
  const join = (await on("cp1", "kubeadm token create --print-join-command")).stdout.trim();
  for (const [name, address] of [
    ["cp2", "192.168.56.11"],
    ["cp3", "192.168.56.12"],
  ] as const) {
    const joined = await on(name, `${join} --control-plane --certificate-key ${key} --apiserver-advertise-address ${address}`);
    expect(joined.stdout).toContain("This node has joined the cluster and a new control plane instance was created:");
  }
  await w.until(() => false, 20_000);
  const certs =
    "--cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key";
  const members = await on(
    "cp2",
    `${kubectl} -n kube-system exec etcd-cp2 -- etcdctl --endpoints https://192.168.56.11:2379 ${certs} member list`,
  );
  expect(members.stdout.match(/started/g)).toHaveLength(3);

  w.machine("cp1").rootFs().write("/root/web.yaml", web);
  await on("cp1", `${kubectl} apply -f /root/web.yaml; sleep 30; ${kubectl} set image deploy/web c=nginx:1.28; sleep 60`);
  const sets = await on(
    "cp1",
    `${kubectl} get rs -o jsonpath='{range .items[*]}{.spec.template.spec.containers[0].image} {.status.replicas}{"\\n"}{end}'`,
  );
  expect(sets.stdout.trim().split("\n").toSorted()).toEqual(["nginx:1.27 0", "nginx:1.28 2"]);
  await on("cp1", `${kubectl} delete deploy web; sleep 40`);
  expect((await on("cp1", `${kubectl} get pods,rs`)).stderr).toBe("No resources found in default namespace.\n");

  const stop = "systemctl stop kubelet; for p in $(crictl pods -q --name etcd); do crictl stopp $p; done; sleep 15";
  await on("cp1", stop);
  expect((await on("cp2", `${kubectl} --server https://192.168.56.11:6443 create namespace two`)).stdout).toBe("namespace/two created\n");
  await on("cp3", stop);
  const refused = await on("cp2", `${kubectl} --server https://192.168.56.11:6443 create namespace one`);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("etcdserver: ");
}, 120_000);
