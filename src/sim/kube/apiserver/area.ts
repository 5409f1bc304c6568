import type { Area } from "../../area.ts";

export const apiserverArea: Area = { programs: [], base: {} };
