import type { Area } from "../area.ts";
import { catalogue } from "./catalogue.ts";
import { crictl } from "./bin/crictl.ts";
import { ctr, runc } from "./bin/ctr.ts";
import { containerd } from "./containerd.ts";
import { pause } from "./programs/pause.ts";
import { agnhost, busyboxHttpd, httpd, nginx, redis } from "./programs/webserver.ts";
import { shim } from "./shim.ts";

export const criArea: Area = {
  programs: [containerd, crictl, ctr, runc, shim, pause, nginx, httpd, busyboxHttpd, agnhost, redis],
  base: {},
  images: catalogue,
};
