/** Static pods: manifests in a folder, which the kubelet watches and lists (pkg/kubelet/config/file.go, file_linux.go). */
import { createHash } from "node:crypto";
import { Errno } from "../../../core/errno.ts";
import type { Obj } from "../../../core/json.ts";
import { parseYamlOnce, YamlError } from "../../../core/yaml.ts";
import type { FsChange } from "../../../fs/view.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { dnsSubdomain } from "../../apiserver/strategy/names.ts";
import { klog, klogS, minorOf } from "../klog.ts";
import { entry, mirrors } from "./pods.ts";
import { podRef, stateOf, type PodEntry } from "./state.ts";
import { wake } from "./work.ts";

/** UIDs of static pods by node, file and text. */
const uids = new Map<string, string>();

/** Begins to watch the folder, which may not be there yet: then again in a second. */
export function watchManifests(p: Proc): void {
  const s = stateOf(p);
  const dir = s.config.staticPodPath as string;
  if (p.fs.isDir(dir)) return p.watch(dir);
  unreadable(p, dir);
  p.after(1000, "manifest-watch");
}

function unreadable(p: Proc, dir: string): void {
  const err = "path does not exist, ignoring";
  if (minorOf(p.state.version) < 22) klog(p, "E", "file_linux.go:60", `Unable to read config path ${JSON.stringify(dir)}: ${err}`);
  else klogS(p, "E", "file_linux.go:61", "Unable to read config path", { err, path: dir });
}

/** The list of the folder, every twenty seconds: what is not in it goes. A file that cannot be read as a pod is logged and passed over. */
export function listManifests(p: Proc): void {
  const s = stateOf(p);
  const dir = s.config.staticPodPath as string;
  if (dir === "") return;
  const wanted = new Map<string, { pod: Obj; file: string }>();
  if (!p.fs.isDir(dir)) {
    const err = "path does not exist, ignoring";
    if (minorOf(p.state.version) < 22) klog(p, "E", "file.go:104", `Unable to read config path ${JSON.stringify(dir)}: ${err}`);
    else klogS(p, "E", "file.go:105", "Unable to read config path", { err, path: dir });
  } else {
    for (const name of p.fs.readdir(dir)) {
      if (name.startsWith(".")) continue;
      const file = `${dir}/${name}`;
      if (p.fs.tryStat(file)?.type !== "file") continue;
      const read = podOf(p, file);
      if ("pod" in read) wanted.set(read.pod.metadata.uid as string, { pod: read.pod, file });
      else if (minorOf(p.state.version) < 22)
        klog(p, "E", "file.go:187", `Can't process manifest file ${JSON.stringify(file)}: ${read.error}`);
      else klogS(p, "E", "file.go:187", "Could not process manifest file", { err: read.error, path: file });
    }
  }
  for (const e of Object.values(s.pods)) if (e.source === "file" && !wanted.has(e.uid)) remove(p, e);
  for (const { pod, file } of wanted.values()) add(p, pod, file);
  mirrors(p);
}

/** What the watch tells of one file: a pod is added, or made anew under its name; one whose file is gone goes. */
export function manifestChanged(p: Proc, name: string, what: FsChange): void {
  if (name.startsWith(".")) return;
  const s = stateOf(p);
  const file = `${s.config.staticPodPath as string}/${name}`;
  if (what === "delete") {
    for (const e of Object.values(s.pods)) if (e.source === "file" && e.file === file) remove(p, e);
    return mirrors(p);
  }
  const read = podOf(p, file);
  if ("error" in read) {
    const text = `can't process config file ${JSON.stringify(file)}: ${read.error}`;
    if (minorOf(p.state.version) < 22) klog(p, "E", "file.go:108", `Unable to process watch event: ${text}`);
    else klogS(p, "E", "file.go:108", "Unable to process watch event", { err: text });
    return;
  }
  const { uid, name: own, namespace } = read.pod.metadata as Obj;
  if (s.pods[uid as string] !== undefined) return;
  for (const e of Object.values(s.pods))
    if (e.source === "file" && e.pod.metadata.name === own && e.pod.metadata.namespace === namespace) remove(p, e);
  add(p, read.pod, file);
  mirrors(p);
}

function remove(p: Proc, e: PodEntry): void {
  if (e.killing) return;
  e.killing = { since: p.now, grace: (e.pod.spec.terminationGracePeriodSeconds ?? 30) as number, deleted: true };
  wake(p, e, 0);
}

function add(p: Proc, pod: Obj, file: string): void {
  const { pods } = stateOf(p);
  const uid = pod.metadata.uid as string;
  if (pods[uid]) return;
  pods[uid] = { ...entry(pod, "file"), file };
  klogS(p, "I", "kubelet.go:2537", "SyncLoop ADD", { source: "file", pods: [podRef(pod)] });
  wake(p, pods[uid], 100);
}

/** A file as a pod, or why it is none. */
function podOf(p: Proc, file: string): { pod: Obj } | { error: string } {
  const s = stateOf(p);
  try {
    const text = p.fs.readText(file);
    const key = `${s.nodeName}\n${file}\n${text}`;
    const known = s.pods[uids.get(key) ?? ""];
    if (known) return { pod: known.pod };
    const pod = staticPod(p, file, text);
    if (uids.size > 200) uids.clear();
    uids.set(key, pod.metadata.uid as string);
    return { pod };
  } catch (error) {
    const why = (error as Error).message;
    if (error instanceof Errno) return { error: `open ${file}: ${why.toLowerCase()}` };
    return { error: error instanceof InvalidPod ? why : `${file}: couldn't parse as pod(${why}), please check config file` };
  }
}

/** Defaults that the API server would fill in (pkg/apis/core/v1/defaults.go), for manifests that it never sees. */
function withDefaults(pod: Obj): Obj {
  const spec = pod.spec as Obj;
  spec.restartPolicy ??= "Always";
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= "ClusterFirst";
  for (const c of [...((spec.containers ?? []) as Obj[]), ...((spec.initContainers ?? []) as Obj[])]) {
    const limits = c.resources?.limits as Record<string, string> | undefined;
    if (limits) c.resources.requests = { ...limits, ...(c.resources.requests as Obj) };
  }
  return pod;
}

/** Decoded, and refused by validation. */
class InvalidPod extends Error {}

/** Throws Error with what the decoder says. */
function staticPod(p: Proc, file: string, text: string): Obj {
  let pod: Obj;
  try {
    pod = parseYamlOnce(text) as Obj;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Error(`yaml: ${error.message}`, { cause: error });
  }
  if (pod === null || typeof pod !== "object" || !pod.kind) throw new Error(`Object 'Kind' is missing in '${text.slice(0, 200)}'`);
  if (pod.kind !== "Pod" || pod.apiVersion !== "v1")
    throw new Error(
      `no kind "${pod.kind as string}" is registered for version "${String(pod.apiVersion)}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  const s = stateOf(p);
  const names = (pod.spec?.containers ?? []) as Obj[];
  const name = `${(pod.metadata?.name ?? "") as string}-${s.nodeName.toLowerCase()}`;
  const bad = dnsSubdomain(name);
  const wrong = [
    ...(bad === undefined ? [] : [`metadata.name: Invalid value: ${JSON.stringify(name)}: ${bad}`]),
    ...(names.length === 0 ? ["spec.containers: Required value"] : []),
  ];
  if (wrong.length > 0) throw new InvalidPod(`invalid pod: [${wrong.join(", ")}]`);
  const hash = createHash("md5").update(`host:${s.nodeName}file:${file}${text}`).digest("hex");
  const metadata = pod.metadata as Obj;
  metadata.uid = hash;
  metadata.name = name;
  metadata.namespace ||= "default";
  metadata.annotations = {
    ...(metadata.annotations as Obj),
    "kubernetes.io/config.hash": hash,
    "kubernetes.io/config.seen": new Date(p.now).toISOString().replace("Z", "000000Z"),
    "kubernetes.io/config.source": "file",
  };
  pod.spec.nodeName = s.nodeName;
  pod.spec.tolerations = [...((pod.spec.tolerations ?? []) as Obj[]), { effect: "NoExecute", operator: "Exists" }];
  return withDefaults(pod);
}
