/** The networks of a world. */
import type { Proc } from "../kernel/proc.ts";
import type { World } from "../world.ts";
import type { ProcNet } from "./api.ts";

export class Network {
  readonly world: World;
  constructor(world: World) {
    this.world = world;
  }
  forProc(_p: Proc): ProcNet {
    throw new Error("network: not built yet");
  }
}
