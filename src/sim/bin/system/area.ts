import type { Area } from "../../area.ts";

export const systemArea: Area = { programs: [], base: {} };
