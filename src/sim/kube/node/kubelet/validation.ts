/** What the kubelet refuses in its configuration (pkg/kubelet/apis/config/validation/validation.go). */
import type { Obj } from "../../../core/json.ts";

/** Numbers and their bounds, where zero may mean that a port is off: field, flag, least, most, zero allowed. */
const ranges: [field: string, flag: string, least: number, most: number, zero?: true][] = [
  ["healthzPort", "healthz-port", 1, 65535, true],
  ["imageGCHighThresholdPercent", "image-gc-high-threshold", 0, 100],
  ["imageGCLowThresholdPercent", "image-gc-low-threshold", 0, 100],
  ["iptablesDropBit", "iptables-drop-bit", 0, 31],
  ["iptablesMasqueradeBit", "iptables-masquerade-bit", 0, 31],
  ["oomScoreAdj", "oom-score-adj", -1000, 1000],
  ["port", "port", 1, 65535],
];
const notNegative: [field: string, flag: string][] = [
  ["eventBurst", "event-burst"],
  ["eventRecordQPS", "event-qps"],
  ["kubeAPIBurst", "kube-api-burst"],
  ["kubeAPIQPS", "kube-api-qps"],
  ["maxOpenFiles", "max-open-files"],
  ["maxPods", "max-pods"],
  ["podsPerCore", "pods-per-core"],
  ["registryBurst", "registry-burst"],
  ["registryPullQPS", "registry-qps"],
];
const choices: [field: string, flag: string, values: string[]][] = [
  ["topologyManagerPolicy", "topology-manager-policy", ["none", "best-effort", "restricted", "single-numa-node"]],
];
const enforcements = ["pods", "system-reserved", "kube-reserved", "none"];
const hairpinModes = ["none", "hairpin-veth", "promiscuous-bridge"];

/** The aggregate of all problems; undefined when there are none. */
export function configurationProblem(config: Obj): string | undefined {
  const found: string[] = [];
  const say = (text: string): void => void found.push(`invalid configuration: ${text}`);
  const number = (field: string): number | undefined => (typeof config[field] === "number" ? (config[field] as number) : undefined);
  if ((number("nodeLeaseDurationSeconds") ?? 40) < 0) say("nodeLeaseDurationSeconds must be greater than 0");
  if (config.cgroupsPerQOS === false && (config.enforceNodeAllocatable as string[] | undefined)?.length !== 0)
    say("enforceNodeAllocatable (--enforce-node-allocatable) is not supported unless cgroupsPerQOS (--cgroups-per-qos) is set to true");
  if (config.systemCgroups && !config.cgroupRoot)
    say("systemCgroups (--system-cgroups) was specified and cgroupRoot (--cgroup-root) was not specified");
  for (const [field, flag, least, most, zero] of ranges) {
    const value = number(field);
    if (value === undefined || (zero && value === 0)) continue;
    if (value < least || value > most) say(`${field} (--${flag}) ${value} must be between ${least} and ${most}, inclusive`);
  }
  const [low, high] = [number("imageGCLowThresholdPercent") ?? 80, number("imageGCHighThresholdPercent") ?? 85];
  if (low >= high)
    say(
      `imageGCLowThresholdPercent (--image-gc-low-threshold) ${low} must be less than imageGCHighThresholdPercent (--image-gc-high-threshold) ${high}`,
    );
  for (const [field, flag] of notNegative) {
    const value = number(field) ?? 0;
    if (value < 0) say(`${field} (--${flag}) ${value} must not be a negative number`);
  }
  const readOnly = number("readOnlyPort") ?? 0;
  if (readOnly < 0 || readOnly > 65535) say(`readOnlyPort (--read-only-port) ${readOnly} must be between 0 and 65535, inclusive`);
  for (const [field, flag, values] of choices) {
    const value = config[field] as string | undefined;
    if (value && !values.includes(value))
      say(`${field} (--${flag}) ${JSON.stringify(value)} must be one of: [${values.map((v) => JSON.stringify(v)).join(" ")}]`);
  }
  for (const value of (config.enforceNodeAllocatable ?? []) as string[])
    if (!enforcements.includes(value))
      say(
        `option ${JSON.stringify(value)} specified for enforceNodeAllocatable (--enforce-node-allocatable). Valid options are "pods", "system-reserved", "kube-reserved", or "none"`,
      );
  const hairpin = config.hairpinMode as string | undefined;
  if (hairpin && !hairpinModes.includes(hairpin))
    say(
      `option ${JSON.stringify(hairpin)} specified for hairpinMode (--hairpin-mode). Valid options are "none", "hairpin-veth" or "promiscuous-bridge"`,
    );
  if (found.length === 0) return undefined;
  return found.length === 1 ? found[0] : `[${found.join(", ")}]`;
}
