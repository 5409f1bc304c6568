/** Swap areas in use; forgotten at boot. */
import { Errno } from "../core/errno.ts";
import type { Machine } from "../kernel/machine.ts";
import type { FsView } from "../fs/view.ts";
import { printk } from "../systemd/journal.ts";

export interface SwapArea {
  path: string;
  type: "file" | "partition";
  /** KiB, without the header page. */
  size: number;
  used: number;
  priority: number;
}

const stateOf = (machine: Machine): { areas: SwapArea[] } =>
  machine.layer("swap", () => ({ areas: [] })) as unknown as { areas: SwapArea[] };

export const swapAreas = (machine: Machine): SwapArea[] => stateOf(machine).areas;

/** First bytes of a swap area that mkswap has written (the real signature ends the first page). */
export const swapSignature = "SWAPSPACE2";

/** swapon(2). Throws EINVAL (no signature), EBUSY (in use), ENOENT. */
export function swapOn(machine: Machine, fs: FsView, path: string, priority?: number): void {
  const s = fs.stat(path);
  const real = fs.realpath(path);
  const { areas } = stateOf(machine);
  if (areas.some((a) => a.path === real)) throw new Errno("EBUSY", path);
  if (s.type !== "file" || !hasSignature(fs, path)) throw new Errno("EINVAL", path);
  const size = Math.floor(s.size / 1024) - 4;
  const lowest = Math.min(-1, ...areas.map((a) => a.priority));
  areas.push({ path: real, type: "file", size, used: 0, priority: priority ?? lowest - 1 });
  printk(
    machine,
    `Adding ${size}k swap on ${real}.  Priority:${priority ?? lowest - 1} extents:${2 + Math.floor(size / 262144)} across:${size + 17000}k `,
  );
}

/** swapoff(2). Throws EINVAL when it is not in use. */
export function swapOff(machine: Machine, fs: FsView, path: string): void {
  const { areas } = stateOf(machine);
  const real = fs.exists(path) ? fs.realpath(path) : path;
  const at = areas.findIndex((a) => a.path === real);
  if (at < 0) throw new Errno(fs.exists(path) ? "EINVAL" : "ENOENT", path);
  areas.splice(at, 1);
}

export function hasSignature(fs: FsView, path: string): boolean {
  const content = fs.content(path);
  if (content && typeof content === "object" && "extents" in content) {
    const [first] = content.extents;
    return first !== undefined && "bytes" in first && Buffer.from(first.bytes).includes(swapSignature);
  }
  return typeof content === "string"
    ? content.startsWith(swapSignature)
    : content instanceof Uint8Array && Buffer.from(content).includes(swapSignature);
}
