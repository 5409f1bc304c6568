/** Real Kubernetes packages and images for tests, as build.sh makes them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { available } from "../../needs.ts";
import { needsMachines, scratch } from "../lxc/machines.ts";

/** For a specification's `mirror:`. */
export const mirror = join(scratch, "realkube");

/** True when a real cluster can be built. Throws in CI when it cannot. */
export const needsKubernetes = (): boolean =>
  needsMachines() && available("Kubernetes 1.20 for LXC machines (test/e2e/realkube/build.sh)", existsSync(join(mirror, "key")));
