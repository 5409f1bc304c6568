/** Types of the named API groups, as of Kubernetes 1.35's published API reference. */
import { defineTypes } from "./types.ts";

defineTypes(
  "io.k8s.api.apps.v1",
  `
Deployment: apiVersion kind metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus
DeploymentSpec: replicas:int selector!:LabelSelector template!:PodTemplateSpec strategy:DeploymentStrategy minReadySeconds:int revisionHistoryLimit:int paused:bool progressDeadlineSeconds:int
DeploymentStrategy: type rollingUpdate:RollingUpdateDeployment
RollingUpdateDeployment: maxUnavailable:intstr maxSurge:intstr
DeploymentStatus: observedGeneration:int replicas:int updatedReplicas:int readyReplicas:int availableReplicas:int unavailableReplicas:int terminatingReplicas:int conditions[]DeploymentCondition/type collisionCount:int
DeploymentCondition: type! status! lastUpdateTime:time lastTransitionTime:time reason message
ReplicaSet: apiVersion kind metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus
ReplicaSetSpec: replicas:int minReadySeconds:int selector!:LabelSelector template:PodTemplateSpec
ReplicaSetStatus: replicas:int fullyLabeledReplicas:int readyReplicas:int availableReplicas:int terminatingReplicas:int observedGeneration:int conditions[]DeploymentCondition/type
DaemonSet: apiVersion kind metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus
DaemonSetSpec: selector!:LabelSelector template!:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy minReadySeconds:int revisionHistoryLimit:int
DaemonSetUpdateStrategy: type rollingUpdate:RollingUpdateDaemonSet
RollingUpdateDaemonSet: maxUnavailable:intstr maxSurge:intstr
DaemonSetStatus: currentNumberScheduled:int numberMisscheduled:int desiredNumberScheduled:int numberReady:int observedGeneration:int updatedNumberScheduled:int numberAvailable:int numberUnavailable:int collisionCount:int conditions[]DeploymentCondition/type
StatefulSet: apiVersion kind metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus
StatefulSetSpec: replicas:int selector!:LabelSelector template!:PodTemplateSpec volumeClaimTemplates[]PersistentVolumeClaim/~ serviceName podManagementPolicy updateStrategy:StatefulSetUpdateStrategy revisionHistoryLimit:int minReadySeconds:int persistentVolumeClaimRetentionPolicy:any ordinals:any
StatefulSetUpdateStrategy: type rollingUpdate:RollingUpdateStatefulSet
RollingUpdateStatefulSet: partition:int maxUnavailable:intstr
StatefulSetStatus: observedGeneration:int replicas:int readyReplicas:int currentReplicas:int updatedReplicas:int currentRevision updateRevision collisionCount:int conditions[]DeploymentCondition/type availableReplicas:int
ControllerRevision: apiVersion kind metadata:ObjectMeta data:any revision!:int
`,
);
defineTypes(
  "io.k8s.api.batch.v1",
  `
Job: apiVersion kind metadata:ObjectMeta spec:JobSpec status:JobStatus
JobSpec: parallelism:int completions:int activeDeadlineSeconds:int podFailurePolicy:any successPolicy:any backoffLimit:int backoffLimitPerIndex:int maxFailedIndexes:int selector:LabelSelector manualSelector:bool template!:PodTemplateSpec ttlSecondsAfterFinished:int completionMode suspend:bool podReplacementPolicy managedBy
JobStatus: conditions[]JobCondition/type startTime:time completionTime:time active:int succeeded:int failed:int terminating:int completedIndexes failedIndexes uncountedTerminatedPods:any ready:int
JobCondition: type! status! lastProbeTime:time lastTransitionTime:time reason message
CronJob: apiVersion kind metadata:ObjectMeta spec:CronJobSpec status:CronJobStatus
CronJobSpec: schedule! timeZone startingDeadlineSeconds:int concurrencyPolicy suspend:bool jobTemplate!:JobTemplateSpec successfulJobsHistoryLimit:int failedJobsHistoryLimit:int
JobTemplateSpec: metadata:ObjectMeta spec:JobSpec
CronJobStatus: active[]ObjectReference lastScheduleTime:time lastSuccessfulTime:time
`,
);
defineTypes(
  "io.k8s.api.rbac.v1",
  `
Role: apiVersion kind metadata:ObjectMeta rules[]PolicyRule
ClusterRole: apiVersion kind metadata:ObjectMeta rules[]PolicyRule aggregationRule:AggregationRule
AggregationRule: clusterRoleSelectors[]LabelSelector
PolicyRule: verbs![] apiGroups[] resources[] resourceNames[] nonResourceURLs[]
RoleBinding: apiVersion kind metadata:ObjectMeta subjects[]Subject roleRef!:RoleRef
ClusterRoleBinding: apiVersion kind metadata:ObjectMeta subjects[]Subject roleRef!:RoleRef
Subject: kind! apiGroup name! namespace
RoleRef: apiGroup! kind! name!
`,
);
defineTypes(
  "io.k8s.api.networking.v1",
  `
NetworkPolicy: apiVersion kind metadata:ObjectMeta spec:NetworkPolicySpec status:any
NetworkPolicySpec: podSelector:LabelSelector ingress[]NetworkPolicyIngressRule egress[]NetworkPolicyEgressRule policyTypes[]
NetworkPolicyIngressRule: ports[]NetworkPolicyPort from[]NetworkPolicyPeer
NetworkPolicyEgressRule: ports[]NetworkPolicyPort to[]NetworkPolicyPeer
NetworkPolicyPort: protocol port:intstr endPort:int
NetworkPolicyPeer: podSelector:LabelSelector namespaceSelector:LabelSelector ipBlock:IPBlock
IPBlock: cidr! except[]
Ingress: apiVersion kind metadata:ObjectMeta spec:IngressSpec status:IngressStatus
IngressSpec: ingressClassName defaultBackend:IngressBackend tls[]IngressTLS rules[]IngressRule
IngressBackend: service:IngressServiceBackend resource:any
IngressServiceBackend: name! port:ServiceBackendPort
ServiceBackendPort: name number:int
IngressTLS: hosts[] secretName
IngressRule: host http:HTTPIngressRuleValue
HTTPIngressRuleValue: paths![]HTTPIngressPath
HTTPIngressPath: path pathType! backend!:IngressBackend
IngressStatus: loadBalancer:LoadBalancerStatus
IngressClass: apiVersion kind metadata:ObjectMeta spec:IngressClassSpec
IngressClassSpec: controller parameters:any
ServiceCIDR: apiVersion kind metadata:ObjectMeta spec:ServiceCIDRSpec status:ServiceCIDRStatus
ServiceCIDRSpec: cidrs[]
ServiceCIDRStatus: conditions[]Condition/type
IPAddress: apiVersion kind metadata:ObjectMeta spec:IPAddressSpec
IPAddressSpec: parentRef:any
`,
);
defineTypes(
  "io.k8s.api.policy.v1",
  `
PodDisruptionBudget: apiVersion kind metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus
PodSecurityPolicy: apiVersion kind metadata:ObjectMeta spec:any
PodDisruptionBudgetSpec: minAvailable:intstr selector:LabelSelector maxUnavailable:intstr unhealthyPodEvictionPolicy
PodDisruptionBudgetStatus: observedGeneration:int disruptedPods:any disruptionsAllowed!:int currentHealthy!:int desiredHealthy!:int expectedPods!:int conditions[]Condition/type
Eviction: apiVersion kind metadata:ObjectMeta deleteOptions:DeleteOptions
`,
);
defineTypes(
  "io.k8s.api.storage.v1",
  `
StorageClass: apiVersion kind metadata:ObjectMeta provisioner! parameters{} reclaimPolicy mountOptions[] allowVolumeExpansion:bool volumeBindingMode allowedTopologies[]any
VolumeAttachment: apiVersion kind metadata:ObjectMeta spec:any status:any
CSIDriver: apiVersion kind metadata:ObjectMeta spec:any
CSINode: apiVersion kind metadata:ObjectMeta spec:CSINodeSpec
CSINodeSpec: drivers![]any
CSIStorageCapacity: apiVersion kind metadata:ObjectMeta nodeTopology:LabelSelector storageClassName! capacity:quantity maximumVolumeSize:quantity
VolumeAttributesClass: apiVersion kind metadata:ObjectMeta driverName! parameters{}
`,
);
defineTypes(
  "io.k8s.api.scheduling.v1",
  `
PriorityClass: apiVersion kind metadata:ObjectMeta value!:int globalDefault:bool description preemptionPolicy
`,
);
defineTypes(
  "io.k8s.api.node.v1",
  `
RuntimeClass: apiVersion kind metadata:ObjectMeta handler! overhead:any scheduling:any
`,
);
defineTypes(
  "io.k8s.api.coordination.v1",
  `
Lease: apiVersion kind metadata:ObjectMeta spec:LeaseSpec
LeaseSpec: holderIdentity leaseDurationSeconds:int acquireTime:time renewTime:time leaseTransitions:int strategy preferredHolder
`,
);
defineTypes(
  "io.k8s.api.discovery.v1",
  `
EndpointSlice: apiVersion kind metadata:ObjectMeta addressType! endpoints![]Endpoint ports[]EndpointPort
Endpoint: addresses![] conditions:EndpointConditions hostname targetRef:ObjectReference deprecatedTopology{} nodeName zone hints:any topology{}
EndpointConditions: ready:bool serving:bool terminating:bool
`,
);
defineTypes(
  "io.k8s.api.certificates.v1",
  `
CertificateSigningRequest: apiVersion kind metadata:ObjectMeta spec!:CertificateSigningRequestSpec status:CertificateSigningRequestStatus
CertificateSigningRequestSpec: request!:bytes signerName! expirationSeconds:int usages[] username uid groups[] extra:any
CertificateSigningRequestStatus: conditions[]CertificateSigningRequestCondition/@type certificate:bytes
CertificateSigningRequestCondition: type! status! reason message lastUpdateTime:time lastTransitionTime:time
`,
);
defineTypes(
  "io.k8s.api.events.v1",
  `
EventV1: apiVersion kind metadata:ObjectMeta eventTime:time series:EventSeries reportingController reportingInstance action reason regarding:ObjectReference related:ObjectReference note type deprecatedSource:EventSource deprecatedFirstTimestamp:time deprecatedLastTimestamp:time deprecatedCount:int
`,
);
defineTypes(
  "io.k8s.api.autoscaling.v2",
  `
HorizontalPodAutoscaler: apiVersion kind metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec status:any
HorizontalPodAutoscalerSpec: scaleTargetRef!:CrossVersionObjectReference minReplicas:int maxReplicas!:int metrics[]any behavior:any targetCPUUtilizationPercentage:int
CrossVersionObjectReference: kind! name! apiVersion
`,
);
defineTypes(
  "io.k8s.api.autoscaling.v1",
  `
Scale: apiVersion kind metadata:ObjectMeta spec:ScaleSpec status:ScaleStatus
ScaleSpec: replicas:int
ScaleStatus: replicas!:int selector
`,
);
defineTypes(
  "io.k8s.api.admissionregistration.v1",
  `
MutatingWebhookConfiguration: apiVersion kind metadata:ObjectMeta webhooks[]any/name
ValidatingWebhookConfiguration: apiVersion kind metadata:ObjectMeta webhooks[]any/name
ValidatingAdmissionPolicy: apiVersion kind metadata:ObjectMeta spec:any status:any
ValidatingAdmissionPolicyBinding: apiVersion kind metadata:ObjectMeta spec:any
`,
);
defineTypes(
  "io.k8s.api.flowcontrol.v1",
  `
FlowSchema: apiVersion kind metadata:ObjectMeta spec:any status:any
PriorityLevelConfiguration: apiVersion kind metadata:ObjectMeta spec:any status:any
`,
);
defineTypes(
  "io.k8s.api.resource.v1",
  `
DeviceClass: apiVersion kind metadata:ObjectMeta spec:any
ResourceClaim_: apiVersion kind metadata:ObjectMeta spec:any status:any
ResourceClaimTemplate: apiVersion kind metadata:ObjectMeta spec:any
ResourceSlice: apiVersion kind metadata:ObjectMeta spec:any
`,
);
defineTypes(
  "io.k8s.api.authentication.v1",
  `
TokenReview: apiVersion kind metadata:ObjectMeta spec:TokenReviewSpec status:any
TokenReviewSpec: token audiences[]
TokenRequest: apiVersion kind metadata:ObjectMeta spec:TokenRequestSpec status:any
TokenRequestSpec: audiences[] expirationSeconds:int boundObjectRef:any
SelfSubjectReview: apiVersion kind metadata:ObjectMeta status:any
`,
);
defineTypes(
  "io.k8s.api.authorization.v1",
  `
SubjectAccessReview: apiVersion kind metadata:ObjectMeta spec:SubjectAccessReviewSpec status:any
LocalSubjectAccessReview: apiVersion kind metadata:ObjectMeta spec:SubjectAccessReviewSpec status:any
SubjectAccessReviewSpec: resourceAttributes:ResourceAttributes nonResourceAttributes:NonResourceAttributes user groups[] extra:any uid
SelfSubjectAccessReview: apiVersion kind metadata:ObjectMeta spec:SelfSubjectAccessReviewSpec status:any
SelfSubjectAccessReviewSpec: resourceAttributes:ResourceAttributes nonResourceAttributes:NonResourceAttributes
ResourceAttributes: namespace verb group version resource subresource name fieldSelector:any labelSelector:any
NonResourceAttributes: path verb
SelfSubjectRulesReview: apiVersion kind metadata:ObjectMeta spec:SelfSubjectRulesReviewSpec status:any
SelfSubjectRulesReviewSpec: namespace
`,
);
defineTypes(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
  `
APIService: apiVersion kind metadata:ObjectMeta spec:APIServiceSpec status:APIServiceStatus
APIServiceSpec: service:ServiceReference group version insecureSkipTLSVerify:bool caBundle:bytes groupPriorityMinimum!:int versionPriority!:int
ServiceReference: namespace name port:int
APIServiceStatus: conditions[]Condition/type
`,
);
defineTypes(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
  `
CustomResourceDefinition: apiVersion kind metadata:ObjectMeta spec!:CustomResourceDefinitionSpec status:CustomResourceDefinitionStatus
CustomResourceDefinitionSpec: group! names!:CustomResourceDefinitionNames scope! versions![]CustomResourceDefinitionVersion conversion:any preserveUnknownFields:bool
CustomResourceDefinitionNames: plural! singular shortNames[] kind! listKind categories[]
CustomResourceDefinitionVersion: name! served!:bool storage!:bool deprecated:bool deprecationWarning schema:any subresources:any additionalPrinterColumns[]any selectableFields[]any
CustomResourceDefinitionStatus: conditions[]any/@type acceptedNames:any storedVersions[] observedGeneration:int
`,
);
