import type { Area } from "../../area.ts";

export const netArea: Area = { programs: [], base: {} };
