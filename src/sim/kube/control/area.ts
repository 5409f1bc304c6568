import type { Area } from "../../area.ts";
import { etcd } from "./etcd/program.ts";
import { images } from "./images.ts";

export const controlArea: Area = { programs: [etcd], base: {}, images };
