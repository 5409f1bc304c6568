/** Every host of the simulated Internet. */
import { registrySites } from "../cri/registry.ts";
import { repositorySites } from "./repository.ts";
import { calicoSites } from "../cni/calico/sites.ts";
import type { Site } from "./site.ts";

const plain = (text: string): Site["serve"] => () => ({ status: 200, headers: { "content-type": "text/html" }, body: text });

export const sites: Site[] = [
  ...repositorySites,
  ...registrySites,
  ...calicoSites,
  { host: "example.com", ip: "93.184.215.14", serve: plain("<!doctype html>\n<html>\n<head>\n    <title>Example Domain</title>\n</head>\n<body>\n<div>\n    <h1>Example Domain</h1>\n</div>\n</body>\n</html>\n") },
];
