/** Validation of configurations, in the words of cmd/kubeadm/app/apis/kubeadm/validation. */
import type { Obj } from "../../core/json.ts";
import { addressBytes } from "../../pki/index.ts";
import { addressOf, isIp, parsePrefix, rangeSize } from "./address.ts";
import type { Config } from "./config.ts";
import { KubeadmError, ValidationError, type Context } from "./context.ts";

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const wildcardText =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const tokenPattern = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;

const invalid = (field: string, value: string | number, why: string): string =>
  `${field}: Invalid value: ${typeof value === "number" ? value : JSON.stringify(value)}: ${why}`;

function validateNode(node: Obj): string[] {
  const findings: string[] = [];
  const name = String(node.name);
  if (!subdomain.test(name)) findings.push(invalid("nodeRegistration.name", name, subdomainText));
  const socket = String(node.criSocket).replace(/^unix:\/\//, "");
  if (!socket.startsWith("/"))
    findings.push(invalid("nodeRegistration.criSocket", String(node.criSocket), `path is not absolute: ${socket}`));
  return findings;
}

function validateSubnet(field: string, text: string, minimum: number): string[] {
  const prefix = parsePrefix(text);
  if (text.includes(",")) {
    const parts = text.split(",");
    if (parts.some((part) => !parsePrefix(part))) return [invalid(field, text, "couldn't parse subnet")];
    const families = new Set(parts.map((part) => parsePrefix(part)!.bits));
    if (parts.length > 2 || families.size !== parts.length)
      return [invalid(field, text, "expected one (IPv4 or IPv6) CIDR or two CIDRs from each family for dual-stack networking")];
    return [];
  }
  if (!prefix) return [invalid(field, text, "couldn't parse subnet")];
  const canonical = field === "serviceSubnet" ? network(text) : text;
  if (rangeSize(prefix) < minimum) return [invalid(field, canonical, "subnet is too small")];
  return [];
}

/** The prefix with its host bits cleared. */
function network(text: string): string {
  const prefix = parsePrefix(text)!;
  if (prefix.bits !== 32) return text;
  const [a, b, c, d] = prefix.bytes;
  const value = ((a! << 24) | (b! << 16) | (c! << 8) | d!) & (prefix.length === 0 ? 0 : -1 << (32 - prefix.length));
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}/${prefix.length}`;
}

function validateNetworking(cluster: Obj, minor: number): string[] {
  const findings: string[] = [];
  const { serviceSubnet, podSubnet, dnsDomain } = cluster.networking as { serviceSubnet: string; podSubnet?: string; dnsDomain: string };
  if (!subdomain.test(dnsDomain)) findings.push(invalid("dnsDomain", dnsDomain, subdomainText));
  for (const [field, value] of [
    ["serviceSubnet", serviceSubnet],
    ["podSubnet", podSubnet],
  ] as const) {
    if (value?.includes(",") && minor <= 20) {
      findings.push(invalid(field, value, "only one CIDR allowed for single-stack networking"));
      return findings;
    }
  }
  const service = validateSubnet("serviceSubnet", serviceSubnet, 10);
  if (service.length > 0) findings.push(...service);
  else {
    for (const part of serviceSubnet.split(",")) {
      const prefix = parsePrefix(part)!;
      if (prefix.bits - prefix.length > 20)
        findings.push(
          invalid(
            "serviceSubnet",
            network(part),
            `specified service subnet is too large; for ${prefix.bits}-bit addresses, the mask must be >= ${prefix.bits - 20}`,
          ),
        );
    }
  }
  if (podSubnet) {
    const pod = validateSubnet("podSubnet", podSubnet, 14);
    findings.push(...pod);
    const prefix = parsePrefix(podSubnet);
    if (prefix) {
      const name = prefix.bits === 32 ? "node-cidr-mask-size" : "node-cidr-mask-size-ipv6";
      const extra = (cluster.controllerManager?.extraArgs as { name: string; value: string }[] | undefined) ?? [];
      const single = extra.find((a) => a.name === "node-cidr-mask-size" || a.name === name)?.value;
      const mask = Number(single ?? (prefix.bits === 32 ? 24 : 64));
      if (prefix.length > mask) findings.push(invalid("podSubnet", podSubnet, "pod subnet size is smaller than the node subnet size"));
      else if (mask - prefix.length > 16)
        findings.push(invalid("podSubnet", podSubnet, "pod subnet mask and node-mask difference can not be greater than 16"));
    }
  }
  return findings;
}

function validatePort(field: string, port: number): string[] {
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? [] : [invalid(field, port, "port number is not valid")];
}

export function parseHostPort(text: string): { host: string; port: string } {
  const m = /^\[([^\]]*)\]:(.*)$/.exec(text) ?? /^([^:]*):([^:]*)$/.exec(text);
  const host = m ? m[1]! : text;
  const port = m ? m[2]! : "";
  if (m && (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535))
    throw new KubeadmError(`hostport ${text}: port ${port} must be a valid number between 1 and 65535, inclusive`);
  if (!isIp(host) && !subdomain.test(host))
    throw new KubeadmError(`hostport ${text}: host '${host}' must be a valid IP address or a valid RFC-1123 DNS subdomain`);
  return { host, port };
}

/** Checks that come before the aggregate validation, and end the command with status 1. */
export function verifyAddress(c: Context, endpoint: { advertiseAddress: string }): void {
  const { advertiseAddress: address } = endpoint;
  if (address === "" || address === "0.0.0.0") return;
  if (!isIp(address)) throw new KubeadmError(`couldn't use "${address}" as "apiserver-advertise-address", must be ipv4 or ipv6 address`);
  if (address === "::1" || address.startsWith("127.")) {
    const other = addressOf(c.p, "lo");
    if (other === undefined || other.startsWith("127.")) throw new KubeadmError("unable to select an IP from lo network interface");
  }
  const bytes = addressBytes(address);
  const unusable = bytes.length === 4 ? bytes[0]! >= 224 : bytes[0] === 0xff || (bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80);
  if (unusable) throw new KubeadmError(`cannot use "${address}" as the bind address for the API Server`);
}

export function validateInit(c: Context, config: Config): void {
  const { cluster, init } = config;
  if (cluster.controlPlaneEndpoint) parseHostPort(String(cluster.controlPlaneEndpoint));
  for (const { token } of init.bootstrapTokens as Obj[])
    if (!tokenPattern.test(String(token)))
      throw new KubeadmError(
        `the bootstrap token ${JSON.stringify(token)} was not of the form ${JSON.stringify("\\A([a-z0-9]{6})\\.([a-z0-9]{16})\\z")}`,
      );
  const findings = [
    ...validateNode(init.nodeRegistration as Obj),
    ...validatePort("localAPIEndpoint.bindPort", Number(init.localAPIEndpoint.bindPort)),
  ];
  findings.push(...validateNetworking(cluster, c.minor));
  for (const name of (cluster.apiServer.certSANs as string[] | undefined) ?? []) {
    if (isIp(name) || subdomain.test(name) || (name.startsWith("*.") && subdomain.test(name.slice(2)))) continue;
    findings.push(
      invalid(
        "apiServer.certSANs",
        name,
        `altname is not a valid IP address, DNS label or a DNS label with subdomain wildcards: ${subdomainText}; ${wildcardText}`,
      ),
    );
  }
  const dir = String(cluster.certificatesDir);
  if (!dir.startsWith("/")) findings.push(invalid("certificatesDir", dir, "path is not absolute"));
  const algorithm = cluster.encryptionAlgorithm as string | undefined;
  const algorithms = ["ECDSA-P256", "ECDSA-P384", "RSA-2048", "RSA-3072", "RSA-4096"];
  if (algorithm !== undefined && !algorithms.includes(algorithm))
    findings.push(
      invalid("encryptionAlgorithm", algorithm, `Unsupported encryption algorithm. Supported values: ${algorithms.join(", ")}`),
    );
  if (findings.length > 0) throw new ValidationError(findings);
}

export function validateJoin(join: Obj): void {
  const findings: string[] = [];
  const { bootstrapToken, file, tlsBootstrapToken } = join.discovery as { bootstrapToken?: Obj; file?: Obj; tlsBootstrapToken?: string };
  if (!bootstrapToken && !file) findings.push(invalid("discovery", "", "bootstrapToken or file must be set"));
  else if (bootstrapToken && file) findings.push(invalid("discovery", "", "bootstrapToken and file cannot both be set"));
  if (bootstrapToken) {
    if (!(bootstrapToken.caCertHashes as string[] | undefined)?.length && !bootstrapToken.unsafeSkipCAVerification)
      findings.push(
        invalid(
          "discovery.bootstrapToken",
          "",
          "using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue",
        ),
      );
    const token = String(bootstrapToken.token ?? "");
    if (!tokenPattern.test(token)) findings.push(invalid("discovery.bootstrapToken.token", token, "the bootstrap token is invalid"));
    const endpoint = String(bootstrapToken.apiServerEndpoint ?? "");
    const colons = endpoint.replace(/^\[[^\]]*\]/, "").split(":").length - 1;
    if (colons === 0)
      findings.push(invalid("discovery.bootstrapToken.apiServerEndpoint", endpoint, `address ${endpoint}: missing port in address`));
    else if (colons > 1)
      findings.push(invalid("discovery.bootstrapToken.apiServerEndpoint", endpoint, `address ${endpoint}: too many colons in address`));
  }
  if ((bootstrapToken || tlsBootstrapToken) && !tokenPattern.test(tlsBootstrapToken ?? ""))
    findings.push(invalid("discovery.tlsBootstrapToken", tlsBootstrapToken ?? "", "the bootstrap token is invalid"));
  findings.push(...validateNode(join.nodeRegistration as Obj));
  if (!String(join.caCertPath).startsWith("/")) findings.push(invalid("caCertPath", String(join.caCertPath), "path is not absolute"));
  if (join.controlPlane)
    findings.push(...validatePort("controlPlane.localAPIEndpoint.bindPort", Number(join.controlPlane.localAPIEndpoint.bindPort)));
  if (findings.length > 0) throw new ValidationError(findings);
}
