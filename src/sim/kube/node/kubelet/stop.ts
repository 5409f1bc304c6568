/** Stopping containers and sandboxes, and clearing away what is left of them. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { httpGet } from "./containers.ts";
import { hasExited, latest, runtimePod, type RuntimePod } from "./runtime.ts";
import { cri, type PodEntry } from "./state.ts";
import { call, event, factsOf, jitter, specOf, wake } from "./work.ts";

/** Stops containers; a reason other than undefined is told in the event. */
export function killContainers(p: Proc, e: PodEntry, containers: Obj[], reason: string | undefined, grace: number, kind: string): void {
  for (const c of containers) {
    const name = c.metadata.name as string;
    event(p, e, "Normal", "Killing", reason ?? `Stopping container ${name}`, name);
    const pre = specOf(e, name)?.spec.lifecycle?.preStop as Obj | undefined;
    if (pre?.exec && grace > 0) {
      call(
        p,
        e,
        "prestop",
        "ExecSync",
        { containerId: c.id as string, cmd: pre.exec.command as string[], timeout: grace },
        { container: c.id as string, grace, at: p.now, next: kind },
      );
      continue;
    }
    const rest = pre?.sleep ? Number(pre.sleep.seconds) * 1000 : 0;
    if (pre?.httpGet) httpGet(p, pre.httpGet as Obj, factsOf(p, e, runtimePod(p, e.uid)).podIp, specOf(e, name)!.spec);
    if (rest > 0)
      p.after(Math.min(rest, grace * 1000), "stop-container", {
        uid: e.uid,
        id: c.id as string,
        grace: Math.max(2, grace - rest / 1000),
        kind,
      });
    else stopContainer(p, e, c.id as string, grace, kind);
  }
  if (containers.length === 0) stopSandboxes(p, e);
}

export function stopContainer(p: Proc, e: PodEntry, id: string, grace: number, kind: string): void {
  if (!call(p, e, kind, "StopContainer", { containerId: id, timeout: grace })) wake(p, e, jitter(p));
}

/** What StopPodSandbox is still to be called for: one that is not ready may hold its network yet (kuberuntime killPodWithSyncResult). */
export const sandboxesToStop = (e: PodEntry, rt: RuntimePod | undefined): Obj[] =>
  (rt?.sandboxes ?? []).filter((x) => x.state === "SANDBOX_READY" || e.stoppedSandboxes?.includes(x.id as string) !== true);

/** False when no call could be made. */
export function stopSandboxes(p: Proc, e: PodEntry): boolean {
  let calling = false;
  for (const x of sandboxesToStop(e, runtimePod(p, e.uid)))
    if (call(p, e, "stop-sandbox", "StopPodSandbox", { podSandboxId: x.id as string }, { id: x.id as string })) calling = true;
  return calling;
}

/** Removes sandboxes that are not the newest and hold no containers any more, as the kubelet's garbage collection does. */
export function collectSandboxes(p: Proc, e: PodEntry): void {
  const rt = runtimePod(p, e.uid);
  if (!rt) return;
  e.stoppedSandboxes = e.stoppedSandboxes?.filter((id) => rt.sandboxes.some((x) => x.id === id)) ?? [];
  for (const c of rt.containers)
    if (hasExited(c) && c !== latest(rt, c.metadata.name as string) && c.sandbox !== rt.sandboxes[0]?.id)
      cri(p, "RemoveContainer", { containerId: c.id as string });
  const left = runtimePod(p, e.uid);
  for (const x of left?.sandboxes.slice(1) ?? [])
    if (x.state !== "SANDBOX_READY" && !left!.containers.some((c) => c.sandbox === x.id))
      call(p, e, "gc", "RemovePodSandbox", { podSandboxId: x.id as string });
}
