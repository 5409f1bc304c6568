/** Pulling images: resolver and fetcher (containerd, core/remotes/docker; containers/image and docker ask the same), over the simulated network. */
import { httpCall, type HttpCall, type HttpResponse, type HttpResult } from "../net/http.ts";
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import { canonical, parseReference, type Reference } from "./images.ts";
import type { ImageRecord } from "./store.ts";
import { parseToml } from "./toml.ts";

export type Pulled =
  | { ok: true; after: number; image: ImageRecord; name: string }
  | { ok: false; after: number; name: string; full: string; failure: PullFailure };

/** What a pull met; the runtimes have different words for it. */
export type PullFailure =
  | { kind: "reference"; detail: string }
  | { kind: "transport"; base: string; path: string; detail: string; timedOut: boolean }
  /** A repository that is not there, or not for everybody. */
  | { kind: "denied"; reference: Reference }
  | { kind: "missing"; reference: Reference }
  | { kind: "status"; base: string; path: string; status: number }
  | { kind: "copy"; detail: string; status?: number };

/** Bytes per millisecond that a pull gets: 100 Mbit/s. */
const rate = 12_500;
/** containerd's dialer (core/remotes/docker/config): time-out of a connection attempt, ms. */
const dialTimeout = 30_000;

export interface RegistryHost {
  base: string;
  insecure: boolean;
}
/** Where a registry is reached, in the order in which it is tried. */
export type RegistryHosts = (domain: string) => RegistryHost[];

export const publicHost = (domain: string): RegistryHost => ({
  base: `https://${domain === "docker.io" ? "registry-1.docker.io" : domain}`,
  insecure: false,
});

/** containerd's: the mirrors of certs.d (hosts.toml) before the registry itself. */
export function certsDirectoryHosts(p: Proc, paths: string, domain: string): RegistryHost[] {
  let server = publicHost(domain).base;
  const mirrors: RegistryHost[] = [];
  for (const dir of paths.split(":").filter((d) => d !== "")) {
    const text = p.fs.tryReadText(`${dir}/${domain}/hosts.toml`) ?? p.fs.tryReadText(`${dir}/_default/hosts.toml`);
    if (text === undefined) continue;
    const config = parseToml(text);
    if (typeof config.server === "string") server = config.server.replace(/\/+$/, "");
    for (const [base, host] of Object.entries((config.host ?? {}) as Record<string, Obj>))
      mirrors.push({ base: base.replace(/\/+$/, ""), insecure: host.skip_verify === true });
    break;
  }
  return [...mirrors, { base: server, insecure: false }];
}

function call(p: Proc, method: string, host: RegistryHost, path: string): HttpResult {
  const request: HttpCall = {
    method,
    url: `${host.base}${path}`,
    headers: { accept: "application/vnd.oci.image.manifest.v1+json, */*", "user-agent": `containerd/${p.state.version}` },
  };
  if (host.insecure) request.tls = { insecure: true };
  return httpCall(p, request);
}

const textOf = (response: HttpResponse): string =>
  typeof response.body === "string" ? response.body : Buffer.from(response.body).toString("utf8");

/** Everything that a pull of `name` meets, now; `after` is how long it takes. */
export function pullImage(p: Proc, hosts: RegistryHosts, name: string): Pulled {
  let reference: Reference;
  try {
    reference = parseReference(name);
  } catch (error) {
    return { ok: false, after: 0, name, full: name, failure: { kind: "reference", detail: (error as Error).message } };
  }
  const full = canonical(reference);
  const fail = (failure: PullFailure, after: number): Pulled => ({ ok: false, after, name, full, failure });
  const wanted = reference.digest ?? reference.tag ?? "latest";
  let failed: Pulled | undefined;
  for (const host of hosts(reference.domain)) {
    const path = `/v2/${reference.path}/manifests/${wanted}`;
    const head = call(p, "HEAD", host, path);
    if (!head.ok) {
      const timedOut = !Number.isFinite(head.after);
      failed = fail({ kind: "transport", base: host.base, path, detail: head.detail, timedOut }, timedOut ? dialTimeout : head.after);
      continue;
    }
    if (head.response.status === 404) {
      const denied = reference.domain === "docker.io" && /NAME_UNKNOWN/.test(bodyOf(call(p, "GET", host, path)));
      failed = fail({ kind: denied ? "denied" : "missing", reference }, head.after + 600);
      continue;
    }
    if (head.response.status !== 200) {
      failed = fail({ kind: "status", base: host.base, path, status: head.response.status }, head.after + 300);
      continue;
    }
    return fetchImage(p, host, reference, full, head.response, head.after);
  }
  return failed!;
}

const bodyOf = (result: HttpResult): string => (result.ok ? textOf(result.response) : "");

function fetchImage(p: Proc, host: RegistryHost, reference: Reference, full: string, head: HttpResponse, after: number): Pulled {
  const digest = head.headers["docker-content-digest"] ?? "";
  const get = (path: string, method = "GET"): HttpResult => call(p, method, host, `/v2/${reference.path}/${path}`);
  const fail = (result: HttpResult): Pulled => ({
    ok: false,
    after: result.ok ? result.after : Math.min(result.after, dialTimeout),
    name: full,
    full,
    failure: { kind: "copy", ...(result.ok ? { detail: "", status: result.response.status } : { detail: result.detail }) },
  });
  const manifestReply = get(`manifests/${digest}`);
  if (!manifestReply.ok || manifestReply.response.status !== 200) return fail(manifestReply);
  const manifest = JSON.parse(textOf(manifestReply.response)) as Obj;
  const configReply = get(`blobs/${manifest.config.digest as string}`);
  if (!configReply.ok || configReply.response.status !== 200) return fail(configReply);
  const configuration = JSON.parse(textOf(configReply.response)) as Obj;
  let bytes = 0;
  for (const layer of manifest.layers as Obj[]) {
    const reply = get(`blobs/${layer.digest as string}`, "HEAD");
    if (!reply.ok || reply.response.status !== 200) return fail(reply);
    bytes += layer.size as number;
  }
  return {
    ok: true,
    after: after + 350 + Math.round(bytes / rate),
    name: full,
    image: {
      id: manifest.config.digest as string,
      tags: reference.digest === undefined ? [full] : [],
      digests: [`${reference.repository}@${digest}`],
      size: bytes,
      root: configuration.rootfs.diff_ids[0] as string,
      config: configuration.config as ImageRecord["config"],
      pinned: false,
      createdAt: p.now,
    },
  };
}
