/** Where Calico is downloaded from: raw.githubusercontent.com, GitHub's releases, and the documentation site's manifests. */
import { executable } from "../../fs/image.ts";
import { bytesOf } from "../../fs/content.ts";
import type { Site } from "../../internet/site.ts";
import type { HttpRequest, HttpResponse } from "../../net/http.ts";
import { manifest } from "./manifests/documents.ts";
import { calicoVersion, releases } from "./versions.ts";

const ok = (body: string | Uint8Array, type: string): HttpResponse => ({
  status: 200,
  headers: { "content-type": type, "content-length": String(body.length) },
  body,
});
const notFound: HttpResponse = { status: 404, headers: { "content-type": "text/plain; charset=utf-8" }, body: "404: Not Found" };
const redirect = (location: string, status = 302): HttpResponse => ({
  status,
  headers: { location, "content-type": "text/html; charset=utf-8" },
  body: "",
});
const path = (request: HttpRequest): string => request.path.split("?")[0]!;

function raw(request: HttpRequest): HttpResponse {
  const match = /^\/projectcalico\/calico\/(?:refs\/tags\/)?([^/]+)\/manifests\/([\w.-]+)$/.exec(path(request));
  const version = match && (match[1] === "master" ? calicoVersion : match[1]!);
  const text = version && version in releases ? manifest(match[2]!, version) : undefined;
  return text === undefined ? notFound : ok(text, "text/plain; charset=utf-8");
}

/** Small beside the real 75 MB: nobody looks into it. */
const binarySize = 65536;

function github(request: HttpRequest): HttpResponse {
  const latest = /^\/projectcalico\/(?:calico|calicoctl)\/releases\/latest\/download\/([\w.-]+)$/.exec(path(request));
  if (latest) return redirect(`https://github.com/projectcalico/calico/releases/download/${calicoVersion}/${latest[1]}`);
  const match = /^\/projectcalico\/calico\/releases\/download\/([^/]+)\/calicoctl-linux-(amd64|arm64)$/.exec(path(request));
  if (!match || !(match[1]! in releases)) return { ...notFound, body: "Not Found" };
  return redirect(`https://release-assets.githubusercontent.com/projectcalico/calico/${match[1]}/calicoctl-linux-${match[2]}`);
}

function assets(request: HttpRequest): HttpResponse {
  const match = /^\/projectcalico\/calico\/([^/]+)\/calicoctl-linux-(amd64|arm64)$/.exec(path(request));
  if (!match || !(match[1]! in releases)) return notFound;
  return ok(bytesOf(executable("calicoctl", match[1]!, binarySize)), "application/octet-stream");
}

function docs(request: HttpRequest): HttpResponse {
  const match = /^\/(?:archive\/v[\d.]+\/)?manifests\/([\w.-]+)$/.exec(path(request));
  return match ? redirect(`https://raw.githubusercontent.com/projectcalico/calico/${calicoVersion}/manifests/${match[1]}`) : notFound;
}

export const calicoSites: Site[] = [
  { host: "raw.githubusercontent.com", ip: "185.199.108.133", serve: raw },
  { host: "github.com", ip: "140.82.121.4", serve: github },
  { host: "release-assets.githubusercontent.com", ip: "185.199.111.133", serve: assets },
  { host: "docs.projectcalico.org", ip: "52.46.150.98", serve: docs },
  { host: "projectcalico.docs.tigera.io", ip: "52.46.150.99", serve: docs },
];
