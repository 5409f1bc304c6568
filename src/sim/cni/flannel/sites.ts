/** Where the manifest is downloaded from: a release's asset, the newest release's, and the repository. */
import type { Site } from "../../internet/site.ts";
import type { HttpRequest, HttpResponse } from "../../net/http.ts";
import { manifest } from "./manifest.ts";
import { flannelVersion } from "./versions.ts";

const path = (request: HttpRequest): string => request.path.split("?")[0]!;
const notFound = (body: string): HttpResponse => ({ status: 404, headers: { "content-type": "text/plain; charset=utf-8" }, body });
const ok: HttpResponse = {
  status: 200,
  headers: { "content-type": "application/octet-stream", "content-length": String(manifest.length) },
  body: manifest,
};
const asset = "/flannel-io/flannel/kube-flannel.yml";

function github(request: HttpRequest): HttpResponse {
  const found = /^\/(?:flannel-io|coreos)\/flannel\/releases\/(?:latest\/download|download\/([^/]+))\/kube-flannel\.yml$/.exec(
    path(request),
  );
  if (!found || (found[1] !== undefined && found[1] !== flannelVersion)) return notFound("Not Found");
  return { status: 302, headers: { location: `https://release-assets.githubusercontent.com${asset}` }, body: "" };
}

const raw = (request: HttpRequest): HttpResponse =>
  /^\/(?:flannel-io|coreos)\/flannel\/(?:refs\/(?:tags|heads)\/)?(?:master|v[\d.]+)\/Documentation\/kube-flannel\.yml$/.test(path(request))
    ? ok
    : notFound("404: Not Found");

export const flannelSites: Site[] = [
  { host: "github.com", ip: "140.82.121.4", serve: github },
  { host: "raw.githubusercontent.com", ip: "185.199.108.133", serve: raw },
  {
    host: "release-assets.githubusercontent.com",
    ip: "185.199.111.133",
    serve: (request) => (path(request) === asset ? ok : notFound("Not Found")),
  },
];
