/** What somebody does with kubectl every day, on one node. Texts: recorded with kubectl 1.36.4. */
import { beforeAll, expect, test } from "vitest";
import type { Obj } from "../../../src/sim/core/json.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { World } from "../../../src/sim/world.ts";
import { initYaml, useNodes } from "../control/cluster.ts";
import { bridge } from "../node/nodes.ts";
import { must } from "../../recorded/worlds.ts";
import { run } from "../support.ts";

let world: World;
let m: Machine;
beforeAll(async () => {
  world = await useNodes(["m"], "1.35");
  m = world.machine("m");
  m.rootFs().write("/root/kubeadm.yaml", initYaml("192.168.56.10"));
  m.rootFs().write("/etc/cni/net.d/10-bridge.conflist", bridge);
  await must(m, "kubeadm init --config /root/kubeadm.yaml; mkdir -p /root/.kube; cp /etc/kubernetes/admin.conf /root/.kube/config");
  await must(
    m,
    "sleep 20; kubectl taint nodes --all node-role.kubernetes.io/control-plane-; kubectl create deploy web --image=nginx:1.25; kubectl rollout status deploy web --timeout=180s",
  );
}, 60_000);

const json = async (what: string): Promise<Obj> => JSON.parse(await must(m, `kubectl get ${what} -o json`)) as Obj;
const all = async (line: string): Promise<string> => {
  const r = await run(m, line);
  return `${r.stdout}${r.stderr}[exit ${r.status}]`;
};

test("a binding names users and groups: --user is its own flag there, not that of the client", async () => {
  await must(m, "kubectl create role reader --verb=get --resource=pods");
  expect(await all("kubectl create rolebinding rb --role=reader --user=jane --user=joe --group=a")).toBe(
    "rolebinding.rbac.authorization.k8s.io/rb created\n[exit 0]",
  );
  expect((await json("rolebinding rb")).subjects.map((s: Obj) => `${s.kind} ${s.name}`)).toEqual(["User jane", "User joe", "Group a"]);
  expect(await all("kubectl auth can-i get pods --as jane")).toBe("yes\n[exit 0]");
  expect(await all("kubectl get pods --user=nobody")).toBe('error: auth info "nobody" does not exist\n[exit 1]');
});

test("what was read from the cluster can be created and replaced by force", async () => {
  await must(
    m,
    "kubectl run a --image=nginx:1.25; kubectl wait --for=condition=Ready pod/a --timeout=60s; kubectl get pod a -o yaml > a.yaml",
  );
  const before = (await json("pod a")).metadata.uid as string;
  expect(await all("kubectl replace --force -f a.yaml")).toBe('pod "a" deleted from default namespace\npod/a replaced\n[exit 0]');
  expect((await json("pod a")).metadata.uid).not.toBe(before);
  await must(m, "kubectl delete pod a");
  expect(await all("kubectl create -f a.yaml")).toBe("pod/a created\n[exit 0]");
  await must(m, "kubectl delete pod a");
  expect(await all("kubectl replace --force -f a.yaml")).toBe("pod/a replaced\n[exit 0]");
});

test("commas belong to a literal, and to a rule of an Ingress", async () => {
  await must(m, "kubectl create cm x --from-literal=hosts=a,b,c");
  expect((await json("cm x")).data).toEqual({ hosts: "a,b,c" });
  expect(
    await must(
      m,
      "kubectl create ingress i --rule=foo.com/=web:80,tls --rule=foo.com/b=web:http --rule='bar.com/*=web:80,tls=s' --annotation a/b=c --dry-run=client -o yaml",
    ),
  ).toBe(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
    a/b: c
  name: i
spec:
  rules:
  - host: foo.com
    http:
      paths:
      - backend:
          service:
            name: web
            port:
              number: 80
        path: /
        pathType: Exact
      - backend:
          service:
            name: web
            port:
              name: http
        path: /b
        pathType: Exact
  - host: bar.com
    http:
      paths:
      - backend:
          service:
            name: web
            port:
              number: 80
        path: /
        pathType: Prefix
  tls:
  - hosts:
    - foo.com
  - hosts:
    - bar.com
    secretName: s
status:
  loadBalancer: {}
`);
  expect(await all("kubectl create ingress i --class=x")).toBe(
    "error: not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)\n[exit 1]",
  );
});

test("a rollback brings the annotations of the revision back", async () => {
  await must(
    m,
    "kubectl create deploy r --image=nginx:1.25; sleep 5; kubectl set image deploy r nginx=nginx:1.26; kubectl annotate deploy r kubernetes.io/change-cause='to 1.26'; sleep 5",
  );
  expect(await must(m, "kubectl rollout history deploy r --revision=2")).toContain("  Annotations:\tkubernetes.io/change-cause: to 1.26\n");
  await must(m, "kubectl rollout undo deploy r; sleep 5");
  expect(await must(m, "kubectl rollout history deploy r")).toBe(
    "deployment.apps/r \nREVISION  CHANGE-CAUSE\n2         to 1.26\n3         <none>\n\n",
  );
  expect(Object.keys((await json("deploy r")).metadata.annotations as Obj)).toEqual(["deployment.kubernetes.io/revision"]);
});

test("variables are listed, resolved, and taken from the keys of config maps and secrets", async () => {
  await must(
    m,
    "kubectl create cm app --from-literal=COLOR=red --from-literal=app.properties=x=1; kubectl create secret generic db --from-literal=password=s3",
  );
  expect(await all("kubectl set env deploy/web A=b")).toBe("deployment.apps/web env updated\n[exit 0]");
  expect(await all("kubectl set env deploy/web --from=configmap/app")).toBe(
    "deployment.apps/web env updated\nWarning: key app.properties transferred to APP_PROPERTIES\n[exit 0]",
  );
  await must(m, "kubectl set env deploy/web --from=secret/db --prefix=DB_");
  expect(await all("kubectl set env deploy/web --list")).toBe(
    "# Deployment web, container nginx\nA=b\n# COLOR from configmap app, key COLOR\n# APP_PROPERTIES from configmap app, key app.properties\n# DB_PASSWORD from secret db, key password\n[exit 0]",
  );
  expect(await all("kubectl set env deploy/web A- --list --resolve")).toBe(
    "# Deployment web, container nginx\nCOLOR=red\nAPP_PROPERTIES=x=1\nDB_PASSWORD=s3\n[exit 0]",
  );
  expect(await all("kubectl set env deploy/web -c nope A=b")).toBe(
    'Warning: Deployment/web does not have any containers matching "nope"\n[exit 0]',
  );
});

test("an autoscaler is made from shares and amounts", async () => {
  const spec = async (flags: string): Promise<Obj> =>
    (JSON.parse(await must(m, `kubectl autoscale deploy web --max=5 ${flags} --dry-run=client -o json`)) as Obj).spec as Obj;
  expect((await spec("--min=2 --cpu=70% --memory=500Mi")).metrics).toEqual([
    { resource: { name: "cpu", target: { averageUtilization: 70, type: "Utilization" } }, type: "Resource" },
    { resource: { name: "memory", target: { averageValue: "500Mi", type: "AverageValue" } }, type: "Resource" },
  ]);
  expect((await spec("--cpu=80")).metrics[0].resource.target).toEqual({ averageValue: "80m", type: "AverageValue" });
  expect(await all("kubectl autoscale deploy web --max=5 --cpu=abc")).toBe("error: invalid resource cpu value: abc\n[exit 1]");
  expect(await all("kubectl autoscale deploy web --max=5 --cpu-percent=80")).toBe(
    "horizontalpodautoscaler.autoscaling/web autoscaled\nFlag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n[exit 0]",
  );
  expect(await must(m, "kubectl get hpa --no-headers")).toMatch(/^web +Deployment\/web +cpu: <unknown>\/80% +1 +5 +0 /);
});

test("a pod and its service are made together", async () => {
  expect(await all("kubectl run ex --image=nginx:1.25 --expose --port=80")).toBe("service/ex created\npod/ex created\n[exit 0]");
  expect((await json("svc ex")).spec).toMatchObject({ selector: { run: "ex" }, ports: [{ port: 80, targetPort: 80, protocol: "TCP" }] });
  expect(await all("kubectl run ey --image=nginx:1.25 --expose")).toBe(
    "error: --port must be set when exposing a service\nSee 'kubectl run -h' for help and examples\n[exit 1]",
  );
});

test.each(["Always", "Never"])("a container whose image is changed is made anew, with restartPolicy %s", async (policy) => {
  const name = policy.toLowerCase();
  await must(m, `kubectl run ${name} --image=nginx:1.25 --restart=${policy}; kubectl wait --for=condition=Ready pod/${name} --timeout=60s`);
  await must(m, `kubectl set image pod/${name} ${name}=nginx:1.26; sleep 20`);
  const [status] = (await json(`pod ${name}`)).status.containerStatuses as Obj[];
  expect(status).toMatchObject({ image: "docker.io/library/nginx:1.26", restartCount: 1, ready: true, state: { running: {} } });
  expect(await must(m, `kubectl events --for pod/${name}`)).toContain(`Container ${name} definition changed, will be restarted`);
});

const asking = (cpu: string): string =>
  `--overrides='${JSON.stringify({ spec: { containers: [{ name: "p", image: "nginx:1.25", resources: { requests: { cpu } } }] } })}'`;

test("a quota is used up to the last thousandth of a processor, and counts what is in its scope", async () => {
  await must(
    m,
    "kubectl create ns q; sleep 2; kubectl -n q create quota cpu --hard=requests.cpu=300m; kubectl -n q create quota idle --hard=pods=1 --scopes=BestEffort",
  );
  for (const i of [1, 2, 3])
    expect(await all(`kubectl -n q run p${i} --image=nginx:1.25 ${asking("100m")}`)).toBe(`pod/p${i} created\n[exit 0]`);
  expect(await all(`kubectl -n q run p4 --image=nginx:1.25 ${asking("1m")}`)).toContain(
    "exceeded quota: cpu, requested: requests.cpu=1m, used: requests.cpu=300m, limited: requests.cpu=300m",
  );
  await must(m, "kubectl -n q delete quota cpu; kubectl -n q run i1 --image=nginx:1.25; sleep 3");
  expect(await all("kubectl -n q run i2 --image=nginx:1.25")).toContain(
    "exceeded quota: idle, requested: pods=1, used: pods=1, limited: pods=1",
  );
  expect(await must(m, "kubectl -n q describe quota idle")).toContain(
    "Scopes:     BestEffort\n * Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.\nResource  Used  Hard\n--------  ----  ----\npods      1     1\n",
  );
  await must(m, "kubectl delete ns q");
});

test("a node takes pods up to the last thousandth of its processors", async () => {
  const free = /^ +cpu +(\d+)m/m.exec(await must(m, "kubectl describe node m"))!;
  const left = 2000 - Number(free[1]);
  await must(m, "kubectl create ns full; sleep 2");
  for (let i = 0; i < left; i += 100)
    await must(m, `kubectl -n full run p${i} --image=nginx:1.25 ${asking(`${Math.min(100, left - i)}m`)}`);
  await world.advance(5000);
  expect(await must(m, "kubectl -n full get pods --field-selector=status.phase=Pending -o name")).toBe("");
  expect(await must(m, "kubectl describe node m")).toMatch(/^ +cpu +2 \(100%\)/m);
});

test("manifests come through pipes by their paths as well", async () => {
  expect(await all("kubectl apply -f <(kubectl create cm p1 --from-literal=a=b --dry-run=client -o yaml)")).toBe(
    "configmap/p1 created\n[exit 0]",
  );
  expect(await all("kubectl create cm p2 --from-literal=a=b --dry-run=client -o yaml | kubectl apply -f /dev/stdin")).toBe(
    "configmap/p2 created\n[exit 0]",
  );
});

test("a table says where a cell goes on", async () => {
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", namespace: "default" },
    involvedObject: { kind: "Pod", name: "lines", namespace: "default" },
    reason: "Said",
    type: "Normal",
    message: "one\ntwo",
  };
  m.rootFs().write("/root/event.json", JSON.stringify(event));
  await must(m, "kubectl create -f event.json");
  expect(await must(m, "kubectl get events --field-selector reason=Said --no-headers")).toMatch(/ pod\/lines +one\.\.\.\n$/);
});

test("what a template asks for is printed, labels of several objects are told apart, hosts of an Ingress are those it names", async () => {
  expect(await all(`kubectl get deploy web --template='{{.metadata.name}} {{.spec.replicas}}{{"\\n"}}'`)).toBe("web 1\n[exit 0]");
  expect(await all("kubectl label deploy -l app=web --list")).toBe(" app=web\nListing labels for Deployment.apps/web:\n[exit 0]");
  expect(await all("kubectl label deploy web --list")).toBe("app=web\n[exit 0]");
  expect(await all("kubectl label deploy web z=1 --list")).toBe("app=web\nz=1\n[exit 0]");
  expect((await json("deploy web")).metadata.labels).toEqual({ app: "web" });
  expect(await all("kubectl label deploy/web svc/kubernetes --list")).toContain("Listing labels for Service./kubernetes:\n");
  await must(m, "kubectl create ingress many --rule=a.b/x=web:80 --rule=/y=web:80; kubectl create ingress none --rule=/=web:80");
  expect((await must(m, "kubectl get ing --no-headers")).split("\n").map((line) => line.split(/\s+/)[2])).toEqual(["a.b", "*", undefined]);
});

test("a limit is a request in a pod, not in what pods are made from; versions of an autoscaler say the same", async () => {
  await must(
    m,
    "kubectl create deploy limited --image=nginx:1.25 --replicas=1; kubectl set resources deploy limited --limits=cpu=200m,memory=64Mi --requests=cpu=100m",
  );
  await must(m, "sleep 5");
  expect((await json("deploy limited")).spec.template.spec.containers[0].resources.requests).toEqual({ cpu: "100m" });
  const pod = ((await json("pods -l app=limited")).items as Obj[]).find((p) => p.spec.containers[0].resources.limits);
  expect(pod!.spec.containers[0].resources.requests).toEqual({ cpu: "100m", memory: "64Mi" });
  await must(
    m,
    `printf 'apiVersion: autoscaling/v1\\nkind: HorizontalPodAutoscaler\\nmetadata: { name: h }\\nspec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: limited }, maxReplicas: 3, targetCPUUtilizationPercentage: 50 }\\n' | kubectl apply -f -`,
  );
  expect((await json("hpa.v2.autoscaling h")).spec.metrics[0].resource.target).toEqual({ type: "Utilization", averageUtilization: 50 });
  expect((await json("hpa.v1.autoscaling h")).spec.targetCPUUtilizationPercentage).toBe(50);
});

test("--record keeps the command line as the change's cause", async () => {
  const deprecated = "Flag --record has been deprecated, --record will be removed in the future\n";
  await must(m, "kubectl create deploy rec --image=nginx:1.24 --replicas=0; sleep 3");
  expect(await all("kubectl set image deploy/rec nginx=nginx:1.25 --record")).toBe(
    `deployment.apps/rec image updated\n${deprecated}[exit 0]`,
  );
  expect(await all("sleep 3; kubectl scale deploy rec --replicas 0 --record=true -n default")).toBe(
    `deployment.apps/rec scaled\n${deprecated}[exit 0]`,
  );
  await must(m, "sleep 3");
  const cause = "kubectl scale deploy rec --replicas=0 --record=true --namespace=default";
  expect(await must(m, "kubectl rollout history deploy rec")).toMatch(new RegExp(`^2 +${cause}$`, "m"));
  expect(await all("kubectl set env deploy/rec A=b --record")).toContain("error: unknown flag: --record");
  expect(await all("kubectl run x --image=nginx --record")).toContain("kubemend: not simulated: kubectl run --record");
});

test("--record: what is applied on the server and what selects are recorded, too; set takes the flags of its subcommand", async () => {
  m.rootFs().write("/root/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cause }\n");
  await must(
    m,
    "kubectl apply --server-side --record -f cm.yaml; kubectl create service clusterip cause --tcp=80; kubectl set selector svc cause a=b --record",
  );
  const cause = async (what: string): Promise<unknown> => (await json(what)).metadata.annotations["kubernetes.io/change-cause"];
  expect(await cause("cm cause")).toBe("kubectl apply --server-side=true --record=true --filename=cm.yaml");
  expect(await cause("svc cause")).toBe("kubectl set selector svc cause a=b --record=true");
  expect((await json("svc cause")).spec.selector).toEqual({ a: "b" });
  expect(await all("kubectl set image deploy/web nginx=nginx:1.25 --limits=cpu=1")).toBe(
    "error: unknown flag: --limits\nSee 'kubectl set image --help' for usage.\n[exit 1]",
  );
});
