import type { Area } from "../area.ts";

export const serverArea: Area = { programs: [], base: {} };
