/** Container images of Calico and of the operator. */
import { addAccounts, addTools, type ImageFamily } from "../../cri/images.ts";
import type { ImageBuilder } from "../../fs/image.ts";
import { birdVersion, releases } from "./versions.ts";

const tags = Object.keys(releases);
const MiB = 1024 ** 2;

const both = (name: string): string[] => [`quay.io/calico/${name}`, `docker.io/calico/${name}`];

/** Images with one program and nothing else (built from scratch or distroless). */
function single(name: string, path: string, program: string, size: number, args: string[] = [], user = "10001"): ImageFamily {
  return {
    repositories: both(name),
    tags,
    image: (tag) => ({
      size: Math.round(size * MiB),
      config: { entrypoint: [path], ...(args.length > 0 ? { cmd: args } : {}), user, workingDir: "/" },
      root: (b: ImageBuilder) => {
        addAccounts(b);
        b.binary(path, program, tag, size * MiB);
      },
    }),
  };
}

export const calicoImages: ImageFamily[] = [
  {
    repositories: both("node"),
    tags,
    image: (tag) => ({
      size: 158 * MiB,
      config: {
        cmd: ["start_runit"],
        env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SVDIR=/etc/service/enabled"],
      },
      root: (b: ImageBuilder) => {
        addAccounts(b, { shell: "/bin/bash" });
        addTools(b, "/usr/bin", [
          "bash",
          "sh",
          "cat",
          "ls",
          "ip",
          "iptables",
          "iptables-save",
          "ipset",
          "sysctl",
          "grep",
          "ps",
          "kill",
          "env",
          "sed",
          "ss",
        ]);
        b.link("/bin", "usr/bin").link("/sbin", "usr/bin");
        b.binary("/usr/bin/calico-node", "calico-node", tag, 70 * MiB);
        b.binary("/usr/bin/bird", "bird", birdVersion, 2 * MiB);
        b.binary("/usr/bin/birdcl", "birdcl", birdVersion, MiB);
        b.binary("/usr/sbin/start_runit", "start_runit", tag, 4096);
        b.binary("/usr/bin/sv", "sv", "2.1.2", 65536);
        b.dir("/etc/service/enabled")
          .dir("/etc/service/available")
          .dir("/etc/calico/confd/config")
          .dir("/var/run/calico")
          .dir("/var/lib/calico");
        b.file("/etc/calico/calico-node.version", `${tag}\n`);
      },
    }),
  },
  {
    repositories: both("cni"),
    tags,
    image: (tag) => ({
      size: 71 * MiB,
      config: { cmd: ["/opt/cni/bin/install"], workingDir: "/" },
      root: (b: ImageBuilder) => {
        addAccounts(b);
        b.binary("/opt/cni/bin/calico", "calico", tag, 75 * MiB);
        b.binary("/opt/cni/bin/calico-ipam", "calico-ipam", tag, 75 * MiB);
        b.binary("/opt/cni/bin/install", "calico-cni-install", tag, 75 * MiB);
        for (const name of ["bandwidth", "bridge", "host-local", "loopback", "portmap", "tuning"])
          b.binary(`/opt/cni/bin/${name}`, name === "bridge" ? "cni-bridge" : name, "1.6.2", 4 * MiB);
      },
    }),
  },
  {
    repositories: both("kube-controllers"),
    tags,
    image: (tag) => ({
      size: 51 * MiB,
      config: { entrypoint: ["/usr/bin/kube-controllers"], user: "999" },
      root: (b: ImageBuilder) => {
        addAccounts(b);
        b.binary("/usr/bin/kube-controllers", "calico-kube-controllers", tag, 60 * MiB);
        b.dir("/status", { uid: 999, mode: 0o755 });
        b.binary("/usr/bin/check-status", "calico-check-status", tag, 4 * MiB);
      },
    }),
  },
  single("typha", "/code/calico-typha", "calico-typha", 47),
  single("apiserver", "/code/apiserver", "calico-apiserver", 52),
  single("csi", "/usr/bin/csi-driver", "calico-csi", 11, [], ""),
  single("node-driver-registrar", "/usr/bin/node-driver-registrar", "calico-node-driver-registrar", 13, [], ""),
  single("goldmane", "/goldmane", "calico-goldmane", 42),
  single("whisker", "/docker-entrypoint.sh", "calico-whisker", 6),
  single("whisker-backend", "/whisker-backend", "calico-whisker-backend", 39),
  {
    repositories: both("pod2daemon-flexvol"),
    tags,
    image: (tag) => ({
      size: 7 * MiB,
      config: { entrypoint: ["/usr/local/bin/flexvol.sh"] },
      root: (b: ImageBuilder) => {
        addAccounts(b);
        b.binary("/usr/local/bin/flexvol.sh", "calico-flexvol", tag, 4096);
      },
    }),
  },
  {
    repositories: ["quay.io/tigera/operator"],
    tags: tags.map((t) => releases[t]!.operator),
    image: (tag) => ({
      size: 27 * MiB,
      config: { entrypoint: ["operator"], user: "10001", env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
      root: (b: ImageBuilder) => {
        addAccounts(b);
        b.binary("/usr/local/bin/operator", "tigera-operator", tag, 80 * MiB);
        b.link("/usr/bin/operator", "/usr/local/bin/operator");
      },
    }),
  },
];
