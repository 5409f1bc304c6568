/** Container images that the simulated registries hold: what a reference names, and the root filesystem behind it. */
import { createHash } from "node:crypto";
import { ImageBuilder } from "../fs/image.ts";
import { containerDev } from "./rootfs.ts";
import type { Image } from "../fs/tree.ts";

/** The part of an OCI image configuration that a runtime uses. */
interface ImageConfig {
  entrypoint?: string[];
  cmd?: string[];
  env?: string[];
  /** `uid`, `uid:gid` or a name of the image's /etc/passwd; empty is root. */
  user?: string;
  workingDir?: string;
  stopSignal?: string;
}

export interface ContainerImage {
  /** Full references with tag, e.g. `docker.io/library/nginx:1.27`; all of them name this one image. */
  refs: string[];
  /** `sha256:…` of the manifest; derived from the first reference when missing. */
  digest?: string;
  /** Compressed bytes that a pull transfers. */
  size: number;
  config: ImageConfig;
  root: (builder: ImageBuilder) => void;
}

/** Images that exist for many tags: `image` answers for the tags that the registry has. */
export interface ImageFamily {
  /** Repositories without tag, e.g. `registry.k8s.io/kube-proxy`. */
  repositories: string[];
  /** All tags that exist, in the order in which the registry lists them. */
  tags: string[];
  image(tag: string): Omit<ContainerImage, "refs" | "digest">;
}

const byRef = new Map<string, ContainerImage>();
const byDigest = new Map<string, ContainerImage>();
const repositories = new Map<string, string[]>();
const tools = new Map<string, string>();

/** Registries that serve another's repositories: k8s.gcr.io was redirected to registry.k8s.io in 2023. */
const folded: Record<string, string> = {
  "k8s.gcr.io": "registry.k8s.io",
  "registry-1.docker.io": "docker.io",
  "index.docker.io": "docker.io",
};

/** Alibaba's copy of Kubernetes' registry: every image beside the others, coredns too (developer.aliyun.com/mirror/kubernetes). */
const mirrored = { domain: "registry.aliyuncs.com", prefix: "google_containers/", of: "registry.k8s.io" };

const sha256 = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Called once by assemble.ts. `base`: path → program of the Ubuntu image, from which images take their shell tools. */
export function registerImages(images: readonly (ContainerImage | ImageFamily)[], base: Record<string, string>): void {
  for (const [path, program] of Object.entries(base)) tools.set(path.slice(path.lastIndexOf("/") + 1), program);
  for (const entry of images) {
    if ("refs" in entry) add(entry);
    else {
      for (const tag of entry.tags) {
        const image = entry.image(tag);
        add({ ...image, refs: entry.repositories.map((r) => `${r}:${tag}`) });
      }
    }
  }
}

function add(image: ContainerImage): void {
  for (const ref of image.refs) {
    byRef.set(ref, image);
    const { repository, tag } = parseReference(ref);
    repositories.set(repository, [...(repositories.get(repository) ?? []), tag ?? "latest"]);
  }
  byDigest.set(manifestDigest(image), image);
}

export const manifestDigest = (image: ContainerImage): string => image.digest ?? sha256(`manifest ${image.refs[0]}`);
/** The image ID: digest of its configuration. */
export const configDigest = (image: ContainerImage): string => sha256(`config ${image.refs[0]} ${JSON.stringify(image.config)}`);
/** Name of the image's root filesystem among the world's images. */
export const rootImageName = (image: ContainerImage): string => `image:${image.refs[0]}`;

export interface Reference {
  /** Registry host, e.g. `docker.io`. */
  domain: string;
  /** `library/nginx`. */
  path: string;
  /** domain/path. */
  repository: string;
  tag?: string;
  digest?: string;
}

/**
 * Parses and normalises a reference as distribution/reference does (`nginx` → docker.io/library/nginx:latest).
 * Throws Error with its texts (github.com/distribution/reference, reference.go).
 */
export function parseReference(text: string): Reference {
  if (text === "") throw new Error("invalid reference format");
  const [withTag, digest] = text.split("@", 2) as [string, string?];
  const slash = withTag.indexOf("/");
  const first = slash < 0 ? "" : withTag.slice(0, slash);
  const hasDomain = slash >= 0 && (first.includes(".") || first.includes(":") || first === "localhost");
  const domain = hasDomain ? first : "docker.io";
  const rest = hasDomain ? withTag.slice(slash + 1) : withTag;
  const colon = rest.lastIndexOf(":");
  const tag = colon >= 0 ? rest.slice(colon + 1) : undefined;
  let path = colon >= 0 ? rest.slice(0, colon) : rest;
  if (path !== path.toLowerCase()) throw new Error("invalid reference format: repository name must be lowercase");
  if (!/^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/.test(path)) throw new Error("invalid reference format");
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) throw new Error("invalid reference format");
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error("invalid reference format");
  if (domain === "docker.io" && !path.includes("/")) path = `library/${path}`;
  return {
    domain,
    path,
    repository: `${domain}/${path}`,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `docker.io/library/nginx:latest`, or with @digest. */
export function canonical(reference: Reference): string {
  if (reference.digest) return `${reference.repository}@${reference.digest}`;
  return `${reference.repository}:${reference.tag ?? "latest"}`;
}

/** The repositories that a registry's name stands for. */
function behind(domain: string, path: string): string[] {
  if (domain === mirrored.domain) {
    const name = path.startsWith(mirrored.prefix) ? path.slice(mirrored.prefix.length) : undefined;
    if (name === undefined || name.includes("/")) return [];
    return name === "coredns" ? [`${mirrored.of}/coredns`, `${mirrored.of}/coredns/coredns`] : [`${mirrored.of}/${name}`];
  }
  return [`${folded[domain] ?? domain}/${path}`];
}

/** What a registry has under a name; `tag` may be a digest. */
export function findImage(domain: string, path: string, tag: string): ContainerImage | undefined {
  if (tag.startsWith("sha256:")) return byDigest.get(tag);
  return behind(domain, path)
    .map((repository) => byRef.get(`${repository}:${tag}`))
    .find((image) => image !== undefined);
}

export const hasRepository = (domain: string, path: string): boolean => behind(domain, path).some((name) => repositories.has(name));
export const tagsOf = (domain: string, path: string): string[] => behind(domain, path).flatMap((name) => repositories.get(name) ?? []);

/** The image behind `rootImageName`'s result; used when the world builds root filesystems. Undefined for other names. */
export function rootImage(name: string): Image | undefined {
  if (!name.startsWith("image:")) return undefined;
  if (name === "image:container-dev") return containerDev();
  const image = byRef.get(name.slice("image:".length));
  if (!image) return undefined;
  const builder = new ImageBuilder(Date.UTC(2026, 1, 10, 12, 0, 0));
  image.root(builder);
  return builder.build();
}

/** Puts shell tools into an image, by name, where the simulator has a program for them; `dir` as /bin or /usr/bin. */
export function addTools(
  builder: ImageBuilder,
  dir: string,
  names: readonly string[],
  aliases: Record<string, string> = {},
  version = "",
): void {
  for (const name of names) {
    const other = aliases[name] ?? name;
    // an image's own kind of a tool is no program of the Ubuntu image
    const program = other.startsWith("busybox-") ? other : tools.get(other);
    if (program !== undefined) builder.binary(`${dir}/${name}`, program, version);
  }
}

/** Files that nearly every image has. */
export function addAccounts(builder: ImageBuilder, extra: { passwd?: string[]; group?: string[]; shell?: string } = {}): void {
  const shell = extra.shell ?? "/bin/sh";
  builder
    .file(
      "/etc/passwd",
      [`root:x:0:0:root:/root:${shell}`, "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin", ...(extra.passwd ?? []), ""].join(
        "\n",
      ),
    )
    .file("/etc/group", ["root:x:0:", "nogroup:x:65534:", ...(extra.group ?? []), ""].join("\n"))
    .file("/etc/nsswitch.conf", "hosts: files dns\n")
    .dir("/root", { mode: 0o700 })
    .dir("/tmp", { mode: 0o1777 })
    .dir("/proc")
    .dir("/sys")
    .dir("/dev")
    .dir("/var/run")
    .dir("/var/log");
}
