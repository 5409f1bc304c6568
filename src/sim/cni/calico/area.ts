import type { Area } from "../../area.ts";

export const calicoArea: Area = { programs: [], base: {} };
