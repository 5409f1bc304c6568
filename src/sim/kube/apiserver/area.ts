import type { Area } from "../../area.ts";
import { kubeApiserver } from "./process.ts";

export const apiserverArea: Area = { programs: [kubeApiserver], base: {} };
