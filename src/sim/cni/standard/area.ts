import type { Area } from "../../area.ts";
import { bridge, loopback, ptp } from "./bridge.ts";
import { hostLocal } from "./host-local.ts";
import { bandwidth, others, portmap, tuning } from "./portmap.ts";

export const standardArea: Area = { programs: [bridge, loopback, ptp, hostLocal, portmap, bandwidth, tuning, ...others], base: {} };
