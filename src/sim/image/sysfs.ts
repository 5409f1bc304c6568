/** /sys: network classes, DMI tables, modules, block devices. */
import type { Credentials, VirtualFs } from "../fs/view.ts";
import type { Machine } from "../kernel/machine.ts";
import { loadedModules, moduleTable, references } from "./modules.ts";
import { file, inFolder, virtualFs, type Folder, type Node } from "./virtual.ts";

/** The machine's SMBIOS UUID, from its machine id. */
function productUuid(machine: Machine): string {
  const h = machine.state.machineId;
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

const dmi: Record<string, string> = {
  bios_vendor: "innotek GmbH",
  bios_version: "VirtualBox",
  bios_date: "12/01/2006",
  board_name: "VirtualBox",
  board_vendor: "Oracle Corporation",
  board_version: "1.2",
  chassis_type: "1",
  chassis_vendor: "Oracle Corporation",
  product_family: "Virtual Machine",
  product_name: "VirtualBox",
  product_version: "1.2",
  sys_vendor: "innotek GmbH",
};

export const dmiValues = (machine: Machine): Record<string, string> => ({
  ...dmi,
  product_uuid: productUuid(machine),
  product_serial: `VirtualBox-${productUuid(machine)}`,
  board_serial: "0",
  chassis_serial: "0",
});

export function sysFs(machine: Machine): VirtualFs {
  return virtualFs(
    "sysfs",
    () => machine.world.timeline.now,
    (parts, who) => inFolder(top(machine, who), parts),
  );
}

function top(machine: Machine, who: Credentials): Folder {
  const netns = machine.procs.get(who.pid)?.state.netns ?? "";
  return {
    block: {
      sda: {
        size: file(() => `${Math.floor(machine.state.trees.root!.capacity / 512) + 2048}\n`),
        queue: { rotational: file(() => "0\n") },
        removable: file(() => "0\n"),
      },
    },
    bus: { pci: { devices: {} } },
    class: {
      net: () => nets(machine, netns),
      dmi: { id: () => dmiFolder(machine) },
      block: { sda: { link: () => "../../block/sda" } },
    },
    devices: { virtual: { dmi: { id: () => dmiFolder(machine) } }, system: { cpu: () => cpus(machine) } },
    firmware: {},
    fs: { cgroup: {}, bpf: {}, fuse: {} },
    hypervisor: {},
    kernel: {
      mm: {
        transparent_hugepage: {
          enabled: file(() => "always [madvise] never\n"),
          defrag: file(() => "always defer defer+madvise [madvise] never\n"),
        },
      },
      security: { apparmor: { profiles: file(() => "") } },
      debug: {},
      tracing: {},
      osrelease: file(() => "\n"),
    },
    module: () => modules(machine),
    power: {},
  };
}

function dmiFolder(machine: Machine): Folder {
  const out: Folder = {};
  for (const [key, value] of Object.entries(dmiValues(machine))) {
    const secret = /uuid|serial/.test(key);
    const node: Node = { read: () => `${value}\n`, mode: secret ? 0o400 : 0o444 };
    out[key] = node;
  }
  return out;
}

function nets(machine: Machine, netns: string): Folder {
  const out: Folder = {};
  const ns = machine.world.network.find(machine.name, netns);
  for (const link of ns?.state.links ?? []) {
    out[link.name] = {
      address: file(() => `${link.mac}\n`),
      mtu: file(() => `${link.mtu}\n`),
      operstate: file(() => `${link.kind === "loopback" ? "unknown" : link.up ? "up" : "down"}\n`),
      carrier: file(() => `${link.up ? 1 : 0}\n`),
      ifindex: file(() => `${link.index}\n`),
      speed: file(() => "1000\n"),
      type: file(() => `${link.kind === "loopback" ? 772 : 1}\n`),
      statistics: {
        rx_bytes: file(() => `${link.rx.bytes}\n`),
        tx_bytes: file(() => `${link.tx.bytes}\n`),
        rx_packets: file(() => `${link.rx.packets}\n`),
        tx_packets: file(() => `${link.tx.packets}\n`),
        rx_dropped: file(() => `${link.rx.dropped}\n`),
        tx_dropped: file(() => `${link.tx.dropped}\n`),
      },
    };
  }
  return out;
}

function cpus(machine: Machine): Folder {
  const { cpus: n } = machine.state;
  const range = n === 1 ? "0" : `0-${n - 1}`;
  const out: Folder = { online: file(() => `${range}\n`), possible: file(() => `${range}\n`), present: file(() => `${range}\n`) };
  for (let i = 0; i < n; i++) out[`cpu${i}`] = { topology: { core_id: file(() => `${i}\n`), physical_package_id: file(() => "0\n") } };
  return out;
}

function modules(machine: Machine): Folder {
  const out: Folder = {};
  for (const name of loadedModules(machine)) {
    out[name] = {
      initstate: file(() => "live\n"),
      refcnt: file(() => `${references(machine, name)}\n`),
      coresize: file(() => `${moduleTable[name]!.size}\n`),
    };
  }
  return out;
}
