/** Namespaces that are deleted: everything in them first, then they (pkg/controller/namespace). */
import type { Obj } from "../../../core/json.ts";
import type { Controller, Work } from "../framework/runtime.ts";
import { seconds } from "../framework/runtime.ts";

export const namespace: Controller = {
  name: "namespace",
  account: "namespace-controller",
  interested(_r, resource, object) {
    return resource === "namespaces" && object.metadata.deletionTimestamp ? [String(object.metadata.name)] : [];
  },
  sync(w: Work, name: string): void {
    const ns = w.cache.get("namespaces", name);
    if (!ns?.metadata.deletionTimestamp || !((ns.spec?.finalizers as string[] | undefined) ?? []).includes("kubernetes")) return;
    const { left, failures } = empty(w, name);
    if (left.length === 0 && failures.length === 0) {
      const body = { ...ns, spec: { ...ns.spec, finalizers: (ns.spec.finalizers as string[]).filter((f) => f !== "kubernetes") } };
      const result = w.client.request("PUT", `/api/v1/namespaces/${name}/finalize`, body);
      if (!result.ok && !(result.kind === "status" && (result.code === 404 || result.code === 409))) w.enqueue(name, 1000);
      return;
    }
    report(w, ns, left, failures);
    // graceful deletions take their time: look again in some seconds
    w.enqueue(name, 2000);
  },
};

interface Left {
  resource: string;
  count: number;
  finalizers: string[];
}

/** Deletes all that the namespace holds; returns what is still there. */
function empty(w: Work, name: string): { left: Left[]; failures: string[] } {
  const { client } = w;
  const left: Left[] = [];
  const failures: string[] = [];
  for (const base of groupVersions(w, failures)) {
    const found = client.request("GET", base);
    if (!found.ok) {
      failures.push(found.message);
      continue;
    }
    for (const resource of (found.body.resources as Obj[]) ?? []) {
      const verbs = (resource.verbs as string[] | undefined) ?? [];
      const plural = String(resource.name);
      if (!resource.namespaced || plural.includes("/") || !verbs.includes("list") || !verbs.includes("delete")) continue;
      const path = `${base}/namespaces/${name}/${plural}`;
      const list = client.request("GET", path);
      if (!list.ok) continue;
      let items = (list.body.items as Obj[] | undefined) ?? [];
      if (items.length === 0) continue;
      // events of the namespace's own end are not worth waiting for
      if (verbs.includes("deletecollection"))
        client.request("DELETE", path, { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" });
      else
        for (const item of items)
          client.request("DELETE", `${path}/${item.metadata.name}`, {
            kind: "DeleteOptions",
            apiVersion: "v1",
            propagationPolicy: "Background",
          });
      const again = client.request("GET", path);
      items = again.ok ? ((again.body.items as Obj[] | undefined) ?? []) : items;
      if (items.length === 0) continue;
      const group = base.startsWith("/apis/") ? `.${base.split("/")[2]}` : ".";
      left.push({
        resource: `${plural}${group}`,
        count: items.length,
        finalizers: items.flatMap((i) => (i.metadata.finalizers as string[] | undefined) ?? []),
      });
    }
  }
  return { left, failures };
}

function groupVersions(w: Work, failures: string[]): string[] {
  const groups = w.client.request("GET", "/apis");
  if (!groups.ok) {
    failures.push(groups.message);
    return ["/api/v1"];
  }
  return [
    "/api/v1",
    ...((groups.body.groups as Obj[]) ?? [])
      // the same objects under another name
      .filter((g) => g.name !== "events.k8s.io" && g.name !== "extensions")
      .map((g) => `/apis/${g.preferredVersion.groupVersion}`),
  ];
}

function report(w: Work, ns: Obj, left: Left[], failures: string[]): void {
  const counts = left.map((l) => `${l.resource} has ${l.count} resource instances`).join(", ");
  const finalizers = new Map<string, number>();
  for (const f of left.flatMap((l) => l.finalizers)) finalizers.set(f, (finalizers.get(f) ?? 0) + 1);
  const held = [...finalizers].map(([f, n]) => `${f} in ${n} resource instances`).join(", ");
  const make = (type: string, bad: boolean, badReason: string, goodReason: string, badText: string, goodText: string): Obj => ({
    type,
    status: bad ? "True" : "False",
    lastTransitionTime: seconds(w.now),
    reason: bad ? badReason : goodReason,
    message: bad ? badText : goodText,
  });
  const conditions = [
    make(
      "NamespaceDeletionDiscoveryFailure",
      failures.length > 0,
      "DiscoveryFailed",
      "ResourcesDiscovered",
      `Discovery failed for some groups, ${failures.length} failing: ${failures[0] ?? ""}`,
      "All resources successfully discovered",
    ),
    make("NamespaceDeletionGroupVersionParsingFailure", false, "", "ParsedGroupVersions", "", "All legacy kube types successfully parsed"),
    make(
      "NamespaceDeletionContentFailure",
      false,
      "",
      "ContentDeleted",
      "",
      "All content successfully deleted, may be waiting on finalization",
    ),
    make(
      "NamespaceContentRemaining",
      left.length > 0,
      "SomeResourcesRemain",
      "ContentRemoved",
      `Some resources are remaining: ${counts}`,
      "All content successfully removed",
    ),
    make(
      "NamespaceFinalizersRemaining",
      finalizers.size > 0,
      "SomeFinalizersRemain",
      "ContentHasNoFinalizers",
      `Some content in the namespace has finalizers remaining: ${held}`,
      "All content-preserving finalizers finished",
    ),
  ];
  const before = (ns.status?.conditions as Obj[] | undefined) ?? [];
  const merged = conditions.map((c) => {
    const old = before.find((b) => b.type === c.type);
    return old && old.status === c.status ? { ...c, lastTransitionTime: old.lastTransitionTime as string } : c;
  });
  if (JSON.stringify(merged) !== JSON.stringify(before))
    w.updateStatus("namespaces", { ...ns, status: { ...ns.status, conditions: merged } });
}
