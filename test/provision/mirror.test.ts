/** A folder of this host, seen through a real SSH server's remote forwarding. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import { mirrorFindings, mirrorServer, remoteMirror, serveMirror, type Served } from "../../src/provision/mirror.ts";
import { mirrorOf, resolveMirror } from "../../src/cluster/mirror.ts";
import { prepareSteps } from "../../src/provision/steps.ts";
import { renderVagrantfile } from "../../src/provider/vagrant/render.ts";
import { SshPool } from "../../src/ssh/pool.ts";
import { needs } from "../needs.ts";

const planned = (yaml: string) => makePlan(readSpecification(yaml, "kubemend.yaml", "lab").specification!);

describe("mirror in a specification", () => {
  it("tells folders, sources and registries apart", () => {
    const read = (mirror: string) => mirrorOf(readSpecification(`mirror: ${mirror}\n`, "k.yaml", "lab").specification!);
    expect(read("/srv/kube")).toEqual({
      packages: { folder: "/srv/kube/apt" },
      images: { folder: "/srv/kube/images" },
      manifests: { folder: "/srv/kube/manifests" },
    });
    expect(read("{ packages: https://example.com/deb, images: registry.example.com/k8s/, manifests: http://example.com/m }")).toEqual({
      packages: { source: "https://example.com/deb ./" },
      images: { registry: "registry.example.com/k8s" },
      manifests: { url: "http://example.com/m" },
    });
    expect(read('{ packages: "https://example.com/apt kubernetes-xenial main", images: "localhost:5000/k8s" }')).toEqual({
      packages: { source: "https://example.com/apt kubernetes-xenial main" },
      images: { registry: "localhost:5000/k8s" },
    });
    expect(read("{ images: images }")).toEqual({ images: { folder: "images" } });
    expect(resolveMirror({ packages: "apt", images: "localhost:5000/k8s" }, "/etc/lab")).toEqual({
      packages: "/etc/lab/apt",
      images: "localhost:5000/k8s",
    });
  });

  it("is refused where it cannot work", () => {
    const codes = (yaml: string): string[] => planned(yaml).findings.map((f) => f.code);
    expect(codes("mirror: /srv/kube\n")).toEqual(["mirror-folder-simulated"]);
    expect(codes("provider: lxc\nmirror: https://example.com/kube\n")).toEqual(["mirror-form"]);
    expect(codes("provider: lxc\nruntime: cri-o\nmirror: /srv/kube\n")).toEqual(["mirror-runtime"]);
    expect(codes("provider: lxc\nmirror: { images: /srv/images }\n")).toEqual(["mirror-sandbox-image"]);
    expect(codes("provider: lxc\nruntime: docker\nmirror: { images: /srv/images }\n")).toEqual(["mirror-runtime"]);
    expect(codes("provider: lxc\nruntime: docker\nmirror: /srv/kube\n")).toEqual([]);
    expect(codes("provider: lxc\nmirror: { packages: /srv/apt, images: registry.example.com }\n")).toEqual(["mirror-network-images"]);
    expect(
      codes(
        'kubernetes: "1.20"\ncni: { name: bridge }\nmirror: { packages: "https://mirrors.aliyun.com/kubernetes/apt kubernetes-xenial main" }\n',
      ),
    ).toEqual([]);
    expect(() => renderVagrantfile(planned("provider: virtualbox\nmirror: /srv/kube\n").plan!)).toThrow(/cannot show machines the folders/);
  });

  it("reaches kubeadm's configuration and the steps as URLs and a registry", () => {
    const { plan } = planned("mirror: { packages: https://example.com/deb, images: registry.example.com/k8s }\n");
    const served = remoteMirror(mirrorOf(plan!.specification)!);
    const steps = prepareSteps(plan!, plan!.machines[0]!, undefined, served);
    expect(steps.find((s) => s.script === "mirror-packages.sh")!.environment).toEqual({
      SOURCE: "https://example.com/deb ./",
      WANTED: "containerd",
      KUBERNETES: "1.35",
      KEEP: "true",
    });
    expect(steps.find((s) => s.script === "containerd.sh")!.environment).toEqual({
      SANDBOX_IMAGE: "kubeadm",
      IMAGE_REPOSITORY: "registry.example.com/k8s",
    });
  });

  it("has docker and its images, too", () => {
    const { plan } = planned("provider: lxc\nruntime: docker\nmirror: /srv/kube\n");
    const served = {
      passing: true,
      packages: "http://127.0.0.1:1/apt ./",
      archives: [{ url: "http://127.0.0.1:1/images/a.tar", size: 7 }],
    };
    const steps = prepareSteps(plan!, plan!.machines[0]!, undefined, served);
    const of = (script: string): Record<string, string> => steps.find((s) => s.script === script)!.environment;
    expect(of("mirror-packages.sh").WANTED).toBe("docker.io cri-dockerd");
    expect(of("docker.sh").SANDBOX_IMAGE).toBe("kubeadm");
    expect(of("mirror-images.sh")).toEqual({ ARCHIVES: "http://127.0.0.1:1/images/a.tar 7", RUNTIME: "docker" });
  });
});

const apt = needs("apt-get", ["apt-get", "--version"]) && needs("dpkg-deb", ["dpkg-deb", "--version"]);
const sshd = needs("sshd", ["/usr/sbin/sshd", "-V"]);

describe.skipIf(!sshd)("a mirror's folder on a machine", () => {
  const scratch = mkdtempSync(join(tmpdir(), "kubemend mirror "));
  const mirror = { packages: { folder: join(scratch, "mirror", "apt") }, images: { folder: join(scratch, "mirror", "images") } };
  let server: ChildProcess;
  let pool: SshPool;
  let served: Served;

  beforeAll(async () => {
    for (const part of [mirror.packages, mirror.images]) mkdirSync(part.folder, { recursive: true });
    writeFileSync(join(mirror.packages.folder, "Packages"), "Package: kubeadm\n");
    writeFileSync(join(mirror.images.folder, "two words.tar"), "x".repeat(300_000));
    writeFileSync(join(scratch, "secret"), "not for machines");
    symlinkSync(join(scratch, "secret"), join(mirror.packages.folder, "link"));
    const key = (name: string): string => {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(scratch, name)]);
      return join(scratch, name);
    };
    const port = await freePort();
    const keyFile = key("client");
    mkdirSync("/run/sshd", { recursive: true });
    writeFileSync(
      join(scratch, "sshd_config"),
      `Port ${port}\nListenAddress 127.0.0.1\nHostKey "${key("host")}"\nAuthorizedKeysFile "${keyFile}.pub"\nStrictModes no\nPidFile none\nUsePAM no\nPermitRootLogin yes\n`,
    );
    server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(scratch, "sshd_config")], { stdio: "ignore" });
    pool = new SshPool(() => ({ machine: "node", host: "127.0.0.1", port, user: userInfo().username, keyFile }));
    for (let i = 0; i < 50; i++) if (await pool.connection("node").catch(() => undefined)) break;
    served = await serveMirror(mirror, mirrorServer(mirror), pool, "node");
  });
  afterAll(async () => {
    await pool.close();
    server.kill();
    rmSync(scratch, { recursive: true, force: true });
  });
  const get = async (path: string): Promise<string> =>
    (await pool.exec("node", `curl -s -w ' %{http_code}' '${served.packages!.replace(/\/apt \.\/$/, "")}${path}'`)).stdout;

  it("is read through the connection, from a loopback address that the machine chose", async () => {
    expect(served.packages).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/apt \.\/$/);
    expect(await get("/apt/./Packages")).toBe("Package: kubeadm\n 200");
    expect(served.archives).toEqual([{ url: expect.stringMatching(/\/images\/two%20words\.tar$/), size: 300_000 }]);
    expect((await pool.exec("node", `curl -s '${served.archives[0]!.url}' | wc -c`)).stdout.trim()).toBe("300000");
  });

  it.skipIf(!apt)("is an archive for apt", async () => {
    const { folder } = mirror.packages;
    const tree = join(scratch, "package");
    mkdirSync(join(tree, "DEBIAN"), { recursive: true });
    let index = "";
    for (const name of ["mirrored-a", "mirrored-b", "mirrored-c"]) {
      const control = `Package: ${name}\nVersion: 1.20.2-00\nArchitecture: all\nMaintainer: nobody <nobody@example.com>\nDescription: for a test\n`;
      writeFileSync(join(tree, "DEBIAN", "control"), control);
      const file = join(folder, `${name}_1.20.2-00_all.deb`);
      execFileSync("dpkg-deb", ["--root-owner-group", "-b", tree, file], { stdio: "ignore" });
      const bytes = readFileSync(file);
      index += `${control}Filename: ./${name}_1.20.2-00_all.deb\nSize: ${bytes.length}\nSHA256: ${createHash("sha256").update(bytes).digest("hex")}\n\n`;
    }
    writeFileSync(join(folder, "Packages"), index);
    const dir = mkdtempSync(join(tmpdir(), "kubemend-apt-"));
    mkdirSync(join(dir, "lists/partial"), { recursive: true });
    mkdirSync(join(dir, "archives/partial"), { recursive: true });
    writeFileSync(join(dir, "list"), `deb [trusted=yes] ${served.packages}\n`);
    const apt = `apt-get -qq -o APT::Sandbox::User=root -o Dir::State::lists=${dir}/lists -o Dir::Cache=${dir} -o Dir::Etc::sourcelist=${dir}/list -o Dir::Etc::sourceparts=- -o Debug::NoLocking=1`;
    const result = await pool.exec("node", `cd ${dir} && ${apt} update && ${apt} download mirrored-a mirrored-b mirrored-c && ls *.deb`);
    rmSync(dir, { recursive: true, force: true });
    expect(result.stdout, result.stderr).toContain(
      "mirrored-a_1.20.2-00_all.deb\nmirrored-b_1.20.2-00_all.deb\nmirrored-c_1.20.2-00_all.deb\n",
    );
  });

  it("shows nothing but files of the mirror", async () => {
    for (const path of [
      "/",
      "/apt",
      "/apt/",
      "/apt/none",
      "/apt/link",
      "/secret",
      "/apt/..%2f..%2fsecret",
      "/manifests/x",
      "/constructor/x",
    ])
      expect(await get(path), path).toBe(" 404");
    expect((await pool.exec("node", `curl -s -X PUT -w '%{http_code}' '${served.archives[0]!.url}'`)).stdout).toBe("405");
  });

  it("is looked at before machines are made", async () => {
    const { plan } = planned(`provider: lxc\nmirror: { packages: "${mirror.packages.folder}", images: "${mirror.packages.folder}" }\n`);
    expect((await mirrorFindings(plan!)).map((f) => [f.code, f.field])).toEqual([["mirror-images", "mirror.images"]]);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
