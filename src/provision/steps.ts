/** The steps that make a cluster of booted machines: which script runs where, with which variables. */
import type { Plan, PlannedMachine } from "../cluster/plan.ts";
import { calicoVersion } from "../cluster/versions.ts";
import { bridgeSteps } from "./bridge.ts";
import { calicoResources, poolModes } from "./calico.ts";
import { imagesStep, packagesStep, type Served } from "./mirror.ts";
import { flannelStep } from "./flannel.ts";
import { initConfiguration, joinConfiguration, type JoinSecrets } from "./kubeadm.ts";
import { criAddress, criSocket, runtimeStep } from "./runtime.ts";

export interface Step {
  /** File in scripts/. */
  script: string;
  title: string;
  environment: Record<string, string>;
  /** Variables that only the running cluster knows: each is what a command prints on the first control plane, run by root. */
  asks?: Record<string, string>;
}

/** What machines do at the same time, each its own steps one after another. */
export interface Stage {
  title: string;
  work: { machine: PlannedMachine; steps: Step[] }[];
}

/** Names of the other machines, and `nodeKey`: the pair with which nodes log in on each other. */
function hostsStep(plan: Plan, machine: PlannedMachine, nodeKey: NodeKey | undefined): Step {
  return {
    script: "hosts.sh",
    title: "name the machines",
    environment: {
      MACHINE_IP: machine.ip,
      HOSTS: plan.machines.map((m) => `${m.ip} ${m.name}`).join(";"),
      ...(nodeKey ? { NODE_KEY: nodeKey.secret.trim(), NODE_KEY_PUBLIC: nodeKey.shared } : {}),
    },
  };
}

export interface NodeKey {
  secret: string;
  shared: string;
}

/** What makes a machine fit for its part: a node for kubeadm, the load balancer for the API servers. `mirror`: as the machine sees it. */
export function prepareSteps(plan: Plan, machine: PlannedMachine, nodeKey?: NodeKey, mirror?: Served): Step[] {
  const packages = mirror ? packagesStep(plan, machine, mirror) : [];
  if (machine.role === "loadbalancer") return [hostsStep(plan, machine, nodeKey), ...packages, loadBalancerStep(plan)];
  return [
    hostsStep(plan, machine, nodeKey),
    { script: "prepare.sh", title: "prepare the system", environment: {} },
    ...packages,
    runtimeStep(plan),
    {
      script: "kubernetes.sh",
      title: "install kubeadm, kubelet, kubectl",
      environment: { KUBERNETES: plan.specification.kubernetes, NODE_IP: machine.ip, CRI_ADDRESS: criAddress(plan) },
    },
    ...(mirror ? imagesStep(plan, mirror) : []),
  ];
}

function loadBalancerStep(plan: Plan): Step {
  const servers = plan.machines.filter((m) => m.role === "controlplane").map((m) => `${m.name} ${m.ip}:6443`);
  return {
    script: "loadbalancer.sh",
    title: "install haproxy",
    environment: { PORT: plan.controlPlaneEndpoint.split(":")[1]!, SERVERS: servers.join(";") },
  };
}

/** The first control plane. `certificateKey`: of the certificates that others may fetch; kubeadm makes one up when missing. */
export function controlPlaneSteps(plan: Plan, machine: PlannedMachine, token: string, certificateKey?: string): Step[] {
  return [
    {
      script: "controlplane.sh",
      title: "kubeadm init",
      environment: { KUBEADM_CONFIG: initConfiguration(plan, machine, token, certificateKey), CRI_SOCKET: criSocket(plan) },
    },
    adminStep,
  ];
}

const adminStep: Step = { script: "admin.sh", title: "set up kubectl", environment: {} };

/** A worker, or a further control plane. */
export function joinSteps(plan: Plan, machine: PlannedMachine, secrets: JoinSecrets): Step[] {
  return [
    {
      script: "join.sh",
      title: "kubeadm join",
      environment: { KUBEADM_CONFIG: joinConfiguration(plan, machine, secrets), CRI_SOCKET: criSocket(plan) },
    },
    ...(machine.role === "controlplane" ? [adminStep] : []),
  ];
}

/**
 * The pod network: Calico and flannel from the first control plane, a bridge on every node; nothing when the specification asks for
 * none. `manifests`: where a mirror's are, for the first control plane.
 */
export function cniStages(plan: Plan, manifests?: string): Stage[] {
  const nodes = plan.machines.filter((m) => m.role !== "loadbalancer");
  const title = "Installing the pod network";
  switch (plan.specification.cni.name) {
    case "bridge":
      return [{ title, work: nodes.map((machine) => ({ machine, steps: bridgeSteps(plan, machine) })) }];
    case "flannel":
      return [{ title, work: [{ machine: nodes.find((m) => m.role === "controlplane")!, steps: [flannelStep(plan, manifests)] }] }];
    case "calico":
      return [{ title, work: [{ machine: nodes.find((m) => m.role === "controlplane")!, steps: [calicoStep(plan, manifests)] }] }];
    default:
      return [];
  }
}

function calicoStep(plan: Plan, manifests: string | undefined): Step {
  const { cni, network } = plan.specification;
  const mirrored: Record<string, string> = manifests === undefined ? {} : { MANIFESTS: `${manifests}/calico/${calicoVersion}` };
  if (cni.install === "operator") {
    return {
      script: "calico-operator.sh",
      title: "install Calico (operator)",
      environment: { CALICO: calicoVersion, CALICO_RESOURCES: calicoResources(plan), ...mirrored },
    };
  }
  const { ipip, vxlan } = poolModes(plan);
  return {
    script: "calico-manifest.sh",
    title: "install Calico (manifest)",
    environment: {
      CALICO: calicoVersion,
      MANIFEST: cni.install === "typha" ? "calico-typha.yaml" : "calico.yaml",
      PODS: network.pods,
      BLOCKS: String(cni.blockSize),
      IPIP: ipip,
      VXLAN: vxlan,
      ...mirrored,
    },
  };
}

export function readyStep(plan: Plan): Step {
  const nodes = plan.machines.filter((m) => m.role !== "loadbalancer").length;
  return {
    script: "ready.sh",
    title: "wait until every node is Ready",
    environment: { NODES: String(nodes), CNI: plan.specification.cni.name },
  };
}
