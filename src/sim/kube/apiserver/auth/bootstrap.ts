/** The default roles and bindings: plugin/pkg/auth/authorizer/rbac/bootstrappolicy. */
import type { Obj } from "../../../core/json.ts";
import { nodeRules } from "./node.ts";

const rbac = "rbac.authorization.k8s.io";
const labels = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "true" };
const read = ["get", "list", "watch"];
const write = ["create", "delete", "deletecollection", "patch", "update"];
const readWrite = [...read, "create", "delete", "deletecollection", "patch", "update"];

const rule = (groups: string, resources: string, verbs: string[], names?: string[]): Obj => ({
  apiGroups: groups.split(",").map((g) => (g === "core" ? "" : g)),
  resources: resources.split(","),
  ...(names ? { resourceNames: names } : {}),
  verbs,
});
const urls = (paths: string[], verbs = ["get"]): Obj => ({ nonResourceURLs: paths, verbs });
const events = rule("core,events.k8s.io", "events", ["create", "patch", "update"]);

const role = (name: string, rules: Obj[], more: Obj = {}, extraLabels: Obj = {}): Obj => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name, labels: { ...labels, ...extraLabels }, annotations },
  rules,
  ...more,
});
const bind = (name: string, roleName: string, subjects: Obj[]): Obj => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name, labels, annotations },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: roleName },
  ...(subjects.length > 0 ? { subjects } : {}),
});
const user = (name: string): Obj => ({ kind: "User", apiGroup: rbac, name });
const group = (name: string): Obj => ({ kind: "Group", apiGroup: rbac, name });
const account = (name: string, namespace = "kube-system"): Obj => ({ kind: "ServiceAccount", name, namespace });

const viewCore =
  "configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status";
const aggregate = (name: string, to: string, rules: Obj[]): Obj =>
  role(name, rules, {}, { [`rbac.authorization.k8s.io/aggregate-to-${to}`]: "true" });

const aggregateView = [
  rule("core", viewCore, read),
  rule(
    "core",
    "bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status",
    read,
  ),
  rule("core", "namespaces", read),
  rule("discovery.k8s.io", "endpointslices", read),
  rule(
    "apps",
    "controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status",
    read,
  ),
  rule("autoscaling", "horizontalpodautoscalers,horizontalpodautoscalers/status", read),
  rule("batch", "cronjobs,cronjobs/status,jobs,jobs/status", read),
  rule("policy", "poddisruptionbudgets,poddisruptionbudgets/status", read),
  rule("networking.k8s.io", "ingresses,ingresses/status,networkpolicies", read),
];
const aggregateEdit = [
  rule("core", "pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy", read),
  rule("core", "serviceaccounts", ["impersonate"]),
  rule("core", "pods,pods/attach,pods/exec,pods/portforward,pods/proxy", write),
  rule("core", "pods/eviction", ["create"]),
  rule(
    "core",
    "configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy",
    write,
  ),
  rule("core", "serviceaccounts/token", ["create"]),
  rule(
    "apps",
    "daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale",
    write,
  ),
  rule("autoscaling", "horizontalpodautoscalers", write),
  rule("batch", "cronjobs,jobs", write),
  rule("policy", "poddisruptionbudgets", write),
  rule("networking.k8s.io", "ingresses,networkpolicies", write),
  rule("coordination.k8s.io", "leases", readWrite),
];
const aggregateAdmin = [rule("authorization.k8s.io", "localsubjectaccessreviews", ["create"]), rule(rbac, "rolebindings,roles", readWrite)];

/** Roles of the controllers in kube-controller-manager, when it runs with --use-service-account-credentials (kubeadm's default). */
const controllers: Record<string, Obj[]> = {
  "attachdetach-controller": [
    rule("core", "persistentvolumeclaims,persistentvolumes", ["list", "watch"]),
    rule("core", "nodes", read),
    rule("core", "nodes/status", ["patch", "update"]),
    rule("core", "pods", ["list", "watch"]),
    events,
    rule("storage.k8s.io", "volumeattachments", readWrite),
    rule("storage.k8s.io", "csidrivers,csinodes", read),
  ],
  "certificate-controller": [
    rule("certificates.k8s.io", "certificatesigningrequests", ["delete", "get", "list", "watch"]),
    rule("certificates.k8s.io", "certificatesigningrequests/approval,certificatesigningrequests/status", ["update"]),
    rule("certificates.k8s.io", "signers", ["approve"], ["kubernetes.io/kube-apiserver-client-kubelet"]),
    rule(
      "certificates.k8s.io",
      "signers",
      ["sign"],
      [
        "kubernetes.io/kube-apiserver-client",
        "kubernetes.io/kube-apiserver-client-kubelet",
        "kubernetes.io/kubelet-serving",
        "kubernetes.io/legacy-unknown",
      ],
    ),
    rule("authorization.k8s.io", "subjectaccessreviews", ["create"]),
    events,
  ],
  "clusterrole-aggregation-controller": [rule(rbac, "clusterroles", ["escalate", "get", "list", "patch", "update", "watch"])],
  "cronjob-controller": [
    rule("batch", "cronjobs", ["get", "list", "update", "watch"]),
    rule("batch", "jobs", ["create", "delete", "get", "list", "patch", "update", "watch"]),
    rule("batch", "cronjobs/status", ["update"]),
    rule("batch", "cronjobs/finalizers", ["update"]),
    rule("core", "pods", ["delete", "list"]),
    events,
  ],
  "daemon-set-controller": [
    rule("apps", "daemonsets", read),
    rule("apps", "daemonsets/status", ["update"]),
    rule("apps", "daemonsets/finalizers", ["update"]),
    rule("core", "nodes", ["list", "watch"]),
    rule("core", "pods", ["create", "delete", "list", "patch", "watch"]),
    rule("core", "pods/binding", ["create"]),
    rule("apps", "controllerrevisions", ["create", "delete", "get", "list", "patch", "update", "watch"]),
    events,
  ],
  "deployment-controller": [
    rule("apps", "deployments", ["get", "list", "update", "watch"]),
    rule("apps", "deployments/status", ["update"]),
    rule("apps", "deployments/finalizers", ["update"]),
    rule("apps", "replicasets", ["create", "delete", "get", "list", "patch", "update", "watch"]),
    rule("core", "pods", ["get", "list", "update", "watch"]),
    events,
  ],
  "disruption-controller": [
    rule("apps", "deployments,replicasets,statefulsets", read),
    rule("core", "replicationcontrollers", read),
    rule("policy", "poddisruptionbudgets", read),
    rule("policy", "poddisruptionbudgets/status", ["update"]),
    rule("core", "pods/status", ["patch", "update"]),
    rule("core", "pods", ["get", "list", "watch"]),
    rule("*", "*/scale", ["get"]),
    events,
  ],
  "endpoint-controller": [
    rule("core", "pods,services", read),
    rule("core", "endpoints", ["create", "delete", "get", "list", "update", "watch"]),
    rule("core", "endpoints/restricted", ["create"]),
    events,
  ],
  "endpointslice-controller": [
    rule("core", "nodes,pods,services", read),
    rule("core", "services/finalizers", ["update"]),
    rule("discovery.k8s.io", "endpointslices", ["create", "delete", "get", "list", "update", "watch"]),
    events,
  ],
  "endpointslicemirroring-controller": [
    rule("core", "endpoints,services", read),
    rule("core", "endpoints/finalizers,services/finalizers", ["update"]),
    rule("discovery.k8s.io", "endpointslices", ["create", "delete", "get", "list", "update", "watch"]),
    events,
  ],
  "ephemeral-volume-controller": [
    rule("core", "pods", read),
    rule("core", "pods/finalizers", ["update"]),
    rule("core", "persistentvolumeclaims", ["create", "get", "list", "watch"]),
    events,
  ],
  "expand-controller": [
    rule("core", "persistentvolumes", ["get", "list", "patch", "update", "watch"]),
    rule("core", "persistentvolumeclaims/status", ["patch", "update"]),
    rule("core", "persistentvolumeclaims", read),
    rule("storage.k8s.io", "storageclasses", read),
    events,
  ],
  "generic-garbage-collector": [rule("*", "*", ["delete", "get", "list", "patch", "update", "watch"]), events],
  "horizontal-pod-autoscaler": [
    rule("autoscaling", "horizontalpodautoscalers", ["get", "list", "watch"]),
    rule("autoscaling", "horizontalpodautoscalers/status", ["update"]),
    rule("*", "*/scale", ["get", "update"]),
    rule("core", "pods", ["list"]),
    rule("metrics.k8s.io", "pods", ["list"]),
    events,
  ],
  "job-controller": [
    rule("batch", "jobs", ["get", "list", "patch", "update", "watch"]),
    rule("batch", "jobs/status", ["update"]),
    rule("batch", "jobs/finalizers", ["update"]),
    rule("core", "pods", ["create", "delete", "list", "patch", "watch"]),
    events,
  ],
  "legacy-service-account-token-cleaner": [
    rule("core", "configmaps", ["get"], ["kube-apiserver-legacy-service-account-token-tracking"]),
    rule("core", "secrets", ["delete", "patch"]),
    rule("core", "pods,secrets,serviceaccounts", ["list", "watch"]),
  ],
  "namespace-controller": [
    rule("core", "namespaces", ["delete", "get", "list", "watch"]),
    rule("core", "namespaces/finalize,namespaces/status", ["update"]),
    rule("*", "*", ["delete", "deletecollection", "get", "list"]),
  ],
  "node-controller": [
    rule("core", "nodes", ["delete", "get", "list", "patch", "update", "watch"]),
    rule("core", "nodes/status", ["patch", "update"]),
    rule("core", "pods/status", ["patch", "update"]),
    rule("core", "pods", ["delete", "get", "list", "watch"]),
    rule("networking.k8s.io", "clustercidrs", ["create", "get", "list", "update"]),
    rule("coordination.k8s.io", "leases", read),
    events,
  ],
  "persistent-volume-binder": [
    rule("core", "persistentvolumes", ["create", "delete", "get", "list", "update", "watch"]),
    rule("core", "persistentvolumes/status", ["update"]),
    rule("core", "persistentvolumeclaims", ["get", "list", "update", "watch"]),
    rule("core", "persistentvolumeclaims/status", ["update"]),
    rule("core", "pods", ["create", "delete", "get", "list", "watch"]),
    rule("storage.k8s.io", "storageclasses", read),
    rule("core", "nodes", ["get", "list"]),
    events,
  ],
  "pod-garbage-collector": [
    rule("core", "pods", ["delete", "list", "watch"]),
    rule("core", "nodes", ["get", "list"]),
    rule("core", "pods/status", ["patch"]),
  ],
  "pv-protection-controller": [rule("core", "persistentvolumes", ["get", "list", "update", "watch"]), events],
  "pvc-protection-controller": [
    rule("core", "persistentvolumeclaims", ["get", "list", "update", "watch"]),
    rule("core", "pods", read),
    events,
  ],
  "replicaset-controller": [
    rule("apps", "replicasets", ["get", "list", "update", "watch"]),
    rule("apps", "replicasets/status", ["update"]),
    rule("apps", "replicasets/finalizers", ["update"]),
    rule("core", "pods", ["create", "delete", "list", "patch", "watch"]),
    events,
  ],
  "replication-controller": [
    rule("core", "replicationcontrollers", ["get", "list", "update", "watch"]),
    rule("core", "replicationcontrollers/status", ["update"]),
    rule("core", "replicationcontrollers/finalizers", ["update"]),
    rule("core", "pods", ["create", "delete", "list", "patch", "watch"]),
    events,
  ],
  "resourcequota-controller": [rule("*", "*", ["list", "watch"]), rule("core", "resourcequotas/status", ["update"]), events],
  "root-ca-cert-publisher": [rule("core", "configmaps", ["create", "update"]), events],
  "route-controller": [rule("core", "nodes", ["list", "watch"]), rule("core", "nodes/status", ["patch"]), events],
  "service-account-controller": [rule("core", "serviceaccounts", ["create"]), events],
  "service-controller": [
    rule("core", "services", read),
    rule("core", "services/status", ["patch", "update"]),
    rule("core", "nodes", ["list", "watch"]),
    events,
  ],
  "statefulset-controller": [
    rule("core", "pods", ["list", "watch"]),
    rule("apps", "statefulsets", read),
    rule("apps", "statefulsets/status", ["update"]),
    rule("apps", "statefulsets/finalizers", ["update"]),
    rule("core", "pods", ["create", "delete", "get", "patch", "update"]),
    rule("apps", "controllerrevisions", ["create", "delete", "get", "list", "patch", "update", "watch"]),
    rule("core", "persistentvolumeclaims", ["create", "get"]),
    events,
  ],
  "ttl-after-finished-controller": [rule("batch", "jobs", ["delete", "get", "list", "watch"]), events],
  "ttl-controller": [rule("core", "nodes", ["list", "patch", "update", "watch"]), events],
  "validatingadmissionpolicy-status-controller": [
    rule("admissionregistration.k8s.io", "validatingadmissionpolicies", read),
    rule("admissionregistration.k8s.io", "validatingadmissionpolicies/status", ["get", "patch", "update"]),
    events,
  ],
};

/** `minor`: of the API server. */
export function bootstrapClusterRoles(minor: number): Obj[] {
  const selector = (to: string): Obj => ({
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`rbac.authorization.k8s.io/aggregate-to-${to}`]: "true" } }] },
  });
  return [
    role("cluster-admin", [rule("*", "*", ["*"]), urls(["*"], ["*"])]),
    role("system:discovery", [
      urls(["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]),
    ]),
    role("system:monitoring", [
      urls(["/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz", "/readyz/*"]),
    ]),
    role("system:basic-user", [
      rule("authorization.k8s.io", "selfsubjectaccessreviews,selfsubjectrulesreviews", ["create"]),
      ...(minor >= 28 ? [rule("authentication.k8s.io", "selfsubjectreviews", ["create"])] : []),
    ]),
    role("system:public-info-viewer", [urls(["/healthz", "/livez", "/readyz", "/version", "/version/"])]),
    role("admin", [...aggregateAdmin, ...aggregateEdit, ...aggregateView], selector("admin")),
    role("edit", [...aggregateEdit, ...aggregateView], selector("edit"), { "rbac.authorization.k8s.io/aggregate-to-admin": "true" }),
    role("view", aggregateView, selector("view"), { "rbac.authorization.k8s.io/aggregate-to-edit": "true" }),
    aggregate("system:aggregate-to-admin", "admin", aggregateAdmin),
    aggregate("system:aggregate-to-edit", "edit", aggregateEdit),
    aggregate("system:aggregate-to-view", "view", aggregateView),
    role("system:heapster", [rule("core", "events,namespaces,nodes,pods", read), rule("apps", "deployments", read)]),
    role("system:node", nodeRules),
    role("system:node-problem-detector", [rule("core", "nodes", ["get"]), rule("core", "nodes/status", ["patch"]), events]),
    role("system:kubelet-api-admin", [
      rule("core", "nodes", read),
      rule("core", "nodes", ["proxy"]),
      rule("core", "nodes/log,nodes/metrics,nodes/proxy,nodes/stats", ["*"]),
    ]),
    role("system:node-bootstrapper", [rule("certificates.k8s.io", "certificatesigningrequests", ["create", "get", "list", "watch"])]),
    role("system:auth-delegator", [
      rule("authentication.k8s.io", "tokenreviews", ["create"]),
      rule("authorization.k8s.io", "subjectaccessreviews", ["create"]),
    ]),
    role("system:kube-aggregator", [rule("core", "endpoints,services", read)]),
    role("system:kube-controller-manager", [
      events,
      rule("coordination.k8s.io", "leases", ["create"]),
      rule("coordination.k8s.io", "leases", ["get", "update"], ["kube-controller-manager"]),
      rule("core", "secrets,serviceaccounts", ["create"]),
      rule("core", "secrets", ["delete"]),
      rule("core", "configmaps,namespaces,secrets,serviceaccounts", ["get"]),
      rule("core", "secrets,serviceaccounts", ["update"]),
      rule("authentication.k8s.io", "tokenreviews", ["create"]),
      rule("authorization.k8s.io", "subjectaccessreviews", ["create"]),
      rule("*", "*", ["list", "watch"]),
      rule("core", "serviceaccounts/token", ["create"]),
    ]),
    role("system:kube-dns", [rule("core", "endpoints,services", ["list", "watch"])]),
    role("system:persistent-volume-provisioner", [
      rule("core", "persistentvolumes", ["create", "delete", "get", "list", "watch"]),
      rule("core", "persistentvolumeclaims", ["get", "list", "update", "watch"]),
      rule("storage.k8s.io", "storageclasses", read),
      events,
    ]),
    role("system:certificates.k8s.io:certificatesigningrequests:nodeclient", [
      rule("certificates.k8s.io", "certificatesigningrequests/nodeclient", ["create"]),
    ]),
    role("system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", [
      rule("certificates.k8s.io", "certificatesigningrequests/selfnodeclient", ["create"]),
    ]),
    role("system:volume-scheduler", [
      rule("core", "persistentvolumes", ["get", "list", "patch", "update", "watch"]),
      rule("storage.k8s.io", "storageclasses", read),
      rule("core", "persistentvolumeclaims", ["get", "list", "patch", "update", "watch"]),
    ]),
    ...["legacy-unknown", "kubelet-serving", "kube-apiserver-client", "kube-apiserver-client-kubelet"].map((s) =>
      role(`system:certificates.k8s.io:${s}-approver`, [rule("certificates.k8s.io", "signers", ["approve"], [`kubernetes.io/${s}`])]),
    ),
    role("system:service-account-issuer-discovery", [
      urls(["/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"]),
    ]),
    role("system:node-proxier", [
      rule("core", "endpoints,services", ["list", "watch"]),
      rule("core", "nodes", read),
      events,
      rule("discovery.k8s.io", "endpointslices", ["list", "watch"]),
      rule("networking.k8s.io", "servicecidrs", ["list", "watch"]),
    ]),
    role("system:kube-scheduler", [
      events,
      rule("coordination.k8s.io", "leases", ["create"]),
      rule("coordination.k8s.io", "leases", ["get", "list", "update", "watch"], ["kube-scheduler"]),
      rule("coordination.k8s.io", "leases", ["get", "list", "watch"]),
      rule("core", "nodes", read),
      rule("core", "pods", ["delete", "get", "list", "watch"]),
      rule("core", "bindings,pods/binding", ["create"]),
      rule("core", "pods/status", ["patch", "update"]),
      rule("core", "replicationcontrollers,services", read),
      rule("apps", "replicasets", read),
      rule("apps", "statefulsets", read),
      rule("policy", "poddisruptionbudgets", read),
      rule("core", "persistentvolumeclaims,persistentvolumes", read),
      rule("authentication.k8s.io", "tokenreviews", ["create"]),
      rule("authorization.k8s.io", "subjectaccessreviews", ["create"]),
      rule("storage.k8s.io", "csinodes", read),
      rule("core", "namespaces", read),
      rule("storage.k8s.io", "csidrivers,csistoragecapacities", read),
    ]),
    ...Object.entries(controllers).map(([name, rules]) => role(`system:controller:${name}`, rules)),
  ];
}

export function bootstrapClusterRoleBindings(): Obj[] {
  return [
    bind("cluster-admin", "cluster-admin", [group("system:masters")]),
    bind("system:monitoring", "system:monitoring", [group("system:monitoring")]),
    bind("system:discovery", "system:discovery", [group("system:authenticated")]),
    bind("system:basic-user", "system:basic-user", [group("system:authenticated")]),
    bind("system:public-info-viewer", "system:public-info-viewer", [group("system:authenticated"), group("system:unauthenticated")]),
    bind("system:node-proxier", "system:node-proxier", [user("system:kube-proxy")]),
    bind("system:kube-controller-manager", "system:kube-controller-manager", [user("system:kube-controller-manager")]),
    bind("system:kube-dns", "system:kube-dns", [account("kube-dns")]),
    bind("system:kube-scheduler", "system:kube-scheduler", [user("system:kube-scheduler")]),
    bind("system:volume-scheduler", "system:volume-scheduler", [user("system:kube-scheduler")]),
    bind("system:node", "system:node", []),
    bind("system:service-account-issuer-discovery", "system:service-account-issuer-discovery", [group("system:serviceaccounts")]),
    ...Object.keys(controllers).map((name) => bind(`system:controller:${name}`, `system:controller:${name}`, [account(name)])),
  ];
}

/** Roles and bindings of namespaces: kube-system and kube-public. */
export function bootstrapRoles(): { roles: Obj[]; bindings: Obj[] } {
  const make = (namespace: string, name: string, rules: Obj[]): Obj => ({
    apiVersion: `${rbac}/v1`,
    kind: "Role",
    metadata: { name, namespace, labels, annotations },
    rules,
  });
  const tie = (namespace: string, name: string, roleName: string, subjects: Obj[]): Obj => ({
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata: { name, namespace, labels, annotations },
    roleRef: { apiGroup: rbac, kind: "Role", name: roleName },
    subjects,
  });
  const system = "kube-system";
  return {
    roles: [
      make(system, "extension-apiserver-authentication-reader", [rule("core", "configmaps", read, ["extension-apiserver-authentication"])]),
      make(system, "system:controller:bootstrap-signer", [rule("core", "secrets", read)]),
      make(system, "system:controller:cloud-provider", [rule("core", "configmaps", ["create", "get", "list", "watch"])]),
      make(system, "system:controller:token-cleaner", [rule("core", "secrets", ["delete", "get", "list", "watch"]), events]),
      make(system, "system::leader-locking-kube-controller-manager", [
        rule("core", "configmaps", ["watch"]),
        rule("core", "configmaps", ["get", "update"], ["kube-controller-manager"]),
      ]),
      make(system, "system::leader-locking-kube-scheduler", [
        rule("core", "configmaps", ["watch"]),
        rule("core", "configmaps", ["get", "update"], ["kube-scheduler"]),
      ]),
      make("kube-public", "system:controller:bootstrap-signer", [
        rule("core", "configmaps", read),
        rule("core", "configmaps", ["update"], ["cluster-info"]),
        events,
      ]),
    ],
    bindings: [
      tie(system, "system::extension-apiserver-authentication-reader", "extension-apiserver-authentication-reader", [
        user("system:kube-controller-manager"),
        user("system:kube-scheduler"),
      ]),
      tie(system, "system::leader-locking-kube-controller-manager", "system::leader-locking-kube-controller-manager", [
        user("system:kube-controller-manager"),
        account("kube-controller-manager"),
      ]),
      tie(system, "system::leader-locking-kube-scheduler", "system::leader-locking-kube-scheduler", [
        user("system:kube-scheduler"),
        account("kube-scheduler"),
      ]),
      tie(system, "system:controller:bootstrap-signer", "system:controller:bootstrap-signer", [account("bootstrap-signer")]),
      tie(system, "system:controller:cloud-provider", "system:controller:cloud-provider", [account("cloud-provider")]),
      tie(system, "system:controller:token-cleaner", "system:controller:token-cleaner", [account("token-cleaner")]),
      tie("kube-public", "system:controller:bootstrap-signer", "system:controller:bootstrap-signer", [account("bootstrap-signer")]),
    ],
  };
}
