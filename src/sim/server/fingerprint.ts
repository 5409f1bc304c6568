/** What counts as a change of a world: processes, routes and API objects, but no heartbeat and no clock. */
import { createHash } from "node:crypto";
import type { World } from "../world.ts";

export function fingerprint(world: World): string {
  const hash = createHash("sha1");
  for (const machine of world.machines.values()) {
    hash.update(machine.name);
    hash.update(String(machine.state.on));
    for (const p of Object.values(machine.state.procs)) if (p.daemon) hash.update(`${p.pid}.`);
    if (!machine.state.on) continue;
    for (const route of world.network.ns(machine.name, "").routes()) hash.update(JSON.stringify(route));
  }
  return hash.digest("hex");
}
