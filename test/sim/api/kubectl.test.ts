import { beforeAll, describe, expect, test } from "vitest";
import { run } from "../support.ts";
import { useApi, type Cluster } from "./support.ts";

let c: Cluster;
const k = async (line: string, stdin = ""): Promise<string> => {
  const r = await run(c.machine, ["/usr/bin/kubectl", ...line.split(" ").filter((w) => w !== "")], { stdin });
  return `${r.stdout}${r.stderr}[exit ${r.status}]`;
};
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 2
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
`;
beforeAll(async () => {
  c = await useApi("1.35.2", "kubectl");
}, 60_000);

// texts: recordings of kubectl 1.20, 1.32 and 1.36 against kube-apiserver 1.20 (test/recorded)
describe("kubectl", () => {
  test("lists namespaces", async () => {
    expect((await k("get ns")).replace(/\d+s/g, "Ns")).toBe(
      "NAME              STATUS   AGE\ndefault           Active   Ns\nkube-node-lease   Active   Ns\nkube-public       Active   Ns\nkube-system       Active   Ns\n[exit 0]",
    );
  });
  test("applies, applies again, and changes", async () => {
    expect(await k("apply -f -", deployment)).toBe("deployment.apps/web created\n[exit 0]");
    expect(await k("apply -f -", deployment)).toBe("deployment.apps/web unchanged\n[exit 0]");
    expect(await k("apply -f -", deployment.replace("replicas: 2", "replicas: 3"))).toBe("deployment.apps/web configured\n[exit 0]");
    expect(await k("get deploy web -o jsonpath={.spec.replicas}")).toBe("3[exit 0]");
    expect(await k("create -f -", deployment)).toBe(
      'Error from server (AlreadyExists): error when creating "STDIN": deployments.apps "web" already exists\n[exit 1]',
    );
    expect(await k("get deploy")).toMatch(
      /^NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    0\/3     0            0           \d+s\n\[exit 0\]$/,
    );
  });
  test("says what is wrong with a file", async () => {
    expect(await k("apply -f -", deployment.replace("replicas", "replica"))).toContain(
      'strict decoding error: unknown field "spec.replica"',
    );
    expect(await k("apply -f -", deployment.replace("apps/v1", "apps/v2"))).toContain(
      'no matches for kind "Deployment" in version "apps/v2"',
    );
    expect(await k("apply -f /nosuch.yaml")).toBe('error: the path "/nosuch.yaml" does not exist\n[exit 1]');
    expect(await k("apply")).toBe("error: must specify one of -f and -k\n[exit 1]");
  });
  test("labels, with the real refusals", async () => {
    expect(await k("label deploy web tier=front")).toBe("deployment.apps/web labeled\n[exit 0]");
    expect(await k("label deploy web tier=back")).toBe("error: 'tier' already has a value (front), and --overwrite is false\n[exit 1]");
    expect(await k("label deploy web tier-")).toBe("deployment.apps/web unlabeled\n[exit 0]");
  });
  test("names what does not exist", async () => {
    expect(await k("get pod nosuch1 nosuch2")).toBe(
      'Error from server (NotFound): pods "nosuch1" not found\nError from server (NotFound): pods "nosuch2" not found\n[exit 1]',
    );
    expect(await k("get frobs")).toBe('error: the server doesn\'t have a resource type "frobs"\n[exit 1]');
    expect(await k("frobnicate")).toBe('error: unknown command "frobnicate" for "kubectl"\n[exit 1]');
    expect(await k("get pods --nosuch")).toBe("error: unknown flag: --nosuch\nSee 'kubectl get --help' for usage.\n[exit 1]");
    expect(await k("get pods")).toBe("No resources found in default namespace.\n[exit 0]");
  });
  test("is refused as another user", async () => {
    expect(await k("get pods --as nobody")).toBe(
      'Error from server (Forbidden): pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "default"\n[exit 1]',
    );
    expect(await k("auth can-i list pods --as nobody")).toBe("no\n[exit 1]");
    expect(await k("auth can-i create pods")).toBe("yes\n[exit 0]");
  });
  test("cannot reach another port or name", async () => {
    expect(await k("version --server=https://192.168.56.10:6444")).toContain(
      "The connection to the server 192.168.56.10:6444 was refused - did you specify the right host or port?\n[exit 1]",
    );
    expect(await k("version --server=https://127.0.0.1:6443")).toContain(
      "tls: failed to verify certificate: x509: certificate is valid for 10.96.0.1, 192.168.56.10, not 127.0.0.1",
    );
  });
  test("makes objects from the command line and describes them", async () => {
    expect(await k("create cm c1 --from-literal=a=b")).toBe("configmap/c1 created\n[exit 0]");
    expect(await k("get cm c1 -o yaml")).toMatch(
      /^apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  creationTimestamp: "2026-11-20T.*"\n  name: c1\n  namespace: default\n  resourceVersion: "\d+"\n  uid: .*\n\[exit 0\]$/,
    );
    expect(await k("describe cm c1")).toBe(
      "Name:         c1\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\n\nData\n====\na:\n----\nb\n\n\nBinaryData\n====\n\nEvents:  <none>\n[exit 0]",
    );
    expect(await k("delete cm c1")).toBe('configmap "c1" deleted from default namespace\n[exit 0]');
  });
});
