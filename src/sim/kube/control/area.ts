import type { Area } from "../../area.ts";

export const controlArea: Area = { programs: [], base: {} };
