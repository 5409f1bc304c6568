/** What an HTTP request asks for: k8s.io/apiserver/pkg/endpoints/request (RequestInfo). */

export interface RequestInfo {
  /** get, list, watch, create, update, patch, delete, deletecollection; the HTTP method in lower case for other paths. */
  verb: string;
  path: string;
  isResource: boolean;
  group: string;
  version: string;
  plural: string;
  subresource: string;
  namespace: string;
  name: string;
  /** What follows the subresource (proxy paths). */
  rest: string;
}

const known = new Map<string, { query: URLSearchParams; info: Readonly<RequestInfo> }>();

/** The same from a request line, with its query; read once for the requests that come again and again. */
export function requestLine(method: string, target: string): { query: URLSearchParams; info: Readonly<RequestInfo> } {
  const line = `${method} ${target}`;
  let found = known.get(line);
  if (!found) {
    const url = new URL(target, "http://kubemend");
    found = { query: url.searchParams, info: requestInfo(method, url.pathname, url.searchParams) };
    if (known.size > 500) known.clear();
    known.set(line, found);
  }
  return found;
}

const verbs: Record<string, string> = { GET: "get", HEAD: "get", POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path
    .split("/")
    .filter((s) => s !== "")
    .map(decodeURIComponent);
  const info: RequestInfo = {
    verb: method.toLowerCase(),
    path,
    isResource: false,
    group: "",
    version: "",
    plural: "",
    subresource: "",
    namespace: "",
    name: "",
    rest: "",
  };
  let i: number;
  if (parts[0] === "api" && parts.length >= 3) {
    info.version = parts[1]!;
    i = 2;
  } else if (parts[0] === "apis" && parts.length >= 4) {
    info.group = parts[1]!;
    info.version = parts[2]!;
    i = 3;
  } else return info;
  info.isResource = true;
  info.verb = verbs[method] ?? method.toLowerCase();
  if (parts[i] === "watch") {
    info.verb = "watch";
    i++;
  }
  if (
    parts[i] === "namespaces" && info.group === ""
      ? parts.length > i + 2 && !["status", "finalize"].includes(parts[i + 2]!)
      : parts[i] === "namespaces" && parts.length > i + 2
  ) {
    info.namespace = parts[i + 1]!;
    i += 2;
  } else if (parts[i] === "namespaces" && info.group === "" && parts[i + 1] !== undefined) {
    // authorization of a namespace itself happens within it
    info.namespace = parts[i + 1]!;
  }
  info.plural = parts[i] ?? "";
  info.name = parts[i + 1] ?? "";
  info.subresource = parts[i + 2] ?? "";
  info.rest = parts.slice(i + 3).join("/");
  if (info.name === "" && info.verb === "get") {
    const watch = query.get("watch");
    info.verb = watch === "true" || watch === "1" ? "watch" : "list";
    // a field selector on one name is authorized by that name
    const one = /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get("fieldSelector") ?? "");
    if (one) info.name = "";
  }
  if (info.name === "" && info.verb === "delete") info.verb = "deletecollection";
  return info;
}
