/** kubectl top: the metrics API, which only a metrics-server serves. */
import { Failure } from "../failure.ts";
import { parseFlags, selectorFlags } from "../flags.ts";
import { Session } from "../session.ts";
import type { Command } from "./command.ts";

export const top: Command = async (p, argv) => {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  const what = argv[at] ?? "";
  if (!/^(no|nodes?|po|pods?)$/.test(what))
    throw new Failure(`error: unknown command ${JSON.stringify(what)}\nSee 'kubectl top -h' for help and examples`);
  const flags = parseFlags(p, `top ${what.startsWith("no") ? "node" : "pod"}`, [...argv.slice(0, at), ...argv.slice(at + 1)], {
    ...selectorFlags,
    containers: "bool",
    "no-headers": "bool",
    "sort-by": "string",
    sum: "bool",
    "show-capacity": "bool",
    "use-protocol-buffers": "bool",
    "show-swap": "bool",
  });
  const s = new Session(p, flags);
  if (!(await s.kinds(true)).some((k) => k.group === "metrics.k8s.io")) throw new Failure("error: Metrics API not available");
  return p.notSimulated("kubectl top with a metrics server");
};
