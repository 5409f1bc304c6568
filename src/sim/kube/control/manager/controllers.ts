/** All controllers of the manager, and what they watch. */
import { rootCaPublisher, serviceaccount, tokens } from "../controllers/accounts.ts";
import { clusterroleAggregation, disruption, resourcequota, ttl } from "../controllers/aggregates.ts";
import { bootstrapsigner, tokencleaner } from "../controllers/bootstrap.ts";
import { csrapproving, csrcleaner, csrsigning } from "../controllers/csr.ts";
import { daemonset } from "../controllers/daemonset.ts";
import { deployment } from "../controllers/deployment.ts";
import { endpoint, endpointslice, endpointslicemirroring } from "../controllers/endpoints.ts";
import { garbagecollector } from "../controllers/gc.ts";
import { cronjob, job, ttlAfterFinished } from "../controllers/job.ts";
import { namespace } from "../controllers/namespace.ts";
import { nodeipam } from "../controllers/nodeipam.ts";
import { nodelifecycle, taintEviction } from "../controllers/nodelifecycle.ts";
import { podgc } from "../controllers/podgc.ts";
import { replicaset, replicationcontroller } from "../controllers/replicaset.ts";
import { statefulset } from "../controllers/statefulset.ts";
import { persistentvolumeBinder, pvcProtection } from "../controllers/volumes.ts";
import type { Controller } from "../framework/runtime.ts";

export const controllers: Controller[] = [
  nodeipam,
  nodelifecycle,
  taintEviction,
  serviceaccount,
  rootCaPublisher,
  tokens,
  csrapproving,
  csrsigning,
  csrcleaner,
  bootstrapsigner,
  tokencleaner,
  deployment,
  replicaset,
  replicationcontroller,
  daemonset,
  endpoint,
  endpointslice,
  endpointslicemirroring,
  garbagecollector,
  namespace,
  podgc,
  statefulset,
  job,
  cronjob,
  ttlAfterFinished,
  clusterroleAggregation,
  resourcequota,
  disruption,
  ttl,
  persistentvolumeBinder,
  pvcProtection,
];

export const disabledByDefault = new Set(["bootstrapsigner", "tokencleaner"]);

export const watched = [
  "nodes",
  "namespaces",
  "pods",
  "services",
  "endpoints",
  "endpointslices.discovery.k8s.io",
  "serviceaccounts",
  "secrets",
  "configmaps",
  "replicationcontrollers",
  "deployments.apps",
  "replicasets.apps",
  "daemonsets.apps",
  "statefulsets.apps",
  "controllerrevisions.apps",
  "jobs.batch",
  "cronjobs.batch",
  "certificatesigningrequests.certificates.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "resourcequotas",
  "poddisruptionbudgets.policy",
  "persistentvolumes",
  "persistentvolumeclaims",
  "storageclasses.storage.k8s.io",
];
