/** CNI plugins as containerd calls them (CNI specification 1.0.0). A plugin is a program whose binary lies in /opt/cni/bin. */
import type { Obj } from "../core/json.ts";
import { StacklessError } from "../core/stackless.ts";
import type { CommandProgram } from "../kernel/program.ts";
import type { Proc } from "../kernel/proc.ts";

export interface CniCall {
  /** The runtime's process: the plugin acts with its filesystem view and network access (host namespaces). */
  p: Proc;
  containerId: string;
  /** Network namespace of the sandbox, as `machine.net` names it. */
  netns: string;
  ifname: string;
  /** CNI_ARGS: K8S_POD_NAMESPACE, K8S_POD_NAME, K8S_POD_INFRA_CONTAINER_ID, K8S_POD_UID. */
  args: Record<string, string>;
  /** The plugin's own configuration object, with `name`, `cniVersion`, `runtimeConfig` and `prevResult`. */
  config: Obj;
}

/** A CNI result: {cniVersion, interfaces, ips: [{address, gateway, interface}], routes, dns}. */
export type CniResult = Obj;

/** What a plugin prints on failure: {code, msg, details}. */
export class CniError extends StacklessError {
  readonly code: number;
  readonly details: string;
  constructor(code: number, message: string, details = "") {
    super(message);
    this.name = "CniError";
    this.code = code;
    this.details = details;
  }
}

export interface CniPlugin extends CommandProgram {
  readonly cni: {
    add(call: CniCall): CniResult;
    del(call: CniCall): void;
  };
}
