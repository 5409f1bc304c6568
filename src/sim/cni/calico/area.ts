import type { Area } from "../../area.ts";
import { birdc, birdcl } from "../bird/birdc.ts";
import { bird } from "../bird/daemon.ts";

export const calicoArea: Area = { programs: [bird, birdc, birdcl], base: {} };
