import type { Area } from "../area.ts";
import { catalogue } from "./catalogue.ts";

export const criArea: Area = { programs: [], base: {}, images: catalogue };
