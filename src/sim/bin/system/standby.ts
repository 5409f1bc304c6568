/**
 * Daemons of Ubuntu that nothing modelled depends on in more than their being there (dbus-daemon, cron, logind…): they
 * start, say that they are ready, and stay until they are told to end.
 */
import type { DaemonProgram } from "../../kernel/program.ts";
import { sdNotify } from "../../systemd/notify.ts";

/** `ready`: milliseconds until it is; `rss`: KiB, as measured on Ubuntu 24.04. */
function standby(name: string, options: { ready?: number; rss?: number; says?: string[] } = {}): DaemonProgram {
  return {
    name,
    start(p) {
      p.state.rss = options.rss ?? 5000;
      p.after(options.ready ?? 20, "ready");
    },
    on(p, event) {
      if (event !== "ready") return;
      for (const line of options.says ?? []) p.log(line);
      sdNotify(p, "READY=1");
    },
    signal(p, signal) {
      if (signal === "SIGTERM" || signal === "SIGINT") {
        p.finish({ code: 0 });
        return true;
      }
      return signal === "SIGHUP" || signal === "SIGUSR1" || signal === "SIGUSR2";
    },
  };
}

export const standbys: DaemonProgram[] = [
  standby("systemd-journald", { ready: 30, rss: 15_000 }),
  standby("systemd-udevd", { ready: 60, rss: 7_800 }),
  standby("systemd-logind", { ready: 70, rss: 8_600, says: ["New seat seat0."] }),
  standby("systemd-timesyncd", { ready: 80, rss: 7_500 }),
  standby("dbus-daemon", { ready: 20, rss: 5_200 }),
  standby("cron", { ready: 10, rss: 2_800, says: ["(CRON) INFO (pidfile fd = 3)", "(CRON) INFO (Running @reboot jobs)"] }),
  standby("polkitd", { ready: 60, rss: 9_300 }),
  standby("agetty", { ready: 10, rss: 1_900 }),
];

export const standbyPaths: Record<string, string> = {
  "/usr/lib/systemd/systemd-journald": "systemd-journald",
  "/usr/lib/systemd/systemd-udevd": "systemd-udevd",
  "/usr/lib/systemd/systemd-logind": "systemd-logind",
  "/usr/lib/systemd/systemd-timesyncd": "systemd-timesyncd",
  "/usr/bin/dbus-daemon": "dbus-daemon",
  "/usr/sbin/cron": "cron",
  "/usr/lib/polkit-1/polkitd": "polkitd",
  "/usr/sbin/agetty": "agetty",
};
