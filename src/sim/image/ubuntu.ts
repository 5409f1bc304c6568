/** The root filesystem of a fresh Ubuntu 24.04 machine. */
import { ImageBuilder } from "../fs/image.ts";
import type { Image } from "../fs/tree.ts";

/** `base`: executables by path, see Area. */
export function ubuntu(base: Record<string, string>): Image {
  const b = new ImageBuilder(Date.UTC(2026, 3, 22));
  for (const dir of ["bin", "sbin", "lib"]) b.dir(`/usr/${dir}`).link(`/${dir}`, `usr/${dir}`);
  for (const [path, program] of Object.entries(base)) b.binary(path, program);
  return b.build();
}
