/** Field numbers of the named API groups (generated.proto files of k8s.io/api 0.36). The notation: see messages.ts. */
export const groupTables = {
  apps: `
ControllerRevision: 1=metadata:meta.ObjectMeta 2=data:raw 3=revision*:int
DaemonSet: 1=metadata:meta.ObjectMeta 2=spec:DaemonSetSpec 3=status:DaemonSetStatus
DaemonSetSpec: 1=selector:meta.LabelSelector 2=template:core.PodTemplateSpec 3=updateStrategy:DaemonSetUpdateStrategy 4=minReadySeconds:int 6=revisionHistoryLimit*:int
DaemonSetUpdateStrategy: 1=type 2=rollingUpdate:RollingUpdateDaemonSet
RollingUpdateDaemonSet: 1=maxUnavailable:intstr 2=maxSurge:intstr
DaemonSetStatus: 1=currentNumberScheduled*:int 2=numberMisscheduled*:int 3=desiredNumberScheduled*:int 4=numberReady*:int 5=observedGeneration:int 6=updatedNumberScheduled:int 7=numberAvailable:int 8=numberUnavailable:int 9=collisionCount*:int 10=conditions[]DaemonSetCondition
DaemonSetCondition: 1=type* 2=status* 3=lastTransitionTime:time 4=reason 5=message
Deployment: 1=metadata:meta.ObjectMeta 2=spec:DeploymentSpec 3=status:DeploymentStatus
DeploymentSpec: 1=replicas*:int 2=selector:meta.LabelSelector 3=template:core.PodTemplateSpec 4=strategy:DeploymentStrategy 5=minReadySeconds:int 6=revisionHistoryLimit*:int 7=paused:bool 9=progressDeadlineSeconds*:int
DeploymentStrategy: 1=type 2=rollingUpdate:RollingUpdateDeployment
RollingUpdateDeployment: 1=maxUnavailable:intstr 2=maxSurge:intstr
DeploymentStatus: 1=observedGeneration:int 2=replicas:int 3=updatedReplicas:int 4=availableReplicas:int 5=unavailableReplicas:int 6=conditions[]DeploymentCondition 7=readyReplicas:int 8=collisionCount*:int 9=terminatingReplicas*:int
DeploymentCondition: 1=type* 2=status* 4=reason 5=message 6=lastUpdateTime:time 7=lastTransitionTime:time
ReplicaSet: 1=metadata:meta.ObjectMeta 2=spec:ReplicaSetSpec 3=status:ReplicaSetStatus
ReplicaSetSpec: 1=replicas*:int 2=selector:meta.LabelSelector 3=template:core.PodTemplateSpec 4=minReadySeconds:int
ReplicaSetStatus: 1=replicas*:int 2=fullyLabeledReplicas:int 3=observedGeneration:int 4=readyReplicas:int 5=availableReplicas:int 6=conditions[]ReplicaSetCondition 7=terminatingReplicas*:int
ReplicaSetCondition: 1=type* 2=status* 3=lastTransitionTime:time 4=reason 5=message
StatefulSet: 1=metadata:meta.ObjectMeta 2=spec:StatefulSetSpec 3=status:StatefulSetStatus
StatefulSetSpec: 1=replicas*:int 2=selector:meta.LabelSelector 3=template:core.PodTemplateSpec 4=volumeClaimTemplates[]core.PersistentVolumeClaim 5=serviceName* 6=podManagementPolicy 7=updateStrategy:StatefulSetUpdateStrategy 8=revisionHistoryLimit*:int 9=minReadySeconds:int 10=persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy 11=ordinals:StatefulSetOrdinals
StatefulSetUpdateStrategy: 1=type 2=rollingUpdate:RollingUpdateStatefulSetStrategy
RollingUpdateStatefulSetStrategy: 1=partition*:int 2=maxUnavailable:intstr
StatefulSetPersistentVolumeClaimRetentionPolicy: 1=whenDeleted 2=whenScaled
StatefulSetOrdinals: 1=start*:int
StatefulSetStatus: 1=observedGeneration:int 2=replicas*:int 3=readyReplicas:int 4=currentReplicas:int 5=updatedReplicas:int 6=currentRevision 7=updateRevision 9=collisionCount*:int 10=conditions[]StatefulSetCondition 11=availableReplicas*:int
StatefulSetCondition: 1=type* 2=status* 3=lastTransitionTime:time 4=reason 5=message
`,
  batch: `
CronJob: 1=metadata:meta.ObjectMeta 2=spec:CronJobSpec 3=status:CronJobStatus
CronJobSpec: 1=schedule* 2=startingDeadlineSeconds*:int 3=concurrencyPolicy 4=suspend*:bool 5=jobTemplate:JobTemplateSpec 6=successfulJobsHistoryLimit*:int 7=failedJobsHistoryLimit*:int 8=timeZone*
JobTemplateSpec: 1=metadata:meta.ObjectMeta 2=spec:JobSpec
JobSpec: 1=parallelism*:int 2=completions*:int 3=activeDeadlineSeconds*:int 4=selector:meta.LabelSelector 5=manualSelector*:bool 6=template:core.PodTemplateSpec 7=backoffLimit*:int 8=ttlSecondsAfterFinished*:int 9=completionMode* 10=suspend*:bool 11=podFailurePolicy:PodFailurePolicy 12=backoffLimitPerIndex*:int 13=maxFailedIndexes*:int 14=podReplacementPolicy* 15=managedBy* 16=successPolicy:SuccessPolicy
PodFailurePolicy: 1=rules[]PodFailurePolicyRule
PodFailurePolicyRule: 1=action* 2=onExitCodes:PodFailurePolicyOnExitCodesRequirement 3=onPodConditions[]PodFailurePolicyOnPodConditionsPattern
PodFailurePolicyOnExitCodesRequirement: 1=containerName* 2=operator* 3=values[]int
PodFailurePolicyOnPodConditionsPattern: 1=type* 2=status*
SuccessPolicy: 1=rules[]SuccessPolicyRule
SuccessPolicyRule: 1=succeededIndexes* 2=succeededCount*:int
CronJobStatus: 1=active[]core.ObjectReference 4=lastScheduleTime:time 5=lastSuccessfulTime:time
Job: 1=metadata:meta.ObjectMeta 2=spec:JobSpec 3=status:JobStatus
JobStatus: 1=conditions[]JobCondition 2=startTime:time 3=completionTime:time 4=active:int 5=succeeded:int 6=failed:int 7=completedIndexes 8=uncountedTerminatedPods:UncountedTerminatedPods 9=ready*:int 10=failedIndexes* 11=terminating*:int
JobCondition: 1=type* 2=status* 3=lastProbeTime:time 4=lastTransitionTime:time 5=reason 6=message
UncountedTerminatedPods: 1=succeeded[] 2=failed[]
`,
  rbac: `
ClusterRole: 1=metadata:meta.ObjectMeta 2=rules[]PolicyRule 3=aggregationRule:AggregationRule
PolicyRule: 1=verbs[] 2=apiGroups[] 3=resources[] 4=resourceNames[] 5=nonResourceURLs[]
AggregationRule: 1=clusterRoleSelectors[]meta.LabelSelector
ClusterRoleBinding: 1=metadata:meta.ObjectMeta 2=subjects[]Subject 3=roleRef:RoleRef
Subject: 1=kind* 2=apiGroup 3=name* 4=namespace
RoleRef: 1=apiGroup* 2=kind* 3=name*
Role: 1=metadata:meta.ObjectMeta 2=rules[]PolicyRule
RoleBinding: 1=metadata:meta.ObjectMeta 2=subjects[]Subject 3=roleRef:RoleRef
`,
  networking: `
IPAddress: 1=metadata:meta.ObjectMeta 2=spec:IPAddressSpec
IPAddressSpec: 1=parentRef:ParentReference
ParentReference: 1=group 2=resource 3=namespace 4=name
Ingress: 1=metadata:meta.ObjectMeta 2=spec:IngressSpec 3=status:IngressStatus
IngressSpec: 1=defaultBackend:IngressBackend 2=tls[]IngressTLS 3=rules[]IngressRule 4=ingressClassName*
IngressBackend: 3=resource:core.TypedLocalObjectReference 4=service:IngressServiceBackend
IngressServiceBackend: 1=name* 2=port:ServiceBackendPort
ServiceBackendPort: 1=name 2=number:int
IngressTLS: 1=hosts[] 2=secretName
IngressRule: 1=host 2=^:IngressRuleValue
IngressRuleValue: 1=http:HTTPIngressRuleValue
HTTPIngressRuleValue: 1=paths[]HTTPIngressPath
HTTPIngressPath: 1=path 2=backend:IngressBackend 3=pathType*
IngressStatus: 1=loadBalancer:IngressLoadBalancerStatus
IngressLoadBalancerStatus: 1=ingress[]IngressLoadBalancerIngress
IngressLoadBalancerIngress: 1=ip 2=hostname 4=ports[]IngressPortStatus
IngressPortStatus: 1=port*:int 2=protocol* 3=error*
IngressClass: 1=metadata:meta.ObjectMeta 2=spec:IngressClassSpec
IngressClassSpec: 1=controller 2=parameters:IngressClassParametersReference
IngressClassParametersReference: 1=apiGroup* 2=kind* 3=name* 4=scope* 5=namespace*
NetworkPolicy: 1=metadata:meta.ObjectMeta 2=spec:NetworkPolicySpec
NetworkPolicySpec: 1=podSelector:meta.LabelSelector 2=ingress[]NetworkPolicyIngressRule 3=egress[]NetworkPolicyEgressRule 4=policyTypes[]
NetworkPolicyIngressRule: 1=ports[]NetworkPolicyPort 2=from[]NetworkPolicyPeer
NetworkPolicyPort: 1=protocol* 2=port:intstr 3=endPort*:int
NetworkPolicyPeer: 1=podSelector:meta.LabelSelector 2=namespaceSelector:meta.LabelSelector 3=ipBlock:IPBlock
IPBlock: 1=cidr* 2=except[]
NetworkPolicyEgressRule: 1=ports[]NetworkPolicyPort 2=to[]NetworkPolicyPeer
ServiceCIDR: 1=metadata:meta.ObjectMeta 2=spec:ServiceCIDRSpec 3=status:ServiceCIDRStatus
ServiceCIDRSpec: 1=cidrs[]
ServiceCIDRStatus: 1=conditions[]meta.Condition
`,
  policy: `
Eviction: 1=metadata:meta.ObjectMeta 2=deleteOptions:meta.DeleteOptions
PodDisruptionBudget: 1=metadata:meta.ObjectMeta 2=spec:PodDisruptionBudgetSpec 3=status:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec: 1=minAvailable:intstr 2=selector:meta.LabelSelector 3=maxUnavailable:intstr 4=unhealthyPodEvictionPolicy*
PodDisruptionBudgetStatus: 1=observedGeneration:int 2=disruptedPods{}time 3=disruptionsAllowed*:int 4=currentHealthy*:int 5=desiredHealthy*:int 6=expectedPods*:int 7=conditions[]meta.Condition
`,
  scheduling: `
PriorityClass: 1=metadata:meta.ObjectMeta 2=value*:int 3=globalDefault:bool 4=description 5=preemptionPolicy*
`,
  "autoscaling/v1": `
HorizontalPodAutoscaler: 1=metadata:meta.ObjectMeta 2=spec:HorizontalPodAutoscalerSpec 3=status:HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerSpec: 1=scaleTargetRef:CrossVersionObjectReference 2=minReplicas*:int 3=maxReplicas*:int 4=targetCPUUtilizationPercentage*:int
CrossVersionObjectReference: 1=kind* 2=name* 3=apiVersion
HorizontalPodAutoscalerStatus: 1=observedGeneration*:int 2=lastScaleTime:time 3=currentReplicas*:int 4=desiredReplicas*:int 5=currentCPUUtilizationPercentage*:int
Scale: 1=metadata:meta.ObjectMeta 2=spec:ScaleSpec 3=status:ScaleStatus
ScaleSpec: 1=replicas:int
ScaleStatus: 1=replicas*:int 2=selector
`,
  "autoscaling/v2": `
HorizontalPodAutoscaler: 1=metadata:meta.ObjectMeta 2=spec:HorizontalPodAutoscalerSpec 3=status:HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerSpec: 1=scaleTargetRef:CrossVersionObjectReference 2=minReplicas*:int 3=maxReplicas*:int 4=metrics[]MetricSpec 5=behavior:HorizontalPodAutoscalerBehavior
CrossVersionObjectReference: 1=kind* 2=name* 3=apiVersion
MetricSpec: 1=type* 2=object:ObjectMetricSource 3=pods:PodsMetricSource 4=resource:ResourceMetricSource 5=external:ExternalMetricSource 7=containerResource:ContainerResourceMetricSource
ObjectMetricSource: 1=describedObject:CrossVersionObjectReference 2=target:MetricTarget 3=metric:MetricIdentifier
MetricTarget: 1=type* 2=value:quantity 3=averageValue:quantity 4=averageUtilization*:int
MetricIdentifier: 1=name* 2=selector:meta.LabelSelector
PodsMetricSource: 1=metric:MetricIdentifier 2=target:MetricTarget
ResourceMetricSource: 1=name* 2=target:MetricTarget
ContainerResourceMetricSource: 1=name* 2=target:MetricTarget 3=container*
ExternalMetricSource: 1=metric:MetricIdentifier 2=target:MetricTarget
HorizontalPodAutoscalerBehavior: 1=scaleUp:HPAScalingRules 2=scaleDown:HPAScalingRules
HPAScalingRules: 1=selectPolicy* 2=policies[]HPAScalingPolicy 3=stabilizationWindowSeconds*:int 4=tolerance:quantity
HPAScalingPolicy: 1=type* 2=value*:int 3=periodSeconds*:int
HorizontalPodAutoscalerStatus: 1=observedGeneration*:int 2=lastScaleTime:time 3=currentReplicas:int 4=desiredReplicas*:int 5=currentMetrics[]MetricStatus 6=conditions[]HorizontalPodAutoscalerCondition
MetricStatus: 1=type* 2=object:ObjectMetricStatus 3=pods:PodsMetricStatus 4=resource:ResourceMetricStatus 5=external:ExternalMetricStatus 7=containerResource:ContainerResourceMetricStatus
ObjectMetricStatus: 1=metric:MetricIdentifier 2=current:MetricValueStatus 3=describedObject:CrossVersionObjectReference
MetricValueStatus: 1=value:quantity 2=averageValue:quantity 3=averageUtilization*:int
PodsMetricStatus: 1=metric:MetricIdentifier 2=current:MetricValueStatus
ResourceMetricStatus: 1=name* 2=current:MetricValueStatus
ContainerResourceMetricStatus: 1=name* 2=current:MetricValueStatus 3=container*
ExternalMetricStatus: 1=metric:MetricIdentifier 2=current:MetricValueStatus
HorizontalPodAutoscalerCondition: 1=type* 2=status* 3=lastTransitionTime:time 4=reason 5=message
`,
  certificates: `
CertificateSigningRequest: 1=metadata:meta.ObjectMeta 2=spec:CertificateSigningRequestSpec 3=status:CertificateSigningRequestStatus
CertificateSigningRequestSpec: 1=request*:bytes 2=username 3=uid 4=groups[] 5=usages[] 6=extra{}ExtraValue 7=signerName* 8=expirationSeconds*:int
ExtraValue: 1==[]
CertificateSigningRequestStatus: 1=conditions[]CertificateSigningRequestCondition 2=certificate:bytes
CertificateSigningRequestCondition: 1=type* 2=reason 3=message 4=lastUpdateTime:time 5=lastTransitionTime:time 6=status*
`,
  authentication: `
SelfSubjectReview: 1=metadata:meta.ObjectMeta 2=status:SelfSubjectReviewStatus
SelfSubjectReviewStatus: 1=userInfo:UserInfo
UserInfo: 1=username 2=uid 3=groups[] 4=extra{}ExtraValue
ExtraValue: 1==[]
TokenRequest: 1=metadata:meta.ObjectMeta 2=spec:TokenRequestSpec 3=status:TokenRequestStatus
TokenRequestSpec: 1=audiences[] 3=boundObjectRef:BoundObjectReference 4=expirationSeconds*:int
BoundObjectReference: 1=kind 2=apiVersion 3=name 4=uid
TokenRequestStatus: 1=token* 2=expirationTimestamp:time
TokenReview: 1=metadata:meta.ObjectMeta 2=spec:TokenReviewSpec 3=status:TokenReviewStatus
TokenReviewSpec: 1=token 2=audiences[]
TokenReviewStatus: 1=authenticated:bool 2=user:UserInfo 3=error 4=audiences[]
`,
  authorization: `
LocalSubjectAccessReview: 1=metadata:meta.ObjectMeta 2=spec:SubjectAccessReviewSpec 3=status:SubjectAccessReviewStatus
SubjectAccessReviewSpec: 1=resourceAttributes:ResourceAttributes 2=nonResourceAttributes:NonResourceAttributes 3=user 4=groups[] 5=extra{}ExtraValue 6=uid
ResourceAttributes: 1=namespace 2=verb 3=group 4=version 5=resource 6=subresource 7=name 8=fieldSelector:FieldSelectorAttributes 9=labelSelector:LabelSelectorAttributes
FieldSelectorAttributes: 1=rawSelector 2=requirements[]meta.FieldSelectorRequirement
LabelSelectorAttributes: 1=rawSelector 2=requirements[]meta.LabelSelectorRequirement
NonResourceAttributes: 1=path 2=verb
ExtraValue: 1==[]
SubjectAccessReviewStatus: 1=allowed*:bool 2=reason 3=evaluationError 4=denied:bool
SelfSubjectAccessReview: 1=metadata:meta.ObjectMeta 2=spec:SelfSubjectAccessReviewSpec 3=status:SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec: 1=resourceAttributes:ResourceAttributes 2=nonResourceAttributes:NonResourceAttributes
SelfSubjectRulesReview: 1=metadata:meta.ObjectMeta 2=spec:SelfSubjectRulesReviewSpec 3=status:SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec: 1=namespace
SubjectRulesReviewStatus: 1=resourceRules[]ResourceRule 2=nonResourceRules[]NonResourceRule 3=incomplete*:bool 4=evaluationError
ResourceRule: 1=verbs[] 2=apiGroups[] 3=resources[] 4=resourceNames[]
NonResourceRule: 1=verbs[] 2=nonResourceURLs[]
SubjectAccessReview: 1=metadata:meta.ObjectMeta 2=spec:SubjectAccessReviewSpec 3=status:SubjectAccessReviewStatus
`,
  events: `
Event: 1=metadata:meta.ObjectMeta 2=eventTime:time 3=series:EventSeries 4=reportingController 5=reportingInstance 6=action 7=reason 8=regarding:core.ObjectReference 9=related:core.ObjectReference 10=note 11=type 12=deprecatedSource:core.EventSource 13=deprecatedFirstTimestamp:time 14=deprecatedLastTimestamp:time 15=deprecatedCount:int
EventSeries: 1=count*:int 2=lastObservedTime:time
`,
  coordination: `
Lease: 1=metadata:meta.ObjectMeta 2=spec:LeaseSpec
LeaseSpec: 1=holderIdentity* 2=leaseDurationSeconds*:int 3=acquireTime:time 4=renewTime:time 5=leaseTransitions*:int 6=strategy* 7=preferredHolder*
`,
  discovery: `
EndpointSlice: 1=metadata:meta.ObjectMeta 2=endpoints[]Endpoint 3=ports[]EndpointPort 4=addressType*
Endpoint: 1=addresses[] 2=conditions:EndpointConditions 3=hostname* 4=targetRef:core.ObjectReference 5=deprecatedTopology{} 6=nodeName* 7=zone* 8=hints:EndpointHints
EndpointConditions: 1=ready*:bool 2=serving*:bool 3=terminating*:bool
EndpointHints: 1=forZones[]ForZone 2=forNodes[]ForNode
ForZone: 1=name*
ForNode: 1=name*
EndpointPort: 1=name* 2=protocol* 3=port*:int 4=appProtocol*
`,
  storage: `
CSIDriver: 1=metadata:meta.ObjectMeta 2=spec:CSIDriverSpec
CSIDriverSpec: 1=attachRequired*:bool 2=podInfoOnMount*:bool 3=volumeLifecycleModes[] 4=storageCapacity*:bool 5=fsGroupPolicy* 6=tokenRequests[]TokenRequest 7=requiresRepublish*:bool 8=seLinuxMount*:bool 9=nodeAllocatableUpdatePeriodSeconds*:int 10=serviceAccountTokenInSecrets*:bool 11=preventPodSchedulingIfMissing*:bool
TokenRequest: 1=audience* 2=expirationSeconds*:int
CSINode: 1=metadata:meta.ObjectMeta 2=spec:CSINodeSpec
CSINodeSpec: 1=drivers[]CSINodeDriver
CSINodeDriver: 1=name* 2=nodeID* 3=topologyKeys[] 4=allocatable:VolumeNodeResources
VolumeNodeResources: 1=count*:int
CSIStorageCapacity: 1=metadata:meta.ObjectMeta 2=nodeTopology:meta.LabelSelector 3=storageClassName* 4=capacity:quantity 5=maximumVolumeSize:quantity
StorageClass: 1=metadata:meta.ObjectMeta 2=provisioner* 3=parameters{} 4=reclaimPolicy* 5=mountOptions[] 6=allowVolumeExpansion*:bool 7=volumeBindingMode* 8=allowedTopologies[]core.TopologySelectorTerm
VolumeAttachment: 1=metadata:meta.ObjectMeta 2=spec:VolumeAttachmentSpec 3=status:VolumeAttachmentStatus
VolumeAttachmentSpec: 1=attacher* 2=source:VolumeAttachmentSource 3=nodeName*
VolumeAttachmentSource: 1=persistentVolumeName* 2=inlineVolumeSpec:core.PersistentVolumeSpec
VolumeAttachmentStatus: 1=attached*:bool 2=attachmentMetadata{} 3=attachError:VolumeError 4=detachError:VolumeError
VolumeError: 1=time:time 2=message 3=errorCode*:int
VolumeAttributesClass: 1=metadata:meta.ObjectMeta 2=driverName* 3=parameters{}
`,
  node: `
RuntimeClass: 1=metadata:meta.ObjectMeta 2=handler* 3=overhead:Overhead 4=scheduling:Scheduling
Overhead: 1=podFixed{}quantity
Scheduling: 1=nodeSelector{} 2=tolerations[]core.Toleration
`,
};
