import { sizeOf, sliceOf } from "../../../fs/content.ts";
import type { Proc } from "../../../kernel/proc.ts";

/** ftruncate(2): cuts a file, or lets it grow by a hole. Throws Errno. */
export function resize(p: Proc, path: string, size: number): void {
  const content = p.fs.content(path);
  const now = sizeOf(content);
  if (size < now) p.fs.write(path, sliceOf(content, 0, size));
  else if (size > now) p.fs.setContent(path, { extents: [{ bytes: sliceOf(content, 0, now) }, { fill: 0, length: size - now }] });
}
