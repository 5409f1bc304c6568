import type { Area } from "../../area.ts";
import { etcdctl, etcdutl } from "./etcd/etcdctl.ts";
import { etcd } from "./etcd/program.ts";
import { kubeControllerManager } from "./manager/program.ts";
import { kubeScheduler } from "./scheduling/program.ts";

export const controlArea: Area = { programs: [etcd, etcdctl, etcdutl, kubeControllerManager, kubeScheduler], base: {} };
