import type { Area } from "../../area.ts";
import { birdc, birdcl } from "../bird/birdc.ts";
import { bird } from "../bird/daemon.ts";
import { calicoImages } from "./images.ts";
import { calicoInstall } from "./install.ts";
import { calicoNode } from "./node/node.ts";
import { startRunit, sv } from "./node/runit.ts";
import { calicoCni, calicoIpam } from "./plugin.ts";

export const calicoArea: Area = {
  programs: [bird, birdc, birdcl, calicoNode, startRunit, sv, calicoCni, calicoIpam, calicoInstall],
  base: {},
  images: calicoImages,
};
