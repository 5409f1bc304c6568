import type { Area } from "../../area.ts";
import { birdc, birdcl } from "../bird/birdc.ts";
import { bird } from "../bird/daemon.ts";
import { companionPrograms, flexvol } from "./companions.ts";
import { checkStatus, kubeControllers } from "./controllers.ts";
import { calicoctl } from "./ctl/calicoctl.ts";
import { calicoImages } from "./images.ts";
import { calicoInstall } from "./install.ts";
import { calicoNode } from "./node/node.ts";
import { startRunit, sv } from "./node/runit.ts";
import { tigeraOperator } from "./operator/operator.ts";
import { calicoCni, calicoIpam } from "./plugin.ts";
import { calicoSites } from "./sites.ts";

export const calicoArea: Area = {
  programs: [
    bird,
    birdc,
    birdcl,
    calicoNode,
    startRunit,
    sv,
    calicoCni,
    calicoIpam,
    calicoInstall,
    kubeControllers,
    checkStatus,
    ...companionPrograms,
    flexvol,
    tigeraOperator,
    calicoctl,
  ],
  base: {},
  images: calicoImages,
  sites: calicoSites,
};
