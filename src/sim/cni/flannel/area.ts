import type { Area } from "../../area.ts";
import { flanneld } from "./flanneld.ts";
import { flannelImages } from "./images.ts";
import { flannelCni } from "./plugin.ts";
import { flannelSites } from "./sites.ts";

export const flannelArea: Area = { programs: [flanneld, flannelCni], base: {}, images: flannelImages, sites: flannelSites };
