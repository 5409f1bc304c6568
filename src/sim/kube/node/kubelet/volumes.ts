/** Volumes: folders under /var/lib/kubelet/pods that are bind-mounted into containers. */
import { Tree } from "../../../fs/tree.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { KubeClient } from "../../api.ts";
import { ConfigError, dataOf, fetcher, fieldValue, type PodFacts } from "./environment.ts";
import { quantity } from "../../quantity.ts";
import { stateOf, timeText, type PodEntry } from "./state.ts";

export const podDir = (p: Proc, uid: string): string => `${stateOf(p).options.rootDir}/pods/${uid}`;
/** Folder of a pod's logs. */
export const podLogs = (pod: Obj, uid: string): string =>
  `/var/log/pods/${pod.metadata.namespace as string}_${pod.metadata.name as string}_${uid}`;

const plugins: Record<string, string> = {
  configMap: "kubernetes.io~configmap",
  secret: "kubernetes.io~secret",
  emptyDir: "kubernetes.io~empty-dir",
  projected: "kubernetes.io~projected",
  downwardAPI: "kubernetes.io~downward-api",
};

export class VolumeError extends Error {
  readonly volume: string;
  constructor(volume: string, message: string) {
    super(message);
    this.volume = volume;
  }
}

const kindOf = (volume: Obj): string => Object.keys(volume).find((k) => k !== "name") ?? "emptyDir";

/** Host folder (or file) of a volume. */
function volumePath(p: Proc, uid: string, volume: Obj): string {
  const kind = kindOf(volume);
  if (kind === "hostPath") return volume.hostPath.path as string;
  return `${podDir(p, uid)}/volumes/${plugins[kind] ?? `kubernetes.io~${kind}`}/${volume.name as string}`;
}

interface File {
  path: string;
  text: string;
  mode: number;
}

/** Sets up or refreshes all volumes of a pod. Throws VolumeError with the text after `MountVolume.SetUp failed for volume "x" : `. */
export function setUpVolumes(p: Proc, e: PodEntry, client: KubeClient | undefined, facts: PodFacts): void {
  const ns = e.pod.metadata.namespace as string;
  p.fs.mkdirp(podDir(p, e.uid), 0o750);
  for (const volume of (e.pod.spec.volumes ?? []) as Obj[]) {
    const kind = kindOf(volume);
    const at = volumePath(p, e.uid, volume);
    const fail = (why: string): never => {
      throw new VolumeError(volume.name as string, why);
    };
    const fetch = (resource: "configmaps" | "secrets", name: string): Obj | undefined => {
      try {
        return fetcher(client)(resource, name, ns);
      } catch (error) {
        if (error instanceof ConfigError) return fail(error.message);
        throw error;
      }
    };
    switch (kind) {
      case "hostPath":
        hostPath(p, volume.hostPath as Obj, fail);
        break;
      case "emptyDir":
        if (volume.emptyDir?.medium === "Memory" && !p.machine.mounts("").some((m) => m.dir === at)) {
          p.fs.mkdirp(at, 0o777);
          const id = `emptydir-${e.uid}-${volume.name as string}`;
          p.machine.addTree(
            Tree.empty(
              id,
              "tmpfs",
              volume.emptyDir.sizeLimit ? quantity(volume.emptyDir.sizeLimit as string) : p.machine.state.memory * 1024 ** 2,
            ),
          );
          p.machine.mounts("").push({ dir: at, source: id, fstype: "tmpfs", options: "rw,relatime", root: 1, device: "tmpfs" });
        } else if (!p.fs.exists(at)) {
          p.fs.mkdirp(at, 0o777);
          p.fs.chmod(at, 0o777);
        }
        break;
      case "configMap":
      case "secret": {
        const resource = kind === "secret" ? "secrets" : "configmaps";
        const source = volume[kind] as Obj;
        const name = (source.name ?? source.secretName) as string;
        const found = fetch(resource, name);
        if (!found && !source.optional) fail(`${kind === "secret" ? "secret" : "configmap"} "${name}" not found`);
        writeAtomically(p, at, keyFiles(found ? dataOf(found, resource) : {}, source, (source.defaultMode ?? 0o644) as number, kind, fail));
        break;
      }
      case "downwardAPI":
        writeAtomically(p, at, downward(e.pod, volume.downwardAPI as Obj, facts));
        break;
      case "projected": {
        const mode = (volume.projected.defaultMode ?? 0o644) as number;
        const files: File[] = [];
        for (const source of (volume.projected.sources ?? []) as Obj[]) {
          if (source.serviceAccountToken) files.push(token(p, e, client, source.serviceAccountToken as Obj, at, mode, fail));
          else if (source.configMap || source.secret) {
            const which = source.configMap ? "configMap" : "secret";
            const from = source[which] as Obj;
            const resource = which === "secret" ? "secrets" : "configmaps";
            const found = fetch(resource, from.name as string);
            if (!found && !from.optional) fail(`${which === "secret" ? "secret" : "configmap"} "${from.name as string}" not found`);
            files.push(...keyFiles(found ? dataOf(found, resource) : {}, from, mode, which, fail));
          } else if (source.downwardAPI) files.push(...downward(e.pod, source.downwardAPI as Obj, facts));
        }
        writeAtomically(p, at, files);
        break;
      }
      default:
        p.machine.world.gap(p.machine.name, "kubelet", `volume of type ${kind}`);
        fail(`kubemend: not simulated: volume of type ${kind}`);
    }
  }
}

function keyFiles(data: Record<string, string>, source: Obj, mode: number, kind: string, fail: (why: string) => never): File[] {
  const items = source.items as Obj[] | undefined;
  if (!items) return Object.entries(data).map(([path, text]) => ({ path, text, mode }));
  return items.flatMap((item) => {
    const text = data[item.key as string];
    if (text === undefined)
      return source.optional
        ? []
        : [
            fail(
              `${kind === "secret" ? "references non-existent secret key" : "configmap references non-existent config key"}: ${item.key as string}`,
            ),
          ];
    return [{ path: item.path as string, text, mode: (item.mode ?? mode) as number }];
  });
}

const downward = (pod: Obj, source: Obj, facts: PodFacts): File[] =>
  ((source.items ?? []) as Obj[]).map((item) => ({
    path: item.path as string,
    text: item.fieldRef ? fieldValue(pod, item.fieldRef.fieldPath as string, facts) : "",
    mode: 0o644,
  }));

function token(
  p: Proc,
  e: PodEntry,
  client: KubeClient | undefined,
  source: Obj,
  at: string,
  mode: number,
  fail: (why: string) => never,
): File {
  const path = source.path as string;
  const old = p.fs.tryReadText(`${at}/${path}`);
  // refreshed at 80 % of its life, as pkg/kubelet/token does; the file's time is when it was written
  const life = Number(source.expirationSeconds ?? 3600) * 1000;
  if (old !== undefined && p.now - p.fs.stat(`${at}/${path}`).mtime < life * 0.8) return { path, text: old, mode };
  const name = (e.pod.spec.serviceAccountName ?? "default") as string;
  const ns = e.pod.metadata.namespace as string;
  const got = client?.request("POST", `/api/v1/namespaces/${ns}/serviceaccounts/${name}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      audiences: source.audience ? [source.audience as string] : [],
      expirationSeconds: Number(source.expirationSeconds ?? 3600),
      boundObjectRef: { kind: "Pod", apiVersion: "v1", name: e.pod.metadata.name as string, uid: e.uid },
    },
  });
  if (got?.ok) return { path, text: got.body.status.token as string, mode };
  if (old !== undefined) return { path, text: old, mode };
  return fail(`failed to fetch token: ${got ? got.message : "no API server"}`);
}

function hostPath(p: Proc, source: Obj, fail: (why: string) => never): void {
  const path = source.path as string;
  const type = (source.type ?? "") as string;
  const there = p.fs.tryStat(path);
  const check = (ok: boolean, what: string): void => void (ok || fail(`hostPath type check failed: ${path} is not ${what}`));
  switch (type) {
    case "":
      if (!there) p.fs.mkdirp(path, 0o755);
      return;
    case "DirectoryOrCreate":
      if (!there) p.fs.mkdirp(path, 0o755);
      else check(there.type === "dir", "a directory");
      return;
    case "FileOrCreate":
      if (!there) {
        if (!p.fs.isDir(path.slice(0, path.lastIndexOf("/")) || "/")) fail(`open ${path}: no such file or directory`);
        p.fs.write(path, "");
      } else check(there.type === "file", "a file");
      return;
    case "Directory":
      return check(there?.type === "dir", "a directory");
    case "File":
      return check(there?.type === "file", "a file");
    case "Socket":
      return check(there?.type === "socket", "a socket file");
    case "CharDevice":
      return check(there?.type === "char", "a character device");
    case "BlockDevice":
      return check(there?.type === "block", "a block device");
  }
}

/** ..data → ..2026_11_20_… as pkg/volume/util/atomic_writer.go writes, only when something changes. */
function writeAtomically(p: Proc, dir: string, files: File[]): void {
  if (!p.fs.exists(dir)) {
    p.fs.mkdirp(dir, 0o777);
    p.fs.chmod(dir, 0o777);
  }
  const link = `${dir}/..data`;
  const old = p.fs.tryStat(link, false) ? p.fs.readlink(link) : undefined;
  const names = new Set(files.map((f) => f.path.split("/")[0]!));
  const existing = p.fs.readdir(dir).filter((n) => !n.startsWith(".."));
  if (old !== undefined && existing.length === names.size && files.every((f) => p.fs.tryReadText(`${dir}/${f.path}`) === f.text)) return;
  const stamp = timeText(p.now).replace(/[-:]/g, "_").replace("T", "_").replace("Z", "");
  const next = `..${stamp}.${p.machine.random("atomic-writer").int(100000000, 4294967295)}`;
  p.fs.mkdirp(`${dir}/${next}`, 0o755);
  for (const f of files) {
    const at = `${dir}/${next}/${f.path}`;
    p.fs.mkdirp(at.slice(0, at.lastIndexOf("/")), 0o755);
    p.fs.write(at, f.text);
    p.fs.chmod(at, f.mode);
  }
  if (old !== undefined) p.fs.unlink(link);
  p.fs.symlink(next, link);
  for (const name of existing) if (!names.has(name)) p.fs.removeAll(`${dir}/${name}`);
  for (const name of names) if (!p.fs.tryStat(`${dir}/${name}`, false)) p.fs.symlink(`..data/${name}`, `${dir}/${name}`);
  if (old !== undefined) p.fs.removeAll(`${dir}/${old}`);
}

/** The mounts of a container, for the runtime. Throws VolumeError when one names no volume. */
export function mountsOf(p: Proc, e: PodEntry, container: Obj, hostsFile: string): Obj[] {
  const volumes = (e.pod.spec.volumes ?? []) as Obj[];
  const mounts = ((container.volumeMounts ?? []) as Obj[]).map((m) => {
    const volume = volumes.find((v) => v.name === m.name);
    if (!volume)
      throw new VolumeError(
        m.name as string,
        `cannot find volume "${m.name as string}" to mount into container "${container.name as string}"`,
      );
    let hostPath_ = volumePath(p, e.uid, volume);
    if (m.subPath) {
      hostPath_ = `${hostPath_}/${m.subPath as string}`;
      if (!p.fs.exists(hostPath_)) p.fs.mkdirp(hostPath_, 0o755);
      else hostPath_ = p.fs.realpath(hostPath_);
    }
    return {
      containerPath: m.mountPath as string,
      hostPath: hostPath_,
      readonly: m.readOnly === true,
      propagation: m.mountPropagation === "Bidirectional" ? "PROPAGATION_BIDIRECTIONAL" : "PROPAGATION_PRIVATE",
      selinuxRelabel: false,
    };
  });
  if (!mounts.some((m) => m.containerPath === "/etc/hosts"))
    mounts.push({
      containerPath: "/etc/hosts",
      hostPath: hostsFile,
      readonly: false,
      propagation: "PROPAGATION_PRIVATE",
      selinuxRelabel: false,
    });
  return mounts;
}

/** The pod's /etc/hosts (pkg/kubelet/kubelet_pods.go). */
export function writeHosts(p: Proc, e: PodEntry, podIp: string): string {
  const file = `${podDir(p, e.uid)}/etc-hosts`;
  const spec = e.pod.spec as Obj;
  let text: string;
  if (spec.hostNetwork) text = `# Kubernetes-managed hosts file (host network).\n${p.fs.tryReadText("/etc/hosts") ?? ""}`;
  else {
    text =
      "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";
    const name = hostnameOf(e.pod);
    const domain = spec.subdomain
      ? `${name}.${spec.subdomain as string}.${e.pod.metadata.namespace as string}.svc.${(stateOf(p).config.clusterDomain as string) || "cluster.local"}`
      : "";
    if (podIp !== "") text += `${podIp}\t${domain === "" ? "" : `${domain}\t`}${name}\n`;
  }
  const aliases = (spec.hostAliases ?? []) as Obj[];
  if (aliases.length > 0)
    text += `\n# Entries added by HostAliases.\n${aliases.map((a) => `${a.ip as string}\t${(a.hostnames as string[]).join("\t")}\n`).join("")}`;
  p.fs.mkdirp(podDir(p, e.uid), 0o750);
  if (p.fs.tryReadText(file) !== text) p.fs.write(file, text);
  return file;
}

export const hostnameOf = (pod: Obj): string =>
  ((pod.spec.hostname as string) || (pod.metadata.name as string)).slice(0, 63).replace(/[-.]+$/, "");

/** DNS settings by dnsPolicy (pkg/kubelet/network/dns). `warning` is the event's text when nothing fits. */
export function dnsConfig(p: Proc, pod: Obj): { servers: string[]; searches: string[]; options: string[]; warning?: string } {
  const { config } = stateOf(p);
  const text = p.fs.tryReadText(config.resolvConf as string) ?? "";
  const words = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^\\s*${key}\\s+(.+)$`, "gm"))].flatMap((m) => m[1]!.trim().split(/\s+/));
  const host = { servers: words("nameserver").slice(0, 3), searches: words("search").filter((d) => d !== "."), options: words("options") };
  const policy = (pod.spec.dnsPolicy ?? "ClusterFirst") as string;
  const own = (pod.spec.dnsConfig ?? {}) as Obj;
  let out: { servers: string[]; searches: string[]; options: string[]; warning?: string };
  const cluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !pod.spec.hostNetwork);
  const dns = config.clusterDNS as string[];
  if (policy === "None") out = { servers: [], searches: [], options: [] };
  else if (cluster && dns.length > 0) {
    const domain = config.clusterDomain as string;
    const ns = pod.metadata.namespace as string;
    out = {
      servers: dns,
      searches: [...(domain === "" ? [] : [`${ns}.svc.${domain}`, `svc.${domain}`, domain]), ...host.searches],
      options: ["ndots:5"],
    };
  } else {
    out = host;
    if (cluster)
      out.warning = `kubelet does not have ClusterDNS IP configured and cannot create Pod using "${policy}" policy. Falling back to "Default" policy.`;
  }
  const options = ((own.options ?? []) as Obj[]).map((o) =>
    o.value === undefined ? (o.name as string) : `${o.name as string}:${o.value as string}`,
  );
  const keep = out.options.filter((o) => !options.some((x) => x.split(":")[0] === o.split(":")[0]));
  return {
    ...out,
    servers: [...new Set([...out.servers, ...((own.nameservers ?? []) as string[])])],
    searches: [...new Set([...out.searches, ...((own.searches ?? []) as string[])])],
    options: [...keep, ...options],
  };
}
