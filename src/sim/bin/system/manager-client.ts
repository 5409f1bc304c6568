/** How command programs reach process 1. */
import type { Proc } from "../../kernel/proc.ts";
import { managerOf, type Manager } from "../../systemd/manager.ts";
import { privateSocket } from "../../systemd/systemd.ts";

/** The service manager, if its socket is in this process's filesystem; undefined in containers and before it runs. */
export function connectManager(p: Proc): Manager | undefined {
  if (p.fs.tryStat(privateSocket)?.type !== "socket") return undefined;
  return managerOf(p.machine);
}

export const noManager =
  "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n";
