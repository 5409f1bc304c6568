/** Programs of the system: the service manager and its tools, packages, processes, memory and disks. */
import type { Area } from "../../area.ts";
import { networkd } from "../../systemd/networkd.ts";
import { resolved } from "../../systemd/resolved.ts";
import { systemd } from "../../systemd/systemd.ts";
import { aptCache } from "./apt/apt-cache.ts";
import { aptGet } from "./apt/apt-get.ts";
import { aptMark } from "./apt/apt-mark.ts";
import { dpkg, dpkgQuery } from "./apt/dpkg.ts";
import { gpg } from "./apt/gpg.ts";
import { bootStepPaths, bootSteps } from "./boot-steps.ts";
import { journalctl } from "./journalctl.ts";
import { standbyPaths, standbys } from "./standby.ts";
import { systemctl } from "./systemctl.ts";
import { ufw, ufwInit } from "./ufw.ts";

export const systemArea: Area = {
  programs: [systemd, networkd, resolved, ...standbys, ...bootSteps, systemctl, journalctl, ufw, ufwInit, aptGet, aptCache, aptMark, dpkg, dpkgQuery, gpg],
  base: {
    "/usr/lib/systemd/systemd": "systemd",
    "/usr/lib/systemd/systemd-networkd": "systemd-networkd",
    "/usr/lib/systemd/systemd-resolved": "systemd-resolved",
    ...standbyPaths,
    ...bootStepPaths,
    "/usr/bin/systemctl": "systemctl",
    "/usr/sbin/reboot": "systemctl",
    "/usr/sbin/poweroff": "systemctl",
    "/usr/sbin/halt": "systemctl",
    "/usr/sbin/shutdown": "systemctl",
    "/usr/bin/journalctl": "journalctl",
    "/usr/bin/apt-get": "apt-get",
    "/usr/bin/apt": "apt-get",
    "/usr/bin/apt-cache": "apt-cache",
    "/usr/bin/apt-mark": "apt-mark",
    "/usr/bin/dpkg": "dpkg",
    "/usr/bin/dpkg-query": "dpkg-query",
    "/usr/bin/gpg": "gpg",
    "/usr/sbin/ufw": "ufw",
    "/usr/lib/ufw/ufw-init": "ufw-init",
  },
};
