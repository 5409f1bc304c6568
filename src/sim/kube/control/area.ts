import type { Area } from "../../area.ts";
import { etcd } from "./etcd/program.ts";

export const controlArea: Area = { programs: [etcd], base: {} };
