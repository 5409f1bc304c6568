/** Types of meta/v1 and core/v1, as of Kubernetes 1.35's published API reference. */
import { defineTypes } from "./types.ts";

defineTypes(
  "io.k8s.apimachinery.pkg.apis.meta.v1",
  `
ObjectMeta: name generateName namespace selfLink uid resourceVersion generation:int creationTimestamp:time deletionTimestamp:time deletionGracePeriodSeconds:int labels{} annotations{} ownerReferences[]OwnerReference/uid finalizers[]/= managedFields[]ManagedFieldsEntry clusterName
OwnerReference: apiVersion! kind! name! uid! controller:bool blockOwnerDeletion:bool
ManagedFieldsEntry: manager operation apiVersion time:time fieldsType fieldsV1:any subresource
LabelSelector: matchLabels{} matchExpressions[]LabelSelectorRequirement
LabelSelectorRequirement: key! operator! values[]
Condition: type! status! observedGeneration:int lastTransitionTime!:time reason! message!
ListMeta: selfLink resourceVersion continue remainingItemCount:int
Status: apiVersion kind metadata:ListMeta status message reason details:any code:int
DeleteOptions: apiVersion kind gracePeriodSeconds:int preconditions:any orphanDependents:bool propagationPolicy dryRun[] ignoreStoreReadErrorWithClusterBreakingPotential:bool
`,
);

defineTypes(
  "io.k8s.api.core.v1",
  `
Pod: apiVersion kind metadata:ObjectMeta spec:PodSpec status:PodStatus
PodTemplate: apiVersion kind metadata:ObjectMeta template:PodTemplateSpec
PodTemplateSpec: metadata:ObjectMeta spec:PodSpec
PodSpec: volumes[]Volume/name initContainers[]Container/name containers![]Container/name ephemeralContainers[]EphemeralContainer/name restartPolicy terminationGracePeriodSeconds:int activeDeadlineSeconds:int dnsPolicy nodeSelector{} serviceAccountName serviceAccount automountServiceAccountToken:bool nodeName hostNetwork:bool hostPID:bool hostIPC:bool shareProcessNamespace:bool securityContext:PodSecurityContext imagePullSecrets[]LocalObjectReference/name hostname subdomain affinity:Affinity schedulerName tolerations[]Toleration/~ hostAliases[]HostAlias/ip priorityClassName priority:int dnsConfig:PodDNSConfig readinessGates[]PodReadinessGate/~ runtimeClassName enableServiceLinks:bool preemptionPolicy overhead{}quantity topologySpreadConstraints[]TopologySpreadConstraint/topologyKey@topologyKey,whenUnsatisfiable setHostnameAsFQDN:bool os:PodOS hostUsers:bool schedulingGates[]PodSchedulingGate/name resourceClaims[]PodResourceClaim/name resources:ResourceRequirements hostnameOverride workloadRef:any
PodOS: name!
PodSchedulingGate: name!
PodResourceClaim: name! resourceClaimName resourceClaimTemplateName
PodReadinessGate: conditionType!
PodDNSConfig: nameservers[]/~ searches[]/~ options[]PodDNSConfigOption/~
PodDNSConfigOption: name value
HostAlias: ip! hostnames[]
LocalObjectReference: name
TopologySpreadConstraint: maxSkew!:int topologyKey! whenUnsatisfiable! labelSelector:LabelSelector minDomains:int nodeAffinityPolicy nodeTaintsPolicy matchLabelKeys[]
Toleration: key operator value effect tolerationSeconds:int
Affinity: nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity
NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution:NodeSelector preferredDuringSchedulingIgnoredDuringExecution[]PreferredSchedulingTerm
PreferredSchedulingTerm: weight!:int preference!:NodeSelectorTerm
NodeSelector: nodeSelectorTerms![]NodeSelectorTerm
NodeSelectorTerm: matchExpressions[]NodeSelectorRequirement matchFields[]NodeSelectorRequirement
NodeSelectorRequirement: key! operator! values[]
PodAffinity: requiredDuringSchedulingIgnoredDuringExecution[]PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution[]WeightedPodAffinityTerm
PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution[]PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution[]WeightedPodAffinityTerm
PodAffinityTerm: labelSelector:LabelSelector namespaces[] topologyKey! namespaceSelector:LabelSelector matchLabelKeys[] mismatchLabelKeys[]
WeightedPodAffinityTerm: weight!:int podAffinityTerm!:PodAffinityTerm
PodSecurityContext: seLinuxOptions:SELinuxOptions windowsOptions:any runAsUser:int runAsGroup:int runAsNonRoot:bool supplementalGroups[]int supplementalGroupsPolicy fsGroup:int sysctls[]Sysctl/~ fsGroupChangePolicy seccompProfile:SeccompProfile appArmorProfile:AppArmorProfile seLinuxChangePolicy
SecurityContext: capabilities:Capabilities privileged:bool seLinuxOptions:SELinuxOptions windowsOptions:any runAsUser:int runAsGroup:int runAsNonRoot:bool readOnlyRootFilesystem:bool allowPrivilegeEscalation:bool procMount seccompProfile:SeccompProfile appArmorProfile:AppArmorProfile
Capabilities: add[] drop[]
SELinuxOptions: user role type level
SeccompProfile: type! localhostProfile
AppArmorProfile: type! localhostProfile
Sysctl: name! value!
Container: name! image command[] args[] workingDir ports[]ContainerPort/containerPort@containerPort,protocol envFrom[]EnvFromSource env[]EnvVar/name resources:ResourceRequirements resizePolicy[]ContainerResizePolicy/~ restartPolicy restartPolicyRules[]any volumeMounts[]VolumeMount/mountPath volumeDevices[]VolumeDevice/devicePath livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext:SecurityContext stdin:bool stdinOnce:bool tty:bool
EphemeralContainer: name! image command[] args[] workingDir ports[]ContainerPort/containerPort@containerPort,protocol envFrom[]EnvFromSource env[]EnvVar/name resources:ResourceRequirements resizePolicy[]ContainerResizePolicy/~ restartPolicy volumeMounts[]VolumeMount/mountPath volumeDevices[]VolumeDevice/devicePath livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext:SecurityContext stdin:bool stdinOnce:bool tty:bool targetContainerName
ContainerResizePolicy: resourceName! restartPolicy!
ContainerPort: name hostPort:int containerPort!:int protocol hostIP
EnvFromSource: prefix configMapRef:ConfigMapEnvSource secretRef:SecretEnvSource
ConfigMapEnvSource: name optional:bool
SecretEnvSource: name optional:bool
EnvVar: name! value valueFrom:EnvVarSource
EnvVarSource: fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector configMapKeyRef:ConfigMapKeySelector secretKeyRef:SecretKeySelector fileKeyRef:any
ObjectFieldSelector: apiVersion fieldPath!
ResourceFieldSelector: containerName resource! divisor:quantity
ConfigMapKeySelector: name key! optional:bool
SecretKeySelector: name key! optional:bool
ResourceRequirements: limits{}quantity requests{}quantity claims[]ResourceClaim/@name
ResourceClaim: name! request
VolumeMount: name! readOnly:bool recursiveReadOnly mountPath! subPath mountPropagation subPathExpr
VolumeDevice: name! devicePath!
Probe: exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction grpc:GRPCAction initialDelaySeconds:int timeoutSeconds:int periodSeconds:int successThreshold:int failureThreshold:int terminationGracePeriodSeconds:int
ExecAction: command[]
HTTPGetAction: path port!:intstr host scheme httpHeaders[]HTTPHeader
HTTPHeader: name! value!
TCPSocketAction: port!:intstr host
GRPCAction: port!:int service
SleepAction: seconds!:int
Lifecycle: postStart:LifecycleHandler preStop:LifecycleHandler stopSignal
LifecycleHandler: exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction sleep:SleepAction
Volume: name! hostPath:HostPathVolumeSource emptyDir:EmptyDirVolumeSource secret:SecretVolumeSource configMap:ConfigMapVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource downwardAPI:DownwardAPIVolumeSource projected:ProjectedVolumeSource csi:CSIVolumeSource nfs:NFSVolumeSource iscsi:any cephfs:any rbd:any glusterfs:any flexVolume:any cinder:any fc:any azureFile:any azureDisk:any awsElasticBlockStore:any gcePersistentDisk:any gitRepo:any quobyte:any vsphereVolume:any photonPersistentDisk:any portworxVolume:any scaleIO:any storageos:any flocker:any ephemeral:any image:ImageVolumeSource
ImageVolumeSource: reference pullPolicy
HostPathVolumeSource: path! type
EmptyDirVolumeSource: medium sizeLimit:quantity
SecretVolumeSource: secretName items[]KeyToPath defaultMode:int optional:bool
ConfigMapVolumeSource: name items[]KeyToPath defaultMode:int optional:bool
KeyToPath: key! path! mode:int
PersistentVolumeClaimVolumeSource: claimName! readOnly:bool
DownwardAPIVolumeSource: items[]DownwardAPIVolumeFile defaultMode:int
DownwardAPIVolumeFile: path! fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector mode:int
ProjectedVolumeSource: sources[]VolumeProjection defaultMode:int
VolumeProjection: secret:SecretProjection downwardAPI:DownwardAPIProjection configMap:ConfigMapProjection serviceAccountToken:ServiceAccountTokenProjection clusterTrustBundle:any podCertificate:any
SecretProjection: name items[]KeyToPath optional:bool
ConfigMapProjection: name items[]KeyToPath optional:bool
DownwardAPIProjection: items[]DownwardAPIVolumeFile
ServiceAccountTokenProjection: audience expirationSeconds:int path!
CSIVolumeSource: driver! readOnly:bool fsType volumeAttributes{} nodePublishSecretRef:LocalObjectReference
NFSVolumeSource: server! path! readOnly:bool
PodStatus: phase conditions[]PodCondition/type message reason nominatedNodeName hostIP hostIPs[]HostIP/ip podIP podIPs[]PodIP/ip startTime:time initContainerStatuses[]ContainerStatus containerStatuses[]ContainerStatus qosClass ephemeralContainerStatuses[]ContainerStatus resize resourceClaimStatuses[]any observedGeneration:int extendedResourceClaimStatus:any allocatedResources{}quantity resources:ResourceRequirements
PodCondition: type! status! lastProbeTime:time lastTransitionTime:time reason message observedGeneration:int
HostIP: ip!
PodIP: ip!
ContainerStatus: name! state:ContainerState lastState:ContainerState ready!:bool restartCount!:int image! imageID! containerID started:bool allocatedResources{}quantity resources:ResourceRequirements volumeMounts[]any user:any allocatedResourcesStatus[]any stopSignal
ContainerState: waiting:ContainerStateWaiting running:ContainerStateRunning terminated:ContainerStateTerminated
ContainerStateWaiting: reason message
ContainerStateRunning: startedAt:time
ContainerStateTerminated: exitCode!:int signal:int reason message startedAt:time finishedAt:time containerID
Service: apiVersion kind metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus
ServiceSpec: ports[]ServicePort/port@port,protocol selector{} clusterIP clusterIPs[]/~ type externalIPs[]/~ sessionAffinity loadBalancerIP loadBalancerSourceRanges[]/~ externalName externalTrafficPolicy healthCheckNodePort:int publishNotReadyAddresses:bool sessionAffinityConfig:SessionAffinityConfig ipFamilies[]/~ ipFamilyPolicy allocateLoadBalancerNodePorts:bool loadBalancerClass internalTrafficPolicy topologyKeys[] trafficDistribution
ServicePort: name protocol appProtocol port!:int targetPort:intstr nodePort:int
SessionAffinityConfig: clientIP:ClientIPConfig
ClientIPConfig: timeoutSeconds:int
ServiceStatus: loadBalancer:LoadBalancerStatus conditions[]Condition/type
LoadBalancerStatus: ingress[]LoadBalancerIngress
LoadBalancerIngress: ip hostname ipMode ports[]any
Endpoints: apiVersion kind metadata:ObjectMeta subsets[]EndpointSubset
EndpointSubset: addresses[]EndpointAddress notReadyAddresses[]EndpointAddress ports[]EndpointPort
EndpointAddress: ip! hostname nodeName targetRef:ObjectReference
EndpointPort: name port!:int protocol appProtocol
ObjectReference: kind namespace name uid apiVersion resourceVersion fieldPath
Node: apiVersion kind metadata:ObjectMeta spec:NodeSpec status:NodeStatus
NodeSpec: podCIDR podCIDRs[]/= providerID unschedulable:bool taints[]Taint/~ configSource:any externalID
Taint: key! value effect! timeAdded:time
NodeStatus: capacity{}quantity allocatable{}quantity phase conditions[]NodeCondition/type addresses[]NodeAddress/type daemonEndpoints:NodeDaemonEndpoints nodeInfo:NodeSystemInfo images[]ContainerImage volumesInUse[] volumesAttached[]any config:any runtimeHandlers[]any features:any declaredFeatures[]
NodeCondition: type! status! lastHeartbeatTime:time lastTransitionTime:time reason message
NodeAddress: type! address!
NodeDaemonEndpoints: kubeletEndpoint:DaemonEndpoint
DaemonEndpoint: Port!:int
NodeSystemInfo: machineID! systemUUID! bootID! kernelVersion! osImage! containerRuntimeVersion! kubeletVersion! kubeProxyVersion operatingSystem! architecture! swap:any
ContainerImage: names[] sizeBytes:int
Namespace: apiVersion kind metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus
NamespaceSpec: finalizers[]
NamespaceStatus: phase conditions[]NamespaceCondition/type
NamespaceCondition: type! status! lastTransitionTime:time reason message
ConfigMap: apiVersion kind metadata:ObjectMeta data{} binaryData{}bytes immutable:bool
Secret: apiVersion kind metadata:ObjectMeta data{}bytes stringData{} type immutable:bool
ServiceAccount: apiVersion kind metadata:ObjectMeta secrets[]ObjectReference/name imagePullSecrets[]LocalObjectReference automountServiceAccountToken:bool
Event: apiVersion kind metadata:ObjectMeta involvedObject:ObjectReference reason message source:EventSource firstTimestamp:time lastTimestamp:time count:int type eventTime:time series:EventSeries action related:ObjectReference reportingComponent reportingInstance
EventSource: component host
EventSeries: count:int lastObservedTime:time
PersistentVolume: apiVersion kind metadata:ObjectMeta spec:PersistentVolumeSpec status:PersistentVolumeStatus
PersistentVolumeSpec: capacity{}quantity accessModes[]/~ claimRef:ObjectReference persistentVolumeReclaimPolicy storageClassName mountOptions[]/~ volumeMode nodeAffinity:VolumeNodeAffinity hostPath:HostPathVolumeSource local:LocalVolumeSource nfs:NFSVolumeSource csi:any volumeAttributesClassName awsElasticBlockStore:any gcePersistentDisk:any iscsi:any cephfs:any rbd:any fc:any azureDisk:any azureFile:any cinder:any flexVolume:any
LocalVolumeSource: path! fsType
VolumeNodeAffinity: required:NodeSelector
PersistentVolumeStatus: phase message reason lastPhaseTransitionTime:time
PersistentVolumeClaim: apiVersion kind metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus
PersistentVolumeClaimSpec: accessModes[]/~ selector:LabelSelector resources:ResourceRequirements volumeName storageClassName volumeMode dataSource:any dataSourceRef:any volumeAttributesClassName
PersistentVolumeClaimStatus: phase accessModes[]/~ capacity{}quantity conditions[]Condition/type allocatedResources{}quantity allocatedResourceStatuses{}
ReplicationController: apiVersion kind metadata:ObjectMeta spec:ReplicationControllerSpec status:ReplicationControllerStatus
ReplicationControllerSpec: replicas:int minReadySeconds:int selector{} template:PodTemplateSpec
ReplicationControllerStatus: replicas:int fullyLabeledReplicas:int readyReplicas:int availableReplicas:int observedGeneration:int conditions[]Condition/type
LimitRange: apiVersion kind metadata:ObjectMeta spec:LimitRangeSpec
LimitRangeSpec: limits![]LimitRangeItem
LimitRangeItem: type! max{}quantity min{}quantity default{}quantity defaultRequest{}quantity maxLimitRequestRatio{}quantity
ResourceQuota: apiVersion kind metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus
ResourceQuotaSpec: hard{}quantity scopes[] scopeSelector:any
ResourceQuotaStatus: hard{}quantity used{}quantity
ComponentStatus: apiVersion kind metadata:ObjectMeta conditions[]ComponentCondition/type
ComponentCondition: type! status! message error
Binding: apiVersion kind metadata:ObjectMeta target!:ObjectReference
`,
);
