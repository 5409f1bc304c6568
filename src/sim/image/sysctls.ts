/** Kernel variables: those of kernel, vm, fs and user here; those of net belong to the network stack. */
import { Errno } from "../core/errno.ts";
import type { Machine } from "../kernel/machine.ts";
import { isLoaded } from "./modules.ts";
import { bootId } from "../systemd/journal.ts";
import { kernelRelease, kernelVersion } from "./release.ts";

/** Values after boot of Linux 6.8 on Ubuntu, before /etc/sysctl.d is applied. */
const initial: Record<string, string> = {
  "fs/aio-max-nr": "65536",
  "fs/file-max": "9223372036854775807",
  "fs/inotify/max_queued_events": "16384",
  "fs/inotify/max_user_instances": "128",
  "fs/inotify/max_user_watches": "14893",
  "fs/nr_open": "1048576",
  "fs/protected_fifos": "0",
  "fs/protected_hardlinks": "0",
  "fs/protected_regular": "0",
  "fs/protected_symlinks": "0",
  "fs/suid_dumpable": "2",
  "fs/may_detach_mounts": "1",
  "kernel/apparmor_restrict_unprivileged_userns": "0",
  "kernel/core_pattern": "|/usr/share/apport/apport -p%p -s%s -c%c -d%d -P%P -u%u -g%g -F%F -- %E",
  "kernel/domainname": "(none)",
  "kernel/dmesg_restrict": "1",
  "kernel/kptr_restrict": "0",
  "kernel/keys/root_maxbytes": "25000000",
  "kernel/keys/root_maxkeys": "1000000",
  "kernel/msgmax": "8192",
  "kernel/msgmnb": "16384",
  "kernel/ngroups_max": "65536",
  "kernel/panic": "0",
  "kernel/panic_on_oops": "0",
  "kernel/perf_event_paranoid": "4",
  "kernel/pid_max": "32768",
  "kernel/printk": "4\t4\t1\t7",
  "kernel/randomize_va_space": "2",
  "kernel/sem": "32000\t1024000000\t500\t32000",
  "kernel/shmall": "18446744073692774399",
  "kernel/shmmax": "18446744073692774399",
  "kernel/shmmni": "4096",
  "kernel/sysrq": "176",
  "kernel/threads-max": "14893",
  "kernel/unprivileged_userns_clone": "1",
  "kernel/yama/ptrace_scope": "1",
  "user/max_user_namespaces": "7446",
  "user/max_inotify_instances": "128",
  "vm/dirty_background_ratio": "10",
  "vm/dirty_ratio": "20",
  "vm/drop_caches": "0",
  "vm/max_map_count": "1048576",
  "vm/min_free_kbytes": "45056",
  "vm/mmap_min_addr": "65536",
  "vm/nr_hugepages": "0",
  "vm/overcommit_memory": "0",
  "vm/overcommit_ratio": "50",
  "vm/panic_on_oom": "0",
  "vm/swappiness": "60",
  "vm/vfs_cache_pressure": "100",
};

const numeric = /^-?\d+([\s]+-?\d+)*$/;

const valuesOf = (machine: Machine): Record<string, string> => machine.layer("sysctl", () => ({}));

const computed: Record<string, (machine: Machine) => string> = {
  "kernel/hostname": (m) => m.hostname,
  "kernel/ostype": () => "Linux",
  "kernel/osrelease": () => kernelRelease,
  "kernel/version": () => kernelVersion,
  "kernel/random/boot_id": (m) => uuid(bootId(m)),
  "kernel/random/uuid": (m) => m.random("uuid").uuid(),
  "kernel/random/entropy_avail": () => "256",
  "kernel/ns_last_pid": (m) => String(m.state.nextPid - 1),
  "kernel/tainted": () => "0",
  "kernel/cap_last_cap": () => "40",
};

const uuid = (h: string): string => `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20, 32)}`;

const needsBridgeNetfilter = (path: string): boolean => path.startsWith("net/bridge/");

/** A variable's value by path with slashes; undefined when there is none. */
export function readSysctl(machine: Machine, netns: string, path: string): string | undefined {
  if (path.startsWith("net/")) {
    if (needsBridgeNetfilter(path) && !isLoaded(machine, "br_netfilter")) return undefined;
    return machine.world.network.find(machine.name, netns)?.sysctls.get(path);
  }
  return computed[path]?.(machine) ?? valuesOf(machine)[path] ?? initial[path];
}

export const isReadonlySysctl = (path: string): boolean => path in computed && path !== "kernel/hostname";

/** Throws ENOENT, EINVAL, EACCES as writing to /proc/sys does. */
export function writeSysctl(machine: Machine, netns: string, path: string, text: string): void {
  const value = text.replace(/\n[\s\S]*$/, "").trim();
  if (path.startsWith("net/")) {
    const before = readSysctl(machine, netns, path);
    if (before === undefined) throw new Errno("ENOENT");
    if (numeric.test(before) && !numeric.test(value)) throw new Errno("EINVAL");
    if (!machine.world.network.ns(machine.name, netns).sysctls.set(path, numeric.test(value) ? value.replace(/\s+/g, "\t") : value))
      throw new Errno("EACCES");
    return;
  }
  if (path === "kernel/hostname") {
    machine.state.hostname = value;
    return;
  }
  if (isReadonlySysctl(path)) throw new Errno("EACCES");
  const old = readSysctl(machine, netns, path);
  if (old === undefined) throw new Errno("ENOENT");
  if (numeric.test(old) && !numeric.test(value)) throw new Errno("EINVAL");
  valuesOf(machine)[path] = value.replace(/\s+/g, numeric.test(value) ? "\t" : " ");
}

/** All variables, as `sysctl -a` walks them. */
export function sysctlPaths(machine: Machine, netns: string): string[] {
  const net = machine.world.network.find(machine.name, netns)?.sysctls.paths() ?? [];
  return [...new Set([...Object.keys(initial), ...Object.keys(computed), ...net])].sort();
}
