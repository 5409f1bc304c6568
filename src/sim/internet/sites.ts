/** Every host of the simulated Internet. */
import { registrySites } from "../cri/registry.ts";
import { repositorySites } from "./repository.ts";
import { calicoSites } from "../cni/calico/sites.ts";
import { flannelSites } from "../cni/flannel/sites.ts";
import { newestPatch, patches } from "./packages/kubernetes.ts";
import type { Site } from "./site.ts";

const plain =
  (text: string): Site["serve"] =>
  () => ({ status: 200, headers: { "content-type": "text/html" }, body: text });

/** Kubernetes' release files: the newest patch level of each minor version that the package archive has. */
const releases: Site["serve"] = (request) => {
  const minor = /^\/release\/stable-(1\.\d+)\.txt$/.exec(request.path)?.[1];
  const newest = Math.max(...Object.keys(patches).map(Number));
  const found =
    minor === undefined
      ? /^\/release\/stable(-1)?\.txt$/.test(request.path)
        ? newestPatch(newest)
        : undefined
      : newestPatch(Number(minor.slice(2)));
  return found === undefined
    ? { status: 404, headers: { "content-type": "text/plain" }, body: "The specified key does not exist.\n" }
    : { status: 200, headers: { "content-type": "text/plain" }, body: `v${found}` };
};

export const sites: Site[] = [
  ...repositorySites,
  ...registrySites,
  ...calicoSites,
  ...flannelSites,
  { host: "dl.k8s.io", ip: "34.107.204.206", serve: releases },
  {
    host: "example.com",
    ip: "93.184.215.14",
    serve: plain(
      "<!doctype html>\n<html>\n<head>\n    <title>Example Domain</title>\n</head>\n<body>\n<div>\n    <h1>Example Domain</h1>\n</div>\n</body>\n</html>\n",
    ),
  },
];
