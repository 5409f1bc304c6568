/** The addons CoreDNS and kube-proxy (cmd/kubeadm/app/phases/addons). */
import type { Obj } from "../../core/json.ts";
import type { Api } from "./api.ts";
import { coreDnsImage, type Config } from "./config.ts";
import type { Context } from "./context.ts";
import { controlPlaneEndpoint } from "./kubeconfig.ts";
import { dnsAddress } from "./manifests.ts";
import { bootstrappers, clusterRole, clusterRoleBinding, role, roleBinding } from "./rbac.ts";
import { signature } from "./upload.ts";
import { toYaml } from "./yaml.ts";

const rbac = "rbac.authorization.k8s.io";
const system = "kube-system";

function corefile(c: Context, domain: string): string {
  const cache =
    c.minor >= 33 ? [`    cache 30 {`, `       disable success ${domain}`, `       disable denial ${domain}`, `    }`] : ["    cache 30"];
  return [
    ".:53 {",
    "    errors",
    "    health {",
    "       lameduck 5s",
    "    }",
    "    ready",
    `    kubernetes ${domain} in-addr.arpa ip6.arpa {`,
    "       pods insecure",
    "       fallthrough in-addr.arpa ip6.arpa",
    "       ttl 30",
    "    }",
    "    prometheus :9153",
    "    forward . /etc/resolv.conf {",
    "       max_concurrent 1000",
    "    }",
    ...cache,
    "    loop",
    "    reload",
    "    loadbalance",
    "}",
    "",
  ].join("\n");
}

function coreDnsDeployment(c: Context, config: Config): Obj {
  const { minor } = c;
  const taints =
    minor >= 25 ? ["node-role.kubernetes.io/control-plane"] : ["node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"];
  // probes name their ports since 1.34
  const named = minor >= 34;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "coredns", namespace: system, labels: { "k8s-app": "kube-dns" } },
    spec: {
      replicas: 2,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: { "k8s-app": "kube-dns" } },
      template: {
        metadata: { labels: { "k8s-app": "kube-dns" } },
        spec: {
          priorityClassName: "system-cluster-critical",
          serviceAccountName: "coredns",
          ...(minor >= 23
            ? {
                affinity: {
                  podAntiAffinity: {
                    preferredDuringSchedulingIgnoredDuringExecution: [
                      {
                        weight: 100,
                        podAffinityTerm: {
                          labelSelector: { matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns"] }] },
                          topologyKey: "kubernetes.io/hostname",
                        },
                      },
                    ],
                  },
                },
              }
            : {}),
          tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }, ...taints.map((key) => ({ key, effect: "NoSchedule" }))],
          nodeSelector: { "kubernetes.io/os": "linux" },
          containers: [
            {
              name: "coredns",
              image: coreDnsImage(c, config.cluster),
              imagePullPolicy: "IfNotPresent",
              resources: { limits: { memory: "170Mi" }, requests: { cpu: "100m", memory: "70Mi" } },
              args: ["-conf", "/etc/coredns/Corefile"],
              volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
              ports: [
                { containerPort: 53, name: "dns", protocol: "UDP" },
                { containerPort: 53, name: "dns-tcp", protocol: "TCP" },
                { containerPort: 9153, name: "metrics", protocol: "TCP" },
                ...(named
                  ? [
                      { containerPort: 8080, name: "liveness-probe", protocol: "TCP" },
                      { containerPort: 8181, name: "readiness-probe", protocol: "TCP" },
                    ]
                  : []),
              ],
              livenessProbe: {
                httpGet: { path: "/health", port: named ? "liveness-probe" : 8080, scheme: "HTTP" },
                initialDelaySeconds: 60,
                timeoutSeconds: 5,
                successThreshold: 1,
                failureThreshold: 5,
              },
              readinessProbe: { httpGet: { path: "/ready", port: named ? "readiness-probe" : 8181, scheme: "HTTP" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { add: ["NET_BIND_SERVICE"], drop: [minor >= 29 ? "ALL" : "all"] },
                readOnlyRootFilesystem: true,
              },
            },
          ],
          dnsPolicy: "Default",
          volumes: [{ name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } }],
        },
      },
    },
  };
}

export async function coreDnsAddon(c: Context, config: Config, api: Api): Promise<void> {
  if (config.cluster.dns.disabled === true) return;
  const domain = String(config.cluster.networking.dnsDomain);
  const there = await api.get("configmaps", "coredns", system);
  // a Corefile that somebody changed is kept
  if (!there)
    await api.ensure("configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace: system },
      data: { Corefile: corefile(c, domain) },
    });
  const slices = c.minor >= 21;
  await api.ensure(
    `clusterroles.${rbac}`,
    clusterRole("system:coredns", [
      { resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
      ...(c.minor <= 26 ? [{ resources: ["nodes"], verbs: ["get"] }] : []),
      ...(slices ? [{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] }] : []),
    ]),
  );
  await api.ensure(
    `clusterrolebindings.${rbac}`,
    clusterRoleBinding("system:coredns", "system:coredns", [{ kind: "ServiceAccount", name: "coredns", namespace: system }]),
  );
  await api.ensure("serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "coredns", namespace: system } });
  await api.ensure("deployments.apps", coreDnsDeployment(c, config));
  await dnsService(c, config, api);
  await c.out("[addons] Applied essential addon: CoreDNS");
}

async function dnsService(c: Context, config: Config, api: Api): Promise<void> {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "kube-dns",
      namespace: system,
      labels: {
        "k8s-app": "kube-dns",
        "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": c.minor >= 22 ? "CoreDNS" : "KubeDNS",
      },
      annotations: { "prometheus.io/port": "9153", "prometheus.io/scrape": "true" },
    },
    spec: {
      clusterIP: dnsAddress(config.cluster),
      ports: [
        { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
        { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
        { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
      ],
      selector: { "k8s-app": "kube-dns" },
    },
  };
  // an existing Service keeps its address: it is not replaced
  if (!(await api.get("services", "kube-dns", system))) await api.ensure("services", service);
}

/** KubeProxyConfiguration with Go's zero values for what was not set. */
export function proxyConfiguration(c: Context, config: Config): Obj {
  const pods = (config.cluster.networking.podSubnet as string | undefined) ?? "";
  const given = config.proxy;
  const merged = (name: string, defaults: Obj): Obj => ({ ...defaults, ...(given[name] as Obj | undefined) });
  const { minor } = c;
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    bindAddress: "0.0.0.0",
    bindAddressHardFail: false,
    clusterCIDR: pods,
    configSyncPeriod: "0s",
    detectLocalMode: "",
    enableProfiling: false,
    healthzBindAddress: "",
    hostnameOverride: "",
    metricsBindAddress: "",
    mode: "",
    nodePortAddresses: null,
    oomScoreAdj: null,
    portRange: "",
    showHiddenMetricsForVersion: "",
    ...(minor <= 25 ? { udpIdleTimeout: "0s" } : {}),
    ...given,
    clientConnection: merged("clientConnection", {
      acceptContentTypes: "",
      burst: 0,
      contentType: "",
      kubeconfig: "/var/lib/kube-proxy/kubeconfig.conf",
      qps: 0,
    }),
    conntrack: merged("conntrack", {
      maxPerCore: null,
      min: null,
      ...(minor >= 29 ? { tcpBeLiberal: false } : {}),
      tcpCloseWaitTimeout: null,
      tcpEstablishedTimeout: null,
      ...(minor >= 29 ? { udpStreamTimeout: "0s", udpTimeout: "0s" } : {}),
    }),
    ...(minor >= 22 ? { detectLocal: merged("detectLocal", { bridgeInterface: "", interfaceNamePrefix: "" }) } : {}),
    iptables: merged("iptables", {
      ...(minor >= 26 ? { localhostNodePorts: null } : {}),
      masqueradeAll: false,
      masqueradeBit: null,
      minSyncPeriod: "0s",
      syncPeriod: "0s",
    }),
    ipvs: merged("ipvs", {
      excludeCIDRs: null,
      minSyncPeriod: "0s",
      scheduler: "",
      strictARP: false,
      syncPeriod: "0s",
      tcpFinTimeout: "0s",
      tcpTimeout: "0s",
      udpTimeout: "0s",
    }),
    ...(minor >= 27
      ? {
          logging: {
            flushFrequency: 0,
            options: { json: { infoBufferSize: "0" }, ...(minor >= 30 ? { text: { infoBufferSize: "0" } } : {}) },
            verbosity: 0,
          },
        }
      : {}),
    ...(minor >= 29
      ? { nftables: merged("nftables", { masqueradeAll: false, masqueradeBit: null, minSyncPeriod: "0s", syncPeriod: "0s" }) }
      : {}),
    winkernel: merged("winkernel", {
      enableDSR: false,
      ...(minor >= 24 ? { forwardHealthCheckVip: false } : {}),
      networkName: "",
      ...(minor >= 24 ? { rootHnsEndpointName: "" } : {}),
      sourceVip: "",
    }),
  };
}

export async function kubeProxyAddon(c: Context, config: Config, api: Api): Promise<void> {
  if (config.cluster.proxy?.disabled === true) return;
  const account = { kind: "ServiceAccount" as const, name: "kube-proxy", namespace: system };
  await api.ensure("serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "kube-proxy", namespace: system } });
  const text = toYaml(proxyConfiguration(c, config)).replace(/\n$/, "");
  const server = controlPlaneEndpoint(config.cluster, config.init.localAPIEndpoint as { advertiseAddress: string; bindPort: number });
  const kubeconfig = [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    "- cluster:",
    "    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
    `    server: ${server}`,
    "  name: default",
    "contexts:",
    "- context:",
    "    cluster: default",
    "    namespace: default",
    "    user: default",
    "  name: default",
    "current-context: default",
    "users:",
    "- name: default",
    "  user:",
    "    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token",
  ].join("\n");
  const data = { "config.conf": text, "kubeconfig.conf": kubeconfig };
  await api.ensure("configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-proxy", namespace: system, labels: { app: "kube-proxy" }, ...(config.userProxy ? {} : signature(data)) },
    data,
  });
  await api.ensure("daemonsets.apps", proxyDaemonSet(config));
  await api.ensure(`clusterrolebindings.${rbac}`, clusterRoleBinding("kubeadm:node-proxier", "system:node-proxier", [account]));
  await api.ensure(
    `roles.${rbac}`,
    role(system, "kube-proxy", [{ resources: ["configmaps"], resourceNames: ["kube-proxy"], verbs: ["get"] }]),
  );
  await api.ensure(`rolebindings.${rbac}`, roleBinding(system, "kube-proxy", [bootstrappers]));
  await c.out("[addons] Applied essential addon: kube-proxy");
}

function proxyDaemonSet(config: Config): Obj {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-proxy", namespace: system, labels: { "k8s-app": "kube-proxy" } },
    spec: {
      selector: { matchLabels: { "k8s-app": "kube-proxy" } },
      updateStrategy: { type: "RollingUpdate" },
      template: {
        metadata: { labels: { "k8s-app": "kube-proxy" } },
        spec: {
          priorityClassName: "system-node-critical",
          containers: [
            {
              name: "kube-proxy",
              image: `${config.cluster.imageRepository}/kube-proxy:${config.cluster.kubernetesVersion}`,
              imagePullPolicy: "IfNotPresent",
              command: ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)"],
              securityContext: { privileged: true },
              volumeMounts: [
                { mountPath: "/var/lib/kube-proxy", name: "kube-proxy" },
                { mountPath: "/run/xtables.lock", name: "xtables-lock" },
                { mountPath: "/lib/modules", name: "lib-modules", readOnly: true },
              ],
              env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
            },
          ],
          hostNetwork: true,
          serviceAccountName: "kube-proxy",
          volumes: [
            { name: "kube-proxy", configMap: { name: "kube-proxy" } },
            { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
            { name: "lib-modules", hostPath: { path: "/lib/modules" } },
          ],
          tolerations: [{ operator: "Exists" }],
          nodeSelector: { "kubernetes.io/os": "linux" },
        },
      },
    },
  };
}
