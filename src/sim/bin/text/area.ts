import type { Area } from "../../area.ts";

export const textArea: Area = { programs: [], base: {} };
