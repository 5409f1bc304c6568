/** The certificates of a cluster: which there are, who signs them, and the files they lie in (cmd/kubeadm/app/phases/certs). */
import {
  addressText,
  addressBytes,
  checkKeyPair,
  createCertificate,
  createKey,
  parseCertificate,
  parsePrivateKey,
  type ExtendedUsage,
} from "../../pki/index.ts";
import { addressIn, isIp, parsePrefix } from "./address.ts";
import type { Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { openError, write } from "./files.ts";
import { parseDuration } from "../control/flags.ts";
import { parseHostPort } from "./validate.ts";

export interface CertificateSpec {
  /** Path below the certificates folder without .crt and .key; also the name in messages. */
  base: string;
  /** Name in `kubeadm init phase certs` and in check-expiration. */
  name: string;
  authority: string;
  commonName: string;
  organizations?: (c: Context) => string[];
  usages: ExtendedUsage[];
  /** Subject alternative names, computed from the configuration. */
  names?: (config: Config) => string[];
  longName: string;
}

export const authorities = [
  { base: "ca", name: "ca", commonName: "kubernetes" },
  { base: "front-proxy-ca", name: "front-proxy-ca", commonName: "front-proxy-ca" },
  { base: "etcd/ca", name: "etcd-ca", commonName: "etcd-ca" },
] as const;

const node = (config: Config): string => String(config.init.nodeRegistration.name);
const etcdNames =
  (extra: "serverCertSANs" | "peerCertSANs") =>
  (config: Config): string[] => [
    node(config),
    "localhost",
    config.init.localAPIEndpoint.advertiseAddress as string,
    "127.0.0.1",
    "::1",
    ...((config.cluster.etcd.local?.[extra] as string[] | undefined) ?? []),
  ];

function apiserverNames(config: Config): string[] {
  const { cluster, init } = config;
  const service = parsePrefix(String(cluster.networking.serviceSubnet).split(",")[0]!)!;
  const endpoint = cluster.controlPlaneEndpoint ? [parseHostPort(String(cluster.controlPlaneEndpoint)).host] : [];
  return [
    node(config),
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    `kubernetes.default.svc.${cluster.networking.dnsDomain}`,
    addressIn(service, 1),
    init.localAPIEndpoint.advertiseAddress as string,
    ...endpoint,
    ...((cluster.apiServer.certSANs as string[] | undefined) ?? []),
  ];
}

/** Members of this group are cluster administrators through RBAC since 1.29; before, everybody was system:masters. */
export const administrators = (minor: number): string => (minor >= 29 ? "kubeadm:cluster-admins" : "system:masters");

/** Leaf certificates in the order in which kubeadm makes them. */
export const leaves: CertificateSpec[] = [
  {
    base: "apiserver",
    name: "apiserver",
    authority: "ca",
    commonName: "kube-apiserver",
    usages: ["serverAuth"],
    names: apiserverNames,
    longName: "certificate for serving the Kubernetes API",
  },
  {
    base: "apiserver-kubelet-client",
    name: "apiserver-kubelet-client",
    authority: "ca",
    commonName: "kube-apiserver-kubelet-client",
    organizations: (c) => [administrators(c.minor)],
    usages: ["clientAuth"],
    longName: "certificate for the API server to connect to kubelet",
  },
  {
    base: "front-proxy-client",
    name: "front-proxy-client",
    authority: "front-proxy-ca",
    commonName: "front-proxy-client",
    usages: ["clientAuth"],
    longName: "certificate for the front proxy client",
  },
  {
    base: "etcd/server",
    name: "etcd-server",
    authority: "etcd/ca",
    commonName: "",
    usages: ["serverAuth", "clientAuth"],
    names: etcdNames("serverCertSANs"),
    longName: "certificate for serving etcd",
  },
  {
    base: "etcd/peer",
    name: "etcd-peer",
    authority: "etcd/ca",
    commonName: "",
    usages: ["serverAuth", "clientAuth"],
    names: etcdNames("peerCertSANs"),
    longName: "certificate for etcd nodes to communicate with each other",
  },
  {
    base: "etcd/healthcheck-client",
    name: "etcd-healthcheck-client",
    authority: "etcd/ca",
    commonName: "kube-etcd-healthcheck-client",
    organizations: (c) => (c.minor >= 30 ? [] : ["system:masters"]),
    usages: ["clientAuth"],
    longName: "certificate for liveness probes to healthcheck etcd",
  },
  {
    base: "apiserver-etcd-client",
    name: "apiserver-etcd-client",
    authority: "etcd/ca",
    commonName: "kube-apiserver-etcd-client",
    organizations: (c) => (c.minor >= 30 ? [] : ["system:masters"]),
    usages: ["clientAuth"],
    longName: "certificate the apiserver uses to access etcd",
  },
];

const random = (c: Context) => c.p.machine.random("kubeadm/pki"); // eslint-disable-line typescript/explicit-function-return-type

const day = 86_400_000;
const validity = (config: Config, ca: boolean): number =>
  parseDuration(String((ca ? config.cluster.caCertificateValidityPeriod : config.cluster.certificateValidityPeriod) ?? "")) ??
  (ca ? 3650 : 365) * day;

export const certificatesDir = (config: Config): string => String(config.cluster.certificatesDir);

export interface Pair {
  certPem: string;
  keyPem: string;
}

function writePair(c: Context, dir: string, base: string, pair: Pair): void {
  write(c.p, `${dir}/${base}.key`, pair.keyPem, 0o600);
  write(c.p, `${dir}/${base}.crt`, pair.certPem, 0o644);
}

/** Reads a certificate and its key; fails in kubeadm's words. */
export function loadPair(c: Context, dir: string, base: string): Pair {
  const read = (kind: "certificate" | "private key", path: string): string => {
    try {
      return c.p.fs.readText(path);
    } catch (error) {
      throw new KubeadmError(
        kind === "certificate"
          ? `failed to load certificate: couldn't load the certificate file ${path}: ${openError(error, path)}`
          : `failed to load key: couldn't load the private key file ${path}: ${openError(error, path)}`,
      );
    }
  };
  const certPem = read("certificate", `${dir}/${base}.crt`);
  const keyPem = read("private key", `${dir}/${base}.key`);
  return { certPem, keyPem };
}

function makeAuthority(c: Context, config: Config, commonName: string): Pair {
  const key = createKey(random(c));
  const { now } = c.p;
  const certPem = createCertificate({
    subject: { commonName },
    spki: key.spki,
    keyPem: key.privatePem,
    ca: true,
    dnsNames: c.minor >= 22 ? [commonName] : [],
    // 1.30 began to date authorities back, against clocks that differ
    notBefore: now - (c.minor >= 30 ? 300_000 : 0),
    notAfter: now + validity(config, true),
    serial: c.minor >= 29 ? random(c).bytes(8) : Uint8Array.of(0),
  });
  return { certPem, keyPem: key.privatePem };
}

export function makeLeaf(
  c: Context,
  config: Config,
  authority: Pair,
  leaf: { commonName: string; organizations?: string[]; usages: ExtendedUsage[]; names?: string[] },
): Pair {
  if (!parsePrivateKey(authority.keyPem)) c.p.notSimulated("a certificate authority whose key is not ECDSA P-256");
  const key = createKey(random(c));
  const serial = random(c).bytes(8);
  serial[0]! &= 0x7f;
  const names = leaf.names ?? [];
  const certPem = createCertificate({
    subject: { commonName: leaf.commonName, organizations: leaf.organizations ?? [] },
    issuer: authority,
    spki: key.spki,
    usages: leaf.usages,
    dnsNames: [...new Set(names.filter((n) => !isIp(n)))].sort(),
    ipAddresses: [...new Set(names.filter(isIp).map((ip) => addressText(addressBytes(ip))))],
    notBefore: parseCertificate(authority.certPem).notBefore,
    notAfter: c.p.now + validity(config, false),
    serial,
  });
  return { certPem, keyPem: key.privatePem };
}

/** The subject and names of a leaf for this node. */
function leafOf(c: Context, config: Config, spec: CertificateSpec): Parameters<typeof makeLeaf>[3] {
  return {
    commonName: spec.commonName === "" ? node(config) : spec.commonName,
    organizations: spec.organizations?.(c),
    usages: spec.usages,
    names: spec.names?.(config),
  };
}

export async function authorityPhase(c: Context, config: Config, base: string): Promise<void> {
  const dir = certificatesDir(config);
  const spec = authorities.find((a) => a.base === base)!;
  if (c.p.fs.exists(`${dir}/${base}.crt`)) {
    const certificate = parseCertificate(c.p.fs.readText(`${dir}/${base}.crt`));
    if (!certificate.isCa) throw new KubeadmError(`failure loading ${base} certificate: certificate ${base} is not a CA`);
    await c.out(`[certs] Using existing ${base} certificate authority`);
    return;
  }
  await c.out(`[certs] Generating "${base}" certificate and key`);
  writePair(c, dir, base, makeAuthority(c, config, spec.commonName));
}

export async function leafPhase(c: Context, config: Config, spec: CertificateSpec): Promise<void> {
  const dir = certificatesDir(config);
  if (c.p.fs.exists(`${dir}/${spec.base}.crt`)) {
    let pair: Pair;
    try {
      pair = loadPair(c, dir, spec.base);
    } catch (error) {
      if (!(error instanceof KubeadmError)) throw error;
      throw new KubeadmError(
        `failed to write or validate certificate "${spec.base}": failure loading ${spec.base} certificate: ${error.message}`,
      );
    }
    const problem = checkKeyPair(pair.certPem, pair.keyPem);
    if (problem) throw new KubeadmError(`failed to write or validate certificate "${spec.base}": ${problem}`);
    const { names } = leafOf(c, config, spec);
    const there = parseCertificate(pair.certPem);
    for (const name of names ?? [])
      if (!there.dnsNames.includes(name) && !(isIp(name) && there.ipAddresses.includes(addressText(addressBytes(name)))))
        await c.klog(
          "W",
          "certs.go:550",
          `WARNING: could not validate bounds for certificate ${spec.base}: the certificate is not valid for ${name}`,
        );
    await c.out(`[certs] Using existing ${spec.base} certificate and key on disk`);
    return;
  }
  let authority: Pair;
  try {
    authority = loadPair(c, dir, spec.authority);
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    throw new KubeadmError(`couldn't load CA certificate ${spec.authority}: ${error.message}`);
  }
  await c.out(`[certs] Generating "${spec.base}" certificate and key`);
  const leaf = leafOf(c, config, spec);
  const pair = makeLeaf(c, config, authority, leaf);
  writePair(c, dir, spec.base, pair);
  if (leaf.names) {
    const made = parseCertificate(pair.certPem);
    await c.out(
      `[certs] ${spec.base} serving cert is signed for DNS names [${made.dnsNames.join(" ")}] and IPs [${made.ipAddresses.join(" ")}]`,
    );
  }
}

export async function serviceAccountPhase(c: Context, config: Config): Promise<void> {
  const dir = certificatesDir(config);
  if (c.p.fs.exists(`${dir}/sa.key`)) {
    await c.out('[certs] Using the existing "sa" key');
    return;
  }
  await c.out('[certs] Generating "sa" key and public key');
  const key = createKey(random(c));
  write(c.p, `${dir}/sa.key`, key.privatePem, 0o600);
  write(c.p, `${dir}/sa.pub`, key.publicPem, 0o600);
}

const usesLocalEtcd = (config: Config): boolean => config.cluster.etcd.local !== undefined;

export async function certsPhase(c: Context, config: Config, skip: (phase: string) => boolean = () => false): Promise<void> {
  await c.out(`[certs] Using certificateDir folder "${certificatesDir(config)}"`);
  for (const authority of authorities) {
    if (authority.base.startsWith("etcd") && !usesLocalEtcd(config)) continue;
    if (!skip(`certs/${authority.name}`)) await authorityPhase(c, config, authority.base);
    for (const leaf of leaves) {
      if (leaf.authority !== authority.base) continue;
      if (!skip(`certs/${leaf.name}`)) await leafPhase(c, config, leaf);
    }
  }
  if (!skip("certs/sa")) await serviceAccountPhase(c, config);
}

/** Writes a renewed certificate beside the CA that signed the old one. */
export function renewLeaf(c: Context, config: Config, dir: string, spec: CertificateSpec): void {
  const old = parseCertificate(loadPair(c, dir, spec.base).certPem);
  const authority = loadPair(c, dir, spec.authority);
  const value = (type: string): string[] => old.subject.filter(([t]) => t === type).map(([, v]) => v);
  const pair = makeLeaf(c, config, authority, {
    commonName: value("CN")[0] ?? "",
    organizations: value("O"),
    usages: spec.usages,
    names: [...old.dnsNames, ...old.ipAddresses],
  });
  writePair(c, dir, spec.base, pair);
}
