import type { Area } from "../../area.ts";

export const kubectlArea: Area = { programs: [], base: {} };
