/** Puts the layers of the simulator together. */
import type { Area } from "./area.ts";
import { shellArea } from "./shell/area.ts";
import { netArea } from "./bin/net/area.ts";
import { absentPaths, absentPrograms } from "./bin/system/absent.ts";
import { systemArea } from "./bin/system/area.ts";
import { textArea } from "./bin/text/area.ts";
import { calicoArea } from "./cni/calico/area.ts";
import { flannelArea } from "./cni/flannel/area.ts";
import { standardArea } from "./cni/standard/area.ts";
import { criArea } from "./cri/area.ts";
import { registerImages, rootImage } from "./cri/images.ts";
import { openCriLog, openJsonLog } from "./cri/log.ts";
import { boot, install, lostPower } from "./image/boot.ts";
import { cgroupFs } from "./image/cgroupfs.ts";
import { procFs } from "./image/procfs.ts";
import { sysFs } from "./image/sysfs.ts";
import { ubuntu } from "./image/ubuntu.ts";
import { internetOf } from "./internet/internet.ts";
import { sites } from "./internet/sites.ts";
import { openDevice } from "./kernel/device.ts";
import { nullDevice } from "./kernel/file.ts";
import { admitProcess } from "./kernel/limits.ts";
import { apiserverArea } from "./kube/apiserver/area.ts";
import { controlArea } from "./kube/control/area.ts";
import { kubeadmArea } from "./kube/kubeadm/area.ts";
import { kubectlArea } from "./kube/kubectl/area.ts";
import { nodeArea } from "./kube/node/area.ts";
import { Network } from "./net/network.ts";
import { journalSink } from "./systemd/journal.ts";
import { serverArea } from "./server/area.ts";
import type { Layers } from "./world.ts";

const areas: Area[] = [
  shellArea,
  netArea,
  systemArea,
  textArea,
  criArea,
  apiserverArea,
  kubectlArea,
  nodeArea,
  controlArea,
  kubeadmArea,
  standardArea,
  calicoArea,
  flannelArea,
  serverArea,
];

const base = Object.assign({}, ...areas.map((area) => area.base)) as Record<string, string>;
const simulated = areas.flatMap((area) => area.programs);
const programs = [...simulated, ...absentPrograms(new Set(simulated.map((program) => program.name)))];
registerImages(
  areas.flatMap((area) => area.images ?? []),
  base,
);

/** The layers of a real world. */
export function layers(): Layers {
  return {
    programs,
    images: { "ubuntu-24.04": () => ubuntu({ ...absentPaths(base), ...base }) },
    findImage: rootImage,
    virtual: { proc: procFs, sysfs: sysFs, cgroup2: cgroupFs },
    openSpecial: openDevice,
    openSink: (machine, p, sink) => {
      switch (sink.kind) {
        case "cri":
          return openCriLog(machine, sink.path, sink.stream);
        case "json-file":
          return openJsonLog(machine, sink.path, sink.stream);
        case "journal":
          return journalSink(machine, p, sink);
        case "file":
          return machine.open(p, sink.path, { write: true, append: true, create: true, mode: 0o644 });
        case "null":
          return nullDevice();
      }
    },
    network: (world) => {
      const network = new Network(world);
      network.internet = internetOf(world, sites);
      return network;
    },
    install,
    boot,
    lostPower,
    admit: admitProcess,
  };
}
