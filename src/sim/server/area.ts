import type { Area } from "../area.ts";
import { ssh } from "./ssh-client.ts";
import { sshd } from "./sshd.ts";

export const serverArea: Area = { programs: [sshd, ssh], base: { "/usr/sbin/sshd": "sshd", "/usr/bin/ssh": "ssh" } };
