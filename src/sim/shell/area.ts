import type { Area } from "../area.ts";

export const shellArea: Area = { programs: [], base: {} };
