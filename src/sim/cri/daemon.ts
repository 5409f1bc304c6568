/** What every CRI daemon does with calls on its socket and with news from its monitors. */
import type { Data, Obj } from "../core/json.ts";
import { Errno } from "../core/errno.ts";
import type { Proc } from "../kernel/proc.ts";
import type { Incoming } from "../net/api.ts";
import { containerExited } from "./container.ts";
import { CriError, type CriReply, type CriRequest } from "./messages.ts";
import { afterExec, afterExit, begin, resume, slowMethods, type Operation } from "./operations.ts";
import { sandboxExited } from "./sandbox.ts";
import { callMonitor, methods, type Service } from "./service.ts";
import type { SandboxRecord } from "./store.ts";

export type ServiceOf = (p: Proc) => Service;

const operations = (p: Proc): Record<string, Operation> => (p.data.operations ??= {}) as Record<string, Operation>;

const fail = (error: CriError): CriReply => ({ ok: false, code: error.code, message: error.message });

/** A call that is answered at once. */
export function answer(p: Proc, service: ServiceOf, request: CriRequest): CriReply {
  const method = methods[request.method];
  try {
    if (method) return { ok: true, response: method(service(p), request.request) };
    if (!slowMethods.has(request.method))
      return { ok: false, code: "Unimplemented", message: `unknown method ${request.method} for service runtime.v1.RuntimeService` };
    return { ok: false, code: "Unknown", message: `${request.method} needs an open call` };
  } catch (error) {
    if (error instanceof CriError) return fail(error);
    throw error;
  }
}

function reply(p: Proc, op: Operation, message: CriReply): void {
  delete operations(p)[op.id];
  try {
    p.net.send(op.conn, { ...message, id: op.call } as unknown as Data);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

/** A call whose answer may come later. */
export function open(p: Proc, service: ServiceOf, conn: number, request: CriRequest): void {
  if (methods[request.method]) {
    const answered = answer(p, service, request);
    if (p.net.isOpen(conn)) p.net.send(conn, { ...answered, id: request.id } as unknown as Data);
    return;
  }
  const id = (p.data.nextOperation ?? 1) as number;
  p.data.nextOperation = id + 1;
  const op: Operation = { id, conn, call: request.id ?? 0, method: request.method, request: request.request };
  operations(p)[id] = op;
  guarded(p, op, () => {
    const response = begin(service(p), op);
    return response && { ok: true, response };
  });
}

function guarded(p: Proc, op: Operation, step: () => CriReply | undefined): void {
  try {
    const done = step();
    if (done) reply(p, op, done);
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    reply(p, op, fail(error));
  }
}

function exited(p: Proc, s: Service, id: string, status: number, at: number): void {
  const c = s.store.containers[id];
  if (c) containerExited(s, c, status, at);
  const x = s.store.sandboxes[id];
  if (x && x.state === "SANDBOX_READY") sandboxExited(s, x);
  for (const op of Object.values(operations(p))) guarded(p, op, () => afterExit(s, op, id));
}

/** Events of the daemon's own. */
export function onEvent(p: Proc, service: ServiceOf, event: string, d: Obj): void {
  if (event === "operation") {
    const op = operations(p)[d.id as number];
    if (op) guarded(p, op, () => resume(service(p), op, d));
  } else if (event === "task-exit") exited(p, service(p), d.id as string, d.status as number, d.at as number);
  else if (event === "exec-exit") for (const op of Object.values(operations(p))) guarded(p, op, () => afterExec(op, d));
}

/** News of a monitor, handled in an event of its own after the monitor's step. Undefined when the message is something else. */
export function fromMonitor(p: Proc, incoming: Incoming): Obj | undefined {
  const m = incoming.message as Obj;
  if (m.type !== "shim-event") return undefined;
  p.after(0, m.topic === "/tasks/exit" ? "task-exit" : "exec-exit", m as Data);
  return {};
}

/** After a start: asks every monitor what became of its processes. Those without one (the machine was rebooted) have ended. */
export function recover(p: Proc, s: Service): void {
  for (const x of Object.values(s.store.sandboxes)) {
    for (const c of Object.values(s.store.containers)) {
      if (c.sandbox !== x.id || c.state !== "CONTAINER_RUNNING") continue;
      const state = callMonitor(s, x.id, c.id, { type: "shim", method: "State" });
      const task = state?.ok ? state.tasks?.[c.id] : undefined;
      if (task?.state === "running") continue;
      containerExited(s, c, task?.exit ?? 255, task?.at ?? p.now);
      if (!task) c.reason = "Unknown";
    }
    if (x.state === "SANDBOX_READY" && !pauseRuns(s, x)) sandboxExited(s, x);
  }
}

function pauseRuns(s: Service, x: SandboxRecord): boolean {
  // without a pause process nothing of a sandbox can end but its namespace
  if (s.runtime.dropsPause && x.cgroup === "") return x.netns === "" || s.p.fs.exists(`/run/netns/${x.netns}`);
  const state = callMonitor(s, x.id, x.id, { type: "shim", method: "State" });
  return state?.ok === true && state.tasks?.[x.id]?.state === "running";
}
