/** A mirror's folders, shown to machines through their SSH connections: no port of this host is opened, nothing is copied beforehand. */
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join, sep } from "node:path";
import { mirrorOf, type Mirror } from "../cluster/mirror.ts";
import type { Finding } from "../cluster/finding.ts";
import type { Plan, PlannedMachine } from "../cluster/plan.ts";
import type { SshPool } from "../ssh/pool.ts";
import type { Step } from "./steps.ts";

/** A mirror as one machine sees it. */
export interface Served {
  /** What follows "deb [trusted=yes]". */
  packages?: string;
  /** The source lives only as long as this provisioning does. */
  passing: boolean;
  archives: { url: string; size: number }[];
  manifests?: string;
}

/** What is missing of a plan's mirror on this host. */
export async function mirrorFindings(plan: Plan): Promise<Finding[]> {
  const mirror = mirrorOf(plan.specification);
  if (!mirror || plan.specification.provider === "sim") return [];
  const findings: Finding[] = [];
  const add = (part: keyof Mirror, value: string, message: string, fix: string): void => {
    const field = typeof plan.specification.mirror === "string" ? "mirror" : `mirror.${part}`;
    findings.push({ severity: "error", code: `mirror-${part}`, field, value, message, fix });
  };
  const fill = `\`kubemend mirror ${typeof plan.specification.mirror === "string" ? plan.specification.mirror : "DIR"}\` on a machine with Internet fills one.`;
  if (mirror.packages && "folder" in mirror.packages) {
    const { folder } = mirror.packages;
    const names = await readdir(folder).catch(() => []);
    if (!names.some((name) => /^Packages(\.gz|\.xz)?$/.test(name)))
      add("packages", folder, `${folder} is no flat apt repository: it has no Packages file`, fill);
  }
  if (mirror.images && "folder" in mirror.images) {
    const { folder } = mirror.images;
    const names = await readdir(folder).catch(() => []);
    if (!names.some((name) => name.endsWith(".tar"))) add("images", folder, `${folder} has no archives of images (*.tar)`, fill);
  }
  return findings;
}

/** Answers GET and HEAD for files beneath the folders; nothing else of the host can be named. */
export function mirrorServer(mirror: Mirror): Server {
  const roots: Record<string, string> = {};
  if (mirror.packages && "folder" in mirror.packages) roots.apt = mirror.packages.folder;
  if (mirror.images && "folder" in mirror.images) roots.images = mirror.images.folder;
  if (mirror.manifests && "folder" in mirror.manifests) roots.manifests = mirror.manifests.folder;
  return createServer((request, response) => void answer(roots, request, response));
}

async function answer(roots: Record<string, string>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number): void => void response.writeHead(status, { "content-length": 0 }).end();
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);
  const path = await fileOf(roots, request.url ?? "/").catch(() => undefined);
  const facts = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !facts?.isFile()) return refuse(404);
  response.writeHead(200, {
    "content-length": facts.size,
    "last-modified": facts.mtime.toUTCString(),
    "content-type": "application/octet-stream",
  });
  if (request.method === "HEAD") return void response.end();
  createReadStream(path)
    .on("error", (error) => response.destroy(error))
    .pipe(response);
}

/** The file that a URL names; undefined when that would be outside of the mirror, also through a link. */
async function fileOf(roots: Record<string, string>, url: string): Promise<string | undefined> {
  const [first, ...rest] = decodeURIComponent(new URL(url, "http://mirror").pathname).split("/").filter(Boolean);
  const folder = first !== undefined && Object.hasOwn(roots, first) ? roots[first] : undefined;
  if (folder === undefined || rest.includes("..")) return undefined;
  const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, ...rest))]);
  return path.startsWith(root + sep) ? path : undefined;
}

const hasFolders = ({ packages, images, manifests }: Mirror): boolean =>
  [packages, images, manifests].some((part) => part && "folder" in part);

/** The mirror's folders, reachable on a machine for as long as its connection lives. */
export async function serveMirror(mirror: Mirror, server: Server, ssh: SshPool, machine: string): Promise<Served> {
  const base = hasFolders(mirror) ? `http://127.0.0.1:${await ssh.offer(machine, (stream) => void server.emit("connection", stream))}` : "";
  const archives: Served["archives"] = [];
  if (mirror.images && "folder" in mirror.images) {
    const { folder } = mirror.images;
    for (const name of (await readdir(folder)).filter((file) => file.endsWith(".tar")).sort())
      archives.push({ url: `${base}/images/${encodeURIComponent(name)}`, size: (await stat(join(folder, name))).size });
  }
  return { ...served(mirror, base), archives };
}

/** A mirror that machines reach by themselves; undefined when it has folders of this host. */
export const remoteMirror = (mirror: Mirror): Served | undefined => (hasFolders(mirror) ? undefined : served(mirror, ""));

function served({ packages, manifests }: Mirror, base: string): Served {
  return {
    passing: packages !== undefined && "folder" in packages,
    archives: [],
    ...(packages ? { packages: "folder" in packages ? `${base}/apt ./` : packages.source } : {}),
    ...(manifests ? { manifests: "folder" in manifests ? `${base}/manifests` : manifests.url } : {}),
  };
}

const runtimePackages = { containerd: ["containerd"], docker: ["docker.io", "cri-dockerd"], "cri-o": [] };

/** Installs what the mirror has of the packages that later steps want: they find it installed. */
export function packagesStep(plan: Plan, machine: PlannedMachine, served: Served): Step[] {
  if (served.packages === undefined) return [];
  const { kubernetes, runtime, cni } = plan.specification;
  const wanted =
    machine.role === "loadbalancer"
      ? ["haproxy"]
      : [...runtimePackages[runtime], ...(cni.name === "bridge" && cni.routes === "bird" ? ["bird2"] : [])];
  return [
    {
      script: "mirror-packages.sh",
      title: "install packages from the mirror",
      environment: {
        SOURCE: served.packages,
        WANTED: wanted.join(" "),
        ...(machine.role === "loadbalancer" ? {} : { KUBERNETES: kubernetes }),
        ...(served.passing ? {} : { KEEP: "true" }),
      },
    },
  ];
}

export function imagesStep(plan: Plan, served: Served): Step[] {
  if (served.archives.length === 0) return [];
  return [
    {
      script: "mirror-images.sh",
      title: "import images from the mirror",
      environment: { ARCHIVES: served.archives.map(({ url, size }) => `${url} ${size}`).join("\n"), RUNTIME: plan.specification.runtime },
    },
  ];
}
