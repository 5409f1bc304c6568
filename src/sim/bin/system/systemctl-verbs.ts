/** What systemctl's verbs need, and those that are not simulated. */

/** `changes`: root only; `units`: at least one; `offline`: works on files, without a manager. Verbs that are not here need none of it. */
const needs: Record<string, string> = {
  start: "changes units",
  stop: "changes units",
  restart: "changes units",
  "try-restart": "changes units",
  condrestart: "changes units",
  reload: "changes units",
  "reload-or-restart": "changes units",
  "force-reload": "changes units",
  kill: "changes units",
  "reset-failed": "changes",
  reboot: "changes",
  poweroff: "changes",
  halt: "changes",
  "daemon-reload": "changes",
  "daemon-reexec": "changes",
  enable: "changes units offline",
  disable: "changes units offline",
  reenable: "changes units offline",
  preset: "changes units offline",
  "add-wants": "changes units offline",
  "add-requires": "changes units offline",
  mask: "changes units offline",
  unmask: "changes units offline",
  "set-default": "changes offline",
  "set-environment": "changes",
  "unset-environment": "changes",
  "is-active": "units",
  "is-failed": "units",
  "is-enabled": "units offline",
  cat: "units offline",
  "list-unit-files": "offline",
  "get-default": "offline",
};

export const verbNeeds = (verb: string, what: "changes" | "units" | "offline"): boolean => needs[verb]?.split(" ").includes(what) ?? false;

/** Verbs of systemd 255 that are not simulated. */
export const unmodelled = new Set(
  "edit isolate set-property freeze thaw clean bind mount-image preset-all link revert list-sockets list-paths list-automounts list-machines cancel import-environment default rescue emergency kexec suspend hibernate hybrid-sleep exit switch-root help log-level log-target service-watchdogs soft-reboot whoami service-log-level service-log-target try-reload-or-restart try-reload-or-try-restart condreload condstop".split(
    " ",
  ),
);
