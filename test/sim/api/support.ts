/** A control plane of etcd and kube-apiserver on one machine, without kubelet: what tests of the API need. */
import type { Obj } from "../../../src/sim/core/json.ts";
import { executable } from "../../../src/sim/fs/image.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import { createCertificate, createKey, type Key } from "../../../src/sim/pki/index.ts";
import type { World } from "../../../src/sim/world.ts";
import { handle } from "../../../src/sim/kube/apiserver/rest.ts";
import { apiOf } from "../../../src/sim/kube/apiserver/server.ts";
import { useWorld } from "../support.ts";

const address = "192.168.56.10";
export const pki = "/etc/kubernetes/pki";

export interface Cluster {
  world: World;
  machine: Machine;
  api: Proc;
  /** A request as cluster-admin (or another user), straight to the server's handler. */
  call(
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): { code: number; body: Obj; text: string; headers: Record<string, string> };
  /** Client certificate of a user, PEM. */
  certificate(name: string, groups?: string[]): { certificate: string; key: string };
}

interface CallOptions {
  user?: string;
  groups?: string[];
  type?: string;
  accept?: string;
  headers?: Record<string, string>;
}

let serial = 1;

function makeAuthority(world: World, name: string): { certificate: string; key: Key } {
  const key = createKey(world.random(`test/${name}`));
  const now = world.timeline.now;
  return {
    key,
    certificate: createCertificate({
      subject: { commonName: name },
      spki: key.spki,
      keyPem: key.privatePem,
      ca: true,
      notBefore: now - 1000,
      notAfter: now + 3.15e11,
      serial: Uint8Array.of(serial++),
    }),
  };
}

export async function useApi(version = "1.35.2", seed = "api"): Promise<Cluster> {
  const world = await useWorld(["node1"], seed);
  return startApi(world, version);
}

export async function startApi(world: World, version = "1.35.2"): Promise<Cluster> {
  const machine = world.machine("node1");
  const fs = machine.rootFs();
  fs.mkdirp(`${pki}/etcd`);
  fs.mkdirp("/opt/test");
  fs.mkdirp("/root/.kube");
  const now = world.timeline.now;
  const ca = makeAuthority(world, "kubernetes");
  const etcdCa = makeAuthority(world, "etcd-ca");
  const issue = (
    from: typeof ca,
    commonName: string,
    organizations: string[],
    usages: ("serverAuth" | "clientAuth")[],
    dnsNames: string[] = [],
    ipAddresses: string[] = [],
  ): { certificate: string; key: string } => {
    const key = createKey(world.random(`test/${commonName}`));
    return {
      key: key.privatePem,
      certificate: createCertificate({
        subject: { commonName, organizations },
        spki: key.spki,
        issuer: { certPem: from.certificate, keyPem: from.key.privatePem },
        usages,
        dnsNames,
        ipAddresses,
        notBefore: now - 1000,
        notAfter: now + 3.15e10,
        serial: Uint8Array.of(serial++),
      }),
    };
  };
  const put = (name: string, pair: { certificate: string; key: string }): void => {
    fs.write(`${pki}/${name}.crt`, pair.certificate);
    fs.write(`${pki}/${name}.key`, pair.key, { mode: 0o600 });
  };
  const names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "node1"];
  fs.write(`${pki}/ca.crt`, ca.certificate);
  fs.write(`${pki}/etcd/ca.crt`, etcdCa.certificate);
  put("apiserver", issue(ca, "kube-apiserver", [], ["serverAuth"], names, ["10.96.0.1", address]));
  put("apiserver-kubelet-client", issue(ca, "kube-apiserver-kubelet-client", ["kubeadm:cluster-admins"], ["clientAuth"]));
  put("etcd/server", issue(etcdCa, "node1", [], ["serverAuth", "clientAuth"], ["localhost", "node1"], [address, "127.0.0.1"]));
  put("apiserver-etcd-client", issue(etcdCa, "kube-apiserver-etcd-client", [], ["clientAuth"]));
  const sa = createKey(world.random("test/sa"));
  fs.write(`${pki}/sa.pub`, sa.publicPem);
  fs.write(`${pki}/sa.key`, sa.privatePem);
  const admin = issue(ca, "kubernetes-admin", ["system:masters"], ["clientAuth"]);
  fs.write("/root/.kube/config", JSON.stringify(kubeconfig(ca.certificate, admin)));

  machine.rootFs().write("/opt/test/etcd", "");
  fs.setContent("/opt/test/etcd", executable("etcd", "3.6.4"));
  fs.write("/opt/test/kube-apiserver", "");
  fs.setContent("/opt/test/kube-apiserver", executable("kube-apiserver", version));
  fs.write("/usr/bin/kubectl", "");
  fs.setContent("/usr/bin/kubectl", executable("kubectl", version));
  for (const path of ["/opt/test/etcd", "/opt/test/kube-apiserver", "/usr/bin/kubectl"]) fs.chmod(path, 0o755);
  const etcd = startEtcd(machine);
  await world.until(() => etcd.data.ready === true || etcd.status !== undefined, 20_000);
  const api = startServer(machine);
  await world.until(() => api.data.bootstrapped === true || api.status !== undefined, 30_000);
  if (api.status) throw new Error("kube-apiserver ended");
  const certificates = new Map<string, { certificate: string; key: string }>();
  const certificate = (name: string, groups: string[] = []): { certificate: string; key: string } => {
    const key = `${name} ${groups.join(",")}`;
    let made = certificates.get(key);
    if (!made) certificates.set(key, (made = issue(ca, name, groups, ["clientAuth"])));
    return made;
  };
  return { world, machine, api, certificate, call: caller(() => api, certificate) };
}

export const caller =
  (api: () => Proc, certificate: Cluster["certificate"]): Cluster["call"] =>
  (method, path, body, options = {}) => {
    const user = options.user ?? "kubernetes-admin";
    const pem = certificate(user, options.groups ?? (options.user ? [] : ["system:masters"])).certificate;
    const response = handle(apiOf(api()), {
      method,
      path,
      host: "test",
      headers: {
        accept: options.accept ?? "application/json",
        "user-agent": "test/1",
        ...(body === undefined ? {} : { "content-type": options.type ?? "application/json" }),
        ...options.headers,
      },
      body: body === undefined ? "" : JSON.stringify(body),
      tls: { serverName: "", clientCertificate: pem },
      peer: { ip: "127.0.0.1", port: 1 },
    });
    const text = String(response.body);
    let object: Obj = {};
    try {
      object = JSON.parse(text) as Obj;
    } catch {
      object = {};
    }
    return { code: response.status, body: object, text, headers: response.headers };
  };

function startEtcd(machine: Machine): Proc {
  return machine.spawn({
    exe: "/opt/test/etcd",
    argv: [
      "etcd",
      "--name=node1",
      "--data-dir=/var/lib/etcd",
      `--advertise-client-urls=https://${address}:2379`,
      `--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`,
      `--cert-file=${pki}/etcd/server.crt`,
      `--key-file=${pki}/etcd/server.key`,
      "--client-cert-auth=true",
      `--trusted-ca-file=${pki}/etcd/ca.crt`,
      `--initial-advertise-peer-urls=https://${address}:2380`,
      `--initial-cluster=node1=https://${address}:2380`,
      `--listen-peer-urls=https://${address}:2380`,
      `--peer-cert-file=${pki}/etcd/server.crt`,
      `--peer-key-file=${pki}/etcd/server.key`,
      "--peer-client-cert-auth=true",
      `--peer-trusted-ca-file=${pki}/etcd/ca.crt`,
    ],
    env: {},
    cwd: "/",
    session: true,
    sinks: { out: { kind: "file", path: "/var/log/etcd.log" }, err: { kind: "file", path: "/var/log/etcd.log" } },
  });
}

export const serverFlags = [
  `--advertise-address=${address}`,
  "--allow-privileged=true",
  "--authorization-mode=Node,RBAC",
  `--client-ca-file=${pki}/ca.crt`,
  "--enable-admission-plugins=NodeRestriction",
  "--enable-bootstrap-token-auth=true",
  `--etcd-cafile=${pki}/etcd/ca.crt`,
  `--etcd-certfile=${pki}/apiserver-etcd-client.crt`,
  `--etcd-keyfile=${pki}/apiserver-etcd-client.key`,
  "--etcd-servers=https://127.0.0.1:2379",
  `--kubelet-client-certificate=${pki}/apiserver-kubelet-client.crt`,
  `--kubelet-client-key=${pki}/apiserver-kubelet-client.key`,
  "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
  "--requestheader-allowed-names=front-proxy-client",
  "--secure-port=6443",
  "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
  `--service-account-key-file=${pki}/sa.pub`,
  `--service-account-signing-key-file=${pki}/sa.key`,
  "--service-cluster-ip-range=10.96.0.0/12",
  `--tls-cert-file=${pki}/apiserver.crt`,
  `--tls-private-key-file=${pki}/apiserver.key`,
];

export function startServer(machine: Machine, flags = serverFlags): Proc {
  return machine.spawn({
    exe: "/opt/test/kube-apiserver",
    argv: ["kube-apiserver", ...flags],
    env: {},
    cwd: "/",
    session: true,
    sinks: { out: { kind: "file", path: "/var/log/apiserver.log" }, err: { kind: "file", path: "/var/log/apiserver.log" } },
  });
}

export function kubeconfig(ca: string, user: { certificate: string; key: string }, server = `https://${address}:6443`): Obj {
  const b64 = (text: string): string => Buffer.from(text).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "kubernetes", cluster: { "certificate-authority-data": b64(ca), server } }],
    contexts: [{ name: "kubernetes-admin@kubernetes", context: { cluster: "kubernetes", user: "kubernetes-admin" } }],
    "current-context": "kubernetes-admin@kubernetes",
    preferences: {},
    users: [{ name: "kubernetes-admin", user: { "client-certificate-data": b64(user.certificate), "client-key-data": b64(user.key) } }],
  };
}
