/** The parts of calico-node that follow the datastore: list and watch, then bring things into line whenever something changed. */
import { NotSimulated } from "../../../core/errno.ts";
import type { Data } from "../../../core/json.ts";
import { Ended, type Proc } from "../../../kernel/proc.ts";
import type { KubeClient } from "../../../kube/api.ts";
import { inClusterClient } from "../../../kube/client.ts";
import { Datastore, DatastoreError } from "../datastore.ts";

export interface Role {
  /** Resources whose changes matter. */
  watches: string[];
  /** Milliseconds from a change to the reaction. */
  delay?: number;
  /** Milliseconds between rounds without any change; none when missing. */
  refresh?: number;
  start?(p: Proc): void;
  /** Throws DatastoreError when the API cannot be reached; it is tried again. */
  reconcile(p: Proc, d: Datastore, why: "change" | "refresh", known: Known): void;
  failed(p: Proc, error: DatastoreError): void;
  on?(p: Proc, event: string, data: Data): boolean;
}

/** What a role has learnt of a watched resource; it is asked for again when the watch says that it has changed, or has begun anew. */
export type Known = <T>(resource: string, learn: () => T) => T;

const clients = new WeakMap<Proc, KubeClient>();

/** The process's client, made when first needed; it carries no state of its own. */
export function datastore(p: Proc): Datastore {
  let client = clients.get(p);
  if (!client) clients.set(p, (client = inClusterClient(p)));
  return new Datastore(client);
}

interface RoleState {
  connected?: boolean;
  pending?: boolean;
  refresh?: number;
  /** By resource. */
  known?: Record<string, unknown>;
}

export function startRole(p: Proc, role: Role): void {
  role.start?.(p);
  connect(p, role);
}

function connect(p: Proc, role: Role): void {
  const state = p.data as RoleState;
  let d: Datastore;
  try {
    d = datastore(p);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof NotSimulated || error instanceof Ended) throw error;
    role.failed(p, new DatastoreError("unreachable", error.message));
    p.after(5000, "reconnect");
    return;
  }
  const watched = d.client.watch(role.watches);
  if (!watched.ok) {
    state.connected = false;
    const after =
      watched.kind === "transport" && Number.isFinite(watched.after) ? watched.after : watched.kind === "transport" ? 30_000 : 0;
    role.failed(
      p,
      new DatastoreError(
        watched.kind === "transport" ? "unreachable" : watched.code === 404 ? "notFound" : "other",
        `Get "${d.client.server}/": ${watched.message}`,
      ),
    );
    p.after(after + 1000, "reconnect");
    return;
  }
  state.connected = true;
  delete state.known;
  round(p, role, "refresh");
}

function round(p: Proc, role: Role, why: "change" | "refresh"): void {
  const state = p.data as RoleState;
  delete state.pending;
  if (why === "refresh" && state.refresh !== undefined) p.cancel(state.refresh);
  try {
    const known = (state.known ??= {});
    const of: Known = <T>(resource: string, learn: () => T): T => (known[resource] ??= learn()) as T;
    role.reconcile(p, datastore(p), why, of);
    if (role.refresh !== undefined && (why === "refresh" || state.refresh === undefined)) state.refresh = p.after(role.refresh, "refresh");
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error;
    role.failed(p, error);
    if (!state.pending) {
      state.pending = true;
      p.after(error.kind === "conflict" ? 100 : 5000, "reconcile");
    }
  }
}

export function onRole(p: Proc, role: Role, event: string, data: Data): void {
  const state = p.data as RoleState;
  if (role.on?.(p, event, data)) return;
  if (event === "api") {
    delete state.known?.[(data as { resource: string }).resource];
    if (state.pending) return;
    state.pending = true;
    p.after(role.delay ?? 100, "reconcile");
  } else if (event === "reconcile" || event === "refresh") round(p, role, event === "refresh" ? "refresh" : "change");
  else if (event === "api-lost") {
    state.connected = false;
    role.failed(p, new DatastoreError("unreachable", (data as { message: string }).message));
    p.after(1000, "reconnect");
  } else if (event === "reconnect") connect(p, role);
}
