import type { Area } from "../../area.ts";
import { kubeadm } from "./program.ts";

export const kubeadmArea: Area = { programs: [kubeadm], base: {} };
