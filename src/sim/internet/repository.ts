/** Debian package archives as hosts of the Internet. */
import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponse } from "../net/http.ts";
import { debBytes, debName, indexStanza } from "./deb.ts";
import { dockerPackages } from "./packages/containers.ts";
import { criDockerdPackages, dockerHost } from "./packages/docker.ts";
import { crioPackages, crioPatches } from "./packages/crio.ts";
import { kubernetesPackages, legacyPackages, patches } from "./packages/kubernetes.ts";
import type { Package } from "./packages/package.ts";
import { ubuntuPackages } from "./packages/ubuntu.ts";
import { armor, clearsign, keyById, keyBytes } from "./pgp.ts";
import type { Site } from "./site.ts";

const date = "Fri, 20 Nov 2026 06:11:02 UTC";

const ok = (body: string | Uint8Array, type: string, request: HttpRequest, length?: number): HttpResponse => ({
  status: 200,
  headers: {
    "content-type": type,
    "last-modified": date.replace("UTC", "GMT"),
    ...(length === undefined ? {} : { "x-size": String(length) }),
  },
  body: request.method === "HEAD" ? "" : body,
});
const notFound = (): HttpResponse => ({
  status: 404,
  headers: { "content-type": "text/html" },
  body: "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n",
});
const forbidden = (): HttpResponse => ({
  status: 403,
  headers: { "content-type": "application/xml" },
  body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
});

/** A pool's file name to its package. */
const pools = new Map<string, Map<string, Package>>();
function inPool(key: string, packages: () => Package[]): Map<string, Package> {
  let pool = pools.get(key);
  if (!pool) pools.set(key, (pool = new Map(packages().map((pkg) => [debName(pkg), pkg]))));
  return pool;
}

const texts = new Map<string, string>();
function cached(key: string, make: () => string): string {
  let text = texts.get(key);
  if (text === undefined) texts.set(key, (text = make()));
  return text;
}

interface Archive {
  origin: string;
  label: string;
  suite: string;
  codename: string;
  components: string;
  key: string;
}

function release(a: Archive, indexes: [string, string][]): string {
  const sums = indexes.map(([name, text]) => ` ${createHash("sha256").update(text).digest("hex")} ${text.length} ${name}\n`).join("");
  return clearsign(
    `Origin: ${a.origin}\nLabel: ${a.label}\nSuite: ${a.suite}\n${a.codename === "" ? "" : `Codename: ${a.codename}\n`}Date: ${date}\nArchitectures: amd64\nComponents: ${a.components}\nSHA256:\n${sums}`,
    a.key,
  );
}

// --- Ubuntu

const pocketPackages = (suite: string, component: string): Package[] => {
  const updates = (pkg: Package) => /ubuntu\d*\.24\.04|ubuntu\d+\.\d+$/.test(pkg.version);
  const universe = new Set([
    "conntrack_",
    "socat_",
    "haproxy",
    "bird2",
    "sshpass",
    "tree",
    "etcd-client",
    "ipvsadm",
    "traceroute",
    "docker.io",
  ]);
  if (component !== "main" && component !== "universe") return [];
  return ubuntuPackages.filter(
    (pkg) =>
      universe.has(pkg.name) === (component === "universe") &&
      (suite === "noble" ? !updates(pkg) : suite === "noble-updates" ? updates(pkg) : false),
  );
};

function ubuntuServe(request: HttpRequest): HttpResponse {
  const path = request.path.split("?")[0]!;
  const pool = /^\/ubuntu\/pool\/.*\/([^/]+\.deb)$/.exec(path);
  if (pool) {
    const pkg = inPool("ubuntu", () => ubuntuPackages).get(decodeURIComponent(pool[1]!));
    return pkg ? ok(debBytes(pkg), "application/vnd.debian.binary-package", request, pkg.size) : notFound();
  }
  const m = /^\/ubuntu\/dists\/(noble(?:-updates|-backports|-security)?)\/(?:(InRelease)|(\w+)\/binary-amd64\/Packages)$/.exec(path);
  if (!m) return notFound();
  const index = (component: string): string =>
    cached(`ubuntu/${m[1]}/${component}`, () =>
      pocketPackages(m[1]!, component)
        .map((pkg) => indexStanza(pkg, `pool/${component}/${pkg.name[0]}/${pkg.name}/${debName(pkg)}`))
        .join(""),
    );
  const components = ["main", "restricted", "universe", "multiverse"];
  if (m[2]) {
    const text = cached(`ubuntu/${m[1]}/InRelease`, () =>
      release(
        { origin: "Ubuntu", label: "Ubuntu", suite: m[1]!, codename: "noble", components: components.join(" "), key: "871920D1991BC93C" },
        components.map((c) => [`${c}/binary-amd64/Packages`, index(c)]),
      ),
    );
    return ok(text, "text/plain", request, m[1] === "noble" ? 256_000 : 126_000);
  }
  return components.includes(m[3]!) ? ok(index(m[3]!), "text/plain", request) : notFound();
}

// --- docker

function dockerServe(request: HttpRequest): HttpResponse {
  const path = request.path.split("?")[0]!;
  if (path === "/linux/ubuntu/gpg") return ok(armor(keyBytes(keyById("8D81803C0EBFCD88"))), "application/octet-stream", request);
  const pool = /^\/linux\/ubuntu\/dists\/noble\/pool\/stable\/amd64\/([^/]+\.deb)$/.exec(path);
  if (pool) {
    const pkg = inPool("docker", () => dockerPackages).get(decodeURIComponent(pool[1]!));
    return pkg ? ok(debBytes(pkg), "application/octet-stream", request, pkg.size) : notFound();
  }
  const index = cached("docker", () =>
    dockerPackages.map((pkg) => indexStanza(pkg, `dists/noble/pool/stable/amd64/${debName(pkg)}`)).join(""),
  );
  if (path === "/linux/ubuntu/dists/noble/InRelease")
    return ok(
      cached("docker/InRelease", () =>
        release(
          { origin: "Docker", label: "Docker CE", suite: "noble", codename: "noble", components: "stable", key: "8D81803C0EBFCD88" },
          [["stable/binary-amd64/Packages", index]],
        ),
      ),
      "text/plain",
      request,
      48_500,
    );
  if (path === "/linux/ubuntu/dists/noble/stable/binary-amd64/Packages") return ok(index, "text/plain", request);
  return notFound();
}

// --- pkgs.k8s.io and the mirror that it sends everybody to

function kubernetesServe(request: HttpRequest): HttpResponse {
  const m = /^\/core:\/stable:\/(v1\.\d+)\/(deb|rpm)\/(.*)$/.exec(decodeURIComponent(request.path.split("?")[0]!));
  if (!m)
    return request.path === "/"
      ? {
          status: 302,
          headers: { location: "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/" },
          body: "",
        }
      : forbidden();
  return {
    status: 302,
    headers: { location: `https://prod-cdn.packages.k8s.io/repositories/isv:/kubernetes:/core:/stable:/${m[1]}/${m[2]}/${m[3]}` },
    body: "",
  };
}

function mirrorServe(request: HttpRequest): HttpResponse {
  const m = /^\/repositories\/isv:\/kubernetes:\/core:\/stable:\/v1\.(\d+)\/deb\/(.+)$/.exec(
    decodeURIComponent(request.path.split("?")[0]!),
  );
  const minor = Number(m?.[1]);
  if (!m || !patches[minor]) return forbidden();
  const packages = inPool(`k8s/${minor}`, () => kubernetesPackages(minor));
  return buildServiceFile(request, m[2]!, packages, `isv:kubernetes:core:stable:v1.${minor}`, "234654DA9A296436");
}

/** CRI-O's packages: today at openSUSE's own server, formerly below pkgs.k8s.io/addons. */
function openSuseServe(request: HttpRequest): HttpResponse {
  const m = /^\/repositories\/isv:\/cri-o:\/stable:\/v1\.(\d+)\/deb\/(.+)$/.exec(decodeURIComponent(request.path.split("?")[0]!));
  const minor = Number(m?.[1]);
  if (!m || !crioPatches[minor]) return notFound();
  return buildServiceFile(
    request,
    m[2]!,
    inPool(`cri-o/${minor}`, () => crioPackages(minor)),
    `isv:cri-o:stable:v1.${minor}`,
    "CBA9C85640A2B579",
  );
}

/** A file of a flat repository that the openSUSE Build Service published. */
function buildServiceFile(request: HttpRequest, file: string, packages: Map<string, Package>, project: string, key: string): HttpResponse {
  if (file === "Release.key") return ok(armor(keyBytes(keyById(key))), "application/octet-stream", request);
  const index = cached(project, () => [...packages.values()].map((pkg) => indexStanza(pkg, `amd64/${debName(pkg)}`)).join(""));
  if (file === "Packages") return ok(index, "text/plain", request);
  if (file === "InRelease")
    return ok(
      cached(`${project}/InRelease`, () =>
        release({ origin: `obs://build.opensuse.org/${project}/deb`, label: project, suite: "deb", codename: "", components: "", key }, [
          ["Packages", index],
        ]),
      ),
      "text/plain",
      request,
      1_227,
    );
  const deb = /^amd64\/([^/]+\.deb)$/.exec(file);
  const pkg = deb && packages.get(deb[1]!);
  return pkg ? ok(debBytes(pkg), "application/octet-stream", request, pkg.size) : forbidden();
}

/** mirrors.aliyun.com/kubernetes/apt, a copy of apt.kubernetes.io (https://developer.aliyun.com/mirror/kubernetes). */
function legacyServe(request: HttpRequest): HttpResponse {
  const path = decodeURIComponent(request.path.split("?")[0]!);
  const packages = inPool("legacy", legacyPackages);
  if (path === "/kubernetes/apt/doc/apt-key.gpg")
    return ok(armor(keyBytes(keyById("B53DC80D13EF7F05"))), "application/octet-stream", request);
  const deb = /^\/kubernetes\/apt\/pool\/([^/]+\.deb)$/.exec(path);
  if (deb) {
    const pkg = packages.get(deb[1]!);
    return pkg ? ok(debBytes(pkg), "application/octet-stream", request, pkg.size) : notFound();
  }
  const index = cached("legacy", () => [...packages.values()].map((pkg) => indexStanza(pkg, `pool/${debName(pkg)}`)).join(""));
  if (path === "/kubernetes/apt/dists/kubernetes-xenial/InRelease")
    return ok(
      cached("legacy/InRelease", () =>
        release(
          {
            origin: "kubernetes-xenial",
            label: "kubernetes-xenial",
            suite: "kubernetes-xenial",
            codename: "kubernetes-xenial",
            components: "main",
            key: "B53DC80D13EF7F05",
          },
          [["main/binary-amd64/Packages", index]],
        ),
      ),
      "text/plain",
      request,
      8_993,
    );
  if (path === "/kubernetes/apt/dists/kubernetes-xenial/main/binary-amd64/Packages") return ok(index, "text/plain", request);
  return notFound();
}

/** A package by name and version, wherever it comes from: what a .deb file stands for. */
export function packageOf(name: string, version: string): Package | undefined {
  const all = [
    ...ubuntuPackages,
    ...dockerPackages,
    ...inPool("legacy", legacyPackages).values(),
    ...criDockerdPackages,
    ...Object.keys(patches).flatMap((minor) => [...inPool(`k8s/${minor}`, () => kubernetesPackages(Number(minor))).values()]),
    ...Object.keys(crioPatches).flatMap((minor) => [...inPool(`cri-o/${minor}`, () => crioPackages(Number(minor))).values()]),
  ];
  return all.find((pkg) => pkg.name === name && pkg.version === version);
}

export const repositorySites: Site[] = [
  { host: "us.archive.ubuntu.com", ip: "91.189.91.81", serve: ubuntuServe },
  { host: "archive.ubuntu.com", ip: "185.125.190.81", serve: ubuntuServe },
  { host: "security.ubuntu.com", ip: "185.125.190.83", serve: ubuntuServe },
  { host: "download.docker.com", ip: "18.64.79.12", serve: dockerServe },
  { host: "pkgs.k8s.io", ip: "34.107.204.206", serve: kubernetesServe },
  { host: "mirrors.aliyun.com", ip: "47.246.23.225", serve: legacyServe },
  { host: "prod-cdn.packages.k8s.io", ip: "13.35.78.40", serve: mirrorServe },
  ...dockerHost,
  { host: "download.opensuse.org", ip: "195.135.223.226", serve: openSuseServe },
];
