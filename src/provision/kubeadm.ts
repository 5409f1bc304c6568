/** kubeadm configuration files for a plan, in the version of the API that its kubeadm reads. */
import { yamlOf } from "./yaml.ts";
import { mirrorOf } from "../cluster/mirror.ts";
import type { Plan, PlannedMachine } from "../cluster/plan.ts";
import { criSocket } from "./runtime.ts";

export interface JoinSecrets {
  /** Bootstrap token, `abcdef.0123456789abcdef`. */
  token: string;
  /** `sha256:…` of the cluster's CA; undefined: the CA is trusted unseen. */
  caCertHash?: string;
  /** Key of the certificates that `kubeadm init phase upload-certs` left in the cluster (for further control planes). */
  certificateKey?: string;
}

/** For `kubeadm init --config`. */
export function initConfiguration(plan: Plan, machine: PlannedMachine, token: string, certificateKey?: string): string {
  const { specification } = plan;
  const api = `kubeadm.k8s.io/${plan.kubeadmApi}`;
  const [endpointHost] = plan.controlPlaneEndpoint.split(":");
  // whoever asks any API server, by whichever name, and through the load balancer
  const servers = plan.machines.filter((m) => m.role !== "worker").flatMap((m) => [m.ip, m.name]);
  const sans = [...new Set([endpointHost!, machine.ip, machine.name, ...servers, "localhost", "127.0.0.1"])];
  const images = mirrorOf(specification)?.images;
  const patch = specification.kubernetes.split(".").length === 3;
  const documents = [
    {
      apiVersion: api,
      kind: "InitConfiguration",
      bootstrapTokens: [
        { token, ttl: "24h0m0s", usages: ["signing", "authentication"], groups: ["system:bootstrappers:kubeadm:default-node-token"] },
      ],
      // the address of the private network: the default route's interface has the same NAT address on every machine
      localAPIEndpoint: { advertiseAddress: machine.ip, bindPort: 6443 },
      nodeRegistration: registration(plan, machine),
      ...timeouts(plan),
      ...(certificateKey === undefined ? {} : { certificateKey }),
    },
    {
      apiVersion: api,
      kind: "ClusterConfiguration",
      clusterName: plan.name,
      kubernetesVersion: patch ? `v${specification.kubernetes}` : `stable-${specification.kubernetes}`,
      controlPlaneEndpoint: plan.controlPlaneEndpoint,
      apiServer: { certSANs: sans, ...(plan.kubeadmApi === "v1beta4" ? {} : patience(plan, "timeoutForControlPlane")) },
      networking: { podSubnet: specification.network.pods, serviceSubnet: specification.network.services, dnsDomain: "cluster.local" },
      ...(images && "registry" in images ? { imageRepository: images.registry } : {}),
      ...(plan.kubeadmApi === "v1beta4" ? { encryptionAlgorithm: "ECDSA-P256" } : {}),
    },
    { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration", cgroupDriver: "systemd" },
    { apiVersion: "kubeproxy.config.k8s.io/v1alpha1", kind: "KubeProxyConfiguration", ...kubeProxy(plan) },
  ];
  return documents.map((document) => yamlOf(document)).join("---\n");
}

/** How long kubeadm waits, where its own four minutes are too short: an emulated processor takes them to start the control plane alone. */
function patience(plan: Plan, ...settings: string[]): Record<string, string> {
  const { provider, libvirt } = plan.specification;
  return provider === "libvirt" && libvirt?.driver === "qemu" ? Object.fromEntries(settings.map((name) => [name, "20m0s"])) : {};
}

/** The same from v1beta4 on. */
function timeouts(plan: Plan): Record<string, unknown> {
  const waits = patience(plan, "controlPlaneComponentHealthCheck", "kubeletHealthCheck", "tlsBootstrap");
  return plan.kubeadmApi === "v1beta4" && Object.keys(waits).length > 0 ? { timeouts: waits } : {};
}

function kubeProxy(plan: Plan): Record<string, unknown> {
  const { mode, conntrackMaxPerCore } = plan.specification.kubeProxy;
  return { mode, ...(conntrackMaxPerCore === undefined ? {} : { conntrack: { maxPerCore: conntrackMaxPerCore } }) };
}

/** For `kubeadm join --config`. */
export function joinConfiguration(plan: Plan, machine: PlannedMachine, secrets: JoinSecrets): string {
  return yamlOf({
    apiVersion: `kubeadm.k8s.io/${plan.kubeadmApi}`,
    kind: "JoinConfiguration",
    discovery: {
      bootstrapToken: {
        apiServerEndpoint: plan.controlPlaneEndpoint,
        token: secrets.token,
        ...(secrets.caCertHash === undefined ? { unsafeSkipCAVerification: true } : { caCertHashes: [secrets.caCertHash] }),
      },
    },
    nodeRegistration: registration(plan, machine),
    ...timeouts(plan),
    ...(machine.role === "controlplane"
      ? {
          controlPlane: {
            localAPIEndpoint: { advertiseAddress: machine.ip, bindPort: 6443 },
            ...(secrets.certificateKey === undefined ? {} : { certificateKey: secrets.certificateKey }),
          },
        }
      : {}),
  });
}

function registration(plan: Plan, machine: PlannedMachine): Record<string, unknown> {
  const argument = { name: "node-ip", value: machine.ip };
  return {
    name: machine.name,
    criSocket: criSocket(plan),
    kubeletExtraArgs: plan.kubeadmApi === "v1beta4" ? [argument] : { "node-ip": machine.ip },
  };
}
