import type { Area } from "../../area.ts";

export const standardArea: Area = { programs: [], base: {} };
