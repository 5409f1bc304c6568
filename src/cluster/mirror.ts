/** Where packages, images and manifests come from instead of the Internet, read from the specification. */
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Specification } from "./specification.ts";

export interface Mirror {
  /** A flat apt repository in a folder of this host, or an apt source: "URL SUITE COMPONENT…". */
  packages?: { folder: string } | { source: string };
  /** A folder of archives (*.tar), or the registry and path that stand for registry.k8s.io. */
  images?: { folder: string } | { registry: string };
  manifests?: { folder: string } | { url: string };
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text);

/** As docker tells registries from other names: a first part with a dot or a port, or localhost. */
const isRegistry = (text: string): boolean => /^(localhost|[^./~][^/]*\.[^/]*|[^./~][^/]*:\d+)(:\d+)?(\/|$)/.test(text);

export function mirrorOf({ mirror }: Specification): Mirror | undefined {
  if (mirror === undefined) return undefined;
  if (typeof mirror === "string")
    return {
      packages: { folder: join(mirror, "apt") },
      images: { folder: join(mirror, "images") },
      manifests: { folder: join(mirror, "manifests") },
    };
  const { packages, images, manifests } = mirror;
  return {
    ...(packages === undefined ? {} : { packages: isUrl(packages) ? { source: aptSource(packages) } : { folder: packages } }),
    ...(images === undefined ? {} : { images: isRegistry(images) ? { registry: images.replace(/\/+$/, "") } : { folder: images } }),
    ...(manifests === undefined ? {} : { manifests: isUrl(manifests) ? { url: manifests.replace(/\/+$/, "") } : { folder: manifests } }),
  };
}

/** An apt repository without suites (a flat one) is what a bare URL means. */
const aptSource = (text: string): string => (/\s/.test(text.trim()) ? text.trim().replace(/\s+/g, " ") : `${text.trim()} ./`);

/** Folders of a specification are relative to its file. */
export function resolveMirror(mirror: Specification["mirror"], base: string): Specification["mirror"] {
  const folder = (path: string): string => {
    const home = path.replace(/^~(?=\/|$)/, homedir());
    return isAbsolute(home) ? home : resolve(base, home);
  };
  if (mirror === undefined) return undefined;
  if (typeof mirror === "string") return isUrl(mirror) ? mirror : folder(mirror);
  const { packages, images, manifests } = mirror;
  return {
    ...(packages === undefined ? {} : { packages: isUrl(packages) ? packages : folder(packages) }),
    ...(images === undefined ? {} : { images: isRegistry(images) ? images : folder(images) }),
    ...(manifests === undefined ? {} : { manifests: isUrl(manifests) ? manifests : folder(manifests) }),
  };
}

type Report = (severity: "error" | "warning", code: string, field: string, value: unknown, message: string, fix: string) => void;

/** What about a mirror cannot work, whatever this host has. */
export function reportMirror(specification: Specification, report: Report): void {
  const { mirror, provider } = specification;
  if (typeof mirror === "string" && isUrl(mirror)) {
    report(
      "error",
      "mirror-form",
      "mirror",
      mirror,
      "one URL for everything does not say where images are",
      `Use mirror: { packages: ${mirror.replace(/\/+$/, "")}/apt, images: REGISTRY/PATH, manifests: ${mirror.replace(/\/+$/, "")}/manifests }.`,
    );
    return;
  }
  const parts = mirrorOf(specification) ?? {};
  const folders = Object.entries(parts).filter(([, part]) => "folder" in part);
  if (provider === "sim" && folders.length > 0)
    report(
      "error",
      "mirror-folder-simulated",
      "mirror",
      JSON.stringify(mirror),
      "real packages and images cannot run on simulated machines, which have an Internet of their own",
      'Leave mirror out with provider: sim; or name what the simulated Internet has, such as mirror: { packages: "https://mirrors.aliyun.com/kubernetes/apt kubernetes-xenial main" }.',
    );
  if (parts.images && "folder" in parts.images && specification.runtime === "cri-o")
    report(
      "error",
      "mirror-runtime",
      "mirror",
      JSON.stringify(mirror),
      "CRI-O has no command that imports an archive of images",
      "Use a registry: mirror: { images: HOST[:PORT]/PATH }, or runtime: containerd.",
    );
  const { cni } = specification;
  if (parts.images && "registry" in parts.images && (cni.name === "calico" || cni.name === "flannel"))
    report(
      "warning",
      "mirror-network-images",
      "mirror.images",
      parts.images.registry,
      `the registry stands for registry.k8s.io only: ${cni.name}'s images come from where its manifest says`,
      "Use cni: { name: bridge }, which needs no images; or a folder of archives, which has all of them.",
    );
  if (parts.images && !parts.packages && specification.runtime === "containerd" && specification.containerd.sandboxImage === undefined)
    report(
      "error",
      "mirror-sandbox-image",
      "containerd.sandboxImage",
      "",
      "containerd would fetch its pause image from the Internet",
      "Name one that the mirror has, such as containerd: { sandboxImage: registry.k8s.io/pause:3.10 }.",
    );
  // cri-dockerd is told of the image that kubeadm names, which only a mirror of packages has installed by then
  if (parts.images && !parts.packages && specification.runtime === "docker")
    report(
      "error",
      "mirror-runtime",
      "mirror",
      JSON.stringify(mirror),
      "cri-dockerd would fetch its pause image from the Internet",
      "Name a mirror of packages, too; or use runtime: containerd.",
    );
}
