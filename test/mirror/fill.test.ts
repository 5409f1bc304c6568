/** A mirror filled from a real registry and a real apt repository, judged by the tools that read such things. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlan } from "../../src/cluster/plan.ts";
import { calicoVersion, flannelVersion } from "../../src/cluster/versions.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import type { KubemendError } from "../../src/error.ts";
import { guarded } from "../../src/mirror/download.ts";
import { fillMirror, type FillOptions } from "../../src/mirror/fill.ts";
import { imagesOf } from "../../src/mirror/images.ts";
import { parseReference } from "../../src/mirror/registry.ts";
import { needs } from "../needs.ts";

const plan = (yaml: string) => makePlan(readSpecification(yaml, "kubemend.yaml", "lab").specification!).plan!;
const failure = async (work: Promise<unknown>): Promise<KubemendError> => {
  try {
    await work;
  } catch (error) {
    return error as KubemendError;
  }
  throw new Error("it did not fail");
};

it("reads names of images as docker does", () => {
  expect(parseReference("nginx")).toEqual({ registry: "registry-1.docker.io", repository: "library/nginx", tag: "latest" });
  expect(parseReference("docker.io/calico/node:v3.31.2")).toEqual({
    registry: "registry-1.docker.io",
    repository: "calico/node",
    tag: "v3.31.2",
  });
  expect(parseReference("localhost:5000/k8s/pause:3.10")).toEqual({ registry: "localhost:5000", repository: "k8s/pause", tag: "3.10" });
  expect(imagesOf('  - image: "quay.io/a/b:1"\n    image: quay.io/a/c:2\n      image: quay.io/a/b:1\n')).toEqual([
    "quay.io/a/b:1",
    "quay.io/a/c:2",
  ]);
});

it("says plainly that the disk is full", async () => {
  const error = await failure(guarded("/srv/kube/x", () => writeFile("/dev/full", "x".repeat(100_000))));
  expect([error.code, error.message]).toEqual(["mirror-disk", "the disk is full: /srv/kube/x cannot be written"]);
});

it("refuses what it cannot know the images of", async () => {
  const error = await failure(
    fillMirror("/nowhere", plan("cni: { name: calico, install: operator }\n"), { arch: "amd64", images: [] }, () => undefined),
  );
  expect(error.code).toBe("mirror-operator");
});

const tools = [
  needs("docker-registry", ["docker-registry", "--version"]),
  needs("skopeo", ["skopeo", "--version"]),
  needs("dpkg-deb", ["dpkg-deb", "--version"]),
];

describe.skipIf(!tools.every(Boolean))("a folder", () => {
  const scratch = mkdtempSync(join(tmpdir(), "kubemend-fill-"));
  const web = join(scratch, "web");
  const asked: { path: string; range: string | undefined }[] = [];
  let files: Server;
  let registry: ChildProcess;
  let registryAt: string;
  let options: FillOptions;
  const version = "1.35.2";
  const specification = `kubernetes: "1.35"\nprovider: lxc\ncni: { install: manifest }\n`;

  beforeAll(async () => {
    aptRepository(join(web, "deb"));
    const source = join(web, "kubernetes", `v${version}`, "cmd/kubeadm/app");
    mkdirSync(join(source, "constants"), { recursive: true });
    mkdirSync(join(source, "apis/kubeadm/v1beta4"), { recursive: true });
    writeFileSync(
      join(source, "constants/constants.go"),
      '\tDefaultEtcdVersion = "3.6.6-0"\n\tCoreDNSVersion = "v1.13.1"\n\tPauseVersion = "3.10.1"\n',
    );
    writeFileSync(join(source, "apis/kubeadm/v1beta4/defaults.go"), '\tDefaultImageRepository = "registry.k8s.io"\n');
    const manifests = join(web, "projectcalico/calico", calicoVersion, "manifests");
    const binaries = join(web, "projectcalico/calico/releases/download", calicoVersion);
    const flannel = join(web, "flannel-io/flannel/releases/download", flannelVersion);
    for (const dir of [manifests, binaries, flannel]) mkdirSync(dir, { recursive: true });
    writeFileSync(join(flannel, "kube-flannel.yml"), "      - name: kube-flannel\n        image: ghcr.io/flannel-io/flannel:v0.27.4\n");
    writeFileSync(join(manifests, "calico.yaml"), "spec:\n  containers:\n    - name: node\n      image: quay.io/calico/node:v3.31.2\n");
    writeFileSync(join(binaries, "calicoctl-linux-amd64"), "a program");

    files = createServer((request, response) => {
      const path = decodeURIComponent(request.url!);
      asked.push({ path, range: request.headers.range });
      const file = join(web, path);
      if (!existsSync(file)) return void response.writeHead(404).end();
      const bytes = readFileSync(file);
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, { "content-length": bytes.length - from }).end(bytes.subarray(from));
    });
    await new Promise<void>((resolve) => void files.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;

    registryAt = `127.0.0.1:${await freePort()}`;
    writeFileSync(
      join(scratch, "registry.yml"),
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${join(scratch, "registry")} } }\nhttp: { addr: "${registryAt}" }\n`,
    );
    registry = spawn("docker-registry", ["serve", join(scratch, "registry.yml")], { stdio: "ignore" });
    const image = dockerArchive(scratch);
    for (const name of [
      "kube-apiserver:v1.35.2",
      "kube-controller-manager:v1.35.2",
      "kube-scheduler:v1.35.2",
      "kube-proxy:v1.35.2",
      "coredns:v1.13.1",
      "pause:3.10.1",
      "etcd:3.6.6-0",
      "node:v3.31.2",
      "busybox:1.35",
      "flannel:v0.27.4",
    ]) {
      // the first one waits until the registry is up
      for (let i = 0; i < 50; i++)
        if (
          spawnSync("skopeo", [
            "copy",
            "--quiet",
            "--dest-tls-verify=false",
            `docker-archive:${image}`,
            `docker://${registryAt}/k8s/${name}`,
          ]).status === 0
        )
          break;
    }
    options = {
      arch: "amd64",
      packagesFrom: `${base}/deb`,
      imagesFrom: `${registryAt}/k8s`,
      images: ["busybox:1.35"],
      releases: base,
      raw: base,
      kubernetesSource: `${base}/kubernetes`,
    };
  }, 120_000);
  afterAll(() => {
    files.close();
    registry.kill();
    rmSync(scratch, { recursive: true, force: true });
  });

  const folder = join(scratch, "mirror");

  it("gets the packages of the version with their dependencies, images that other tools read, and manifests", async () => {
    const filled = await fillMirror(folder, plan(specification), options, () => undefined);
    expect(filled.kubernetes).toBe(version);
    expect(readdirSync(join(folder, "apt")).toSorted()).toEqual([
      "Packages",
      "kubeadm_1.35.2-1.1_amd64.deb",
      "kubectl_1.35.2-1.1_amd64.deb",
      "kubelet_1.35.2-1.1_amd64.deb",
      "kubernetes-cni_1.8.0-1.1_amd64.deb",
    ]);
    expect(execFileSync("dpkg-deb", ["-f", join(folder, "apt", "kubelet_1.35.2-1.1_amd64.deb"), "Version"], { encoding: "utf8" })).toBe(
      "1.35.2-1.1\n",
    );
    expect(readFileSync(join(folder, "apt", "Packages"), "utf8")).toContain("Filename: ./kubeadm_1.35.2-1.1_amd64.deb\n");
    const archives = readdirSync(join(folder, "images"));
    expect(archives).toHaveLength(9);
    expect(archives).toEqual(
      expect.arrayContaining([
        "registry.k8s.io_coredns_coredns_v1.13.1.tar",
        "docker.io_library_busybox_1.35.tar",
        "quay.io_calico_node_v3.31.2.tar",
      ]),
    );
    const archive = join(folder, "images", "registry.k8s.io_pause_3.10.1.tar");
    for (const kind of ["docker-archive", "oci-archive"]) {
      const seen = JSON.parse(execFileSync("skopeo", ["inspect", `${kind}:${archive}`], { encoding: "utf8" })) as {
        Architecture: string;
        Layers: string[];
      };
      expect([kind, seen.Architecture, seen.Layers.length]).toEqual([kind, "amd64", 1]);
    }
    expect(execFileSync("tar", ["-xOf", archive, "manifest.json"], { encoding: "utf8" })).toContain(
      '"RepoTags":["registry.k8s.io/pause:3.10.1"]',
    );
    expect(readdirSync(join(folder, "manifests", "calico", calicoVersion)).toSorted()).toEqual(["calico.yaml", "calicoctl-linux-amd64"]);
  }, 60_000);

  it("has flannel's manifest and images when the pods are on flannel", async () => {
    const own = join(scratch, "flannel");
    await fillMirror(own, plan(specification.replace("install: manifest", "name: flannel")), options, () => undefined);
    expect(readdirSync(join(own, "manifests", "flannel", flannelVersion))).toEqual(["kube-flannel.yml"]);
    expect(readdirSync(join(own, "images"))).toContain("ghcr.io_flannel-io_flannel_v0.27.4.tar");
  });

  it("is left alone where it is complete, and goes on where it stopped", async () => {
    const deb = join(folder, "apt", "kubeadm_1.35.2-1.1_amd64.deb");
    const whole = readFileSync(deb);
    rmSync(deb);
    writeFileSync(`${deb}.part`, whole.subarray(0, 100));
    asked.length = 0;
    await fillMirror(folder, plan(specification), options, () => undefined);
    expect(asked.filter((a) => a.path.endsWith(".deb"))).toEqual([{ path: `/deb/amd64/${basename(deb)}`, range: "bytes=100-" }]);
    expect(readFileSync(deb).equals(whole)).toBe(true);
  });

  it("keeps nothing whose sum is wrong, and says what a version could be had", async () => {
    const other = join(scratch, "other");
    const deb = join(web, "deb", "amd64", "kubectl_1.35.2-1.1_amd64.deb");
    const whole = readFileSync(deb);
    writeFileSync(deb, Buffer.concat([whole.subarray(0, -1), Buffer.from("!")]));
    const error = await failure(fillMirror(other, plan(specification), options, () => undefined));
    writeFileSync(deb, whole);
    expect(error.code).toBe("mirror-checksum");
    expect(readdirSync(join(other, "apt")).filter((name) => name.startsWith("kubectl"))).toEqual([]);
    const missing = await failure(fillMirror(other, plan(specification.replace("1.35", "1.34")), options, () => undefined));
    expect([missing.code, missing.hint]).toEqual(["mirror-version", "It has: 1.35.2-1.1."]);
    const gone = await failure(fillMirror(other, plan(specification), { ...options, images: ["nowhere:1"] }, () => undefined));
    expect([gone.code, gone.message]).toEqual([
      "mirror-fetch",
      `http://${registryAt}/v2/k8s/nowhere/manifests/1: the server answers 404 Not Found`,
    ]);
  });
});

/** A flat repository with real packages. */
function aptRepository(dir: string): void {
  mkdirSync(join(dir, "amd64"), { recursive: true });
  let index = "";
  for (const [name, version, depends] of [
    ["kubeadm", "1.35.2-1.1", "kubernetes-cni (>= 1.2.0), iptables"],
    ["kubelet", "1.35.2-1.1", "kubernetes-cni (>= 1.2.0)"],
    ["kubectl", "1.35.2-1.1", ""],
    ["kubernetes-cni", "1.8.0-1.1", ""],
    ["kubernetes-cni", "1.7.1-1.1", ""],
  ] as const) {
    const tree = join(dir, "..", `${name}-${version}`);
    mkdirSync(join(tree, "DEBIAN"), { recursive: true });
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: nobody <nobody@example.com>\n${depends === "" ? "" : `Depends: ${depends}\n`}Description: for a test\n`;
    writeFileSync(join(tree, "DEBIAN", "control"), control);
    const file = `amd64/${name}_${version}_amd64.deb`;
    execFileSync("dpkg-deb", ["--root-owner-group", "-b", tree, join(dir, file)], { stdio: "ignore" });
    index += `${control}Filename: ${file}\nSHA256: ${sha256(readFileSync(join(dir, file)))}\n\n`;
  }
  writeFileSync(join(dir, "Packages"), index);
  writeFileSync(join(dir, "InRelease"), `Origin: test\nSHA256:\n ${sha256(Buffer.from(index))} ${index.length} Packages\n`);
}

/** An image with one file, as `docker save` writes it. */
function dockerArchive(scratch: string): string {
  const dir = join(scratch, "image");
  mkdirSync(join(dir, "root"), { recursive: true });
  writeFileSync(join(dir, "root", "hello"), "hello\n");
  execFileSync("tar", ["-C", join(dir, "root"), "-cf", join(dir, "layer.tar"), "hello"]);
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["/hello"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(readFileSync(join(dir, "layer.tar")))}`] },
  });
  writeFileSync(join(dir, "config.json"), config);
  writeFileSync(join(dir, "manifest.json"), JSON.stringify([{ Config: "config.json", RepoTags: ["test:1"], Layers: ["layer.tar"] }]));
  const archive = join(scratch, "image.tar");
  execFileSync("tar", ["-C", dir, "-cf", archive, "manifest.json", "config.json", "layer.tar"]);
  return archive;
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createTcpServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
