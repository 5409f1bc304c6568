/** From the command line and the files it names to Options, with the real server's refusals. */
import { Errno } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import { checkKeyPair, parseCertificates, parsePublicKey } from "../../pki/index.ts";
import { FlagError, parsePflags } from "../control/flags.ts";
import { openError } from "../kubeconfig.ts";
import { klogLine } from "./klog.ts";
import { defaultPlugins, modelled, notModelled, otherPlugins, withoutEffect } from "./flags.ts";
import { parseCidr } from "./ranges.ts";
import type { Options } from "./server.ts";

/** The process ends with this text as its error. */
export class StartError extends Error {}

/** Reads a file that must be there. */
function file(p: Proc, path: string, wrap: (text: string) => string = (t) => t): string {
  try {
    return p.fs.readText(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new StartError(wrap(openError(path, error)));
  }
}

function certificates(p: Proc, path: string, wrap: (text: string) => string): string {
  const pem = file(p, path, wrap);
  let count = 0;
  try {
    count = parseCertificates(pem).length;
  } catch (error) {
    throw new StartError(wrap((error as Error).message));
  }
  if (count === 0) throw new StartError(wrap(`data does not contain any valid RSA or ECDSA certificates`));
  return pem;
}

const refuse = (p: Proc, text: string): never => {
  p.log(text);
  p.exit(1);
};

export function readOptions(p: Proc): Options {
  let parsed;
  try {
    parsed = parsePflags(p.args, { ...modelled, ...withoutEffect, ...notModelled });
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return refuse(p, `Error: ${error.message}`);
  }
  const { values, lists, rest } = parsed;
  for (const name of Object.keys(values)) if (name in notModelled) p.notSimulated(`kube-apiserver --${name}`);
  if (rest.length > 0)
    return refuse(p, `Error: kube-apiserver does not take any arguments, got [${rest.map((r) => JSON.stringify(r)).join(" ")}]`);
  if (values.version !== undefined) {
    p.log(`Kubernetes v${p.state.version.replace(/^v/, "")}`, 1);
    p.exit(0);
  }
  if (values.help !== undefined) p.notSimulated("kube-apiserver --help");
  return build(p, values, lists);
}

function build(p: Proc, values: Record<string, string>, lists: Record<string, string[]>): Options {
  const errors: string[] = [];
  if (!lists["etcd-servers"]?.length) errors.push("--etcd-servers must be specified");
  const serviceRange = values["service-cluster-ip-range"] ?? "10.0.0.0/24";
  try {
    const { size } = parseCidr(serviceRange.split(",")[0]!);
    if (serviceRange.includes(",")) p.notSimulated("dual-stack --service-cluster-ip-range");
    if (size > 2 ** 20) errors.push("specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12");
    if (size < 8) errors.push("specified --service-cluster-ip-range is too small");
  } catch {
    errors.push("--service-cluster-ip-range doesn't parse: " + `invalid CIDR address: ${serviceRange}`);
  }
  if (!values["service-account-signing-key-file"]) errors.push("service-account-signing-key-file is a required flag");
  if (!lists["service-account-issuer"]?.length)
    errors.push(
      "service-account-issuer is a required flag, --service-account-signing-key-file and --service-account-issuer are required flags",
    );
  const port = Number(values["secure-port"] ?? 6443);
  if (port < 1 || port > 65535) errors.push(`--secure-port ${port} must be between 1 and 65535, inclusive. It cannot be turned off with 0`);
  const nodePorts = /^(\d+)-(\d+)$/.exec(values["service-node-port-range"] ?? "30000-32767");
  if (!nodePorts)
    errors.push(
      `invalid argument "${values["service-node-port-range"]}" for "--service-node-port-range" flag: expected hyphen-delimited port range`,
    );
  const modes = lists["authorization-mode"] ?? ["AlwaysAllow"];
  for (const mode of modes) {
    if (mode === "ABAC" || mode === "Webhook") p.notSimulated(`kube-apiserver --authorization-mode=${mode}`);
    if (!["Node", "RBAC", "AlwaysAllow", "AlwaysDeny"].includes(mode))
      errors.push(`"${mode}" is not a valid mode`.replace(/^"(.*)"/, `authorization-mode "$1"`));
  }
  const enabled = [...(lists["enable-admission-plugins"] ?? []), ...(lists["admission-control"] ?? [])];
  const disabled = lists["disable-admission-plugins"] ?? [];
  for (const [flag, list] of [
    ["enable", enabled],
    ["disable", disabled],
  ] as const)
    for (const plugin of list) {
      if (defaultPlugins.includes(plugin)) continue;
      if (!(plugin in otherPlugins)) errors.push(`${flag}-admission-plugins plugin "${plugin}" is unknown`);
      else if (flag === "enable" && !otherPlugins[plugin]) p.notSimulated(`admission plugin ${plugin}`);
    }
  if (errors.length > 0) throw new StartError(errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]`);

  const certFile = values["tls-cert-file"];
  if (!certFile) p.notSimulated("kube-apiserver without --tls-cert-file (self-signed serving certificates)");
  const keyFile = values["tls-private-key-file"] ?? "";
  const certificate = file(p, certFile!);
  const bad = checkKeyPair(certificate, file(p, keyFile));
  if (bad) throw new StartError(bad);
  const clientCa = values["client-ca-file"]
    ? certificates(p, values["client-ca-file"], (t) => `unable to load client CA provider: ${t}`)
    : "";
  const requestHeaderCa = values["requestheader-client-ca-file"]
    ? certificates(p, values["requestheader-client-ca-file"], (t) => `failed to create front-proxy-client-ca provider: ${t}`)
    : "";
  const signer = values["service-account-signing-key-file"]!;
  const signerKey = file(p, signer, (t) => `failed to parse service-account-issuer-key-file: ${t}`);
  if (!parsePublicKey(signerKey))
    throw new StartError(`failed to parse service-account-issuer-key-file: data does not contain a valid RSA or ECDSA private key`);
  const keyFiles = lists["service-account-key-file"] ?? [keyFile];
  const keys = keyFiles.map((path) => {
    const pem = file(p, path, (t) => `failed to read public key file: ${t}`);
    if (!parsePublicKey(pem))
      throw new StartError(`error reading public key file ${path}: data does not contain any valid RSA or ECDSA public keys`);
    return pem;
  });
  const etcdFile = (flag: string): string | undefined => (values[flag] ? file(p, values[flag]) : undefined);
  const kubeletCert = values["kubelet-client-certificate"] ? file(p, values["kubelet-client-certificate"]) : "";
  const kubeletKey = values["kubelet-client-key"] ? file(p, values["kubelet-client-key"]) : "";
  const issuers = lists["service-account-issuer"]!;
  const ca = etcdFile("etcd-cafile");
  const cert = etcdFile("etcd-certfile");
  const key = etcdFile("etcd-keyfile");
  let advertise = values["advertise-address"] ?? "";
  if (advertise === "" || advertise === "0.0.0.0") {
    advertise = hostAddress(p);
    p.log(klogLine(p, "I", "options.go:263", `external host was not specified, using ${advertise}`));
  }
  return {
    advertiseAddress: advertise,
    bindAddress: values["bind-address"] ?? "0.0.0.0",
    securePort: port,
    serviceRange,
    nodePorts: [Number(nodePorts![1]), Number(nodePorts![2])],
    anonymous: values["anonymous-auth"] !== "false",
    bootstrapTokens: values["enable-bootstrap-token-auth"] === "true",
    allowPrivileged: values["allow-privileged"] === "true",
    authorization: modes,
    admission: [...defaultPlugins.filter((x) => !disabled.includes(x)), ...enabled.filter((x) => !defaultPlugins.includes(x))],
    issuer: issuers[0]!,
    audiences: lists["api-audiences"] ?? issuers,
    kubeletAddressTypes: lists["kubelet-preferred-address-types"] ?? ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"],
    etcd: {
      servers: lists["etcd-servers"]!,
      prefix: (values["etcd-prefix"] ?? "/registry").replace(/\/$/, ""),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { certificate: cert }),
      ...(key === undefined ? {} : { key }),
    },
    certificate,
    clientCa,
    serviceAccountKeys: keys,
    serviceAccountSigner: signerKey,
    requestHeaderCa,
    kubeletClientCertificate: kubeletCert,
    kubeletClientKey: kubeletKey,
    kubeletCa: values["kubelet-certificate-authority"] ? file(p, values["kubelet-certificate-authority"]) : "",
  };
}

/** The address of the interface with the default route (k8s.io/apimachinery/pkg/util/net.ChooseHostInterface). */
function hostAddress(p: Proc): string {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const route = ns.routes().find((r) => r.dst === "default" || r.dst === "0.0.0.0/0");
  const link = ns.links().find((l) => l.name === route?.dev);
  const address = link?.addresses.find((a) => !a.ip.includes(":"));
  if (!route || !address)
    throw new StartError(
      'unable to find suitable network address.error=\'no default routes found in "/proc/net/route" or "/proc/net/ipv6_route"\'. Try to set the AdvertiseAddress directly or provide a valid BindAddress to fix this.',
    );
  return address.ip;
}
