import type { Area } from "../../area.ts";
import { bridge, loopback, ptp } from "./bridge.ts";
import { hostLocal } from "./host-local.ts";
import { bandwidth, portmap, tuning } from "./portmap.ts";

export const standardArea: Area = { programs: [bridge, loopback, ptp, hostLocal, portmap, bandwidth, tuning], base: {} };
