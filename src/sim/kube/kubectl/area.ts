import type { Area } from "../../area.ts";
import { kubectl } from "./main.ts";

export const kubectlArea: Area = { programs: [kubectl], base: {} };
