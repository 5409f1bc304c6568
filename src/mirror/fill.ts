/** implements `kubemend mirror`: a folder with everything that bring-up would fetch for a plan. */
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Plan } from "../cluster/plan.ts";
import { calicoVersion, flannelVersion } from "../cluster/versions.ts";
import { usageError } from "../error.ts";
import type { Listener } from "../report/events.ts";
import { download } from "./download.ts";
import { imagesOf, kubeadmImages, kubernetesSource, mirrorImage } from "./images.ts";
import { mirrorPackages, packageSource } from "./packages.ts";

export interface FillOptions {
  /** Debian's name: amd64, arm64. */
  arch: string;
  /** An apt source instead of pkgs.k8s.io. */
  packagesFrom?: string;
  /** A registry and path instead of those that the images' names say. */
  imagesFrom?: string;
  /** Further images. */
  images: string[];
  /** Stand-ins for github.com and raw.githubusercontent.com. */
  releases?: string;
  raw?: string;
  kubernetesSource?: string;
}

export interface Filled {
  kubernetes: string;
  images: string[];
  manifests: string[];
}

/** May be run again: what is there is left alone, what was begun goes on. */
export async function fillMirror(folder: string, plan: Plan, options: FillOptions, emit: Listener): Promise<Filled> {
  const { kubernetes } = plan.specification;
  refuse(plan);
  const say = (text: string, bytes?: number): void => {
    if (bytes !== undefined) return emit({ type: "progress", id: "mirror", text: `${text} ${(bytes / 1e6).toFixed(1)} MB` });
    emit({ type: "progress", id: "mirror" });
    emit({ type: "note", text: `  ✓ ${text}` });
  };
  emit({ type: "stage", title: "Packages" });
  const version = await mirrorPackages(join(folder, "apt"), kubernetes, packageSource(kubernetes, options.packagesFrom), options.arch, say);

  const images = await kubeadmImages(version, options.kubernetesSource ?? kubernetesSource);
  const manifests: string[] = [];
  const wanted = manifestsOf(plan, options);
  if (wanted.length > 0) emit({ type: "stage", title: "Manifests" });
  for (const { url, file } of wanted) {
    const name = basename(file);
    const path = join(folder, "manifests", file);
    if (!existsSync(path)) await download({ url }, path, (bytes) => say(name, bytes));
    say(name);
    manifests.push(path);
    if (/\.ya?ml$/.test(name)) images.push(...imagesOf(await readFile(path, "utf8")));
  }
  emit({ type: "stage", title: "Images" });
  images.push(...options.images);
  for (const name of images) await mirrorImage(join(folder, "images"), name, options.arch, options.imagesFrom, say);
  await rm(join(folder, "images", ".blobs"), { recursive: true, force: true });
  return { kubernetes: version, images, manifests };
}

/** What the pod network is installed from, as the scripts fetch it, and where it lies in the mirror's `manifests`. */
function manifestsOf(
  plan: Plan,
  { arch, releases = "https://github.com", raw = "https://raw.githubusercontent.com" }: FillOptions,
): { url: string; file: string }[] {
  const { cni } = plan.specification;
  switch (cni.name) {
    case "calico": {
      const name = cni.install === "typha" ? "calico-typha.yaml" : "calico.yaml";
      const ctl = `calicoctl-linux-${arch}`;
      return [
        { url: `${raw}/projectcalico/calico/${calicoVersion}/manifests/${name}`, file: `calico/${calicoVersion}/${name}` },
        { url: `${releases}/projectcalico/calico/releases/download/${calicoVersion}/${ctl}`, file: `calico/${calicoVersion}/${ctl}` },
      ];
    }
    case "flannel": {
      const name = "kube-flannel.yml";
      return [
        { url: `${releases}/flannel-io/flannel/releases/download/${flannelVersion}/${name}`, file: `flannel/${flannelVersion}/${name}` },
      ];
    }
    default:
      return [];
  }
}

function refuse(plan: Plan): void {
  const { cni } = plan.specification;
  if (cni.name === "calico" && cni.install === "operator")
    throw usageError(
      "mirror-operator",
      "which images Calico's operator will ask for is not written in any file that could be read beforehand",
      { hint: "Use cni: { install: manifest }, or another network (cni: { name: bridge } needs no images at all)." },
    );
}
