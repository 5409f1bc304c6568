/** Container images of flannel. */
import { addAccounts, addTools, type ImageFamily } from "../../cri/images.ts";
import type { ImageBuilder } from "../../fs/image.ts";
import { flannelVersion, pluginVersion } from "./versions.ts";

const MiB = 1024 ** 2;

export const flannelImages: ImageFamily[] = [
  {
    repositories: ["ghcr.io/flannel-io/flannel", "docker.io/flannel/flannel"],
    tags: [flannelVersion],
    image: (tag) => ({
      size: 33 * MiB,
      config: { entrypoint: ["/opt/bin/flanneld"], env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
      root: (b: ImageBuilder) => {
        addAccounts(b, { shell: "/bin/sh" });
        addTools(b, "/usr/bin", ["sh", "cat", "cp", "ls", "ip", "iptables", "iptables-save", "grep", "ps", "kill", "env", "sed"]);
        b.link("/bin", "usr/bin").link("/sbin", "usr/bin");
        b.binary("/opt/bin/flanneld", "flanneld", tag, 40 * MiB);
      },
    }),
  },
  {
    repositories: ["ghcr.io/flannel-io/flannel-cni-plugin", "docker.io/flannel/flannel-cni-plugin"],
    tags: [pluginVersion],
    image: (tag) => ({
      size: 5 * MiB,
      config: {},
      root: (b: ImageBuilder) => {
        addAccounts(b);
        addTools(b, "/bin", ["cp"]);
        b.binary("/flannel", "cni-flannel", tag, 2 * MiB);
      },
    }),
  },
];
