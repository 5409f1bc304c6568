/** The public container registries: the read side of the OCI distribution API (opencontainers/distribution-spec). */
import type { HttpRequest, HttpResponse } from "../net/http.ts";
import type { Site } from "../internet/site.ts";
import { configDigest, findImage, hasRepository, manifestDigest, rootImageName, tagsOf, type ContainerImage } from "./images.ts";
import { createHash } from "node:crypto";

const json = (status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { "content-type": "application/json", "docker-distribution-api-version": "registry/2.0", ...headers },
  body: JSON.stringify(value),
});

const failure = (status: number, code: string, message: string): HttpResponse => json(status, { errors: [{ code, message }] });

const layerDigest = (image: ContainerImage): string =>
  `sha256:${createHash("sha256")
    .update(`layer ${rootImageName(image)}`)
    .digest("hex")}`;

function manifest(image: ContainerImage): unknown {
  return {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: configDigest(image), size: 1500 },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: layerDigest(image), size: image.size }],
  };
}

function configuration(image: ContainerImage): unknown {
  const { entrypoint, cmd, env, user, workingDir, stopSignal } = image.config;
  return {
    architecture: "amd64",
    os: "linux",
    config: { Entrypoint: entrypoint, Cmd: cmd, Env: env, User: user ?? "", WorkingDir: workingDir ?? "", StopSignal: stopSignal },
    rootfs: { type: "layers", diff_ids: [rootImageName(image)] },
  };
}

function serve(domain: string, request: HttpRequest): HttpResponse {
  const path = request.path.split("?")[0]!;
  if (path === "/v2/" || path === "/v2") return json(200, {});
  if (path === "/token") return json(200, { token: "anonymous", expires_in: 300 });
  const match = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(path);
  if (!match) return { status: 404, headers: { "content-type": "text/plain; charset=utf-8" }, body: "404 page not found\n" };
  const [, name, kind, reference] = match as unknown as [string, string, string, string];
  if (!hasRepository(domain, name)) return failure(404, "NAME_UNKNOWN", "repository name not known to registry");
  if (kind === "tags") return json(200, { name, tags: tagsOf(domain, name) });
  if (kind === "manifests") {
    const image = findImage(domain, name, reference);
    if (!image) return failure(404, "MANIFEST_UNKNOWN", "manifest unknown");
    return json(200, manifest(image), {
      "content-type": "application/vnd.oci.image.manifest.v1+json",
      "docker-content-digest": manifestDigest(image),
    });
  }
  for (const tag of tagsOf(domain, name)) {
    const image = findImage(domain, name, tag)!;
    if (configDigest(image) === reference) return json(200, configuration(image), { "content-type": "application/octet-stream" });
    // the bytes of a layer are not kept: clients learn its length, and its content through the configuration's diff_ids
    if (layerDigest(image) === reference && request.method === "HEAD")
      return { status: 200, headers: { "content-type": "application/octet-stream", "content-length": String(image.size) }, body: "" };
  }
  return failure(404, "BLOB_UNKNOWN", "blob unknown to registry");
}

const site = (host: string, ip: string, domain = host): Site => ({ host, ip, serve: (request) => serve(domain, request) });

/** Public addresses of these names in 2026; only that they are nobody's on the simulated networks matters. */
export const registrySites: Site[] = [
  site("registry.k8s.io", "34.96.108.209"),
  site("k8s.gcr.io", "142.250.107.82"),
  site("registry-1.docker.io", "98.85.153.80", "docker.io"),
  site("auth.docker.io", "98.85.153.81", "docker.io"),
  site("quay.io", "44.214.76.135"),
  site("registry.aliyuncs.com", "120.55.105.209"),
  site("ghcr.io", "140.82.121.33"),
];
