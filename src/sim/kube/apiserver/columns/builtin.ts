/** Columns of the built-in kinds: printers.go of k8s.io/kubernetes/pkg/printers/internalversion. */
import type { Obj } from "../../../core/json.ts";
import { formatSelector } from "../selectors.ts";
import { age, humanDuration } from "./duration.ts";
import { podColumns } from "./pod.ts";
import type { Cell, Column, Columns } from "./types.ts";

const name: Column = { name: "Name", type: "string", format: "name" };

/** `Ready:string`, `!Containers` (wide), `Data:integer`. */
const columns = (text: string): Column[] => [
  name,
  ...text.split("|").map((word): Column => {
    const wide = word.startsWith("!");
    const [title, type] = word.replace(/^!/, "").split(":");
    return { name: title!, type: (type ?? "string") as Column["type"], ...(wide ? { priority: 1 } : {}) };
  }),
];

const define = (text: string, row: (o: Obj, now: number, minor: number) => Cell[]): Columns => ({
  columns: columns(text),
  row: (o, now, minor) => [String(o.metadata.name), ...row(o, now, minor)],
});

const created = (o: Obj, now: number): string => age(o.metadata.creationTimestamp, now);
const list = (value: unknown): Obj[] => (value ?? []) as Obj[];
const joined = (items: unknown[], empty = "<none>"): string => (items.length === 0 ? empty : items.join(","));

const containers = (o: Obj): [string, string] => {
  const cs = list(o.spec?.template?.spec?.containers);
  return [cs.map((c) => String(c.name)).join(","), cs.map((c) => String(c.image)).join(",")];
};

const labelMap = (m: Obj | undefined): string =>
  m && Object.keys(m).length > 0
    ? Object.entries(m)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => `${k}=${v}`)
        .join(",")
    : "<none>";

function nodeRow(o: Obj, now: number): Cell[] {
  const conditions = new Map(list(o.status?.conditions).map((c) => [c.type as string, c.status as string]));
  const status: string[] = [];
  const ready = conditions.get("Ready");
  if (ready !== undefined) status.push(ready === "True" ? "Ready" : "NotReady");
  if (status.length === 0) status.push("Unknown");
  if (o.spec?.unschedulable === true) status.push("SchedulingDisabled");
  const roles: string[] = [];
  for (const [k, v] of Object.entries((o.metadata.labels ?? {}) as Record<string, string>)) {
    if (k.startsWith("node-role.kubernetes.io/")) {
      const role = k.slice("node-role.kubernetes.io/".length);
      if (role !== "") roles.push(role);
    } else if (k === "kubernetes.io/role" && v !== "") roles.push(v);
  }
  const info = (o.status?.nodeInfo ?? {}) as Obj;
  const address = (type: string): string =>
    (list(o.status?.addresses).find((a) => a.type === type)?.address as string | undefined) ?? "<none>";
  const known = (v: unknown): string => (typeof v === "string" && v !== "" ? v : "<unknown>");
  return [
    status.join(","),
    joined([...new Set(roles)].toSorted()),
    created(o, now),
    String(info.kubeletVersion ?? ""),
    address("InternalIP"),
    address("ExternalIP"),
    known(info.osImage),
    known(info.kernelVersion),
    known(info.containerRuntimeVersion),
  ];
}

function serviceRow(o: Obj, now: number): Cell[] {
  const spec = (o.spec ?? {}) as Obj;
  const ips =
    ((spec.clusterIPs as string[] | undefined) ?? []).length > 0
      ? (spec.clusterIPs as string[])[0]!
      : ((spec.clusterIP as string | undefined) ?? "");
  const external = (spec.externalIPs ?? []) as string[];
  const ingress = list(o.status?.loadBalancer?.ingress).map((i) => (i.ip ?? i.hostname) as string);
  const ext =
    spec.type === "LoadBalancer"
      ? joined([...new Set([...ingress, ...external])], "<pending>")
      : spec.type === "ExternalName"
        ? String(spec.externalName)
        : joined(external);
  const ports = list(spec.ports).map((p) => (p.nodePort ? `${p.port}:${p.nodePort}/${p.protocol}` : `${p.port}/${p.protocol}`));
  return [String(spec.type ?? ""), ips === "" ? "<none>" : ips, ext, joined(ports), created(o, now), labelMap(spec.selector as Obj)];
}

function endpoints(o: Obj): string {
  const out: string[] = [];
  let more = false;
  for (const s of list(o.subsets)) {
    const ports = list(s.ports);
    for (const p of ports.length > 0 ? ports : [undefined])
      for (const a of list(s.addresses)) {
        if (out.length === 3) more = true;
        else if (out.length < 3) out.push(p ? `${a.ip}:${p.port}` : String(a.ip));
      }
  }
  const count = list(o.subsets).reduce((n, s) => n + Math.max(1, list(s.ports).length) * list(s.addresses).length, 0);
  return out.length === 0 ? "<none>" : out.join(",") + (more ? ` + ${count - 3} more...` : "");
}

function eventRow(o: Obj, now: number): Cell[] {
  const since = (t: unknown): string => age(t, now);
  const first = (o.firstTimestamp ?? o.eventTime) as string | undefined;
  let last: string;
  if (o.series) last = since(o.series.lastObservedTime);
  else last = o.lastTimestamp ? since(o.lastTimestamp) : since(first);
  const ref = (o.involvedObject ?? {}) as Obj;
  const object = `${String(ref.kind ?? "").toLowerCase()}${ref.name ? `/${ref.name}` : ""}`;
  const component = String(o.source?.component || o.reportingComponent || "");
  const source = o.source?.host
    ? `${component}, ${o.source.host}`
    : o.reportingInstance && !o.source?.component
      ? `${component}, ${o.reportingInstance}`
      : component;
  const count = Number(o.series?.count ?? o.count ?? 0) || 1;
  return [
    last,
    String(o.type ?? ""),
    String(o.reason ?? ""),
    object,
    String(ref.fieldPath ?? ""),
    source,
    String(o.message ?? "").trim(),
    first ? since(first) : "<unknown>",
    String(count),
    String(o.metadata.name),
  ];
}

const isFinal = (o: Obj, type: string): Obj | undefined => list(o.status?.conditions).find((c) => c.type === type && c.status === "True");

function jobRow(o: Obj, now: number): Cell[] {
  const spec = (o.spec ?? {}) as Obj;
  const status = (o.status ?? {}) as Obj;
  const done = Number(status.succeeded ?? 0);
  const completions =
    spec.completions !== undefined
      ? `${done}/${spec.completions}`
      : Number(spec.parallelism ?? 0) > 1
        ? `${done}/1 of ${spec.parallelism}`
        : `${done}/1`;
  const duration = !status.startTime
    ? ""
    : status.completionTime
      ? humanDuration(Date.parse(String(status.completionTime)) - Date.parse(String(status.startTime)))
      : humanDuration(now - Date.parse(String(status.startTime)));
  const state = isFinal(o, "Complete")
    ? "Complete"
    : isFinal(o, "Failed")
      ? "Failed"
      : o.metadata.deletionTimestamp
        ? "Terminating"
        : isFinal(o, "Suspended")
          ? "Suspended"
          : isFinal(o, "FailureTarget")
            ? "FailureTarget"
            : isFinal(o, "SuccessCriteriaMet")
              ? "SuccessCriteriaMet"
              : "Running";
  return [state, completions, duration, created(o, now), ...containers(o), formatSelector(spec.selector as Obj)];
}

const modes: Record<string, string> = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" };
const accessModes = (value: unknown): string => ((value ?? []) as string[]).map((m) => modes[m] ?? m).join(",");

function csrStatus(o: Obj): string {
  const types = new Set(list(o.status?.conditions).map((c) => c.type as string));
  let s = types.has("Approved") ? "Approved" : types.has("Denied") ? "Denied" : "Pending";
  if (types.has("Failed")) s += ",Failed";
  if (o.status?.certificate) s += ",Issued";
  return s;
}

const roleRef = (o: Obj): string => `${o.roleRef?.kind}/${o.roleRef?.name}`;
const subjectsOf = (o: Obj, kind: string, show: (s: Obj) => string): string =>
  list(o.subjects)
    .filter((s) => s.kind === kind)
    .map(show)
    .join(", ");
const bindingRow = (o: Obj, now: number): Cell[] => [
  roleRef(o),
  created(o, now),
  subjectsOf(o, "User", (s) => String(s.name)),
  subjectsOf(o, "Group", (s) => String(s.name)),
  subjectsOf(o, "ServiceAccount", (s) => (s.namespace ? `${s.namespace}/${s.name}` : `/${s.name}`)),
];
const bindingColumns = "Role|Age|!Users|!Groups|!ServiceAccounts";

export const builtinColumns: Record<string, Columns> = {
  Pod: podColumns,
  Node: define("Status|Roles|Age|Version|!Internal-IP|!External-IP|!OS-Image|!Kernel-Version|!Container-Runtime", nodeRow),
  Namespace: define("Status|Age", (o, now) => [String(o.status?.phase ?? ""), created(o, now)]),
  Service: define("Type|Cluster-IP|External-IP|Port(s)|Age|!Selector", serviceRow),
  Endpoints: define("Endpoints|Age", (o, now) => [endpoints(o), created(o, now)]),
  EndpointSlice: define("AddressType|Ports|Endpoints|Age", (o, now) => {
    const ports = list(o.ports).map((p) => String(p.port ?? "*"));
    const ips = list(o.endpoints).flatMap((e) => (e.addresses ?? []) as string[]);
    const shown = ips.length > 3 ? `${ips.slice(0, 3).join(",")} + ${ips.length - 3} more...` : joined(ips, "<unset>");
    return [String(o.addressType), joined(ports, "<unset>"), shown, created(o, now)];
  }),
  Event: {
    columns: [
      { name: "Last Seen", type: "string" },
      { name: "Type", type: "string" },
      { name: "Reason", type: "string" },
      { name: "Object", type: "string" },
      { name: "Subobject", type: "string", priority: 1 },
      { name: "Source", type: "string", priority: 1 },
      { name: "Message", type: "string" },
      { name: "First Seen", type: "string", priority: 1 },
      { name: "Count", type: "string", priority: 1 },
      { name: "Name", type: "string", priority: 1 },
    ],
    row: eventRow,
  },
  ConfigMap: define("Data|Age", (o, now) => [
    String(Object.keys((o.data ?? {}) as Obj).length + Object.keys((o.binaryData ?? {}) as Obj).length),
    created(o, now),
  ]),
  Secret: define("Type|Data|Age", (o, now) => [String(o.type), String(Object.keys((o.data ?? {}) as Obj).length), created(o, now)]),
  ServiceAccount: define("Secrets|Age", (o, now) => [String(list(o.secrets).length), created(o, now)]),
  PersistentVolume: define(
    "Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|!VolumeMode",
    (o, now) => {
      const s = (o.spec ?? {}) as Obj;
      const ref = s.claimRef as Obj | undefined;
      const phase = o.metadata.deletionTimestamp ? "Terminating" : String(o.status?.phase ?? "");
      return [
        String(s.capacity?.storage ?? ""),
        accessModes(s.accessModes),
        String(s.persistentVolumeReclaimPolicy ?? ""),
        phase,
        ref ? `${ref.namespace}/${ref.name}` : "",
        String(s.storageClassName ?? ""),
        String(s.volumeAttributesClassName ?? "<unset>"),
        String(o.status?.reason ?? ""),
        created(o, now),
        String(s.volumeMode ?? "<unset>"),
      ];
    },
  ),
  PersistentVolumeClaim: define("Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|!VolumeMode", (o, now) => {
    const phase = o.metadata.deletionTimestamp ? "Terminating" : String(o.status?.phase ?? "");
    const bound = o.spec?.volumeName ? true : false;
    return [
      phase,
      String(o.spec?.volumeName ?? ""),
      bound ? String(o.status?.capacity?.storage ?? "") : "",
      bound ? accessModes(o.status?.accessModes) : "",
      String(o.spec?.storageClassName ?? ""),
      String(o.spec?.volumeAttributesClassName ?? "<unset>"),
      created(o, now),
      String(o.spec?.volumeMode ?? "<unset>"),
    ];
  }),
  ReplicationController: define("Desired:integer|Current:integer|Ready:integer|Age|!Containers|!Images|!Selector", (o, now) => [
    Number(o.spec?.replicas ?? 0),
    Number(o.status?.replicas ?? 0),
    Number(o.status?.readyReplicas ?? 0),
    created(o, now),
    ...containers(o),
    labelMap(o.spec?.selector as Obj),
  ]),
  ReplicaSet: define("Desired:integer|Current:integer|Ready:integer|Age|!Containers|!Images|!Selector", (o, now) => [
    Number(o.spec?.replicas ?? 0),
    Number(o.status?.replicas ?? 0),
    Number(o.status?.readyReplicas ?? 0),
    created(o, now),
    ...containers(o),
    formatSelector(o.spec?.selector as Obj),
  ]),
  Deployment: define("Ready|Up-to-date|Available|Age|!Containers|!Images|!Selector", (o, now) => [
    `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    String(o.status?.updatedReplicas ?? 0),
    String(o.status?.availableReplicas ?? 0),
    created(o, now),
    ...containers(o),
    formatSelector(o.spec?.selector as Obj),
  ]),
  DaemonSet: define(
    "Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|!Containers|!Images|!Selector",
    (o, now) => {
      const s = (o.status ?? {}) as Obj;
      return [
        Number(s.desiredNumberScheduled ?? 0),
        Number(s.currentNumberScheduled ?? 0),
        Number(s.numberReady ?? 0),
        Number(s.updatedNumberScheduled ?? 0),
        Number(s.numberAvailable ?? 0),
        labelMap(o.spec?.template?.spec?.nodeSelector as Obj),
        created(o, now),
        ...containers(o),
        formatSelector(o.spec?.selector as Obj),
      ];
    },
  ),
  StatefulSet: define("Ready|Age|!Containers|!Images", (o, now) => [
    `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    created(o, now),
    ...containers(o),
  ]),
  ControllerRevision: define("Controller|Revision:integer|Age", (o, now) => {
    const owner = list(o.metadata.ownerReferences).find((r) => r.controller === true);
    return [
      owner
        ? `${String(owner.kind).toLowerCase()}${String(owner.apiVersion).includes("/") ? `.${String(owner.apiVersion).split("/")[0]}` : ""}/${owner.name}`
        : "<none>",
      Number(o.revision),
      created(o, now),
    ];
  }),
  Job: define("Status|Completions|Duration|Age|!Containers|!Images|!Selector", jobRow),
  CronJob: define("Schedule|Timezone|Suspend|Active:integer|Last Schedule|Age|!Containers|!Images|!Selector", (o, now) => {
    const cs = list(o.spec?.jobTemplate?.spec?.template?.spec?.containers);
    return [
      String(o.spec?.schedule),
      String(o.spec?.timeZone ?? "<none>"),
      o.spec?.suspend === true ? "True" : "False",
      list(o.status?.active).length,
      o.status?.lastScheduleTime ? age(o.status.lastScheduleTime, now) : "<none>",
      created(o, now),
      cs.map((c) => c.name as string).join(","),
      cs.map((c) => c.image as string).join(","),
      formatSelector(o.spec?.jobTemplate?.spec?.selector as Obj),
    ];
  }),
  Ingress: define("Class|Hosts|Address|Ports|Age", (o, now) => {
    const rules = list(o.spec?.rules);
    // three hosts are shown, and how many rules come after the third (printers.go, formatHosts)
    const shown = rules.filter((r) => r.host).slice(0, 3);
    const more = shown.length === 3 && shown[2] !== rules.at(-1) ? ` + ${rules.length - 3} more...` : "";
    const hosts = shown.length === 0 ? "*" : `${shown.map((r) => r.host as string).join(",")}${more}`;
    const address = list(o.status?.loadBalancer?.ingress)
      .map((i) => (i.ip ?? i.hostname) as string)
      .join(",");
    const cls =
      (o.spec?.ingressClassName as string | undefined) ??
      (o.metadata.annotations?.["kubernetes.io/ingress.class"] as string | undefined) ??
      "<none>";
    return [cls, hosts, address, list(o.spec?.tls).length > 0 ? "80, 443" : "80", created(o, now)];
  }),
  IngressClass: define("Controller|Parameters|Age", (o, now) => [
    String(o.spec?.controller ?? ""),
    o.spec?.parameters
      ? `${o.spec.parameters.kind}${o.spec.parameters.apiGroup ? `.${o.spec.parameters.apiGroup}` : ""}/${o.spec.parameters.name}`
      : "<none>",
    created(o, now),
  ]),
  NetworkPolicy: define("Pod-Selector|Age", (o, now) => [formatSelector(o.spec?.podSelector as Obj), created(o, now)]),
  PodDisruptionBudget: define("Min Available|Max Unavailable|Allowed Disruptions:integer|Age", (o, now) => [
    String(o.spec?.minAvailable ?? "N/A"),
    String(o.spec?.maxUnavailable ?? "N/A"),
    Number(o.status?.disruptionsAllowed ?? 0),
    created(o, now),
  ]),
  Role: define("Created At:date", (o) => [String(o.metadata.creationTimestamp)]),
  ClusterRole: define("Created At:date", (o) => [String(o.metadata.creationTimestamp)]),
  RoleBinding: define(bindingColumns, bindingRow),
  ClusterRoleBinding: define(bindingColumns, bindingRow),
  StorageClass: {
    columns: columns("Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age"),
    row: (o, now) => [
      `${o.metadata.name}${o.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true" ? " (default)" : ""}`,
      String(o.provisioner),
      String(o.reclaimPolicy ?? "Delete"),
      String(o.volumeBindingMode ?? "<unset>"),
      o.allowVolumeExpansion === true,
      created(o, now),
    ],
  },
  PriorityClass: define("Value:integer|Global-Default:boolean|Age|PreemptionPolicy", (o, now) => [
    Number(o.value),
    o.globalDefault === true,
    created(o, now),
    String(o.preemptionPolicy ?? ""),
  ]),
  RuntimeClass: define("Handler|Age", (o, now) => [String(o.handler), created(o, now)]),
  CSINode: define("Drivers:integer|Age", (o, now) => [list(o.spec?.drivers).length, created(o, now)]),
  CSIDriver: define(
    "AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age",
    (o, now) => [
      o.spec?.attachRequired !== false,
      o.spec?.podInfoOnMount === true,
      o.spec?.storageCapacity === true,
      "<unset>",
      o.spec?.requiresRepublish === true,
      joined((o.spec?.volumeLifecycleModes ?? []) as string[]),
      created(o, now),
    ],
  ),
  Lease: define("Holder|Age", (o, now) => [String(o.spec?.holderIdentity ?? ""), created(o, now)]),
  CertificateSigningRequest: define("Age|SignerName|Requestor|RequestedDuration|Condition", (o, now) => [
    created(o, now),
    String(o.spec?.signerName ?? "<none>"),
    String(o.spec?.username ?? ""),
    o.spec?.expirationSeconds ? humanDuration(Number(o.spec.expirationSeconds) * 1000) : "<none>",
    csrStatus(o),
  ]),
  ResourceQuota: define("Request|Limit|Age", (o, now) => {
    const hard = (o.status?.hard ?? {}) as Obj;
    const used = (o.status?.used ?? {}) as Obj;
    const show = (keep: (k: string) => boolean): string =>
      Object.keys(hard)
        .filter(keep)
        .toSorted()
        .map((k) => `${k}: ${used[k] ?? 0}/${hard[k]}`)
        .join(", ");
    return [show((k) => !k.startsWith("limits.")), show((k) => k.startsWith("limits.")), created(o, now)];
  }),
  LimitRange: define("Created At:date", (o) => [String(o.metadata.creationTimestamp)]),
  ComponentStatus: define("Status|Message|Error", (o) => {
    const c = list(o.conditions).find((x) => x.type === "Healthy");
    return [c?.status === "True" ? "Healthy" : c ? "Unhealthy" : "Unknown", String(c?.message ?? ""), String(c?.error ?? "")];
  }),
  HorizontalPodAutoscaler: define("Reference|Targets|MinPods|MaxPods:integer|Replicas:integer|Age", (o, now, minor) => {
    // the resource is named since 1.30
    const of = (name: unknown): string => (minor < 30 ? "" : `${name as string}: `);
    const ref = (o.spec?.scaleTargetRef ?? {}) as Obj;
    const targets = list(o.spec?.metrics).map((m) => {
      const r = (m.resource ?? {}) as Obj;
      return m.type === "Resource"
        ? `${of(r.name)}<unknown>/${r.target?.averageUtilization !== undefined ? `${r.target.averageUtilization}%` : (r.target?.averageValue as string)}`
        : "<unknown>";
    });
    return [
      `${ref.kind}/${ref.name}`,
      targets.length > 0
        ? targets.join(", ")
        : o.spec?.targetCPUUtilizationPercentage
          ? `${of("cpu")}<unknown>/${o.spec.targetCPUUtilizationPercentage}%`
          : "<none>",
      String(o.spec?.minReplicas ?? "<unset>"),
      Number(o.spec?.maxReplicas ?? 0),
      Number(o.status?.currentReplicas ?? 0),
      created(o, now),
    ];
  }),
  CustomResourceDefinition: define("Created At:date", (o) => [String(o.metadata.creationTimestamp)]),
  APIService: define("Service|Available|Age", (o, now) => {
    const c = list(o.status?.conditions).find((x) => x.type === "Available");
    return [
      o.spec?.service ? `${o.spec.service.namespace}/${o.spec.service.name}` : "Local",
      c ? (c.status === "True" ? "True" : `${c.status} (${c.reason})`) : "Unknown",
      created(o, now),
    ];
  }),
  MutatingWebhookConfiguration: define("Webhooks:integer|Age", (o, now) => [list(o.webhooks).length, created(o, now)]),
  ValidatingWebhookConfiguration: define("Webhooks:integer|Age", (o, now) => [list(o.webhooks).length, created(o, now)]),
  FlowSchema: define("PriorityLevel|MatchingPrecedence:integer|DistinguisherMethod|Age|MissingPL", (o, now) => [
    String(o.spec?.priorityLevelConfiguration?.name ?? ""),
    Number(o.spec?.matchingPrecedence ?? 0),
    String(o.spec?.distinguisherMethod?.type ?? "<none>"),
    created(o, now),
    "False",
  ]),
  PriorityLevelConfiguration: define("Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age", (o, now) => [
    String(o.spec?.type ?? ""),
    String(o.spec?.limited?.nominalConcurrencyShares ?? "<none>"),
    "<none>",
    "<none>",
    "<none>",
    created(o, now),
  ]),
  ServiceCIDR: define("CIDRs|Age", (o, now) => [joined((o.spec?.cidrs ?? []) as string[]), created(o, now)]),
};
builtinColumns.EventV1 = builtinColumns.Event!;
