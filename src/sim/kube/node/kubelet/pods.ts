/** Where pods come from: manifests in a folder, and the API server. */
import { copy as copyData } from "../../../core/copy.ts";
import { createHash } from "node:crypto";
import type { Obj } from "../../../core/json.ts";
import { Errno } from "../../../core/errno.ts";
import { parseOnce } from "../../../core/yaml.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { dnsSubdomain } from "../../apiserver/strategy/names.ts";
import { klog, klogS, minorOf } from "../klog.ts";
import { apiClient } from "./connection.ts";
import { podRef, stateOf, type PodEntry } from "./state.ts";
import { wake } from "./work.ts";

function entry(pod: Obj, source: "api" | "file"): PodEntry {
  return { uid: pod.metadata.uid as string, pod, source, containers: {}, backoff: {}, conditions: {}, attempt: 0, probing: {} };
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

/** UIDs of static pods by node, file and text. */
const uids = new Map<string, string>();

/** Reads the manifest folder (pkg/kubelet/config/file_linux.go). A file that cannot be read as a pod is logged and passed over. */
export function readManifests(p: Proc): void {
  const s = stateOf(p);
  const dir = s.config.staticPodPath as string;
  if (dir === "") return;
  const wanted = new Map<string, Obj>();
  const errors: Record<string, string> = {};
  if (!p.fs.isDir(dir)) {
    klogS(p, "E", "file_linux.go:61", "Unable to read config path", { err: `path does not exist, ignoring`, path: dir });
  } else {
    for (const name of p.fs.readdir(dir)) {
      if (name.startsWith(".")) continue;
      const file = `${dir}/${name}`;
      try {
        if (p.fs.stat(file).type !== "file") continue;
        const text = p.fs.readText(file);
        const known = uids.get(`${s.nodeName}\n${file}\n${text}`);
        if (known !== undefined && s.pods[known]) wanted.set(known, s.pods[known].pod);
        else {
          const pod = staticPod(p, file, text);
          if (uids.size > 200) uids.clear();
          uids.set(`${s.nodeName}\n${file}\n${text}`, pod.metadata.uid as string);
          wanted.set(pod.metadata.uid as string, pod);
        }
      } catch (error) {
        if (error instanceof Errno) continue;
        const why = (error as Error).message;
        errors[file] = why;
        if (s.manifestErrors[file] !== why) {
          const err = error instanceof InvalidPod ? why : `${file}: couldn't parse as pod(${why}), please check config file`;
          if (minorOf(p.state.version) < 22) klog(p, "E", "file.go:187", `Can't process manifest file ${JSON.stringify(file)}: ${err}`);
          else klogS(p, "E", "file.go:187", "Could not process manifest file", { err, path: file });
        }
      }
    }
  }
  s.manifestErrors = errors;
  for (const e of Object.values(s.pods)) {
    if (e.source !== "file" || wanted.has(e.uid) || e.killing) continue;
    e.killing = { since: p.now, grace: (e.pod.spec.terminationGracePeriodSeconds ?? 30) as number, deleted: true };
    wake(p, e, 0);
  }
  for (const [uid, pod] of wanted) {
    if (s.pods[uid]) continue;
    s.pods[uid] = entry(pod, "file");
    klogS(p, "I", "kubelet.go:2537", "SyncLoop ADD", { source: "file", pods: [podRef(pod)] });
    wake(p, s.pods[uid], 100);
  }
  mirrors(p);
}

/** Decoded, and refused by validation. */
class InvalidPod extends Error {}

/** Throws Error with what the decoder says. */
function staticPod(p: Proc, file: string, text: string): Obj {
  let pod: Obj;
  try {
    pod = parseOnce(text, "1.1") as Obj;
  } catch (error) {
    const line = (error as { linePos?: { line: number }[] }).linePos?.[0]?.line ?? 1;
    throw new Error(
      `yaml: line ${line}: ${/indent|mapping/i.test((error as Error).message) ? "mapping values are not allowed in this context" : "could not find expected ':'"}`,
      { cause: error },
    );
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

/** Makes the API server's mirrors of static pods be what they should. */
export function mirrors(p: Proc): void {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client || !s.registered || !s.apiReady) return;
  const listed = client.list("pods", { fieldSelector: `spec.nodeName=${s.nodeName}` });
  if (!listed.ok) return;
  const own = listed.body.items.filter((x) => x.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined);
  for (const m of own) {
    const hash = m.metadata.annotations["kubernetes.io/config.mirror"] as string;
    const e = s.pods[hash];
    if (e && !e.killing && m.metadata.deletionTimestamp === undefined) {
      if (e.mirror !== m.metadata.uid) {
        e.mirror = m.metadata.uid as string;
        delete e.reported;
        wake(p, e, 0);
      }
      continue;
    }
    client.delete("pods", m.metadata.name as string, { namespace: m.metadata.namespace as string, gracePeriodSeconds: 0 });
  }
  let node: ReturnType<typeof client.get> | undefined;
  for (const e of Object.values(s.pods)) {
    if (e.source !== "file" || e.killing) continue;
    const there = own.find(
      (m) => m.metadata.annotations["kubernetes.io/config.mirror"] === e.uid && m.metadata.deletionTimestamp === undefined,
    );
    if (there) continue;
    const copy = copyData(e.pod);
    delete copy.metadata.uid;
    copy.metadata.annotations["kubernetes.io/config.mirror"] = e.uid;
    node ??= client.get("nodes", s.nodeName);
    if (node.ok)
      copy.metadata.ownerReferences = [
        { apiVersion: "v1", kind: "Node", name: s.nodeName, uid: node.body.metadata.uid as string, controller: true },
      ];
    const made = client.create("pods", copy);
    if (made.ok) {
      e.mirror = made.body.metadata.uid as string;
      delete e.reported;
      wake(p, e, 0);
    } else if (!(made.kind === "status" && made.code === 409))
      klogS(p, "E", "kubelet.go:3196", "Failed creating a mirror pod for", { err: made.message, pod: podRef(e.pod) });
  }
}

/** Lists the node's pods and takes over what has changed. */
export function readApiPods(p: Proc): boolean {
  const s = stateOf(p);
  const listed = apiClient(p)?.list("pods", { fieldSelector: `spec.nodeName=${s.nodeName}` });
  if (!listed?.ok) return false;
  s.apiReady = true;
  const seen = new Set<string>();
  for (const pod of listed.body.items) {
    if (pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) continue;
    seen.add(pod.metadata.uid as string);
    take(p, pod);
  }
  for (const e of Object.values(s.pods)) if (e.source === "api" && !seen.has(e.uid)) gone(p, e);
  return true;
}

function take(p: Proc, pod: Obj): void {
  const s = stateOf(p);
  const uid = pod.metadata.uid as string;
  let e = s.pods[uid];
  if (!e) {
    const phase = pod.status?.phase as string | undefined;
    if (pod.metadata.deletionTimestamp === undefined && (phase === "Succeeded" || phase === "Failed") && !pod.status?.containerStatuses)
      return;
    e = s.pods[uid] = entry(copyData(pod), "api");
    klogS(p, "I", "kubelet.go:2537", "SyncLoop ADD", { source: "api", pods: [podRef(pod)] });
    for (const c of (pod.status?.conditions ?? []) as Obj[])
      if (c.type !== "PodScheduled") e.conditions[c.type as string] = [c.status as string, c.lastTransitionTime as string];
    const scheduled = ((pod.status?.conditions ?? []) as Obj[]).find((c) => c.type === "PodScheduled");
    if (scheduled) e.conditions.PodScheduled = ["True", scheduled.lastTransitionTime as string];
    if (pod.status?.startTime) e.startTime = pod.status.startTime as string;
    wake(p, e, 20);
  } else {
    const same =
      JSON.stringify([e.pod.spec, e.pod.metadata.labels, e.pod.metadata.annotations, e.pod.metadata.deletionTimestamp]) ===
      JSON.stringify([pod.spec, pod.metadata.labels, pod.metadata.annotations, pod.metadata.deletionTimestamp]);
    e.pod = copyData(pod);
    if (!same) wake(p, e, 20);
  }
  if (pod.metadata.deletionTimestamp !== undefined && !e.killing) {
    klogS(p, "I", "kubelet.go:2553", "SyncLoop DELETE", { source: "api", pods: [podRef(pod)] });
    e.killing = {
      since: p.now,
      grace: Number(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30),
      deleted: true,
    };
    wake(p, e, 0);
  }
}

function gone(p: Proc, e: PodEntry): void {
  if (e.killing) return;
  klogS(p, "I", "kubelet.go:2547", "SyncLoop REMOVE", { source: "api", pods: [podRef(e.pod)] });
  e.killing = { since: p.now, grace: Math.min(1, Number(e.pod.spec.terminationGracePeriodSeconds ?? 30)), deleted: true };
  wake(p, e, 0);
}

/** A change that the watch told of. */
export function podChanged(p: Proc, change: Obj): void {
  const s = stateOf(p);
  const client = apiClient(p);
  if (!client) return;
  const got = client.get("pods", change.name as string, change.namespace as string);
  if (got.ok && got.body.spec.nodeName === s.nodeName) {
    if (got.body.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) {
      if (got.body.metadata.deletionTimestamp !== undefined) mirrors(p);
      return;
    }
    const other = Object.values(s.pods).find(
      (e) =>
        e.source === "api" &&
        e.uid !== got.body.metadata.uid &&
        e.pod.metadata.name === change.name &&
        e.pod.metadata.namespace === change.namespace,
    );
    if (other) gone(p, other);
    take(p, got.body);
  } else if (!got.ok && got.kind === "status" && got.code === 404) {
    for (const e of Object.values(s.pods)) {
      if (e.pod.metadata.name !== change.name || e.pod.metadata.namespace !== change.namespace) continue;
      if (e.source === "api") gone(p, e);
      else mirrors(p);
    }
  }
}
