/** Go types of KubeletConfiguration's fields (k8s.io/kubelet/config/v1beta1/types.go), and how decoding says that a value is of another. */
import type { Obj } from "../../../core/json.ts";

const byType: Record<string, string> = {
  "[]string": "allowedUnsafeSysctls clusterDNS enforceNodeAllocatable preloadedImagesVerificationAllowlist tlsCipherSuites",
  "map[string]string":
    "evictionHard evictionMinimumReclaim evictionSoft evictionSoftGracePeriod kubeReserved qosReserved systemReserved cpuManagerPolicyOptions topologyManagerPolicyOptions",
  "map[string]bool": "featureGates",
  "map[string][]string": "staticPodURLHeader",
  bool: "cgroupsPerQOS cpuCFSQuota enableContentionProfiling enableControllerAttachDetach enableDebugFlagsHandler enableDebuggingHandlers enableProfilingHandler enableServer enableSystemLogHandler enableSystemLogQuery failCgroupV1 failSwapOn kernelMemcgNotification localStorageCapacityIsolation makeIPTablesUtilChains mergeDefaultEvictionSettings protectKernelDefaults registerNode rotateCertificates runOnce seccompDefault serializeImagePulls serverTLSBootstrap singleProcessOOMKill",
  int32:
    "containerLogMaxFiles containerLogMaxWorkers eventBurst eventRecordQPS evictionMaxPodGracePeriod healthzPort imageGCHighThresholdPercent imageGCLowThresholdPercent iptablesDropBit iptablesMasqueradeBit kubeAPIBurst kubeAPIQPS maxParallelImagePulls maxPods nodeLeaseDurationSeconds nodeStatusMaxImages oomScoreAdj podsPerCore port readOnlyPort registryBurst registryPullQPS",
  int64: "maxOpenFiles podPidsLimit",
  string:
    "address cgroupDriver cgroupRoot clusterDomain configMapAndSecretChangeDetectionStrategy containerLogMaxSize containerRuntimeEndpoint contentType cpuManagerPolicy hairpinMode healthzBindAddress imageServiceEndpoint kubeReservedCgroup kubeletCgroups memoryManagerPolicy podCIDR providerID reservedSystemCPUs resolvConf showHiddenMetricsForVersion staticPodPath staticPodURL systemCgroups systemReservedCgroup tlsCertFile tlsMinVersion tlsPrivateKeyFile topologyManagerPolicy topologyManagerScope volumePluginDir",
};

/** Seconds and the like are text, "10s": metav1.Duration reads a string by itself. */
const durations = new Set(
  "containerLogMonitorInterval cpuCFSQuotaPeriod cpuManagerReconcilePeriod evictionPressureTransitionPeriod fileCheckFrequency httpCheckFrequency imageMaximumGCAge imageMinimumGCAge nodeStatusReportFrequency nodeStatusUpdateFrequency runtimeRequestTimeout shutdownGracePeriod shutdownGracePeriodCriticalPods streamingConnectionIdleTimeout syncFrequency volumeStatsAggPeriod".split(
    " ",
  ),
);

const types = new Map(Object.entries(byType).flatMap(([type, names]) => names.split(" ").map((name) => [name, type] as const)));

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "object" ? "object" : typeof value === "boolean" ? "bool" : typeof value;

function fits(type: string, kind: string): boolean {
  if (type.startsWith("[]")) return kind === "array";
  if (type.startsWith("map[")) return kind === "object";
  if (type.startsWith("int")) return kind === "number";
  return kind === type;
}

/** Top-level fields of KubeletConfiguration v1beta1 (k8s.io/kubelet/config/v1beta1/types.go), for strict decoding. */
export const kubeletFields = new Set(
  "kind apiVersion address allowedUnsafeSysctls authentication authorization cgroupDriver cgroupRoot cgroupsPerQOS clusterDNS clusterDomain configMapAndSecretChangeDetectionStrategy containerLogMaxFiles containerLogMaxSize containerLogMaxWorkers containerLogMonitorInterval containerRuntimeEndpoint contentType cpuCFSQuota cpuCFSQuotaPeriod cpuManagerPolicy cpuManagerPolicyOptions cpuManagerReconcilePeriod crashLoopBackOff enableContentionProfiling enableControllerAttachDetach enableDebugFlagsHandler enableDebuggingHandlers enableProfilingHandler enableServer enableSystemLogHandler enableSystemLogQuery enforceNodeAllocatable eventBurst eventRecordQPS evictionHard evictionMaxPodGracePeriod evictionMinimumReclaim evictionPressureTransitionPeriod evictionSoft evictionSoftGracePeriod failCgroupV1 failSwapOn featureGates fileCheckFrequency hairpinMode healthzBindAddress healthzPort httpCheckFrequency imageGCHighThresholdPercent imageGCLowThresholdPercent imageMaximumGCAge imageMinimumGCAge imagePullCredentialsVerificationPolicy imageServiceEndpoint iptablesDropBit iptablesMasqueradeBit kernelMemcgNotification kubeAPIBurst kubeAPIQPS kubeReserved kubeReservedCgroup kubeletCgroups localStorageCapacityIsolation logging makeIPTablesUtilChains maxOpenFiles maxParallelImagePulls maxPods memoryManagerPolicy memorySwap memoryThrottlingFactor mergeDefaultEvictionSettings nodeLeaseDurationSeconds nodeStatusMaxImages nodeStatusReportFrequency nodeStatusUpdateFrequency oomScoreAdj podCIDR podPidsLimit podsPerCore port preloadedImagesVerificationAllowlist protectKernelDefaults providerID qosReserved readOnlyPort registerNode registerWithTaints registryBurst registryPullQPS reservedMemory reservedSystemCPUs resolvConf rotateCertificates runOnce runtimeRequestTimeout seccompDefault serializeImagePulls serverTLSBootstrap showHiddenMetricsForVersion shutdownGracePeriod shutdownGracePeriodByPodPriority shutdownGracePeriodCriticalPods singleProcessOOMKill staticPodPath staticPodURL staticPodURLHeader streamingConnectionIdleTimeout syncFrequency systemCgroups systemReserved systemReservedCgroup tlsCertFile tlsCipherSuites tlsMinVersion tlsPrivateKeyFile topologyManagerPolicy topologyManagerPolicyOptions topologyManagerScope tracing userNamespaces volumePluginDir volumeStatsAggPeriod".split(
    " ",
  ),
);

/** The first field whose value is of another type, as sigs.k8s.io/json says it (Kubernetes 1.23 and later); undefined when there is none. */
export function typeError(config: Obj): string | undefined {
  // YAML becomes JSON with its keys in order
  for (const name of Object.keys(config).sort()) {
    const value: unknown = config[name];
    if (value === null || value === undefined) continue;
    const kind = kindOf(value);
    if (durations.has(name)) {
      if (kind !== "string") return `json: cannot unmarshal ${kind} into Go value of type string`;
      continue;
    }
    const type = types.get(name);
    if (type === undefined) continue;
    const field = `Go struct field KubeletConfiguration.${name} of type`;
    if (!fits(type, kind)) return `json: cannot unmarshal ${kind} into ${field} ${type}`;
    if (typeof value === "number" && !Number.isInteger(value)) return `json: cannot unmarshal number ${value} into ${field} ${type}`;
    const element = /^(?:\[\]|map\[string\])(string|bool)$/.exec(type)?.[1];
    if (element === undefined) continue;
    const odd = Object.values(value as Obj | unknown[]).find((item) => item !== null && kindOf(item) !== element);
    if (odd !== undefined) return `json: cannot unmarshal ${kindOf(odd)} into ${field} ${element}`;
  }
  return undefined;
}
