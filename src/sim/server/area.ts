import type { Area } from "../area.ts";
import { sshd } from "./sshd.ts";

export const serverArea: Area = { programs: [sshd], base: { "/usr/sbin/sshd": "sshd" } };
