/** `/opt/cni/bin/install` of calico/cni: puts the plugins, their configuration and their credentials on the node. */
import { Errno } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";

const hostBin = "/host/opt/cni/bin";
const hostConf = "/host/etc/cni/net.d";
const token = "/var/run/secrets/kubernetes.io/serviceaccount";
const plugins = ["bandwidth", "bridge", "calico", "calico-ipam", "flannel", "host-local", "loopback", "portmap", "tuning"];

const stamp = (p: Proc): string => new Date(p.now).toISOString().replace("T", " ").slice(0, 23);
const info = (p: Proc, line: number, text: string): Promise<void> =>
  p.err(`${stamp(p)} [INFO][1] cni-installer/install.go ${line}: ${text}\n`);

async function main(p: Proc): Promise<number> {
  const missing = p.fs.tryReadText(`${token}/token`) === undefined;
  if (!missing) await info(p, 150, "Running as a Kubernetes pod");
  if (p.fs.isDir(hostBin)) {
    for (const name of plugins) {
      const from = `/opt/cni/bin/${name}`;
      if (!p.fs.isFile(from)) continue;
      const to = `${hostBin}/${name}`;
      try {
        const content = p.fs.content(from)!;
        if (!p.fs.exists(to)) p.fs.write(to, "");
        p.fs.setContent(to, content);
        p.fs.chmod(to, 0o755);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await p.err(`${stamp(p)} [ERROR][1] cni-installer/install.go 223: Failed to install ${to} error=${error.message}\n`);
        return 1;
      }
      await info(p, 227, `Installed ${to}`);
    }
    await info(p, 230, `Wrote Calico CNI binaries to ${hostBin}`);
    await info(p, 232, `CNI plugin version: ${p.state.version}`);
    await info(p, 233, `${hostBin} is writeable`);
  }
  if (missing) {
    await p.err(`${stamp(p)} [WARNING][1] cni-installer/install.go 240: Unable to read service account token\n`);
    return 1;
  }
  writeKubeconfig(p, hostConf);
  await info(p, 261, `Created ${hostConf}/calico-kubeconfig`);
  if (p.env.CALICO_MANAGE_CNI !== undefined || p.env.CNI_NETWORK_CONFIG !== undefined || p.env.CNI_NETWORK_CONFIG_FILE !== undefined) {
    const template = p.env.CNI_NETWORK_CONFIG ?? p.fs.readText(p.env.CNI_NETWORK_CONFIG_FILE ?? "/etc/cni/net.d/calico.conflist");
    const text = template
      .replaceAll("__LOG_LEVEL__", p.env.LOG_LEVEL ?? "info")
      .replaceAll("__LOG_FILE_PATH__", p.env.LOG_FILE_PATH ?? "/var/log/calico/cni/cni.log")
      .replaceAll("__DATASTORE_TYPE__", p.env.DATASTORE_TYPE ?? "kubernetes")
      .replaceAll("__KUBERNETES_NODE_NAME__", p.env.KUBERNETES_NODE_NAME ?? p.hostname)
      .replaceAll("__KUBECONFIG_FILEPATH__", "/etc/cni/net.d/calico-kubeconfig")
      .replaceAll("__CNI_MTU__", p.env.CNI_MTU ?? "0")
      .replaceAll("__KUBERNETES_SERVICE_HOST__", p.env.KUBERNETES_SERVICE_HOST ?? "")
      .replaceAll("__KUBERNETES_SERVICE_PORT__", p.env.KUBERNETES_SERVICE_PORT ?? "");
    const name = p.env.CNI_CONF_NAME ?? "10-calico.conflist";
    p.fs.write(`${hostConf}/${name}`, text.endsWith("\n") ? text : `${text}\n`);
    p.fs.chmod(`${hostConf}/${name}`, 0o600);
    await info(p, 339, `Created ${hostConf}/${name}`);
  }
  await info(p, 345, "Done configuring CNI.  Sleep= false");
  return 0;
}

/** Also written anew by calico-node's token watcher as the service account's token is renewed. */
export function writeKubeconfig(p: Proc, dir: string, account = p.fs.readText(`${token}/token`).trim()): void {
  const host = p.env.KUBERNETES_SERVICE_HOST ?? "10.96.0.1";
  const port = p.env.KUBERNETES_SERVICE_PORT ?? "443";
  const ca = p.fs.tryReadText(`${token}/ca.crt`) ?? "";
  const text = `# Kubeconfig file for Calico CNI plugin. Installed by calico/node.
apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: https://${host.includes(":") ? `[${host}]` : host}:${port}
    certificate-authority-data: "${Buffer.from(ca, "utf8").toString("base64")}"
users:
- name: calico
  user:
    token: ${account}
contexts:
- name: calico-context
  context:
    cluster: local
    user: calico
current-context: calico-context
`;
  const path = `${dir}/calico-kubeconfig`;
  if (p.fs.tryReadText(path) === text) return;
  p.fs.write(path, text);
  p.fs.chmod(path, 0o600);
}

export const calicoInstall: CommandProgram = { name: "calico-cni-install", main };
