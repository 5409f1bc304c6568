import type { Area } from "../../area.ts";
import { kubelet } from "./kubelet/kubelet.ts";

export const nodeArea: Area = { programs: [kubelet], base: {} };
