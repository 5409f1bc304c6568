/** Container images of the control plane's programs in registry.k8s.io. */
import type { ImageFamily } from "../../cri/images.ts";
import { etcdTags, kubernetesTags } from "./releases.ts";

const component = (name: string, size: number): ImageFamily => ({
  repositories: [`registry.k8s.io/${name}`],
  tags: kubernetesTags,
  image: (tag) => ({
    size,
    config: { entrypoint: ["/go-runner"], env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], workingDir: "/" },
    // distroless: the binary and nothing else
    root: (builder) => builder.binary(`/usr/local/bin/${name}`, name, tag.slice(1), size * 3),
  }),
});

export const images: ImageFamily[] = [
  component("kube-controller-manager", 22_819_474),
  component("kube-scheduler", 17_382_979),
  {
    repositories: ["registry.k8s.io/etcd"],
    tags: etcdTags,
    image: (tag) => ({
      size: 58_938_593,
      config: { env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], workingDir: "/" },
      root: (builder) => {
        builder.binary("/usr/local/bin/etcd", "etcd", tag, 26_000_000);
        builder.binary("/usr/local/bin/etcdctl", "etcdctl", tag, 16_000_000);
        if (!tag.startsWith("3.4")) builder.binary("/usr/local/bin/etcdutl", "etcdutl", tag, 16_000_000);
      },
    }),
  },
];
