/** What differs between the runtimes whose CRI service this is: names, folders, cgroups, and the words of their errors. */
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import type { NetworkConfig } from "./cni.ts";
import type { CriSettings } from "./config.ts";
import type { CriError } from "./messages.ts";
import type { PullFailure } from "./pull.ts";
import type { Monitor } from "./shim.ts";
import type { SandboxRecord } from "./store.ts";

export interface Runtime {
  /** RuntimeName of the Version call. */
  name: "containerd" | "cri-o";
  /** RuntimeVersion of the Version call. */
  version(p: Proc): string;
  /** The program knows the call RuntimeConfig (KEP-4033). */
  tellsDriver(p: Proc): boolean;
  /** Of Status, besides conditions. */
  handlers(p: Proc): Obj[] | undefined;
  conditions(p: Proc): Obj[];
  monitor: Monitor;
  /** Folder of a sandbox's hostname, hosts and resolv.conf. */
  sandboxDir(id: string): string;
  /** Mount point that ImageFsInfo names. */
  imageFs: string;
  /** Where runc is told to put a container (cgroupsPath), from the cgroup parent that the kubelet gave. Throws CriError. */
  cgroupsPath(parent: string, id: string, systemd: boolean): string;
  /** A pod without a shared process namespace has no pause process. */
  dropsPause: boolean;
  /** A sandbox that failed, and whose network could not be taken down again, stays behind, not ready, for a later StopPodSandbox. */
  keepsFailedSandbox(p: Proc, networkWasSetUp: boolean): boolean;
  /** A container's process is prepared when the container is created, so that is when a wrong command is found. */
  createsEarly: boolean;
  /** Name of a new network namespace. */
  netns(uuid: string): string;
  /** `info` of a verbose Status: texts in JSON. */
  info(settings: CriSettings, network: NetworkConfig | { error: string }): Obj;
  /** What it writes to its journal when something has happened. */
  journal(p: Proc, event: JournalEvent): void;
  words: Words;
}

export type JournalEvent =
  | { what: "sandbox-failed"; meta: Obj; why: string }
  | { what: "sandbox"; meta: Obj; id: string }
  | { what: "created" | "started"; meta: Obj; pod: Obj; id: string }
  | { what: "stopped" | "removed"; id: string; of: "container" | "pod sandbox" }
  | { what: "pulled"; image: string };

/** Texts of errors, in the places where they arise. */
interface Words {
  noSandbox(id: string): string;
  noContainer(id: string): string;
  /** Message of the condition NetworkReady. */
  networkNotReady(): string;
  sandboxNameTaken(meta: Obj, other: string): string;
  noHandler(handler: string): string;
  noNetwork: string;
  networkFailed(sandbox: SandboxRecord, why: string, network: NetworkConfig | undefined): string;
  teardownFailed(sandbox: SandboxRecord, why: string, network: NetworkConfig | undefined): string;
  /** A sandbox could not be started for this reason. */
  sandboxFailed(p: Proc, id: string, why: string): string;
  sandboxImage(p: Proc, image: string, why: string): string;
  /** The OCI runtime could not create or start a container: its own text. */
  createFailed(text: string): string;
  execFailed(exec: string, text: string): string;
  monitorGone: string;
  runtimeMissing(binary: string): string;
  notRunning(state: string): string;
  execTimeout(seconds: number): string;
  pull(name: string, full: string, failure: PullFailure): Pick<CriError, "code" | "message">;
}
