import type { Area } from "../area.ts";

export const criArea: Area = { programs: [], base: {} };
