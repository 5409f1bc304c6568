/** A client of container registries: the pulling side of the OCI distribution specification. */
import { providerError } from "../error.ts";
import { fetchBytes, refused, request, unreachable } from "./download.ts";

export interface Reference {
  /** HOST[:PORT] that is asked. */
  registry: string;
  repository: string;
  tag: string;
}

/** `nginx:1.29`, `registry.k8s.io/pause:3.10`: short names are Docker Hub's. */
export function parseReference(text: string): Reference {
  const [first, ...rest] = text.split("/") as [string, ...string[]];
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = named ? rest.join("/") : text;
  const [, repository, tag = "latest"] = /^([^:@]+)(?::([\w.-]+))?$/.exec(path) ?? [];
  if (repository === undefined)
    throw providerError("mirror-image", `"${text}" is not an image's name`, {
      hint: "Write HOST/PATH:TAG, such as registry.k8s.io/pause:3.10.",
    });
  if (named && first !== "docker.io") return { registry: first, repository, tag };
  return { registry: "registry-1.docker.io", repository: repository.includes("/") ? repository : `library/${repository}`, tag };
}

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { architecture: string; os: string };
}

interface Manifest {
  mediaType?: string;
  config: Descriptor;
  layers: Descriptor[];
}

const indexTypes = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
const manifestTypes = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

export class Registry {
  readonly #base: string;
  readonly #host: string;
  /** Bearer tokens by repository. */
  readonly #tokens = new Map<string, string>();

  constructor(host: string) {
    this.#host = host;
    // as docker does: a registry on this very host needs no TLS
    this.#base = `${/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host) ? "http" : "https"}://${host}/v2`;
  }

  blobUrl(repository: string, digest: string): string {
    return `${this.#base}/${repository}/blobs/${digest}`;
  }

  /** What a download of a blob has to send. */
  headers(repository: string): Record<string, string> {
    const token = this.#tokens.get(repository);
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** The manifest of one architecture, as bytes, because its digest is that of its bytes. */
  async manifest({ repository, tag }: Reference, arch: string): Promise<{ bytes: Buffer; mediaType: string; manifest: Manifest }> {
    const first = await this.#get(repository, tag);
    if (!indexTypes.includes(first.mediaType)) return { ...first, manifest: JSON.parse(first.bytes.toString("utf8")) as Manifest };
    const { manifests } = JSON.parse(first.bytes.toString("utf8")) as { manifests: Descriptor[] };
    const found = manifests.find((m) => m.platform?.os === "linux" && m.platform.architecture === arch);
    if (!found)
      throw providerError("mirror-image", `${this.#host}/${repository}:${tag} is not there for linux/${arch}`, {
        hint: `It is there for: ${manifests.map((m) => `${m.platform?.os}/${m.platform?.architecture}`).join(", ")}.`,
      });
    const own = await this.#get(repository, found.digest);
    return { ...own, manifest: JSON.parse(own.bytes.toString("utf8")) as Manifest };
  }

  async #get(repository: string, reference: string): Promise<{ bytes: Buffer; mediaType: string }> {
    const url = `${this.#base}/${repository}/manifests/${reference}`;
    const ask = (): Promise<Response> =>
      request(url, { accept: [...manifestTypes, ...indexTypes].join(", "), ...this.headers(repository) }).catch((error: unknown) => {
        throw unreachable(url, error);
      });
    let response = await ask();
    if (response.status === 401) {
      await this.#authenticate(repository, response.headers.get("www-authenticate") ?? "");
      response = await ask();
    }
    if (!response.ok) throw refused(url, response);
    return {
      bytes: Buffer.from(await response.arrayBuffer()),
      mediaType: (response.headers.get("content-type") ?? "").split(";")[0]!.trim(),
    };
  }

  /** Public registries hand out tokens to anybody (distribution specification, token authentication). */
  async #authenticate(repository: string, challenge: string): Promise<void> {
    const field = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const realm = field("realm");
    if (!/^bearer /i.test(challenge) || realm === undefined)
      throw providerError("mirror-image", `${this.#host} wants a login, which is not supported`, {
        hint: "Use a registry that anybody may read.",
      });
    const url = new URL(realm);
    const service = field("service");
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", `repository:${repository}:pull`);
    const answer = JSON.parse((await fetchBytes(url.href)).toString("utf8")) as { token?: string; access_token?: string };
    this.#tokens.set(repository, answer.token ?? answer.access_token ?? "");
  }
}
