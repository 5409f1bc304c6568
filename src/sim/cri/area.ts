import type { Area } from "../area.ts";
import { catalogue } from "./catalogue.ts";
import { crictl } from "./bin/crictl.ts";
import { crun, ctr, runc } from "./bin/ctr.ts";
import { containerd } from "./containerd.ts";
import { pause } from "./programs/pause.ts";
import { agnhost, busyboxHttpd, httpd, nginx, redis } from "./programs/webserver.ts";
import { crio } from "./crio/crio.ts";
import { docker } from "./docker/cli/docker.ts";
import { criDockerd } from "./docker/cri-dockerd.ts";
import { dockerd } from "./docker/dockerd.ts";
import { conmon, shim } from "./shim.ts";

export const criArea: Area = {
  programs: [
    containerd,
    crio,
    dockerd,
    docker,
    criDockerd,
    crictl,
    ctr,
    runc,
    crun,
    shim,
    conmon,
    pause,
    nginx,
    httpd,
    busyboxHttpd,
    agnhost,
    redis,
  ],
  base: {},
  images: catalogue,
};
