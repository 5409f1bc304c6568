import type { Area } from "../../area.ts";

export const nodeArea: Area = { programs: [], base: {} };
