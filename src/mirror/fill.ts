/** implements `kubemend mirror`: a folder with everything that bring-up would fetch for a plan. */
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "../cluster/plan.ts";
import { calicoVersion } from "../cluster/versions.ts";
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
  /** Where Calico's release is: manifests and calicoctl. */
  calico?: { manifests: string; binaries: string };
  kubernetesSource?: string;
}

export interface Filled {
  kubernetes: string;
  images: string[];
  manifests: string[];
}

/** May be run again: what is there is left alone, what was begun goes on. */
export async function fillMirror(folder: string, plan: Plan, options: FillOptions, emit: Listener): Promise<Filled> {
  const { kubernetes, cni } = plan.specification;
  refuse(plan);
  const say = (text: string, bytes?: number): void => {
    if (bytes !== undefined) return emit({ type: "progress", id: "mirror", text: `${text} ${(bytes / 1e6).toFixed(1)} MB` });
    emit({ type: "progress", id: "mirror" });
    emit({ type: "note", text: `  ✓ ${text}` });
  };
  emit({ type: "stage", title: "Packages" });
  const version = await mirrorPackages(join(folder, "apt"), kubernetes, packageSource(kubernetes, options.packagesFrom), options.arch, say);

  const manifests: string[] = [];
  const images = await kubeadmImages(version, options.kubernetesSource ?? kubernetesSource);
  if (cni.name === "calico") {
    emit({ type: "stage", title: "Manifests" });
    const {
      manifests: from = `https://raw.githubusercontent.com/projectcalico/calico/${calicoVersion}/manifests`,
      binaries = `https://github.com/projectcalico/calico/releases/download/${calicoVersion}`,
    } = options.calico ?? {};
    const name = cni.install === "typha" ? "calico-typha.yaml" : "calico.yaml";
    const ctl = `calicoctl-linux-${options.arch}`;
    for (const [file, url] of [
      [name, `${from}/${name}`],
      [ctl, `${binaries}/${ctl}`],
    ] as const) {
      const path = join(folder, "manifests", "calico", calicoVersion, file);
      if (!existsSync(path)) await download({ url }, path, (bytes) => say(file, bytes));
      say(file);
      manifests.push(path);
    }
    images.push(...imagesOf(await readFile(manifests[0]!, "utf8")));
  }
  emit({ type: "stage", title: "Images" });
  images.push(...options.images);
  for (const name of images) await mirrorImage(join(folder, "images"), name, options.arch, options.imagesFrom, say);
  await rm(join(folder, "images", ".blobs"), { recursive: true, force: true });
  return { kubernetes: version, images, manifests };
}

function refuse(plan: Plan): void {
  const { cni } = plan.specification;
  if (cni.name === "calico" && cni.install === "operator")
    throw usageError(
      "mirror-operator",
      "which images Calico's operator will ask for is not written in any file that could be read beforehand",
      {
        hint: "Use cni: { install: manifest }, or another network (cni: { name: bridge } needs no images at all).",
      },
    );
  if (cni.name === "flannel")
    throw usageError("mirror-flannel", "flannel's manifest is not mirrored yet", {
      hint: "Use cni: { name: bridge }, or { name: calico, install: manifest }.",
    });
}
