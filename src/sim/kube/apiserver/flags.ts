/** Command line of kube-apiserver: what it knows, and what of it the simulator models. */
import type { FlagTable } from "../control/flags.ts";

/** Flags that change what this server does. */
export const modelled: FlagTable = {
  "admission-control": "list",
  "advertise-address": "string",
  "allow-privileged": "bool",
  "anonymous-auth": "bool",
  "api-audiences": "list",
  "authorization-mode": "list",
  "bind-address": "string",
  "client-ca-file": "string",
  "disable-admission-plugins": "list",
  "enable-admission-plugins": "list",
  "enable-bootstrap-token-auth": "bool",
  "etcd-cafile": "string",
  "etcd-certfile": "string",
  "etcd-keyfile": "string",
  "etcd-prefix": "string",
  "etcd-servers": "list",
  "kubelet-certificate-authority": "string",
  "kubelet-client-certificate": "string",
  "kubelet-client-key": "string",
  "kubelet-preferred-address-types": "list",
  "proxy-client-cert-file": "string",
  "proxy-client-key-file": "string",
  "requestheader-client-ca-file": "string",
  "secure-port": "int",
  "service-account-issuer": "list",
  "service-account-key-file": "list",
  "service-account-signing-key-file": "string",
  "service-cluster-ip-range": "string",
  "service-node-port-range": "string",
  "tls-cert-file": "string",
  "tls-private-key-file": "string",
  version: "string",
  help: "bool",
};

/** Flags whose effect cannot be seen in a simulated cluster: tuning of caches, time-outs, profiling, logging. */
export const withoutEffect: FlagTable = {
  "cors-allowed-origins": "list", "default-not-ready-toleration-seconds": "int", "default-unreachable-toleration-seconds": "int",
  "default-watch-cache-size": "int", "delete-collection-workers": "int", "emulated-version": "list", "enable-aggregator-routing": "bool",
  "enable-garbage-collector": "bool", "enable-priority-and-fairness": "bool", "endpoint-reconciler-type": "string", "etcd-compaction-interval": "duration",
  "etcd-count-metric-poll-period": "duration", "etcd-healthcheck-timeout": "duration", "etcd-readycheck-timeout": "duration", "event-ttl": "duration",
  "external-hostname": "string", "feature-gates": "map", "goaway-chance": "string", "http2-max-streams-per-connection": "int", "insecure-port": "int",
  "kubelet-timeout": "duration", "kubernetes-service-node-port": "int", "livez-grace-period": "duration", "logging-format": "string",
  "log-flush-frequency": "duration", "max-connection-bytes-per-sec": "int", "max-mutating-requests-inflight": "int", "max-requests-inflight": "int",
  "min-request-timeout": "int", profiling: "bool", "contention-profiling": "bool", "request-timeout": "duration",
  "requestheader-allowed-names": "list", "requestheader-extra-headers-prefix": "list", "requestheader-group-headers": "list", "requestheader-uid-headers": "list",
  "requestheader-username-headers": "list", "runtime-config": "map", "service-account-extend-token-expiration": "bool", "service-account-lookup": "bool",
  "service-account-max-token-expiration": "duration", "service-account-jwks-uri": "string", "shutdown-delay-duration": "duration",
  "shutdown-send-retry-after": "bool", "storage-backend": "string", "storage-media-type": "string", "strict-transport-security-directives": "list",
  "tls-cipher-suites": "list", "tls-min-version": "string", v: "int", vmodule: "string", "watch-cache": "bool", "watch-cache-sizes": "list", "lease-reuse-duration-seconds": "int",
  "cert-dir": "string",
};

/** Flags of the real server that would change what it does here too. */
export const notModelled: FlagTable = {
  "admission-control-config-file": "string", "aggregator-reject-forwarding-redirect": "bool", "audit-log-maxage": "int", "audit-log-maxbackup": "int",
  "audit-log-maxsize": "int", "audit-log-path": "string", "audit-log-format": "string", "audit-policy-file": "string", "audit-webhook-config-file": "string",
  "authentication-config": "string", "authentication-token-webhook-config-file": "string", "authorization-config": "string",
  "authorization-policy-file": "string", "authorization-webhook-config-file": "string", "cloud-config": "string", "cloud-provider": "string",
  "debug-socket-path": "string", "egress-selector-config-file": "string", "encryption-provider-config": "string",
  "encryption-provider-config-automatic-reload": "bool", "etcd-servers-overrides": "list", "oidc-ca-file": "string", "oidc-client-id": "string",
  "oidc-groups-claim": "string", "oidc-groups-prefix": "string", "oidc-issuer-url": "string", "oidc-required-claim": "map", "oidc-signing-algs": "list",
  "oidc-username-claim": "string", "oidc-username-prefix": "string", "peer-advertise-ip": "string", "peer-ca-file": "string",
  "tls-sni-cert-key": "list", "token-auth-file": "string", "tracing-config-file": "string", "permit-address-sharing": "bool", "permit-port-sharing": "bool",
};

/** Plugins that are on without a flag (pkg/kubeapiserver/options/plugins.go, DefaultOffAdmissionPlugins). */
export const defaultPlugins = [
  "NamespaceLifecycle", "LimitRanger", "ServiceAccount", "TaintNodesByCondition", "PodSecurity", "Priority", "DefaultTolerationSeconds", "DefaultStorageClass",
  "StorageObjectInUseProtection", "PersistentVolumeClaimResize", "RuntimeClass", "CertificateApproval", "CertificateSigning", "ClusterTrustBundleAttest",
  "CertificateSubjectRestriction", "DefaultIngressClass", "PodTopologyLabels", "MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook", "ResourceQuota",
];

/** Plugins that may be named; those of them that are off by default and not modelled are refused. */
export const otherPlugins: Record<string, boolean> = {
  NodeRestriction: true, AlwaysAdmit: true, AlwaysDeny: false, AlwaysPullImages: false, DenyServiceExternalIPs: false, EventRateLimit: false,
  ExtendedResourceToleration: false, ImagePolicyWebhook: false, LimitPodHardAntiAffinityTopology: false, NamespaceAutoProvision: false, NamespaceExists: true,
  OwnerReferencesPermissionEnforcement: false, PersistentVolumeLabel: false, PodNodeSelector: false, PodTolerationRestriction: false, PodSecurityPolicy: false, SecurityContextDeny: false,
};
