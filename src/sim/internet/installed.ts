/** What dpkg knows of the packages that the box came with. */
import type { ImageBuilder } from "../fs/image.ts";

export function installedAtFirst(b: ImageBuilder): void {
  b.file("/var/lib/dpkg/status", "")
    .file("/var/lib/dpkg/lock", "", { mode: 0o640 })
    .file("/var/lib/dpkg/lock-frontend", "", { mode: 0o640 });
}
