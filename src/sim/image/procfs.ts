/** /proc. */
import { Errno } from "../core/errno.ts";
import type { Credentials, VirtualFs } from "../fs/view.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";
import { commandLine } from "./boot.ts";
import { loadOf, memoryOf } from "./memory.ts";
import { isLoaded, loadedModules, moduleTable, references, usersOf } from "./modules.ts";
import { procNet } from "./procnet.ts";
import { kernelRelease, kernelVersion } from "./release.ts";
import { swapAreas } from "./swap.ts";
import { isReadonlySysctl, readSysctl, sysctlPaths, writeSysctl } from "./sysctls.ts";
import { file, inFolder, virtualFs, type Folder, type Node } from "./virtual.ts";

export function procFs(machine: Machine): VirtualFs {
  return virtualFs(
    "proc",
    () => machine.world.timeline.now,
    (parts, who) => find(machine, parts, who),
    (parts) => {
      const p = machine.procs.get(Number(parts[0]));
      return p ? { uid: p.uid, gid: p.state.gid } : { uid: 0, gid: 0 };
    },
  );
}

/** In a container only the processes of its own PID namespace show, under their numbers there. */
function visible(machine: Machine, who: Credentials): Map<string, Proc> {
  const ns = machine.procs.get(who.pid)?.state.pidns ?? "";
  const out = new Map<string, Proc>();
  if (ns === "") for (const p of machine.procs.values()) out.set(String(p.pid), p);
  else {
    let n = 1;
    for (const p of [...machine.procs.values()].filter((q) => q.state.pidns === ns).sort((a, b) => a.pid - b.pid)) out.set(String(n++), p);
  }
  return out;
}

const kib = (n: number): string => `${String(n).padStart(10)} kB`;

function find(machine: Machine, parts: string[], who: Credentials): Node | undefined {
  const netns = machine.procs.get(who.pid)?.state.netns ?? "";
  if (parts[0] === "sys") return sysctlNode(machine, netns, parts.slice(1));
  const [first] = parts;
  if (first !== undefined && /^\d+$/.test(first)) {
    const p = visible(machine, who).get(first);
    return p && inFolder(pidFolder(machine, p), parts.slice(1));
  }
  if (first === "self" && parts.length === 1)
    return { link: () => [...visible(machine, who)].find(([, p]) => p.pid === who.pid)?.[0] ?? "1" };
  if (first === "self" || first === "thread-self") {
    const p = machine.procs.get(who.pid);
    return p && inFolder(pidFolder(machine, p), parts.slice(1));
  }
  const folder = top(machine, who);
  if (parts.length === 0) return { dir: () => [...visible(machine, who).keys(), "self", "sys", ...Object.keys(folder)] };
  return inFolder(folder, parts);
}

function sysctlNode(machine: Machine, netns: string, parts: string[]): Node | undefined {
  const path = parts.join("/");
  if (parts.length > 0 && readSysctl(machine, netns, path) !== undefined) {
    return file(
      () => `${readSysctl(machine, netns, path) ?? ""}\n`,
      isReadonlySysctl(path) ? undefined : (text) => writeSysctl(machine, netns, path, text),
    );
  }
  const prefix = path === "" ? "" : `${path}/`;
  const names = new Set<string>();
  for (const candidate of sysctlPaths(machine, netns))
    if (candidate.startsWith(prefix)) names.add(candidate.slice(prefix.length).split("/")[0]!);
  return names.size === 0 ? undefined : { dir: () => [...names] };
}

function top(machine: Machine, who: Credentials): Folder {
  const { state } = machine;
  return {
    cmdline: file(() => `${commandLine}\n`),
    version: file(
      () =>
        `Linux version ${kernelRelease} (buildd@lcy02-amd64-095) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0, GNU ld (GNU Binutils for Ubuntu) 2.42) ${kernelVersion}\n`,
    ),
    uptime: file(() => {
      const up = (machine.world.timeline.now - state.bootedAt) / 1000;
      return `${up.toFixed(2)} ${(up * state.cpus * 0.97).toFixed(2)}\n`;
    }),
    loadavg: file(() => {
      const [a, b, c] = loadOf(machine);
      return `${a.toFixed(2)} ${b.toFixed(2)} ${c.toFixed(2)} 1/${machine.procs.size * 2} ${state.nextPid - 1}\n`;
    }),
    meminfo: file(() => {
      const m = memoryOf(machine);
      return [
        `MemTotal:      ${kib(m.total)}`,
        `MemFree:       ${kib(m.free)}`,
        `MemAvailable:  ${kib(m.available)}`,
        `Buffers:       ${kib(m.buffers)}`,
        `Cached:        ${kib(m.cached)}`,
        `SwapCached:    ${kib(0)}`,
        `Active:        ${kib(Math.floor(m.used / 2))}`,
        `Inactive:      ${kib(Math.floor(m.cached * 0.8))}`,
        `SwapTotal:     ${kib(m.swapTotal)}`,
        `SwapFree:      ${kib(m.swapFree)}`,
        `Dirty:         ${kib(0)}`,
        `Shmem:         ${kib(m.shared)}`,
        `HugePages_Total:       0`,
        `HugePages_Free:        0`,
        `Hugepagesize:       2048 kB`,
        "",
      ].join("\n");
    }),
    cpuinfo: file(() =>
      Array.from(
        { length: state.cpus },
        (_v, i) =>
          `processor\t: ${i}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 158\nmodel name\t: Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz\nstepping\t: 10\ncpu MHz\t\t: 2592.002\ncache size\t: 12288 KB\nphysical id\t: 0\nsiblings\t: ${state.cpus}\ncore id\t\t: ${i}\ncpu cores\t: ${state.cpus}\nfpu\t\t: yes\nflags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid tsc_known_freq pni pclmulqdq ssse3 cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx rdrand hypervisor lahf_lm abm avx2\nbogomips\t: 5184.00\n\n`,
      ).join(""),
    ),
    swaps: file(() => {
      const head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
      return (
        head +
        swapAreas(machine)
          .map((a) => `${a.path.padEnd(40)}${a.type}${a.type === "file" ? "\t\t" : "\t"}${a.size}\t\t${a.used}\t\t${a.priority}\n`)
          .join("")
      );
    }),
    mounts: { link: () => "self/mounts" },
    net: { link: () => "self/net" },
    modules: file(() =>
      loadedModules(machine)
        .map((name) => {
          const by = usersOf(machine, name);
          return `${name} ${moduleTable[name]!.size} ${references(machine, name)} ${by.length === 0 ? "-" : `${by.join(",")},`} Live 0x0000000000000000\n`;
        })
        .join(""),
    ),
    filesystems: file(
      () =>
        `${["sysfs", "tmpfs", "bdev", "proc", "cgroup", "cgroup2", "devtmpfs", "securityfs", "sockfs", "bpf", "pipefs", "devpts", "mqueue", "ramfs"].map((f) => `nodev\t${f}\n`).join("")}\text3\n\text4\n\tvfat\nnodev\tecryptfs\n${isLoaded(machine, "overlay") ? "nodev\toverlay\n" : ""}`,
    ),
    stat: file(() => {
      let cpu = 0;
      for (const p of machine.procs.values()) cpu += p.state.cpu;
      const user = Math.floor(cpu / 10);
      const idle = Math.floor(((machine.world.timeline.now - state.bootedAt) / 10) * state.cpus);
      const each = Array.from(
        { length: state.cpus },
        (_v, i) =>
          `cpu${i} ${Math.floor(user / state.cpus)} 0 ${Math.floor(user / 2 / state.cpus)} ${Math.floor(idle / state.cpus)} 12 0 4 0 0 0\n`,
      ).join("");
      return `cpu  ${user} 0 ${Math.floor(user / 2)} ${idle} 24 0 8 0 0 0\n${each}ctxt 0\nbtime ${Math.floor(state.bootedAt / 1000)}\nprocesses ${state.nextPid}\nprocs_running 1\nprocs_blocked 0\n`;
    }),
    partitions: file(() => {
      const blocks = Math.floor(state.trees.root!.capacity / 1024);
      return `major minor  #blocks  name\n\n   8        0   ${blocks + 1024} sda\n   8        1   ${blocks} sda1\n`;
    }),
    diskstats: file(() => ""),
    devices: file(() => "Character devices:\n  1 mem\n  4 tty\n  5 /dev/tty\n136 pts\n\nBlock devices:\n  7 loop\n  8 sd\n"),
    kmsg: { read: () => "", mode: 0o400 },
    "sysrq-trigger": {
      read: () => "",
      mode: 0o200,
      write: (text) => {
        if (text.startsWith("b") || text.startsWith("c") || text.startsWith("o")) {
          const again = !text.startsWith("o");
          const { world } = machine;
          machine.powerOff();
          if (again) world.timeline.add(1500, "power-on", machine.name);
        } else throw new Errno("EINVAL");
      },
    },
    vmstat: file(() => "nr_free_pages 100000\npgfault 100000\n"),
    cgroups: file(
      () =>
        `#subsys_name\thierarchy\tnum_cgroups\tenabled\n${["cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "perf_event", "net_prio", "hugetlb", "pids", "rdma", "misc"].map((c) => `${c}\t0\t${100}\t1\n`).join("")}`,
    ),
    ...(who.uid === 0 ? { "key-users": file(() => "") } : {}),
  };
}

/** Octal escapes of /proc/mounts. */
const escaped = (text: string): string => text.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);

const stateLetter = (p: Proc): string => (p.state.stopped ? "T" : p.state.daemon ? "S" : "S");

export function threadsOf(p: Proc): number {
  return p.state.rss > 20_000 ? 8 + (p.pid % 5) : 1;
}

function pidFolder(machine: Machine, p: Proc): Folder {
  const s = p.state;
  const ticks = (ms: number): number => Math.floor(ms / 10);
  return {
    cmdline: file(() => s.argv.map((a) => `${a}\0`).join("")),
    comm: file(
      () => `${s.comm}\n`,
      (text) => (s.comm = text.trim().slice(0, 15)),
    ),
    environ: {
      read: () =>
        Object.entries(s.env)
          .map(([k, v]) => `${k}=${v}\0`)
          .join(""),
      mode: 0o400,
    },
    cgroup: file(() => `0::${s.cgroup}\n`),
    exe: { link: () => s.exe },
    cwd: { link: () => p.fs.cwd },
    root: { link: () => "/" },
    mounts: file(() => p.fs.mounts.map((m) => `${escaped(m.device)} ${escaped(m.dir)} ${m.fstype} ${m.options} 0 0\n`).join("")),
    mountinfo: file(() =>
      p.fs.mounts
        .map((m, i) => `${i + 22} 1 0:${i + 20} / ${escaped(m.dir)} ${m.options} shared:${i + 1} - ${m.fstype} ${escaped(m.device)} rw\n`)
        .join(""),
    ),
    oom_score_adj: file(
      () => "0\n",
      () => undefined,
    ),
    oom_score: file(() => "0\n"),
    limits: file(() => limits),
    stat: file(
      () =>
        `${p.pid} (${s.comm}) ${stateLetter(p)} ${s.ppid} ${s.pgid} ${s.sid} 0 -1 4194560 0 0 0 0 ${ticks(s.cpu)} ${ticks(s.cpu / 3)} 0 0 20 0 ${threadsOf(p)} 0 ${ticks(s.startedAt - machine.state.bootedAt)} ${s.rss * 4096} ${Math.floor(s.rss / 4)} 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n`,
    ),
    statm: file(() => `${s.rss} ${Math.floor(s.rss / 4)} ${Math.floor(s.rss / 8)} 100 0 ${Math.floor(s.rss / 4)} 0\n`),
    status: file(() =>
      [
        `Name:\t${s.comm}`,
        `Umask:\t${s.umask.toString(8).padStart(4, "0")}`,
        `State:\t${s.stopped ? "T (stopped)" : "S (sleeping)"}`,
        `Tgid:\t${p.pid}`,
        `Ngid:\t0`,
        `Pid:\t${p.pid}`,
        `PPid:\t${s.ppid}`,
        `TracerPid:\t0`,
        `Uid:\t${Array(4).fill(s.uid).join("\t")}`,
        `Gid:\t${Array(4).fill(s.gid).join("\t")}`,
        `FDSize:\t64`,
        `Groups:\t${s.groups.join(" ")} `,
        `NSpid:\t${p.pid}`,
        `VmPeak:\t${String(s.rss * 4).padStart(8)} kB`,
        `VmSize:\t${String(s.rss * 4).padStart(8)} kB`,
        `VmRSS:\t${String(s.rss).padStart(8)} kB`,
        `Threads:\t${threadsOf(p)}`,
        "",
      ].join("\n"),
    ),
    fd: () => {
      const out: Folder = {};
      for (const [fd, open] of p.fds) out[String(fd)] = { link: () => open.path };
      return out;
    },
    ns: () => {
      const id = (kind: string, name: string): Node => ({
        link: () => `${kind}:[${4026531835 + (Array.from(name).reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 100_000, kind.length) || 0)}]`,
      });
      return {
        cgroup: id("cgroup", ""),
        ipc: id("ipc", ""),
        mnt: id("mnt", s.mntns),
        net: id("net", s.netns),
        pid: id("pid", s.pidns),
        user: id("user", ""),
        uts: id("uts", s.hostname ?? ""),
      };
    },
    task: () => ({ [String(p.pid)]: { comm: file(() => `${s.comm}\n`) } }),
    net: () => procNet(machine, s.netns),
  };
}

const limits = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max file size             unlimited            unlimited            bytes     
Max data size             unlimited            unlimited            bytes     
Max stack size            8388608              unlimited            bytes     
Max core file size        0                    unlimited            bytes     
Max resident set          unlimited            unlimited            bytes     
Max processes             7446                 7446                 processes 
Max open files            1024                 1048576              files     
Max locked memory         247300096            247300096            bytes     
Max address space         unlimited            unlimited            bytes     
Max file locks            unlimited            unlimited            locks     
Max pending signals       7446                 7446                 signals   
Max msgqueue size         819200               819200               bytes     
Max nice priority         0                    0                    
Max realtime priority     0                    0                    
Max realtime timeout      unlimited            unlimited            us        
`;
