/** What a part of the simulator adds to every world. `assemble.ts` puts the parts together. */
import type { ContainerImage, ImageFamily } from "./cri/images.ts";
import type { Site } from "./internet/site.ts";
import type { Program } from "./kernel/program.ts";

export interface Area {
  programs: Program[];
  /** Executables of the Ubuntu image that run these programs: path → program name. (Packages bring others, see internet/.) */
  base: Record<string, string>;
  /** Container images that the simulated registries hold. */
  images?: (ContainerImage | ImageFamily)[];
  /** Hosts of the simulated Internet (several areas may serve paths of one host: a site that answers 404 passes the request on). */
  sites?: Site[];
}
