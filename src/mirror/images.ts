/** Container images of a cluster, each as an archive. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { releaseOf } from "../cluster/versions.ts";
import { providerError } from "../error.ts";
import { makeFolder } from "../folder.ts";
import { writeArchive } from "./archive.ts";
import { download, fetchBytes, guarded } from "./download.ts";
import { parseReference, Registry } from "./registry.ts";

/** Where Kubernetes' source is read. */
export const kubernetesSource = "https://raw.githubusercontent.com/kubernetes/kubernetes";

/** What this version's kubeadm asks for (`kubeadm config images list`), read from its source. */
export async function kubeadmImages(version: string, source = kubernetesSource): Promise<string[]> {
  const minor = Number(version.split(".")[1]);
  const app = `${source}/v${version}/cmd/kubeadm/app`;
  const read = async (file: string): Promise<string> => (await fetchBytes(`${app}/${file}`)).toString("utf8");
  let constants = await read("constants/constants.go");
  // 1.20 says it for each operating system apart
  if (!/^\s*PauseVersion\s*=/m.test(constants)) constants += await read("constants/constants_unix.go");
  const defaults = await read(`apis/kubeadm/${releaseOf(version).kubeadmApi}/defaults.go`);
  const constant = (text: string, name: string): string => {
    const value = new RegExp(`^\\s*${name}\\s*=\\s*"([^"]+)"`, "m").exec(text)?.[1];
    if (value === undefined)
      throw providerError("mirror-image", `kubeadm ${version}'s source does not say ${name} where it used to`, {
        hint: "Add the images of `kubeadm config images list` by hand, with --image.",
      });
    return value;
  };
  const repository = constant(defaults, "DefaultImageRepository");
  return [
    ...["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"].map((name) => `${repository}/${name}:v${version}`),
    // one level down since 1.21
    `${repository}/${minor >= 21 ? "coredns/coredns" : "coredns"}:${constant(constants, "CoreDNSVersion")}`,
    `${repository}/pause:${constant(constants, "PauseVersion")}`,
    `${repository}/etcd:${constant(constants, "DefaultEtcdVersion")}`,
  ];
}

/** Images that a manifest names. */
export const imagesOf = (manifest: string): string[] =>
  [...new Set([...manifest.matchAll(/^\s*(?:- )?image:\s*["']?([^\s"']+)["']?\s*$/gm)].map((m) => m[1]!))].toSorted();

/**
 * Fetches an image into `folder`. `from`: a registry and path that is asked instead of the one that the name says (its last part
 * is appended); the archive still bears the name.
 */
export async function mirrorImage(
  folder: string,
  name: string,
  arch: string,
  from: string | undefined,
  say: (text: string, bytes?: number) => void,
): Promise<void> {
  const own = parseReference(name);
  const full =
    own.registry === "registry-1.docker.io" ? `docker.io/${own.repository}:${own.tag}` : `${own.registry}/${own.repository}:${own.tag}`;
  const file = join(folder, `${full.replace(/[/:]/g, "_")}${arch === "amd64" ? "" : `_${arch}`}.tar`);
  if (existsSync(file)) return say(full);
  const reference = from === undefined ? own : parseReference(`${from}/${own.repository.split("/").at(-1)}:${own.tag}`);
  const registry = new Registry(reference.registry);
  const { bytes, mediaType, manifest } = await registry.manifest(reference, arch);
  const blobs = join(folder, ".blobs");
  await guarded(blobs, () => makeFolder(blobs));
  const blob = (digest: string): string => join(blobs, digest.replace(":", "-"));
  let before = 0;
  for (const part of [manifest.config, ...manifest.layers]) {
    if (!existsSync(blob(part.digest)))
      await download(
        {
          url: registry.blobUrl(reference.repository, part.digest),
          headers: registry.headers(reference.repository),
          sha256: part.digest.replace(/^sha256:/, ""),
        },
        blob(part.digest),
        (got) => say(full, before + got),
      );
    before += part.size;
  }
  await writeArchive(file, { name: full, manifest: { bytes, mediaType }, config: manifest.config, layers: manifest.layers, blob });
  for (const part of [manifest.config, ...manifest.layers]) await rm(blob(part.digest), { force: true });
  say(full);
}
