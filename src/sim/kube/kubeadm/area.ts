import type { Area } from "../../area.ts";

export const kubeadmArea: Area = { programs: [], base: {} };
