/** Network namespaces of pods: made by containerd, kept alive by a file under /run/netns. */
import type { Proc } from "../kernel/proc.ts";

/** Makes a namespace; its file's name is that of the namespace. */
export function createNetns(p: Proc, name: string): void {
  p.fs.mkdirp("/run/netns");
  p.machine.world.network.createNs(p.machine.name, name);
  if (!p.fs.exists(`/run/netns/${name}`)) p.fs.write(`/run/netns/${name}`, "", { mode: 0o444 });
}

export function deleteNetns(p: Proc, name: string): void {
  if (!p.fs.exists(`/run/netns/${name}`)) return;
  p.fs.unlink(`/run/netns/${name}`);
  p.machine.world.network.deleteNs(p.machine.name, name);
}
