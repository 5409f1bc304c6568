/** Leader election by a Lease (k8s.io/client-go/tools/leaderelection): 15 s lease, renewed every 2 s, given up after 10 s. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { klog, minorOf } from "../../node/klog.ts";
import { micro, recordEvent, type Runtime } from "./runtime.ts";

const leaseDuration = 15_000;
const renewDeadline = 10_000;
const retryPeriod = 2000;

interface Election {
  lease: string;
  identity: string;
  leading: boolean;
  /** When the lease was last renewed by us, or last seen to change. */
  renewed: number;
  observed: string;
  said: boolean;
  /** The lease as we wrote it last. */
  record?: Obj;
}

const stateOf = (p: Proc): Election => p.data.election as Election;

export function startElection(p: Proc, lease: string): void {
  const identity = `${p.hostname}_${p.machine.random("kube/election").uuid()}`;
  p.data.election = { lease, identity, leading: false, renewed: 0, observed: "", said: false } satisfies Election;
  klog(p, "I", "leaderelection.go:257", `attempting to acquire leader lease kube-system/${lease}...`);
  p.after(0, "elect");
}

export const isLeading = (p: Proc): boolean => stateOf(p)?.leading === true;

/** One look at the lease. Returns "acquired" once, "lost" when leadership ended. */
export function elect(r: Runtime): "acquired" | "lost" | undefined {
  const { p } = r;
  const s = stateOf(p);
  const held = attempt(r, s);
  if (s.leading) {
    if (held) s.renewed = p.now;
    else if (p.now - s.renewed >= renewDeadline) {
      klog(p, "E", "leaderelection.go:436", `Failed to renew lock kube-system/${s.lease}: timed out waiting for the condition`);
      klog(p, "I", "leaderelection.go:297", `failed to renew lease kube-system/${s.lease}: timed out waiting for the condition`);
      s.leading = false;
      return "lost";
    }
    p.after(retryPeriod, "elect");
    return undefined;
  }
  // the client's retries have some jitter (factor 1.2)
  p.after(retryPeriod + p.machine.random("kube/election").int(0, 2400), "elect");
  if (!held) return undefined;
  s.leading = true;
  s.renewed = p.now;
  klog(p, "I", "leaderelection.go:271", `successfully acquired lease kube-system/${s.lease}`);
  return "acquired";
}

function attempt(r: Runtime, s: Election): boolean {
  const { p } = r;
  const client = r.own;
  // the leader first takes it that nobody else has written (tryAcquireOrRenew's fast path, kubernetes/kubernetes#122069, client-go 0.30 and later)
  if (s.leading && s.record && minorOf(p.state.version) >= 30 && p.now - s.renewed < leaseDuration) {
    const renewed = client.update("leases.coordination.k8s.io", {
      ...s.record,
      spec: { ...(s.record.spec as Obj), renewTime: micro(p.now) },
    });
    if (renewed.ok) {
      observe(s, renewed.body);
      return true;
    }
    klog(p, "E", "leaderelection.go:429", `Failed to update lock optimistically: ${renewed.message}, falling back to slow path`);
  }
  const got = client.get("leases.coordination.k8s.io", s.lease, "kube-system");
  if (!got.ok && !(got.kind === "status" && got.code === 404)) {
    const why =
      got.kind === "status"
        ? got.message
        : `Get "${client.server}/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${s.lease}?timeout=5s": ${got.message}`;
    klog(p, "E", "leaderelection.go:448", `error retrieving resource lock kube-system/${s.lease}: ${why}`);
    return false;
  }
  const now = micro(p.now);
  if (!got.ok) {
    const made = client.create("leases.coordination.k8s.io", {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: s.lease, namespace: "kube-system" },
      spec: { holderIdentity: s.identity, leaseDurationSeconds: 15, acquireTime: now, renewTime: now, leaseTransitions: 0 },
    });
    if (!made.ok) {
      klog(p, "E", "leaderelection.go:454", `error initially creating lease lock: ${made.message}`);
      return false;
    }
    observe(s, made.body);
    announce(r, made.body, s);
    return true;
  }
  const spec = (got.body.spec ?? {}) as Obj;
  const mine = spec.holderIdentity === s.identity;
  // another holder's lease runs from when we saw it change, by our own clock
  const seen = `${spec.holderIdentity} ${spec.renewTime}`;
  if (seen !== s.observed) {
    s.observed = seen;
    if (!mine) s.renewed = p.now;
  }
  if (!mine && spec.holderIdentity && p.now - s.renewed < leaseDuration) return false;
  const updated = client.update("leases.coordination.k8s.io", {
    ...got.body,
    spec: {
      ...spec,
      holderIdentity: s.identity,
      leaseDurationSeconds: 15,
      renewTime: now,
      acquireTime: mine ? spec.acquireTime : now,
      leaseTransitions: Number(spec.leaseTransitions ?? 0) + (mine ? 0 : 1),
    },
  });
  if (!updated.ok) {
    klog(p, "E", "leaderelection.go:436", `error updating lease lock kube-system/${s.lease}: ${updated.message}`);
    return false;
  }
  observe(s, updated.body);
  if (!mine) announce(r, updated.body, s);
  return true;
}

function observe(s: Election, lease: Obj): void {
  s.record = lease;
  const spec = (lease.spec ?? {}) as Obj;
  s.observed = `${spec.holderIdentity} ${spec.renewTime}`;
}

function announce(r: Runtime, lease: Obj, s: Election): void {
  recordEvent(
    r,
    r.own,
    { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: lease.metadata as Obj },
    "Normal",
    "LeaderElection",
    `${s.identity} became leader`,
    s.lease,
  );
}
