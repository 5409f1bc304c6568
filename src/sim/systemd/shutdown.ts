/** Going down: all units are stopped in order, then what is left is killed, then the power goes off or the machine starts anew. */
import type { Data } from "../core/json.ts";
import { typeOf } from "./unit-file.ts";
import type { Manager } from "./manager.ts";

/** Units that stay until the end, as systemd's own survive final.target. */
const essential = new Set(["systemd-journald.service", "systemd-udevd.service", "dbus.service"]);

export function goDown(m: Manager, kind: "reboot" | "poweroff" | "halt"): void {
  if (m.state.goingDown) return;
  m.state.goingDown = kind;
  m.log(
    `${kind === "reboot" ? "System is rebooting." : kind === "poweroff" ? "System is powering down." : "The system will be halted."}`,
    undefined,
    5,
  );
  for (const unit of Object.values(m.state.units)) {
    const { name } = unit.def;
    if (unit.active === "inactive" || unit.active === "failed" || essential.has(name) || m.state.jobs[name]?.type === "stop") continue;
    if (typeOf(name) === "slice" || (typeOf(name) === "mount" && m.setting(unit, "Mount", "Where") === "/")) continue;
    m.enqueue("stop", name);
  }
  m.p.after(0, "dispatch");
}

/** After each change: when nothing is left to stop, the end begins. */
export function stopStep(m: Manager): void {
  if (!m.state.goingDown || Object.keys(m.state.jobs).length > 0 || m.state.targets["final.target"]) return;
  m.state.targets["final.target"] = m.now;
  m.log("Reached target final.target - Late Shutdown Services.");
  m.log("Reached target umount.target - Unmount All Filesystems.");
  m.log("Shutting down.");
  for (const p of m.machine.procs.values()) if (p.pid !== 1) p.raise("SIGTERM");
  m.p.after(300, "final", { left: 20 });
}

/** Waits up to ten seconds for processes that were told to end, then kills them and leaves. */
export function finalStep(m: Manager, data: Data): void {
  const { left } = data as { left: number };
  if (m.machine.procs.size > 1 && left > 0) {
    m.p.after(500, "final", { left: left - 1 });
    return;
  }
  const kind = m.state.goingDown;
  const { machine } = m;
  const { world } = machine;
  machine.powerOff();
  if (kind === "reboot") world.timeline.add(1500, "power-on", machine.name);
}
