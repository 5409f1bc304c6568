/** kubectl describe, kind by kind. Texts: recorded with kubectl 1.36.4. */
import { beforeAll, describe, expect, test } from "vitest";
import { createKey } from "../../../src/sim/pki/index.ts";
import { createRequest } from "../../../src/sim/pki/request.ts";
import { run } from "../support.ts";
import { useApi, type Cluster } from "../api/support.ts";

let c: Cluster;
const k = async (line: string, stdin = ""): Promise<string> => {
  const r = await run(c.machine, ["/usr/bin/kubectl", ...line.split(" ")], { stdin });
  return `${r.stdout}${r.stderr}`;
};
/** Makes objects and describes the last one. */
const described = async (what: string, ...yaml: string[]): Promise<string> => {
  for (const text of yaml) expect(await k("create -f -", text)).toMatch(/ created\n$/);
  return k(`describe ${what}`);
};
beforeAll(async () => {
  c = await useApi("1.35.2", "describe");
}, 60_000);

const web = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n";
const slice = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: "", port: 8080, protocol: TCP}]
endpoints:
- {addresses: [10.244.1.2], conditions: {ready: true}, nodeName: worker1, targetRef: {kind: Pod, name: web-a, namespace: default}}
- {addresses: [10.244.1.3], conditions: {ready: false}}
`;

describe("traffic", () => {
  test("an endpoint slice", async () => {
    expect(await described("endpointslice web-1", web, slice)).toBe(`Name:         web-1
Namespace:    default
Labels:       kubernetes.io/service-name=web
Annotations:  <none>
AddressType:  IPv4
Ports:
  Name     Port  Protocol
  ----     ----  --------
  <unset>  8080  TCP
Endpoints:
  - Addresses:  10.244.1.2
    Conditions:
      Ready:    true
    Hostname:   <unset>
    TargetRef:  Pod/web-a
    NodeName:   worker1
    Zone:       <unset>
  - Addresses:  10.244.1.3
    Conditions:
      Ready:   false
    Hostname:  <unset>
    NodeName:  <unset>
    Zone:      <unset>
Events:        <none>
`);
  });
  test("a service shows what is ready in its slices, without a warning about Endpoints", async () => {
    const text = await k("describe svc web");
    expect(text).toMatch(/^Endpoints: +10\.244\.1\.2:8080$/m);
    expect(text).not.toContain("Warning");
  });
  test("an Ingress names its backends' addresses, or why there are none", async () => {
    await k("create ingress ing --rule=foo.com/=web:80,tls=s --rule=foo.com/b*=nosvc:http --class=nginx --annotation=x/y=z");
    expect(await k("describe ing ing")).toBe(`Name:             ing
Labels:           <none>
Namespace:        default
Address:          
Ingress Class:    nginx
Default backend:  <default>
TLS:
  s terminates foo.com
Rules:
  Host        Path  Backends
  ----        ----  --------
  foo.com     
              /    web:80 (10.244.1.2:8080)
              /b   nosvc:http (<error: services "nosvc" not found>)
Annotations:  x/y: z
Events:       <none>
`);
  });
  test("a NetworkPolicy with a range of ports", async () => {
    expect(
      await described(
        "netpol np",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelector: {}, ingress: [{ports: [{port: 90, endPort: 100, protocol: UDP}]}]}\n",
      ),
    ).toContain("    To Port Range: 90-100/UDP\n");
  });
});

describe("storage", () => {
  test("a volume, a claim, a class", async () => {
    expect(
      await described(
        "pv pv1",
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv1}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteMany, ReadWriteOnce], hostPath: {path: /data}, storageClassName: manual, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b, c]}]}]}}}\n",
      ),
    ).toBe(`Name:              pv1
Labels:            <none>
Annotations:       <none>
Finalizers:        [kubernetes.io/pv-protection]
StorageClass:      manual
Status:            Pending
Claim:             
Reclaim Policy:    Retain
Access Modes:      RWO,RWX
VolumeMode:        Filesystem
Capacity:          1Gi
Node Affinity:     
  Required Terms:  
    Term 0:        a in [b, c]
Message:           
Source:
    Type:          HostPath (bare host directory volume)
    Path:          /data
    HostPathType:  
Events:            <none>
`);
    expect(
      await described(
        "pvc c1",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c1}\nspec: {accessModes: [ReadWriteOnce], storageClassName: manual, resources: {requests: {storage: 500Mi}}}\n",
      ),
    ).toBe(`Name:          c1
Namespace:     default
StorageClass:  manual
Status:        Pending
Volume:        
Labels:        <none>
Annotations:   <none>
Finalizers:    [kubernetes.io/pvc-protection]
Capacity:      
Access Modes:  
VolumeMode:    Filesystem
Used By:       <none>
Events:        <none>
`);
    expect(await described("sc s1", "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: s1}\nprovisioner: x/y\n")).toBe(
      `Name:                  s1
IsDefaultClass:        No
Annotations:           <none>
Provisioner:           x/y
Parameters:            <none>
AllowVolumeExpansion:  <unset>
MountOptions:          <none>
ReclaimPolicy:         Delete
VolumeBindingMode:     Immediate
Events:                <none>
`,
    );
  });
});

describe("bounds", () => {
  test("a limit range, a budget, a priority class", async () => {
    expect(
      await described(
        "limits lr",
        'apiVersion: v1\nkind: LimitRange\nmetadata: {name: lr}\nspec: {limits: [{type: Container, default: {cpu: 500m}, defaultRequest: {cpu: 100m}, max: {cpu: "1"}}]}\n',
      ),
    ).toBe(`Name:       lr
Namespace:  default
Type        Resource  Min  Max  Default Request  Default Limit  Max Limit/Request Ratio
----        --------  ---  ---  ---------------  -------------  -----------------------
Container   cpu       -    1    100m             500m           -
`);
    await k("create pdb p --selector=app=web --min-available=1");
    expect(await k("describe pdb p")).toBe(`Name:           p
Namespace:      default
Min available:  1
Selector:       app=web
Status:
    Allowed disruptions:  0
    Current:              0
    Desired:              0
    Total:                0
Events:                   <none>
`);
    expect(await k("describe priorityclass system-node-critical")).toBe(`Name:              system-node-critical
Value:             2000001000
GlobalDefault:     false
PreemptionPolicy:  PreemptLowerPriority
Description:       Used for system critical pods that must not be moved from their current node.
Annotations:       <none>
Events:            <none>
`);
  });
  test("an autoscaler with its behaviour", async () => {
    expect(
      await described(
        "hpa h",
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, behavior: {scaleDown: {stabilizationWindowSeconds: 30}}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]}\n",
      ),
    ).toMatch(
      /Metrics: +\( current \/ target \)\n  resource cpu on pods  \(as a percentage of request\):  <unknown> \/ 80%\nMin replicas: +1\nMax replicas: +5\nBehavior:\n(?:  Scale Up:\n(?: {4}.*\n)+)?  Scale Down:\n    Stabilization Window: 30 seconds\n/,
    );
  });
});

test("a request for a certificate is one", async () => {
  const csr = (request: string): string =>
    `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {name: jane}\nspec: {signerName: kubernetes.io/kube-apiserver-client, usages: [client auth], request: ${request}}\n`;
  for (const wrong of ["", "aGVsbG8K"])
    expect(await k("create -f -", csr(wrong))).toMatch(
      /^The CertificateSigningRequest "jane" is invalid: spec\.request: Invalid value: .*: PEM block type must be CERTIFICATE REQUEST\n$/,
    );
  const key = createKey(c.world.random("test/jane"));
  const pem = createRequest({ subject: { commonName: "jane", organizations: ["dev"] }, keyPem: key.privatePem, spki: key.spki });
  expect(await k("create -f -", csr(Buffer.from(pem).toString("base64")))).toMatch(/ created\n$/);
  expect(await k("describe csr jane")).toMatch(
    /^Signer: +kubernetes\.io\/kube-apiserver-client\nStatus: +Pending\nSubject:\n {9}Common Name: {4}jane\n {9}Serial Number: {2}\n {9}Organization: {3}dev\nEvents: {2}<none>\n/m,
  );
});

test("a CronJob", async () => {
  await k("create cronjob tick --image=busybox --schedule=@hourly -- date");
  expect(await k("describe cronjob tick")).toBe(`Name:                          tick
Namespace:                     default
Labels:                        <none>
Annotations:                   <none>
Schedule:                      @hourly
Concurrency Policy:            Allow
Suspend:                       False
Successful Job History Limit:  3
Failed Job History Limit:      1
Starting Deadline Seconds:     <unset>
Selector:                      <unset>
Parallelism:                   <unset>
Completions:                   <unset>
Pod Template:
  Labels:  <none>
  Containers:
   tick:
    Image:      busybox
    Port:       <none>
    Host Port:  <none>
    Command:
      date
    Environment:     <none>
    Mounts:          <none>
  Volumes:           <none>
  Node-Selectors:    <none>
  Tolerations:       <none>
Last Schedule Time:  <unset>
Active Jobs:         <none>
Events:              <none>
`);
});

test("a role has one line a resource, in the order of the rules' text", async () => {
  await k(
    "create -f -",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{apiGroups: [''], resources: [pods, pods/log], verbs: [get]}, {apiGroups: [''], resources: [pods], verbs: [list]}, {apiGroups: [apps], resources: [deployments], verbs: [create]}]\n",
  );
  expect(await k("describe role r")).toContain(`PolicyRule:
  Resources         Non-Resource URLs  Resource Names  Verbs
  ---------         -----------------  --------------  -----
  deployments.apps  []                 []              [create]
  pods              []                 []              [get list]
  pods/log          []                 []              [get]
`);
});

test("how long a pod has been Terminating", async () => {
  await k("create serviceaccount default");
  await k(
    "create -f -",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: held, finalizers: [example.com/held]}\nspec: {containers: [{name: c, image: busybox}]}\n",
  );
  await k("delete pod held --wait=false");
  expect(await k("describe pod held")).toMatch(/^Status: +Terminating \(lasts [01]s\)$/m);
  await c.world.advance(75_000);
  expect(await k("describe pod held")).toMatch(/^Status: +Terminating \(lasts 7[5-9]s\)$/m);
});

test("service accounts, for whoever may not see secrets", async () => {
  await k("create serviceaccount bare");
  await k("create role sees --verb=get,list --resource=serviceaccounts,events");
  await k("create rolebinding sees --role=sees --user=jane");
  expect(await k("describe sa bare --as=jane")).toMatch(/^Image pull secrets: +<none>$/m);
});
