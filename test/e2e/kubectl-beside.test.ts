/** The kubectl at hand and the simulated one of its minor version, asked the same of the same cluster: what they print, to the column. */
import { execa } from "execa";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { legacyArchive, oldestPackaged } from "../../src/cluster/versions.ts";
import { kubectls } from "../kubectl.ts";
import { available } from "../needs.ts";
import { useScratch } from "./support.ts";

/** Between these nothing tells of some texts which release brought them. */
const compared = [20, 32, 36];
const binary = kubectls().find(({ minor, path }) =>
  available(`kubectl 1.20, 1.32 or 1.36 (${path} is 1.${minor}; KUBEMEND_KUBECTL names others)`, compared.includes(minor)),
);

/** On the host and on the machine. */
const files: Record<string, string> = {
  // two names that are none between two objects that can be made
  "names.yaml": ["fine", "Bad_1", "Bad_2", "too"]
    .map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`)
    .join("---\n"),
  "kinds.yaml":
    "apiVersion: v2\nkind: Nosuch\nmetadata: {name: a}\n---\napiVersion: v3\nkind: Other\nmetadata: {name: b}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n",
  "fields.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\ndatta: {}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: three}\n",
  "nokind.yaml": "apiVersion: v1\nmetadata: {name: x}\n",
  "noversion.yaml": "kind: ConfigMap\nmetadata: {name: x}\n",
};

/** Nothing that changes the cluster: each is asked twice. */
const questions = `
get nodes -o wide
get pods -A -o wide --show-labels
get pods -A -o yaml
get all -A
get all -A -o yaml
get nodes -o yaml
get cm,secrets,sa -A
get deploy,ds,svc,ep -A -o wide
get deploy web nosuch
get deploy web nosuch -o name
get cm nosuch other -o yaml
get cm nosuch other --ignore-not-found -o yaml
get pods --as=nobody -o yaml
get pods,svc --as=nobody
get -f nokind.yaml -o yaml
get nosuchkind x
get deploy/web x
get -f kinds.yaml
get -f nokind.yaml
get -f noversion.yaml
describe nodes
describe pods -A
describe deploy,rs,ds,svc -A
describe ns,quota,pdb,sa -A
describe jobs,cronjobs,ingress
describe csr
describe sc,pv,pvc,priorityclass
describe clusterrole view
describe deploy web nosuch other
describe -f kinds.yaml
create -f names.yaml --dry-run=server
apply -f names.yaml --dry-run=server
delete -f names.yaml --dry-run=server
create -f kinds.yaml --dry-run=server
apply -f kinds.yaml --dry-run=server
create -f fields.yaml --dry-run=server
apply -f fields.yaml --dry-run=server
create -f nokind.yaml
create -f nokind.yaml --validate=false
create -f noversion.yaml
create -f noversion.yaml --validate=false
label deploy web nosuch a=b --dry-run=server
label cm nosuch other a=b
label pods c=d
label -f kinds.yaml a=b
annotate deploy web nosuch a=b --dry-run=client
taint nodes worker1 nosuch k=v:NoSchedule --dry-run=client
taint nodes --all k=v:NoSchedule --dry-run=client
taint nodes k=v:NoSchedule
taint nodes worker1 k=v:NoSchedule k:NoSchedule-
taint nodes worker1 k=v:NoSchedule k=w:NoSchedule
taint nodes worker1 controlplane k- m:NoSchedule-
taint pods x k=v:NoSchedule
patch deploy web nosuch -p {"spec":{"replicas":3}} --dry-run=client
patch deploy web -p {"spec":{"replicas":3}} --dry-run=client -o jsonpath={.spec.replicas}
patch deploy web --type=json -p [{"op":"remove","path":"/spec/replicas"}] --dry-run=client -o name
patch deploy web -p {}
scale deploy web nosuch --replicas=1 --dry-run=client
scale deploy nosuch other --replicas=1
scale deploy --replicas=1
scale deploy web two --replicas=2 --current-replicas=7
set image deploy/web nosuch=x
set image deploy/web deploy/two nosuch=x
set image deploy/web cm/kube-root-ca.crt nginx=
set image deploy/web nginx
set resources deploy/web deploy/two --limits=cpu=1 --requests=cpu=2
set resources deploy/web --limits=cpu
set resources deploy/web --limits=cpu=1x
set resources deploy/web --limits=cpu=1 -c nosuch
set env deploy/web -c nosuch A=b
set env deploy/web --list
set sa deploy/web
set sa deploy/web x_y
rollout restart deploy nosuch other
rollout restart deploy/web --dry-run=client
rollout history deploy web
rollout status deploy web
rollout pause cm kube-root-ca.crt
autoscale cm kube-root-ca.crt --max=3
autoscale deploy nosuch --max=2
expose deploy nosuch other --port=80
expose deploy/web x
delete cm nosuch other
delete cm
delete cm kube-root-ca.crt -o yaml
edit cm nosuch other
wait --for=condition=Available deploy/web deploy/nosuch --timeout=1s
wait --for=condition=Nosuch deploy/web deploy/two --timeout=1s
wait --for=delete cm/nosuch
cordon nosuch worker1 --dry-run=client
certificate approve nosuch other
auth can-i create pods --as=nobody
logs nosuch
top nodes --nosuch
explain deployments.apps.spec.replicas
explain deployments.apps.spec --recursive
explain deploy.apps.spec
explain pods.spec.nope.more
explain pods.
explain pod.spec.containers.ports
explain deploy --api-version=apps/v1
explain deploy --api-version=apps/v9
explain a b
explain nosuch.spec
api-resources --nosuch`
  .trim()
  .split("\n");

/** Ages, which pass between two questions, and the width that they have; what is renewed all the time. */
const settled = (text: string): string =>
  text
    .replace(/(?<![\w.:-])(?=\d)(\d+d)?(\d+h)?(\d+m)?(\d+s)?(?![\w.:-])/g, (m) => (m === "" ? "" : "AGE"))
    .replace(/ +AGE */g, " AGE ")
    .replace(/^(NAMESPACE|NAME) .*$|^ +Type +Reason +Age .*$|^ +---- +-{6} +-{4} +-{4} +-{7}$|^ +(Normal|Warning) .*$/gm, (line) =>
      line.replace(/ +/g, " "),
    )
    .replace(/(Renew ?Time: *|renewTime: ).*/g, "$1")
    .replace(/(LastHeartbeatTime|lastHeartbeatTime: ).*/g, "$1")
    .replace(/(MemoryPressure|DiskPressure|PIDPressure|Ready) +(True|False) +\w{3}, .*?\+0000/g, "$1 $2")
    .replace(/resourceVersion: "\d+"/g, "resourceVersion");

describe.runIf(binary)("beside the kubectl at hand", () => {
  const { path, minor } = binary ?? { path: "", minor: 0 };
  const { cwd, kubemend, on } = useScratch("beside");
  let kubeconfig = "";
  const real = (args: string[]): ReturnType<typeof execa> =>
    execa(path, args, { cwd, env: { KUBECONFIG: kubeconfig }, reject: false, stdin: "ignore", timeout: 60_000 });

  beforeAll(async () => {
    const mirror = minor < oldestPackaged ? `mirror: { packages: "${legacyArchive}" }\n` : "";
    writeFileSync(join(cwd, "kubemend.yaml"), `name: beside\nkubernetes: "1.${minor}"\nworkers: 1\ncni: { name: bridge }\n${mirror}`);
    const result = await kubemend(["up"]);
    expect(result.exitCode, String(result.stderr)).toBe(0);
    kubeconfig = String((await kubemend(["kubeconfig"])).stdout);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(cwd, name), text);
      expect((await kubemend(["cp", name, `controlplane:${name}`])).exitCode).toBe(0);
    }
    const made = await on(
      "controlplane",
      [
        "kubectl create deployment web --image=nginx --replicas=2",
        "kubectl create deployment two --image=nginx",
        "kubectl expose deployment web --port=80",
        "kubectl create job j --image=busybox -- true",
        "kubectl create cronjob c --image=busybox --schedule='0 0 1 1 *' -- true",
        "kubectl create quota q --hard=pods=10",
        "kubectl create ingress i --rule=a.b/c=web:80",
        "kubectl create poddisruptionbudget p --selector=app=web --min-available=1",
        'kubectl run pend --image=nginx --overrides=\'{"spec":{"nodeSelector":{"a":"b"}}}\'',
        "kubectl annotate pod pend long='it is long enough, at least longer than a hundred and forty characters, that is for certain: a hundred and forty characters are not that many, are they'",
        "kubectl rollout status deployment web",
        "kubectl rollout status deployment two",
        "kubectl wait --for=condition=complete job/j",
      ].join(" && "),
    );
    expect(made.exitCode, String(made.stderr)).toBe(0);
  }, 180_000);

  it.each(questions)("%s", async (line) => {
    const args = line.split(" ");
    const quoted = args.map((a) => `'${a}'`).join(" ");
    const [theirs, ours] = [await real(args), await on("controlplane", `kubectl ${quoted}`)];
    const shown = (r: { stdout?: unknown; stderr?: unknown; exitCode?: number }): string =>
      settled(`${String(r.stdout)}\n[stderr]\n${String(r.stderr).replace(/^.*memcache\.go.*\n?/gm, "")}\n[exit ${r.exitCode}]`);
    expect(shown(ours)).toBe(shown(theirs));
  });
});
