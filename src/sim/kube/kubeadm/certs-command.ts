/** `kubeadm certs` (cmd/kubeadm/app/cmd/certs.go, phases/certs/renewal). */
import { copy } from "../../core/copy.ts";
import type { Obj } from "../../core/json.ts";
import { parseCertificate, type Certificate } from "../../pki/index.ts";
import { configOf, fetchClusterConfiguration, localNode, openApi } from "./cluster.ts";
import { authorities, certificatesDir, leaves, renewLeaf } from "./certs.ts";
import { defaultCluster, readDocuments, type Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { kubernetesDir, write } from "./files.ts";
import type { InitFlags } from "./init.ts";
import { clientPair, fileNames, kubeconfigText, readKubeconfig } from "./kubeconfig.ts";
import { toYaml } from "./yaml.ts";

async function configuration(c: Context, flags: InitFlags, prefix: string): Promise<Config> {
  const dir = flags.values["cert-dir"];
  if (flags.values.config !== undefined) {
    const documents = await readDocuments(c, flags.values.config);
    return configOf(defaultCluster(c, documents.ClusterConfiguration), localNode(c));
  }
  const fallback = (): Config => configOf(defaultCluster(c, dir === undefined ? {} : { certificatesDir: dir }), localNode(c));
  let api: ReturnType<typeof openApi>;
  try {
    api = openApi(c, flags.values.kubeconfig);
  } catch {
    return fallback();
  }
  if (c.minor >= 32) {
    await c.out(`[${prefix}] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...`);
    await c.out(`[${prefix}] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.`);
  } else {
    await c.out(`[${prefix}] Reading configuration from the cluster...`);
    await c.out(`[${prefix}] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'`);
  }
  try {
    const config = configOf(await fetchClusterConfiguration(api, true), localNode(c));
    if (dir !== undefined) config.cluster.certificatesDir = dir;
    if (c.minor < 32) await c.out("");
    return config;
  } catch (error) {
    if (!(error instanceof KubeadmError)) throw error;
    await c.out(`[${prefix}] Error reading configuration from the Cluster. Falling back to default configuration\n`);
    return fallback();
  }
}

/** `Nov 20, 2027 22:18 UTC` */
function date(ms: number): string {
  const text = new Date(ms).toUTCString();
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\d+:\d+)/.exec(text)!;
  return `${month} ${day}, ${year} ${time} UTC`;
}

/** duration.ShortHumanDuration. */
function residual(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 60) return `${Math.max(0, seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return seconds < 86_400 * 365 ? `${Math.floor(seconds / 86_400)}d` : `${Math.floor(seconds / 86_400 / 365)}y`;
}

interface Row {
  name: string;
  certificate: Certificate | undefined;
  authority: string;
  external: boolean;
}

function rows(c: Context, config: Config): Row[] {
  const dir = certificatesDir(config);
  const read = (path: string): Certificate | undefined => {
    const text = c.p.fs.tryReadText(path);
    try {
      return text === undefined ? undefined : parseCertificate(text);
    } catch {
      return undefined;
    }
  };
  const confs = fileNames(c.minor)
    .filter((f) => f !== "kubelet.conf")
    .map((file): Row => {
      const pem = readKubeconfig(c.p.fs.tryReadText(`${kubernetesDir}/${file}`) ?? "")?.certPem;
      return {
        name: file,
        certificate: pem === undefined ? undefined : parseCertificate(pem),
        authority: c.minor >= 22 ? "ca" : "",
        external: !c.p.fs.exists(`${dir}/ca.key`),
      };
    });
  const certs = leaves
    .filter((l) => !l.base.startsWith("etcd/") || config.cluster.etcd?.local)
    .map((leaf): Row => ({
      name: leaf.name,
      certificate: read(`${dir}/${leaf.base}.crt`),
      authority: authorities.find((a) => a.base === leaf.authority)!.name,
      external: !c.p.fs.exists(`${dir}/${leaf.authority}.key`),
    }));
  return [...confs, ...certs].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** text/tabwriter with a padding of three and at least ten cells, as kubeadm prints tables. */
function tabbed(lines: string[][]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((l) => l[i]!.length + 3), 10));
  return lines
    .map(
      (line) =>
        `${line.map((cell, i) => (i === line.length - 1 && cell === line.at(-1) && lines[0] === line ? cell : i === line.length - 1 ? cell.padEnd(8) : cell.padEnd(widths[i]!))).join("")}\n`,
    )
    .join("");
}

export async function checkExpiration(c: Context, flags: InitFlags): Promise<void> {
  if (flags.values.output !== undefined && flags.values.output !== "text")
    c.p.notSimulated(`kubeadm certs check-expiration -o ${flags.values.output}`);
  const config = await configuration(c, flags, "check-expiration");
  const list = rows(c, config);
  const lines = [["CERTIFICATE", "EXPIRES", "RESIDUAL TIME", "CERTIFICATE AUTHORITY", "EXTERNALLY MANAGED"]];
  for (const { name, certificate, authority, external } of list) {
    if (!certificate) lines.push([`!MISSING! ${name}`, "", "", "", ""]);
    else lines.push([name, date(certificate.notAfter), residual(certificate.notAfter - c.p.now), authority, external ? "yes" : "no"]);
  }
  await c.p.out(tabbed(lines));
  await c.out("");
  const dir = certificatesDir(config);
  const cas = [["CERTIFICATE AUTHORITY", "EXPIRES", "RESIDUAL TIME", "EXTERNALLY MANAGED"]];
  for (const authority of [...authorities].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const text = c.p.fs.tryReadText(`${dir}/${authority.base}.crt`);
    if (text === undefined) cas.push([`!MISSING! ${authority.name}`, "", "", ""]);
    else {
      const certificate = parseCertificate(text);
      cas.push([
        authority.name,
        date(certificate.notAfter),
        residual(certificate.notAfter - c.p.now),
        c.p.fs.exists(`${dir}/${authority.base}.key`) ? "no" : "yes",
      ]);
    }
  }
  await c.p.out(tabbed(cas));
}

const longNames: Record<string, string> = {
  "admin.conf": "certificate embedded in the kubeconfig file for the admin to use and for kubeadm itself",
  "super-admin.conf": "certificate embedded in the kubeconfig file for the super-admin",
  "controller-manager.conf": "certificate embedded in the kubeconfig file for the controller manager to use",
  "scheduler.conf": "certificate embedded in the kubeconfig file for the scheduler manager to use",
};

const titleOf = (name: string): string => longNames[name] ?? leaves.find((l) => l.name === name)!.longName;

function renewConf(c: Context, config: Config, file: string): void {
  const path = `${kubernetesDir}/${file}`;
  const read = readKubeconfig(c.p.fs.readText(path));
  if (!read?.certPem) throw new KubeadmError(`failed to load kubeconfig file ${file}: kubeconfig has no embedded client certificate`);
  const old = parseCertificate(read.certPem);
  const value = (type: string): string[] => old.subject.filter(([t]) => t === type).map(([, v]) => v);
  const { pair } = clientPair(c, config, value("CN")[0] ?? "", value("O"));
  const document = copy(read.document);
  for (const user of document.users as Obj[])
    if (user.name === read.user)
      user.user = {
        ...user.user,
        "client-certificate-data": Buffer.from(pair.certPem).toString("base64"),
        "client-key-data": Buffer.from(pair.keyPem).toString("base64"),
      };
  write(c.p, path, toYaml(document), 0o600);
}

export const renewable = (minor: number): string[] =>
  [...fileNames(minor).filter((f) => f !== "kubelet.conf"), ...leaves.map((l) => l.name)].sort();

export async function renew(c: Context, flags: InitFlags, name: string): Promise<void> {
  if (flags.values["use-api"] === "true") c.p.notSimulated("kubeadm certs renew --use-api");
  const config = await configuration(c, flags, "renew");
  const wanted = name === "all" ? renewable(c.minor) : [name];
  for (const one of wanted) {
    const leaf = leaves.find((l) => l.name === one);
    const path = leaf ? `${certificatesDir(config)}/${leaf.base}.crt` : `${kubernetesDir}/${one}`;
    const external = !c.p.fs.exists(`${certificatesDir(config)}/${leaf ? leaf.authority : "ca"}.key`);
    if (!c.p.fs.exists(path)) {
      await c.out(`MISSING! ${titleOf(one)}`);
      continue;
    }
    if (external) {
      await c.out(`Detected external ${leaf ? leaf.authority : "ca"}, ${titleOf(one)} can't be renewed`);
      continue;
    }
    try {
      if (leaf) renewLeaf(c, config, certificatesDir(config), leaf);
      else renewConf(c, config, one);
    } catch (error) {
      if (!(error instanceof KubeadmError)) throw error;
      throw new KubeadmError(`failed to renew certificate ${one}: ${error.message}`);
    }
    await c.out(`${titleOf(one)} renewed`);
  }
  if (name === "all")
    await c.out(
      c.minor >= 19
        ? "\nDone renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates."
        : "",
    );
}

/** `kubeadm kubeconfig user`: a kubeconfig for somebody new. */
export async function kubeconfigUser(c: Context, flags: InitFlags): Promise<void> {
  const { values, lists } = flags;
  if (!values["client-name"]) throw new KubeadmError('required flag(s) "client-name" not set');
  if (values.token !== undefined) c.p.notSimulated("kubeadm kubeconfig user --token");
  const config =
    values.config === undefined
      ? configOf(defaultCluster(c, {}), localNode(c))
      : configOf(defaultCluster(c, (await readDocuments(c, values.config)).ClusterConfiguration), localNode(c));
  const { ca, pair } = clientPair(c, config, values["client-name"], lists.org ?? []);
  const admin = readKubeconfig(c.p.fs.tryReadText(`${kubernetesDir}/admin.conf`) ?? "");
  await c.p.out(
    kubeconfigText(
      {
        server: admin?.server ?? "",
        caPem: ca.certPem,
        clusterName: String(config.cluster.clusterName),
        user: values["client-name"],
        credentials: {
          "client-certificate-data": Buffer.from(pair.certPem).toString("base64"),
          "client-key-data": Buffer.from(pair.keyPem).toString("base64"),
        },
      },
      c.minor,
    ),
  );
}
