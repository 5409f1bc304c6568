/** kubectl autoscale (k8s.io/kubectl/pkg/cmd/autoscale). Texts: recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import { parseQuantity } from "../../quantity.ts";
import { Failure } from "../failure.ts";
import { parseFlags, type Flags } from "../flags.ts";
import { Session } from "../session.ts";
import type { Command } from "./command.ts";
import { changeFlags, dryRunOf, report, writeQuery } from "./manage.ts";
import { eachObject } from "./objects.ts";
import { recordFlag } from "./record.ts";

/** `70%` is a share of what is requested; anything else is an amount, of processors in thousandths when it has no unit. */
function metric(resource: "cpu" | "memory", value: string): Obj {
  if (value.endsWith("%")) {
    const share = value.slice(0, -1);
    if (!/^\+?\d+$/.test(share)) throw new Failure(`error: invalid percentage value: ${share}`);
    return { resource: { name: resource, target: { averageUtilization: Number(share), type: "Utilization" } }, type: "Resource" };
  }
  const amount = resource === "cpu" && /^\d+$/.test(value) ? `${value}m` : value;
  if (parseQuantity(amount) === undefined) throw new Failure(`error: invalid resource ${resource} value: ${value}`);
  return { resource: { name: resource, target: { averageValue: amount, type: "AverageValue" } }, type: "Resource" };
}

/** Since 1.34 metrics are named as autoscaling/v2 does; before, there was a share of the processor in autoscaling/v1 only. */
function targets(s: Session, flags: Flags): Obj {
  const percent = flags.number("cpu-percent");
  if (s.minor < 34) return percent === undefined ? {} : { targetCPUUtilizationPercentage: percent };
  const cpu = flags.text("cpu") ?? (percent === undefined ? undefined : `${percent}%`);
  const memory = flags.text("memory");
  const metrics = [...(cpu ? [metric("cpu", cpu)] : []), ...(memory ? [metric("memory", memory)] : [])];
  return metrics.length > 0 ? { metrics } : {};
}

export const autoscale: Command = async (p, argv) => {
  const flags = parseFlags(p, "autoscale", argv, {
    ...changeFlags,
    ...recordFlag,
    min: "int",
    max: "int",
    "cpu-percent": "int",
    name: "string",
    cpu: "string",
    memory: "string",
  });
  const s = new Session(p, flags);
  const modern = s.minor >= 34;
  for (const name of modern ? [] : ["cpu", "memory"])
    if (flags.text(name) !== undefined) throw new Failure(`error: unknown flag: --${name}\nSee 'kubectl autoscale --help' for usage.`);
  if (modern && flags.text("cpu-percent") !== undefined)
    await p.err(
      "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n",
    );
  const [min, max] = [flags.number("min"), flags.number("max")];
  if (max === undefined) throw new Failure('error: required flag(s) "max" not set');
  if (max < 1) throw new Failure(`error: --max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (min !== undefined && max < min)
    throw new Failure(`error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  if (flags.text("cpu") !== undefined && flags.text("cpu-percent") !== undefined)
    throw new Failure("error: --cpu-percent and --cpu are mutually exclusive");
  const dry = await dryRunOf(s);
  const version = modern ? "v2" : "v1";
  await eachObject(s, flags.args, "autoscale", async (l) => {
    if (!l.kind.scales) {
      const { group, version, plural, kind } = l.kind;
      throw new Failure(
        `error: cannot autoscale a ${kind}: could not find scale subresource for ${group}/${version}, Resource=${plural} in discovery information`,
      );
    }
    const k = (await s.kinds()).find((x) => x.plural === "horizontalpodautoscalers" && x.version === version)!;
    const object: Obj = {
      apiVersion: `autoscaling/${version}`,
      kind: "HorizontalPodAutoscaler",
      metadata: { creationTimestamp: null, name: flags.text("name") ?? l.name },
      spec: {
        maxReplicas: max,
        ...(min ? { minReplicas: min } : {}),
        scaleTargetRef: { apiVersion: l.object.apiVersion as string, kind: l.kind.kind, name: l.name },
        ...targets(s, flags),
      },
      status: modern ? { currentMetrics: null, desiredReplicas: 0 } : { currentReplicas: 0, desiredReplicas: 0 },
    };
    const body =
      dry === "client"
        ? object
        : await s.request("POST", s.path(k, l.namespace), object, { query: writeQuery(s, "kubectl-autoscale", dry) });
    await report(s, k, body, dry === "none" ? "autoscaled" : "created", dry);
  });
  return 0;
};
