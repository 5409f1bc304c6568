/** Time for tests of real Kubernetes that a run can do without: they mostly wait, and CI has to end. */
import { leftForTime } from "../../needs.ts";

/**
 * True when there is time for something that takes so many seconds (missing: only when there is for everything).
 *   KUBEMEND_E2E_LABS=all   there is time for everything
 *   KUBEMEND_E2E_UNTIL      or else until then, in seconds since 1970; without it there is none
 */
export function timeFor(what: string, seconds = Infinity): boolean {
  if (process.env.KUBEMEND_E2E_LABS === "all") return true;
  if (Date.now() / 1000 + seconds <= Number(process.env.KUBEMEND_E2E_UNTIL ?? 0)) return true;
  leftForTime(what);
  return false;
}
