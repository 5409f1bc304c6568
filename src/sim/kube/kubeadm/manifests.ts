/** Static pods of the control plane (cmd/kubeadm/app/phases/controlplane, etcd, util/staticpod). */
import type { Obj } from "../../core/json.ts";
import { parseDuration } from "../control/flags.ts";
import { addressIn, parsePrefix } from "./address.ts";
import { certificatesDir } from "./certs.ts";
import { etcdImage, type Arg, type Config } from "./config.ts";
import type { Context } from "./context.ts";
import { kubernetesDir, manifestsDir, write } from "./files.ts";
import { toYaml } from "./yaml.ts";

interface Volume {
  name: string;
  path: string;
  type: "DirectoryOrCreate" | "FileOrCreate";
  readOnly: boolean;
  mountPath?: string;
}

/** Defaults with the user's arguments over them, sorted by name; of repeated names (v1beta4) all are kept. */
function command(program: string, defaults: Record<string, string | undefined>, extra: Arg[]): string[] {
  const given = new Set(extra.map((a) => a.name));
  const all: Arg[] = [
    ...Object.entries(defaults)
      .filter(([name, value]) => value !== undefined && !given.has(name))
      .map(([name, value]) => ({ name, value: value! })),
    ...extra,
  ];
  all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return [program, ...all.map((a) => `--${a.name}=${a.value}`)];
}

const extraArgs = (holder: Obj | undefined): Arg[] => (holder?.extraArgs as Arg[] | undefined) ?? [];

function apiserverCommand(c: Context, config: Config): string[] {
  const { cluster, init } = config;
  const pki = certificatesDir(config);
  const external = cluster.etcd.external as Obj | undefined;
  const extra = extraArgs(cluster.apiServer as Obj);
  const modes = extra.find((a) => a.name === "authorization-mode")?.value;
  return command(
    "kube-apiserver",
    {
      "advertise-address": init.localAPIEndpoint.advertiseAddress as string,
      "allow-privileged": "true",
      "authorization-mode": modes ?? "Node,RBAC",
      "client-ca-file": `${pki}/ca.crt`,
      "enable-admission-plugins": "NodeRestriction",
      "enable-bootstrap-token-auth": "true",
      "etcd-cafile": external ? (external.caFile as string | undefined) : `${pki}/etcd/ca.crt`,
      "etcd-certfile": external ? (external.certFile as string | undefined) : `${pki}/apiserver-etcd-client.crt`,
      "etcd-keyfile": external ? (external.keyFile as string | undefined) : `${pki}/apiserver-etcd-client.key`,
      "etcd-servers": external ? (external.endpoints as string[]).join(",") : "https://127.0.0.1:2379",
      "insecure-port": c.minor <= 21 ? "0" : undefined,
      "kubelet-client-certificate": `${pki}/apiserver-kubelet-client.crt`,
      "kubelet-client-key": `${pki}/apiserver-kubelet-client.key`,
      "kubelet-preferred-address-types": "InternalIP,ExternalIP,Hostname",
      "proxy-client-cert-file": `${pki}/front-proxy-client.crt`,
      "proxy-client-key-file": `${pki}/front-proxy-client.key`,
      "requestheader-allowed-names": "front-proxy-client",
      "requestheader-client-ca-file": `${pki}/front-proxy-ca.crt`,
      "requestheader-extra-headers-prefix": "X-Remote-Extra-",
      "requestheader-group-headers": "X-Remote-Group",
      "requestheader-username-headers": "X-Remote-User",
      "secure-port": String(init.localAPIEndpoint.bindPort),
      "service-account-issuer": `https://kubernetes.default.svc.${cluster.networking.dnsDomain}`,
      "service-account-key-file": `${pki}/sa.pub`,
      "service-account-signing-key-file": `${pki}/sa.key`,
      "service-cluster-ip-range": cluster.networking.serviceSubnet as string,
      "tls-cert-file": `${pki}/apiserver.crt`,
      "tls-private-key-file": `${pki}/apiserver.key`,
    },
    extra,
  );
}

function controllerManagerCommand(c: Context, config: Config): string[] {
  const { cluster } = config;
  const pki = certificatesDir(config);
  const conf = `${kubernetesDir}/controller-manager.conf`;
  const pods = cluster.networking.podSubnet as string | undefined;
  return command(
    "kube-controller-manager",
    {
      ...(pods ? { "allocate-node-cidrs": "true", "cluster-cidr": pods } : {}),
      "authentication-kubeconfig": conf,
      "authorization-kubeconfig": conf,
      "bind-address": "127.0.0.1",
      "client-ca-file": `${pki}/ca.crt`,
      "cluster-name": cluster.clusterName as string,
      "cluster-signing-cert-file": `${pki}/ca.crt`,
      "cluster-signing-key-file": `${pki}/ca.key`,
      controllers: "*,bootstrapsigner,tokencleaner",
      kubeconfig: conf,
      "leader-elect": "true",
      port: c.minor <= 21 ? "0" : undefined,
      "requestheader-client-ca-file": `${pki}/front-proxy-ca.crt`,
      "root-ca-file": `${pki}/ca.crt`,
      "service-account-private-key-file": `${pki}/sa.key`,
      "service-cluster-ip-range": pods ? (cluster.networking.serviceSubnet as string) : undefined,
      "use-service-account-credentials": "true",
    },
    extraArgs(cluster.controllerManager as Obj),
  );
}

function schedulerCommand(c: Context, config: Config): string[] {
  const conf = `${kubernetesDir}/scheduler.conf`;
  return command(
    "kube-scheduler",
    {
      "authentication-kubeconfig": conf,
      "authorization-kubeconfig": conf,
      "bind-address": "127.0.0.1",
      kubeconfig: conf,
      "leader-elect": "true",
      port: c.minor <= 21 ? "0" : undefined,
    },
    extraArgs(config.cluster.scheduler as Obj),
  );
}

export interface InitialMember {
  name: string;
  peerUrl: string;
}

function etcdCommand(c: Context, config: Config, members: InitialMember[]): string[] {
  const { cluster, init } = config;
  const pki = certificatesDir(config);
  const name = String(init.nodeRegistration.name);
  const ip = String(init.localAPIEndpoint.advertiseAddress);
  const host = ip.includes(":") ? `[${ip}]` : ip;
  const local = ip.includes(":") ? "[::1]" : "127.0.0.1";
  const prefix = c.minor >= 34 ? "" : "experimental-";
  return command(
    "etcd",
    {
      "advertise-client-urls": `https://${host}:2379`,
      "cert-file": `${pki}/etcd/server.crt`,
      "client-cert-auth": "true",
      "data-dir": cluster.etcd.local.dataDir as string,
      // etcd 3.6 turned the experimental flag into a feature gate
      ...(c.minor >= 34
        ? { "feature-gates": "InitialCorruptCheck=true" }
        : c.minor >= 22
          ? { "experimental-initial-corrupt-check": "true" }
          : {}),
      ...(c.minor >= 25 ? { [`${prefix}watch-progress-notify-interval`]: "5s" } : {}),
      "initial-advertise-peer-urls": `https://${host}:2380`,
      "initial-cluster": members.length > 0 ? members.map((m) => `${m.name}=${m.peerUrl}`).join(",") : `${name}=https://${host}:2380`,
      "initial-cluster-state": members.length > 0 ? "existing" : undefined,
      "key-file": `${pki}/etcd/server.key`,
      "listen-client-urls": `https://${local}:2379,https://${host}:2379`,
      "listen-metrics-urls": `http://${local}:2381`,
      "listen-peer-urls": `https://${host}:2380`,
      name,
      "peer-cert-file": `${pki}/etcd/peer.crt`,
      "peer-client-cert-auth": "true",
      "peer-key-file": `${pki}/etcd/peer.key`,
      "peer-trusted-ca-file": `${pki}/etcd/ca.crt`,
      "snapshot-count": "10000",
      "trusted-ca-file": `${pki}/etcd/ca.crt`,
    },
    extraArgs(cluster.etcd.local as Obj),
  );
}

interface Probe {
  host: string;
  path: string;
  port: number;
  scheme: "HTTP" | "HTTPS";
}

/** Probes name the port since 1.34. */
function httpGet(c: Context, probe: Probe): Obj {
  return { host: probe.host, path: probe.path, port: c.minor >= 34 ? "probe-port" : probe.port, scheme: probe.scheme };
}

function probes(
  c: Context,
  config: Config,
  paths: { liveness: string; readiness?: string; startup?: string },
  at: Omit<Probe, "path">,
): Obj {
  const timeout =
    parseDuration(
      String(config.init.timeouts?.controlPlaneComponentHealthCheck ?? config.cluster.apiServer.timeoutForControlPlane ?? "4m0s"),
    ) ?? 240_000;
  // startup: the timeout in periods of ten seconds
  const startupFailures = Math.max(1, Math.ceil(timeout / 10_000));
  return {
    livenessProbe: {
      failureThreshold: 8,
      httpGet: httpGet(c, { ...at, path: paths.liveness }),
      initialDelaySeconds: 10,
      periodSeconds: 10,
      timeoutSeconds: 15,
    },
    ...(paths.readiness === undefined
      ? {}
      : {
          readinessProbe: {
            failureThreshold: 3,
            httpGet: httpGet(c, { ...at, path: paths.readiness }),
            periodSeconds: 1,
            timeoutSeconds: 15,
          },
        }),
    startupProbe: {
      failureThreshold: startupFailures,
      httpGet: httpGet(c, { ...at, path: paths.startup ?? paths.liveness }),
      initialDelaySeconds: 10,
      periodSeconds: 10,
      timeoutSeconds: 15,
    },
    ...(c.minor >= 34 ? { ports: [{ containerPort: at.port, name: "probe-port", protocol: "TCP" }] } : {}),
  };
}

function pod(c: Context, name: string, container: Obj, volumes: Volume[], annotations?: Obj): Obj {
  const created = c.minor >= 34 ? {} : { creationTimestamp: null };
  // volumes come by mount path order of their names, as Go's sorted map gives them
  const sorted = [...volumes].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...created,
      ...(annotations ? { annotations } : {}),
      labels: { component: name, tier: "control-plane" },
      name,
      namespace: "kube-system",
    },
    spec: {
      containers: [
        {
          ...container,
          name,
          imagePullPolicy: "IfNotPresent",
          volumeMounts: (name === "etcd" ? volumes : sorted).map((v) => ({
            mountPath: v.mountPath ?? v.path,
            name: v.name,
            ...(v.readOnly ? { readOnly: true } : {}),
          })),
        },
      ],
      hostNetwork: true,
      ...(c.minor >= 25 ? { priority: 2000001000 } : {}),
      priorityClassName: "system-node-critical",
      ...(c.minor >= 22 ? { securityContext: { seccompProfile: { type: "RuntimeDefault" } } } : {}),
      volumes: sorted.map((v) => ({ hostPath: { path: v.path, type: v.type }, name: v.name })),
    },
    status: {},
  };
}

function extraVolumes(holder: Obj | undefined): Volume[] {
  return ((holder?.extraVolumes as Obj[] | undefined) ?? []).map((v) => ({
    name: String(v.name),
    path: String(v.hostPath),
    mountPath: String(v.mountPath),
    type: (v.pathType as Volume["type"] | undefined) ?? ("" as Volume["type"]),
    readOnly: v.readOnly === true,
  }));
}

/** Folders of trusted authorities that the node has. */
function caVolumes(c: Context): Volume[] {
  const known: [string, string][] = [
    ["etc-pki", "/etc/pki"],
    ["etc-ca-certificates", "/etc/ca-certificates"],
    ["usr-local-share-ca-certificates", "/usr/local/share/ca-certificates"],
    ["usr-share-ca-certificates", "/usr/share/ca-certificates"],
  ];
  const there = known.filter(([, path]) => c.p.fs.isDir(path));
  return [["ca-certs", "/etc/ssl/certs"] as const, ...there].map(([name, path]) => ({
    name,
    path,
    type: "DirectoryOrCreate",
    readOnly: true,
  }));
}

export const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;
export type Component = (typeof components)[number];

function componentPod(c: Context, config: Config, name: Component): Obj {
  const { cluster, init } = config;
  const image = `${cluster.imageRepository}/${name}:${cluster.kubernetesVersion}`;
  const pki: Volume = { name: "k8s-certs", path: certificatesDir(config), type: "DirectoryOrCreate", readOnly: true };
  const conf = (file: string): Volume => ({ name: "kubeconfig", path: `${kubernetesDir}/${file}`, type: "FileOrCreate", readOnly: true });
  const address = String(init.localAPIEndpoint.advertiseAddress);
  const bound = (holder: Obj, fallback: string): string => extraArgs(holder).find((a) => a.name === "bind-address")?.value ?? fallback;
  const reachable = (ip: string): string => (ip === "0.0.0.0" ? "127.0.0.1" : ip);
  const env = (holder: Obj): Obj => ((holder.extraEnvs as Obj[] | undefined)?.length ? { env: holder.extraEnvs as Obj[] } : {});
  if (name === "kube-apiserver") {
    const port = Number(init.localAPIEndpoint.bindPort);
    return pod(
      c,
      name,
      {
        command: apiserverCommand(c, config),
        image,
        resources: { requests: { cpu: "250m" } },
        ...env(cluster.apiServer as Obj),
        ...probes(
          c,
          config,
          { liveness: "/livez", readiness: "/readyz" },
          { host: reachable(bound(cluster.apiServer as Obj, address)), port, scheme: "HTTPS" },
        ),
      },
      [...caVolumes(c), pki, ...extraVolumes(cluster.apiServer as Obj)],
      { "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint": `${address}:${port}` },
    );
  }
  const local = address.includes(":") ? "::1" : "127.0.0.1";
  if (name === "kube-controller-manager") {
    const flex: Volume = {
      name: "flexvolume-dir",
      path: "/usr/libexec/kubernetes/kubelet-plugins/volume/exec",
      type: "DirectoryOrCreate",
      readOnly: false,
    };
    return pod(
      c,
      name,
      {
        command: controllerManagerCommand(c, config),
        image,
        resources: { requests: { cpu: "200m" } },
        ...env(cluster.controllerManager as Obj),
        ...probes(
          c,
          config,
          { liveness: "/healthz" },
          { host: reachable(bound(cluster.controllerManager as Obj, local)), port: 10257, scheme: "HTTPS" },
        ),
      },
      [...caVolumes(c), flex, pki, conf("controller-manager.conf"), ...extraVolumes(cluster.controllerManager as Obj)],
    );
  }
  return pod(
    c,
    name,
    {
      command: schedulerCommand(c, config),
      image,
      resources: { requests: { cpu: "100m" } },
      ...env(cluster.scheduler as Obj),
      ...probes(c, config, c.minor >= 32 ? { liveness: "/livez", readiness: "/readyz" } : { liveness: "/healthz" }, {
        host: reachable(bound(cluster.scheduler as Obj, local)),
        port: 10259,
        scheme: "HTTPS",
      }),
    },
    [conf("scheduler.conf"), ...extraVolumes(cluster.scheduler as Obj)],
  );
}

function etcdPod(c: Context, config: Config, members: InitialMember[]): Obj {
  const { cluster, init } = config;
  const ip = String(init.localAPIEndpoint.advertiseAddress);
  const paths =
    c.minor >= 33
      ? { liveness: "/livez", readiness: "/readyz", startup: "/readyz" }
      : c.minor >= 24
        ? { liveness: "/health?exclude=NOSPACE&serializable=true", startup: "/health?serializable=false" }
        : { liveness: "/health" };
  const minor = Number(/^v1\.(\d+)/.exec(String(cluster.kubernetesVersion))?.[1] ?? c.minor);
  return pod(
    c,
    "etcd",
    {
      command: etcdCommand(c, config, members),
      image: etcdImage(c, cluster, minor),
      resources: { requests: { cpu: "100m", ...(c.minor <= 21 ? { "ephemeral-storage": "100Mi" } : {}), memory: "100Mi" } },
      ...probes(c, config, paths, { host: ip.includes(":") ? "::1" : "127.0.0.1", port: 2381, scheme: "HTTP" }),
    },
    [
      { name: "etcd-data", path: cluster.etcd.local.dataDir as string, type: "DirectoryOrCreate", readOnly: false },
      { name: "etcd-certs", path: `${certificatesDir(config)}/etcd`, type: "DirectoryOrCreate", readOnly: false },
    ],
    { "kubeadm.kubernetes.io/etcd.advertise-client-urls": `https://${ip.includes(":") ? `[${ip}]` : ip}:2379` },
  );
}

export async function writeComponent(c: Context, config: Config, name: Component): Promise<void> {
  await c.out(`[control-plane] Creating static Pod manifest for "${name}"`);
  write(c.p, `${manifestsDir}/${name}.yaml`, toYaml(componentPod(c, config, name)), 0o600, 0o700);
}

export async function controlPlanePhase(c: Context, config: Config, skip: (phase: string) => boolean = () => false): Promise<void> {
  await c.out(`[control-plane] Using manifest folder "${manifestsDir}"`);
  for (const name of components) if (!skip(`control-plane/${name.replace("kube-", "")}`)) await writeComponent(c, config, name);
}

export function writeEtcd(c: Context, config: Config, members: InitialMember[] = []): void {
  const dataDir = String(config.cluster.etcd.local.dataDir);
  if (!c.p.fs.exists(dataDir)) c.p.fs.mkdirp(dataDir, 0o700);
  c.p.fs.chmod(dataDir, 0o700);
  write(c.p, `${manifestsDir}/etcd.yaml`, toYaml(etcdPod(c, config, members)), 0o600, 0o700);
}

export async function etcdPhase(c: Context, config: Config): Promise<void> {
  if (!config.cluster.etcd.local) return;
  await c.out(`[etcd] Creating static Pod manifest for local etcd in "${manifestsDir}"`);
  writeEtcd(c, config);
}

/** The tenth address of the service subnet. */
export function dnsAddress(cluster: Obj): string {
  const prefix = parsePrefix(String(cluster.networking.serviceSubnet).split(",")[0]!)!;
  return addressIn(prefix, 10);
}
