/** Units that are no services: mounts, swap, sockets and timers. */
import { Errno, NotSimulated } from "../core/errno.ts";
import { swapOff, swapOn } from "../image/swap.ts";
import { mountFilesystem, unmount } from "../image/mounts.ts";
import { nextElapse } from "./calendar.ts";
import { registerDriver, UnitError, type Manager } from "./manager.ts";
import type { Unit } from "./state.ts";
import { timeSpan } from "./unit-file.ts";

registerDriver("swap", {
  start(m, unit) {
    const what = m.setting(unit, "Swap", "What");
    m.set(unit, "activating", "activating");
    try {
      swapOn(m.machine, m.fs, what);
      unit.result = "success";
      m.set(unit, "active", "active");
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code === "EBUSY") return m.set(unit, "active", "active");
      m.log(
        `swapon: ${what}: ${error.code === "ENOENT" ? "swapon failed: No such file or directory" : "read swap header failed"}`,
        unit.def.name,
        5,
      );
      m.log(`${unit.def.name}: Swap process exited, code=exited, status=255/EXCEPTION`, unit.def.name, 5);
      unit.result = "exit-code";
      m.log(`${unit.def.name}: Failed with result 'exit-code'.`, unit.def.name, 4);
      m.set(unit, "failed", "failed");
    }
  },
  stop(m, unit) {
    try {
      swapOff(m.machine, m.fs, m.setting(unit, "Swap", "What"));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
    m.log(`${unit.def.name}: Deactivated successfully.`, unit.def.name);
    m.set(unit, "inactive", "dead");
  },
});

registerDriver("mount", {
  start(m, unit) {
    const where = m.setting(unit, "Mount", "Where");
    const what = m.setting(unit, "Mount", "What");
    if (m.fs.mounts.some((mount) => mount.dir === where)) return m.set(unit, "active", "mounted");
    m.set(unit, "activating", "mounting");
    try {
      mountFilesystem(m.machine, m.fs, {
        what,
        where,
        type: m.setting(unit, "Mount", "Type") || "auto",
        options: m.setting(unit, "Mount", "Options").split(","),
        create: true,
      });
      unit.result = "success";
      m.set(unit, "active", "mounted");
    } catch (error) {
      if (!(error instanceof Errno) && !(error instanceof NotSimulated)) throw error;
      if (error instanceof NotSimulated) m.machine.world.gap(m.machine.name, "systemd", error.what);
      m.log(error instanceof NotSimulated ? error.message : `mount: ${where}: ${error.message}.`, unit.def.name, 3);
      m.log(`${unit.def.name}: Mount process exited, code=exited, status=32/n/a`, unit.def.name, 5);
      unit.result = "exit-code";
      m.log(`${unit.def.name}: Failed with result 'exit-code'.`, unit.def.name, 4);
      m.set(unit, "failed", "failed");
    }
  },
  stop(m, unit) {
    try {
      unmount(m.fs, m.setting(unit, "Mount", "Where"));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
    m.set(unit, "inactive", "dead");
  },
});

/** Sockets are bound by their services; a socket unit says which one belongs to it and starts it with the boot. */
registerDriver("socket", {
  start(m, unit) {
    unit.listening = true;
    m.set(unit, "active", "listening");
  },
  stop(m, unit) {
    unit.listening = false;
    m.set(unit, "inactive", "dead");
  },
});

// --- timers

export const timerUnit = (m: Manager, unit: Unit): string =>
  m.setting(unit, "Timer", "Unit") || unit.def.name.replace(/\.timer$/, ".service");

function schedule(m: Manager, unit: Unit): void {
  const times: number[] = [];
  const bootedAt = m.machine.state.bootedAt;
  const service = m.unit(timerUnit(m, unit));
  for (const [key, raw] of unit.def.sections.Timer ?? []) {
    const span = timeSpan(raw);
    if (key === "OnCalendar") {
      const next = nextElapse(raw, m.now);
      if (next === undefined) m.log(`${unit.def.name}: kubemend: not simulated: OnCalendar=${raw}`, unit.def.name, 4);
      else {
        const delay = timeSpan(m.setting(unit, "Timer", "RandomizedDelaySec") || "0") ?? 0;
        times.push(next + (delay > 0 ? m.machine.random(`timer/${unit.def.name}`).int(0, delay) : 0));
      }
    } else if (span === undefined) continue;
    else if (key === "OnBootSec" || key === "OnStartupSec") times.push(bootedAt + span);
    else if (key === "OnActiveSec") times.push(unit.since.inactiveExit + span);
    else if (key === "OnUnitActiveSec" && service.since.activeEnter + service.since.inactiveExit > 0)
      times.push(Math.max(service.since.activeEnter, service.since.inactiveExit) + span);
    else if (key === "OnUnitInactiveSec" && service.since.inactiveEnter > 0) times.push(service.since.inactiveEnter + span);
  }
  const due = times.filter((t) => t > m.now || (t >= bootedAt && unit.last === undefined && t > 0));
  if (due.length === 0) {
    delete unit.next;
    return m.set(unit, "active", "elapsed");
  }
  unit.next = Math.max(m.now, Math.min(...due));
  m.arm(unit, unit.next - m.now, "elapse");
  m.set(unit, "active", "waiting");
}

registerDriver("timer", {
  start(m, unit) {
    unit.since.inactiveExit = m.now;
    schedule(m, unit);
  },
  stop(m, unit) {
    m.disarm(unit);
    delete unit.next;
    m.set(unit, "inactive", "dead");
  },
  timer(m, unit) {
    unit.last = m.now;
    m.set(unit, "active", "running");
    try {
      m.enqueue("start", timerUnit(m, unit));
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      m.log(`${unit.def.name}: Failed to queue unit startup job: ${error.message}`, unit.def.name, 4);
    }
    schedule(m, unit);
  },
});
