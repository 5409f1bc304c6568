/** Sizes for people, as gnulib's human_readable rounds them (up). */

/** `1.5K`, `12M`; `base` 1024 or 1000. */
export function humanSize(bytes: number, base: 1024 | 1000 = 1024): string {
  if (bytes < base) return String(bytes);
  const units = base === 1024 ? "KMGTPE" : "kMGTPE";
  let value = bytes;
  let power = -1;
  while (value >= base && power < units.length - 1) {
    value /= base;
    power++;
  }
  if (value < 10) {
    const tenths = Math.ceil(value * 10 - 1e-9);
    if (tenths < 100) return `${Math.floor(tenths / 10)}.${tenths % 10}${units[power]}`;
  }
  const rounded = Math.ceil(value - 1e-9);
  if (rounded >= base && power < units.length - 1) return `1.0${units[power + 1]}`;
  return `${rounded}${units[power]}`;
}

/** 512-byte blocks that a file of this size takes on ext4 with 4 KiB blocks; short links live in the inode. */
export function blocksOf(s: { type: string; size: number; allocated?: number }): number {
  if (s.type === "symlink") return s.size < 60 ? 0 : 8;
  if (s.type !== "file" && s.type !== "dir") return 0;
  return Math.ceil((s.allocated ?? s.size) / 4096) * 8;
}
