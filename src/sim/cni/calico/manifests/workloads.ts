/** Pods of Calico as both ways of installing it describe them. */
import type { Obj } from "../../../core/json.ts";
import { image } from "../versions.ts";

const fromNode = { name: "NODENAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } };
const services = [{ configMapRef: { name: "kubernetes-services-endpoint", optional: true } }];
const host = (name: string, path: string, type?: string): Obj => ({ name, hostPath: { path, ...(type ? { type } : {}) } });
const mount = (name: string, mountPath: string, readOnly?: boolean): Obj => ({ name, mountPath, ...(readOnly ? { readOnly } : {}) });

const tolerateAll = [
  { effect: "NoSchedule", operator: "Exists" },
  { key: "CriticalAddonsOnly", operator: "Exists" },
  { effect: "NoExecute", operator: "Exists" },
];

export const cniNetwork = (mtu = 0, plugins: Obj[] = []): string =>
  JSON.stringify(
    {
      name: "k8s-pod-network",
      cniVersion: "0.3.1",
      plugins: [
        {
          type: "calico",
          log_level: "info",
          log_file_path: "/var/log/calico/cni/cni.log",
          datastore_type: "kubernetes",
          nodename: "__KUBERNETES_NODE_NAME__",
          mtu,
          ipam: { type: "calico-ipam" },
          policy: { type: "k8s" },
          kubernetes: { kubeconfig: "__KUBECONFIG_FILEPATH__" },
        },
        { type: "portmap", snat: true, capabilities: { portMappings: true } },
        ...plugins,
      ],
    },
    undefined,
    2,
  );

/** `extra`: environment of calico-node beyond what all installations have. */
export function nodeDaemonSet(namespace: string, version: string, extra: Obj[], how: "operator" | "manifest"): Obj {
  const operator = how === "operator";
  const network = operator
    ? { name: "CNI_NETWORK_CONFIG", valueFrom: { configMapKeyRef: { name: "cni-config", key: "config" } } }
    : { name: "CNI_NETWORK_CONFIG", valueFrom: { configMapKeyRef: { name: "calico-config", key: "cni_network_config" } } };
  const cniEnv: Obj[] = [
    { name: "CNI_CONF_NAME", value: "10-calico.conflist" },
    ...(operator ? [{ name: "SLEEP", value: "false" }, { name: "CNI_NET_DIR", value: "/etc/cni/net.d" }, network] : [network]),
    { name: "KUBERNETES_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ...(operator
      ? []
      : [
          { name: "CNI_MTU", valueFrom: { configMapKeyRef: { name: "calico-config", key: "veth_mtu" } } },
          { name: "SLEEP", value: "false" },
        ]),
  ];
  const labels = { "k8s-app": "calico-node", ...(operator ? { "app.kubernetes.io/name": "calico-node" } : {}) };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "calico-node", namespace, labels: { "k8s-app": "calico-node" } },
    spec: {
      selector: { matchLabels: { "k8s-app": "calico-node" } },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: { "kubernetes.io/os": "linux" },
          hostNetwork: true,
          tolerations: tolerateAll,
          serviceAccountName: "calico-node",
          terminationGracePeriodSeconds: operator ? 5 : 0,
          priorityClassName: "system-node-critical",
          initContainers: [
            ...(operator
              ? [
                  {
                    name: "flexvol-driver",
                    image: image("pod2daemon-flexvol", version),
                    imagePullPolicy: "IfNotPresent",
                    volumeMounts: [mount("flexvol-driver-host", "/host/driver")],
                    securityContext: { privileged: true },
                  },
                ]
              : [
                  {
                    name: "upgrade-ipam",
                    image: image("cni", version),
                    imagePullPolicy: "IfNotPresent",
                    command: ["/opt/cni/bin/calico-ipam", "-upgrade"],
                    envFrom: services,
                    env: [
                      { name: "KUBERNETES_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
                      {
                        name: "CALICO_NETWORKING_BACKEND",
                        valueFrom: { configMapKeyRef: { name: "calico-config", key: "calico_backend" } },
                      },
                    ],
                    volumeMounts: [mount("host-local-net-dir", "/var/lib/cni/networks"), mount("cni-bin-dir", "/host/opt/cni/bin")],
                    securityContext: { privileged: true },
                  },
                ]),
            {
              name: "install-cni",
              image: image("cni", version),
              imagePullPolicy: "IfNotPresent",
              command: ["/opt/cni/bin/install"],
              envFrom: services,
              env: cniEnv,
              volumeMounts: [mount("cni-bin-dir", "/host/opt/cni/bin"), mount("cni-net-dir", "/host/etc/cni/net.d")],
              securityContext: { privileged: true },
            },
            ...(operator
              ? []
              : [
                  {
                    name: "ebpf-bootstrap",
                    image: image("node", version),
                    imagePullPolicy: "IfNotPresent",
                    command: ["calico-node", "-init", "-best-effort"],
                    volumeMounts: [mount("var-run-calico", "/var/run/calico")],
                    securityContext: { privileged: true },
                  },
                ]),
          ],
          containers: [
            {
              name: "calico-node",
              image: image("node", version),
              imagePullPolicy: "IfNotPresent",
              envFrom: services,
              env: [
                { name: "DATASTORE_TYPE", value: "kubernetes" },
                { name: "WAIT_FOR_DATASTORE", value: "true" },
                fromNode,
                ...extra,
                { name: "CALICO_DISABLE_FILE_LOGGING", value: "true" },
                { name: "FELIX_DEFAULTENDPOINTTOHOSTACTION", value: "ACCEPT" },
                { name: "FELIX_IPV6SUPPORT", value: "false" },
                { name: "FELIX_HEALTHENABLED", value: "true" },
              ],
              securityContext: { privileged: true },
              ...(operator ? {} : { resources: { requests: { cpu: "250m" } } }),
              lifecycle: { preStop: { exec: { command: ["/bin/calico-node", "-shutdown"] } } },
              livenessProbe: operator
                ? { httpGet: { host: "localhost", path: "/liveness", port: 9099 }, timeoutSeconds: 10 }
                : {
                    exec: { command: ["/bin/calico-node", "-felix-live", "-bird-live"] },
                    periodSeconds: 10,
                    initialDelaySeconds: 10,
                    failureThreshold: 6,
                    timeoutSeconds: 10,
                  },
              readinessProbe: {
                exec: { command: ["/bin/calico-node", "-felix-ready", "-bird-ready"] },
                periodSeconds: operator ? 30 : 10,
                timeoutSeconds: operator ? 5 : 10,
              },
              volumeMounts: [
                mount("cni-net-dir", "/host/etc/cni/net.d"),
                mount("lib-modules", "/lib/modules", true),
                mount("xtables-lock", "/run/xtables.lock"),
                mount("var-run-calico", "/var/run/calico"),
                mount("var-lib-calico", "/var/lib/calico"),
                mount("policysync", "/var/run/nodeagent"),
                mount("cni-log-dir", "/var/log/calico/cni"),
              ],
            },
          ],
          volumes: [
            host("lib-modules", "/lib/modules"),
            host("var-run-calico", "/var/run/calico", "DirectoryOrCreate"),
            host("var-lib-calico", "/var/lib/calico", "DirectoryOrCreate"),
            host("xtables-lock", "/run/xtables.lock", "FileOrCreate"),
            host("cni-bin-dir", "/opt/cni/bin", "DirectoryOrCreate"),
            host("cni-net-dir", "/etc/cni/net.d", "DirectoryOrCreate"),
            host("cni-log-dir", "/var/log/calico/cni", "DirectoryOrCreate"),
            ...(operator
              ? [host("flexvol-driver-host", "/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds", "DirectoryOrCreate")]
              : [host("host-local-net-dir", "/var/lib/cni/networks", "DirectoryOrCreate")]),
            host("policysync", "/var/run/nodeagent", "DirectoryOrCreate"),
          ],
        },
      },
    },
  };
}

const controlPlaneTolerations = [
  { key: "CriticalAddonsOnly", operator: "Exists" },
  { key: "node-role.kubernetes.io/master", effect: "NoSchedule" },
  { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
];

export function kubeControllers(namespace: string, version: string): Obj {
  return deployment(
    "calico-kube-controllers",
    namespace,
    1,
    {
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: controlPlaneTolerations,
      serviceAccountName: "calico-kube-controllers",
      priorityClassName: "system-cluster-critical",
      containers: [
        {
          name: "calico-kube-controllers",
          image: image("kube-controllers", version),
          imagePullPolicy: "IfNotPresent",
          env: [
            { name: "ENABLED_CONTROLLERS", value: "node,loadbalancer" },
            { name: "DATASTORE_TYPE", value: "kubernetes" },
          ],
          livenessProbe: {
            exec: { command: ["/usr/bin/check-status", "-l"] },
            periodSeconds: 10,
            initialDelaySeconds: 10,
            failureThreshold: 6,
            timeoutSeconds: 10,
          },
          readinessProbe: { exec: { command: ["/usr/bin/check-status", "-r"] }, periodSeconds: 10, timeoutSeconds: 10 },
        },
      ],
    },
    { type: "Recreate" },
  );
}

export function deployment(name: string, namespace: string, replicas: number, pod: Obj, strategy?: Obj): Obj {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: { "k8s-app": name } },
    spec: {
      replicas,
      selector: { matchLabels: { "k8s-app": name } },
      ...(strategy ? { strategy } : {}),
      template: { metadata: { name, namespace, labels: { "k8s-app": name } }, spec: pod },
    },
  };
}

export function typha(namespace: string, version: string, replicas: number): Obj[] {
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "calico-typha", namespace, labels: { "k8s-app": "calico-typha" } },
      spec: {
        selector: { "k8s-app": "calico-typha" },
        ports: [{ name: "calico-typha", port: 5473, protocol: "TCP", targetPort: "calico-typha" }],
      },
    },
    deployment("calico-typha", namespace, replicas, {
      nodeSelector: { "kubernetes.io/os": "linux" },
      hostNetwork: true,
      tolerations: tolerateAll,
      serviceAccountName: "calico-typha",
      priorityClassName: "system-cluster-critical",
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              podAffinityTerm: {
                labelSelector: { matchLabels: { "k8s-app": "calico-typha" } },
                topologyKey: "topology.kubernetes.io/zone",
              },
            },
          ],
        },
      },
      containers: [
        {
          name: "calico-typha",
          image: image("typha", version),
          imagePullPolicy: "IfNotPresent",
          ports: [{ containerPort: 5473, name: "calico-typha", protocol: "TCP" }],
          env: [
            { name: "TYPHA_LOGSEVERITYSCREEN", value: "info" },
            { name: "TYPHA_LOGFILEPATH", value: "none" },
            { name: "TYPHA_CONNECTIONREBALANCINGMODE", value: "kubernetes" },
            { name: "TYPHA_DATASTORETYPE", value: "kubernetes" },
            { name: "TYPHA_HEALTHENABLED", value: "true" },
          ],
          livenessProbe: { httpGet: { path: "/liveness", port: 9098, host: "localhost" }, periodSeconds: 30, timeoutSeconds: 10 },
          readinessProbe: { httpGet: { path: "/readiness", port: 9098, host: "localhost" }, periodSeconds: 10, timeoutSeconds: 10 },
        },
      ],
    }),
  ];
}

export function csiDriver(namespace: string, version: string): Obj[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "csi-node-driver", namespace } },
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSIDriver",
      metadata: { name: "csi.tigera.io" },
      spec: { podInfoOnMount: true, volumeLifecycleModes: ["Ephemeral"] },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "csi-node-driver", namespace },
      spec: {
        selector: { matchLabels: { "k8s-app": "csi-node-driver" } },
        template: {
          metadata: { labels: { "app.kubernetes.io/name": "csi-node-driver", "k8s-app": "csi-node-driver", name: "csi-node-driver" } },
          spec: {
            tolerations: tolerateAll,
            serviceAccountName: "csi-node-driver",
            priorityClassName: "system-node-critical",
            containers: [
              {
                name: "calico-csi",
                image: image("csi", version),
                imagePullPolicy: "IfNotPresent",
                args: ["--nodeid=$(KUBE_NODE_NAME)", "--loglevel=$(LOG_LEVEL)"],
                env: [
                  { name: "LOG_LEVEL", value: "warn" },
                  { name: "KUBE_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
                ],
                securityContext: { privileged: true },
              },
              {
                name: "csi-node-driver-registrar",
                image: image("node-driver-registrar", version),
                imagePullPolicy: "IfNotPresent",
                args: ["--v=5", "--csi-address=$(ADDRESS)", "--kubelet-registration-path=$(DRIVER_REG_SOCK_PATH)"],
                env: [
                  { name: "ADDRESS", value: "/csi/csi.sock" },
                  { name: "DRIVER_REG_SOCK_PATH", value: "/var/lib/kubelet/plugins/csi.tigera.io/csi.sock" },
                ],
                securityContext: { privileged: true },
              },
            ],
          },
        },
      },
    },
  ];
}
