/** Process 1: the service manager as a daemon program. */
import type { Data } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import type { DaemonProgram } from "../kernel/program.ts";
import { createCgroupPath } from "../kernel/cgroup.ts";
import { makeUnixSocketFile } from "../image/nodes.ts";
import { runGenerators } from "./generators.ts";
import "./drivers.ts";
import { Manager } from "./manager.ts";
import { childEnded, execFailed, notified } from "./service.ts";
import { finalStep, stopStep } from "./shutdown.ts";
import type { ManagerState } from "./state.ts";

/** Stands for systemd's D-Bus API: whoever sees this socket in its mount namespace can talk to process 1. */
export const privateSocket = "/run/systemd/private";

export const systemd: DaemonProgram = {
  name: "systemd",
  start(p) {
    if (p.pid !== 1) {
      p.log("Trying to run as user instance, but the system has not been booted with systemd.");
      p.exit(1);
    }
    // the kernel calls it init, after the link that it ran; systemd renames itself (prctl PR_SET_NAME)
    p.state.comm = "systemd";
    // the kernel needs this long until it runs process 1
    p.after(2400, "init");
  },
  on(p, event, data: Data) {
    if (event === "init") return init(p);
    if (!p.data.units) return;
    const m = new Manager(p);
    switch (event) {
      case "dispatch":
        m.dispatch();
        stopStep(m);
        break;
      case "unit-timer":
        m.fired(data);
        break;
      case "sigchld": {
        const { pid, code, signal } = data as { pid: number; code: number; signal: string | null };
        childEnded(m, pid, code, signal);
        break;
      }
      case "notify": {
        const { pid, text } = data as { pid: number; text: string };
        notified(m, pid, text);
        break;
      }
      case "exec-failed":
        execFailed(m, data);
        break;
      case "final":
        finalStep(m, data);
        break;
    }
  },
  signal() {
    return true; // process 1 ignores what it has no handler for, and the others re-execute or reload it
  },
};

function init(p: Proc): void {
  const state: ManagerState = { units: {}, jobs: {}, nextJob: 1, up: false, startedAt: p.now, finishedAt: 0, targets: {}, environment: {} };
  Object.assign(p.data, state);
  const m = new Manager(p);
  p.fs.mkdirp("/run/systemd/system", 0o755);
  makeUnixSocketFile(p.fs, privateSocket);
  makeUnixSocketFile(p.fs, "/run/systemd/notify");
  m.log(
    "systemd 255.4-1ubuntu8.11 running in system mode (+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT -GNUTLS +OPENSSL +ACL +BLKID +CURL +ELFUTILS +FIDO2 +IDN2 -IDN +IPTC +KMOD +LIBCRYPTSETUP +LIBFDISK +PCRE2 -PWQUALITY +P11KIT +QRENCODE +TPM2 +BZIP2 +LZ4 +XZ +ZLIB +ZSTD -BPF_FRAMEWORK -XKBCOMMON +UTMP +SYSVINIT default-hierarchy=unified)",
  );
  m.log("Detected virtualization oracle.");
  m.log("Detected architecture x86-64.");
  m.log(`Hostname set to <${p.machine.hostname}>.`);
  for (const complaint of runGenerators(p.fs)) m.log(complaint, undefined, 3);
  createCgroupPath(p.machine, "/init.scope");
  createCgroupPath(p.machine, "/system.slice");
  createCgroupPath(p.machine, "/user.slice");
  p.state.cgroup = "/init.scope";
  m.log("Queued start job for default target graphical.target.");
  m.enqueue("start", "default.target");
}
