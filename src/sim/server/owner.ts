/** The one background process of a state folder. */
import { join } from "node:path";
import { claim } from "../../claim.ts";

export const ownerFile = (dir: string): string => join(dir, "owner.json");

/** False when another process that lives has the folder. */
export const claimState = (dir: string): boolean => claim(ownerFile(dir), {}) === undefined;
