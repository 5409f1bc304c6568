/** The admission chain: plugins that kube-apiserver enables by default, and NodeRestriction (k8s.io/kubernetes/pkg/kubeapiserver/options/plugins.go). */
import type { Obj } from "../../../core/json.ts";
import { nodeNameOf } from "../auth/node.ts";
import { keyOf } from "../resources.ts";
import { forbidden, notFound, notSimulated, StatusError } from "../status.ts";
import type { Request } from "../strategy/prepare.ts";
import { checkLimits, defaultLimits } from "./limits.ts";
import { podSecurity } from "./pod-security.ts";
import { checkQuota } from "./quota.ts";

export interface Admission extends Request {
  operation: "CREATE" | "UPDATE" | "DELETE";
  subresource: string;
  namespace: string;
  name: string;
  dryRun: boolean;
}

const immortal = new Set(["default", "kube-system", "kube-public"]);
const on = (a: Admission, plugin: string): boolean => a.api.options.admission.includes(plugin);

/** NamespaceLifecycle and NodeRestriction: before anything else looks at the request. */
export function admitEarly(a: Admission, o: Obj | undefined, old: Obj | undefined): void {
  const { api, resource: r } = a;
  if (on(a, "NamespaceLifecycle")) {
    if (a.operation === "DELETE" && r.group === "" && r.plural === "namespaces" && immortal.has(a.name))
      throw forbidden(r, a.name, "this namespace may not be deleted");
    if (a.operation === "CREATE" && r.namespaced && a.namespace !== "") {
      const found = api.store.get(`/registry/namespaces/${a.namespace}`);
      if (!found) throw notFound({ group: "", plural: "namespaces", kind: "Namespace" }, a.namespace);
      const reviews = r.group === "authorization.k8s.io";
      if (found.status?.phase === "Terminating" && !reviews && a.subresource === "") {
        throw new StatusError(
          403,
          "Forbidden",
          `${keyOf(r)} "${a.name}" is forbidden: unable to create new content in namespace ${a.namespace} because it is being terminated`,
          {
            name: a.name,
            ...(r.group === "" ? {} : { group: r.group }),
            kind: r.plural,
            causes: [
              { reason: "NamespaceTerminating", message: `namespace ${a.namespace} is being terminated`, field: "metadata.namespace" },
            ],
          },
        );
      }
    }
  }
  if (on(a, "NodeRestriction")) nodeRestriction(a, o, old);
}

function nodeRestriction(a: Admission, o: Obj | undefined, old: Obj | undefined): void {
  const node = nodeNameOf(a.user);
  if (node === undefined) return;
  const { resource: r } = a;
  const no = (why: string): never => {
    throw forbidden(r, a.name, why);
  };
  if (r.group === "" && r.plural === "pods") {
    if (a.subresource === "") {
      if (a.operation === "CREATE") {
        if (!o?.metadata.annotations?.["kubernetes.io/config.mirror"])
          no(`pod does not have "kubernetes.io/config.mirror" annotation, node "${node}" can only create mirror pods`);
        if (o!.spec?.nodeName !== node) no(`node "${node}" can only create pods with spec.nodeName set to itself`);
        if (o!.spec?.serviceAccountName) no(`node "${node}" can not create pods that reference a service account`);
      } else if (old && old.spec?.nodeName !== node)
        no(`node "${node}" can only ${a.operation === "DELETE" ? "delete" : "update"} pods with spec.nodeName set to itself`);
    } else if (a.subresource === "status" && old && old.spec?.nodeName !== node)
      no(`node "${node}" can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (r.group === "" && r.plural === "nodes") {
    if (a.name !== "" && a.name !== node) no(`node "${node}" is not allowed to modify node "${a.name}"`);
    if (a.operation === "CREATE" || a.operation === "UPDATE") {
      const labels = (o?.metadata.labels ?? {}) as Record<string, string>;
      const before = (old?.metadata.labels ?? {}) as Record<string, string>;
      const bad = Object.keys({ ...labels, ...before }).filter((k) => labels[k] !== before[k] && restricted(k));
      if (bad.length > 0) no(`is not allowed to modify labels: ${bad.toSorted().join(", ")}`);
      if (
        a.operation === "UPDATE" &&
        a.subresource === "" &&
        JSON.stringify(o?.spec?.taints ?? []) !== JSON.stringify(old?.spec?.taints ?? [])
      )
        no(`node "${node}" is not allowed to modify taints`);
    }
  }
}

const kubeletLabels = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/instance-type",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
]);

function restricted(label: string): boolean {
  if (kubeletLabels.has(label)) return false;
  const prefix = label.includes("/") ? label.split("/")[0]! : "";
  if (
    prefix === "kubelet.kubernetes.io" ||
    prefix.endsWith(".kubelet.kubernetes.io") ||
    prefix === "node.kubernetes.io" ||
    prefix.endsWith(".node.kubernetes.io")
  )
    return false;
  return prefix === "kubernetes.io" || prefix.endsWith(".kubernetes.io") || prefix === "k8s.io" || prefix.endsWith(".k8s.io");
}

/** Mutating plugins. `o` is changed in place. */
export function mutate(a: Admission, o: Obj): void {
  const { api, resource: r } = a;
  if (r.group === "" && r.plural === "nodes" && a.operation === "CREATE" && on(a, "TaintNodesByCondition")) {
    const taints = ((o.spec ??= {}) as Obj).taints as Obj[] | undefined;
    if (!taints?.some((t) => t.key === "node.kubernetes.io/not-ready" && t.effect === "NoSchedule"))
      o.spec.taints = [...(taints ?? []), { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }];
  }
  if (
    r.group === "" &&
    r.plural === "persistentvolumeclaims" &&
    a.operation === "CREATE" &&
    on(a, "DefaultStorageClass") &&
    o.spec?.storageClassName === undefined
  ) {
    const standard = api
      .known({ group: "storage.k8s.io", plural: "storageclasses" })
      .find((c) => c.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true");
    if (standard) o.spec.storageClassName = standard.metadata.name;
  }
  if (r.type === "PersistentVolumeClaim" && a.operation === "CREATE" && on(a, "StorageObjectInUseProtection"))
    addFinalizer(o, "kubernetes.io/pvc-protection");
  if (r.type === "PersistentVolume" && a.operation === "CREATE" && on(a, "StorageObjectInUseProtection"))
    addFinalizer(o, "kubernetes.io/pv-protection");
  if (r.type !== "Pod" || a.subresource !== "" || a.operation !== "CREATE") return;
  const mirror = o.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
  if (on(a, "LimitRanger") && !mirror) defaultLimits(a, o);
  if (on(a, "ServiceAccount") && !mirror) serviceAccount(a, o);
  if (on(a, "DefaultTolerationSeconds")) tolerations(o);
  if (on(a, "Priority")) priority(a, o);
}

function addFinalizer(o: Obj, name: string): void {
  const list = (o.metadata.finalizers ?? []) as string[];
  if (!list.includes(name)) o.metadata.finalizers = [...list, name];
}

function serviceAccount(a: Admission, pod: Obj): void {
  const { api } = a;
  const spec = pod.spec as Obj;
  if (!spec.serviceAccountName) {
    spec.serviceAccountName = "default";
    spec.serviceAccount = "default";
  }
  const account = api.store.get(`/registry/serviceaccounts/${a.namespace}/${spec.serviceAccountName}`);
  if (!account)
    throw forbidden(
      a.resource,
      a.name,
      `error looking up service account ${a.namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
    );
  if (!(spec.imagePullSecrets as unknown[] | undefined)?.length && (account.imagePullSecrets as unknown[] | undefined)?.length)
    spec.imagePullSecrets = account.imagePullSecrets;
  const automount = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  if (automount !== true) return;
  const token = api.minor >= 21 ? projectedToken(a, spec) : secretToken(a, spec, account);
  const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
  let needed = false;
  for (const list of [spec.initContainers, spec.containers] as (Obj[] | undefined)[])
    for (const c of list ?? []) {
      if (((c.volumeMounts ?? []) as Obj[]).some((m) => m.mountPath === mountPath)) continue;
      needed = true;
      c.volumeMounts = [...((c.volumeMounts ?? []) as Obj[]), { name: token.name, readOnly: true, mountPath }];
    }
  if (needed && !token.there) spec.volumes = [...((spec.volumes ?? []) as Obj[]), { name: token.name, ...token.source }];
}

/** The volume that holds the token: the pod's own, or one to add. */
interface TokenVolume {
  name: string;
  there: boolean;
  source: Obj;
}

/** BoundServiceAccountTokenVolume, on from 1.21. */
function projectedToken(a: Admission, spec: Obj): TokenVolume {
  const existing = ((spec.volumes ?? []) as Obj[]).find((v) => String(v.name).startsWith("kube-api-access-"));
  return {
    name: existing ? String(existing.name) : `kube-api-access-${a.api.p.machine.random("names").word(5)}`,
    there: existing !== undefined,
    source: {
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
          { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
        ],
        defaultMode: 420,
      },
    },
  };
}

/** Before: the first token Secret that the account refers to (plugin/pkg/admission/serviceaccount/admission.go of 1.20). */
function secretToken(a: Admission, spec: Obj, account: Obj): TokenVolume {
  const { api } = a;
  const secret = ((account.secrets ?? []) as Obj[])
    .map((s) => api.store.get(`/registry/secrets/${a.namespace}/${s.name}`))
    .find(
      (s) =>
        s?.type === "kubernetes.io/service-account-token" &&
        s.metadata.annotations?.["kubernetes.io/service-account.uid"] === account.metadata.uid,
    );
  if (!secret)
    throw new StatusError(
      500,
      "ServerTimeout",
      `No API token found for service account "${account.metadata.name}", retry after the token is automatically created and added to the service account`,
      { name: "create pod", kind: "serviceaccounts", retryAfterSeconds: 1 },
    );
  const secretName = String(secret.metadata.name);
  const volumes = (spec.volumes ?? []) as Obj[];
  const existing = volumes.find((v) => v.secret?.secretName === secretName);
  const taken = volumes.some((v) => v.name === secretName);
  return {
    name: existing ? String(existing.name) : taken ? `${secretName}-${api.p.machine.random("names").word(5)}` : secretName,
    there: existing !== undefined,
    source: { secret: { secretName, defaultMode: 420 } },
  };
}

function tolerations(pod: Obj): void {
  const list = (pod.spec.tolerations ?? []) as Obj[];
  const add: Obj[] = [];
  for (const key of ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]) {
    const there = list.some((t) => (t.key === key || !t.key) && (t.effect === "NoExecute" || !t.effect));
    if (!there) add.push({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 });
  }
  if (add.length > 0) pod.spec.tolerations = [...list, ...add];
}

function priority(a: Admission, pod: Obj): void {
  const spec = pod.spec as Obj;
  const classes = a.api.known({ group: "scheduling.k8s.io", plural: "priorityclasses" });
  let found: Obj | undefined;
  if (spec.priorityClassName) {
    found = classes.find((c) => c.metadata.name === spec.priorityClassName);
    if (!found) throw forbidden(a.resource, a.name, `no PriorityClass with name ${spec.priorityClassName} was found`);
  } else {
    found = classes.find((c) => c.globalDefault === true);
    if (found) spec.priorityClassName = found.metadata.name;
  }
  const value = Number(found?.value ?? 0);
  if (spec.priority !== undefined && Number(spec.priority) !== value)
    throw forbidden(
      a.resource,
      a.name,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  spec.priority = value;
  spec.preemptionPolicy ??= found?.preemptionPolicy ?? "PreemptLowerPriority";
}

/** Validating plugins: after the object's own validation. */
export function admitLate(a: Admission, o: Obj, old: Obj | undefined): void {
  const { resource: r } = a;
  webhooks(a);
  if (on(a, "PodSecurity")) podSecurity(a, o, old);
  if (r.type === "Pod" && a.subresource === "" && a.operation === "CREATE" && on(a, "LimitRanger")) checkLimits(a, o);
  if (a.operation === "CREATE" && a.subresource === "" && on(a, "ResourceQuota")) checkQuota(a, o);
}

/** The real server would call matching webhooks; this one says that it does not. */
function webhooks(a: Admission): void {
  const { api, resource: r } = a;
  if (r.group === "admissionregistration.k8s.io") return;
  for (const plural of ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"])
    for (const config of api.known({ group: "admissionregistration.k8s.io", plural }))
      for (const hook of (config.webhooks ?? []) as Obj[])
        for (const rule of (hook.rules ?? []) as Obj[]) {
          const has = (list: unknown, value: string): boolean => Array.isArray(list) && (list.includes("*") || list.includes(value));
          const name = a.subresource === "" ? r.plural : `${r.plural}/${a.subresource}`;
          if (has(rule.operations, a.operation) && has(rule.apiGroups, r.group) && has(rule.resources, name))
            throw notSimulated(`admission webhook "${hook.name}"`);
        }
}
