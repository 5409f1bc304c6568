import type { Area } from "../area.ts";
import { bash } from "./bash.ts";

export const shellArea: Area = {
  programs: [bash],
  base: {
    "/usr/bin/bash": "bash",
    "/usr/bin/sh": "bash",
  },
};
