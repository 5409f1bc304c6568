/** kubeadm's command tree and flags, as cobra presents them. */
import { parsePflags, type FlagTable, type ParsedFlags } from "../control/flags.ts";

const global: FlagTable = {
  v: "int",
  rootfs: "string",
  "add-dir-header": "bool",
  "log-file": "string",
  "log-file-max-size": "int",
  "one-output": "bool",
  "skip-headers": "bool",
  "skip-log-headers": "bool",
  help: "bool",
};
const short: Record<string, string> = { v: "v", h: "help", f: "force", o: "output" };

const config: FlagTable = { config: "string" };
const kubeconfig: FlagTable = { kubeconfig: "string" };
const common: FlagTable = {
  "ignore-preflight-errors": "list",
  "skip-phases": "list",
  "dry-run": "bool",
  patches: "string",
  "cri-socket": "string",
  "node-name": "string",
};

const initFlags: FlagTable = {
  ...config,
  ...common,
  "apiserver-advertise-address": "string",
  "apiserver-bind-port": "int",
  "apiserver-cert-extra-sans": "list",
  "cert-dir": "string",
  "certificate-key": "string",
  "control-plane-endpoint": "string",
  "feature-gates": "string",
  "image-repository": "string",
  "kubernetes-version": "string",
  "pod-network-cidr": "string",
  "service-cidr": "string",
  "service-dns-domain": "string",
  "skip-certificate-key-print": "bool",
  "skip-token-print": "bool",
  token: "string",
  "token-ttl": "duration",
  "upload-certs": "bool",
};

const joinFlags: FlagTable = {
  ...config,
  ...common,
  "apiserver-advertise-address": "string",
  "apiserver-bind-port": "int",
  "certificate-key": "string",
  "control-plane": "bool",
  "discovery-file": "string",
  "discovery-token": "string",
  "discovery-token-ca-cert-hash": "list",
  "discovery-token-unsafe-skip-ca-verification": "bool",
  "tls-bootstrap-token": "string",
  token: "string",
};

export interface Command {
  short: string;
  flags?: FlagTable;
  /** Operands: how many there may be. */
  args?: number;
  /** The last release that has it, 1.N. */
  until?: number;
  sub?: Record<string, Command>;
}

const phaseFlags: FlagTable = { ...initFlags, ...kubeconfig, "experimental-patches": "string" };
const phase = (short: string, subs: string[] = []): Command => ({
  short,
  flags: phaseFlags,
  ...(subs.length > 0 ? { sub: Object.fromEntries(["all", ...subs].map((name) => [name, { short: "", flags: phaseFlags }])) } : {}),
});

const outputFlags: FlagTable = { output: "string", "show-managed-fields": "bool", "allow-missing-template-keys": "bool" };

const kubeconfigUser: Command = {
  short: "Output a kubeconfig file for an additional user",
  flags: { ...config, "client-name": "string", org: "list", token: "string", "validity-period": "duration" },
};

export const tree: Command = {
  short: "kubeadm: easily bootstrap a secure Kubernetes cluster",
  sub: {
    alpha: {
      short: "Kubeadm experimental sub-commands",
      until: 21,
      sub: { kubeconfig: { short: "Kubeconfig file utilities", sub: { user: kubeconfigUser } } },
    },
    certs: {
      short: "Commands related to handling kubernetes certificates",
      sub: {
        "certificate-key": { short: "Generate certificate keys" },
        "check-expiration": {
          short: "Check certificates expiration for a Kubernetes cluster",
          flags: { ...config, ...kubeconfig, ...outputFlags, "cert-dir": "string" },
        },
        "generate-csr": {
          short: "Generate keys and certificate signing requests",
          flags: { ...config, "cert-dir": "string", "kubeconfig-dir": "string" },
        },
        renew: {
          short: "Renew certificates for a Kubernetes cluster",
          flags: { ...config, ...kubeconfig, "cert-dir": "string", "use-api": "bool" },
          args: 1,
        },
      },
    },
    completion: { short: "Output shell completion code for the specified shell (bash or zsh)", args: 1 },
    config: {
      short: "Manage configuration for a kubeadm cluster persisted in a ConfigMap in the cluster",
      flags: kubeconfig,
      sub: {
        images: {
          short: "Interact with container images used by kubeadm",
          sub: {
            list: {
              short:
                "Print a list of images kubeadm will use. The configuration file is used in case any images or image repositories are customized",
              flags: {
                ...config,
                ...kubeconfig,
                ...outputFlags,
                "feature-gates": "string",
                "image-repository": "string",
                "kubernetes-version": "string",
                "experimental-output": "string",
              },
            },
            pull: {
              short: "Pull images used by kubeadm",
              flags: {
                ...config,
                ...kubeconfig,
                "cri-socket": "string",
                "feature-gates": "string",
                "image-repository": "string",
                "kubernetes-version": "string",
              },
            },
          },
        },
        migrate: {
          short:
            "Read an older version of the kubeadm configuration API types from a file, and output the similar config object for the newer version",
          flags: { ...kubeconfig, "old-config": "string", "new-config": "string", "allow-experimental-api": "bool" },
        },
        print: {
          short: "Print configuration",
          sub: {
            "init-defaults": {
              short: "Print default init configuration, that can be used for 'kubeadm init'",
              flags: { ...kubeconfig, "component-configs": "list" },
            },
            "join-defaults": {
              short: "Print default join configuration, that can be used for 'kubeadm join'",
              flags: { ...kubeconfig, "component-configs": "list" },
            },
            "reset-defaults": { short: "Print default reset configuration, that can be used for 'kubeadm reset'", flags: kubeconfig },
            "upgrade-defaults": { short: "Print default upgrade configuration, that can be used for 'kubeadm upgrade'", flags: kubeconfig },
          },
        },
        view: { short: "View the kubeadm configuration stored inside the cluster", flags: kubeconfig, until: 21 },
        validate: {
          short: "Read a file containing the kubeadm configuration API and report any validation errors",
          flags: { ...config, ...kubeconfig, "allow-experimental-api": "bool" },
        },
      },
    },
    init: {
      short: "Run this command in order to set up the Kubernetes control plane",
      flags: initFlags,
      args: 0,
      sub: {
        phase: {
          short: "Use this command to invoke single phase of the init workflow",
          sub: {
            addon: phase("Install required addons for passing conformance tests", ["coredns", "kube-proxy"]),
            "bootstrap-token": phase("Generates bootstrap tokens used to join a node to a cluster"),
            certs: phase("Certificate generation", [
              "apiserver",
              "apiserver-etcd-client",
              "apiserver-kubelet-client",
              "ca",
              "etcd-ca",
              "etcd-healthcheck-client",
              "etcd-peer",
              "etcd-server",
              "front-proxy-ca",
              "front-proxy-client",
              "sa",
            ]),
            "control-plane": phase("Generate all static Pod manifest files necessary to establish the control plane", [
              "apiserver",
              "controller-manager",
              "scheduler",
            ]),
            etcd: phase("Generate static Pod manifest file for local etcd", ["local"]),
            kubeconfig: phase("Generate all kubeconfig files necessary to establish the control plane and the admin kubeconfig file", [
              "admin",
              "controller-manager",
              "kubelet",
              "scheduler",
              "super-admin",
            ]),
            "kubelet-finalize": phase("Updates settings relevant to the kubelet after TLS bootstrap", [
              "enable-client-cert-rotation",
              "experimental-cert-rotation",
            ]),
            "kubelet-start": phase("Write kubelet settings and (re)start the kubelet"),
            "mark-control-plane": phase("Mark a node as a control-plane"),
            preflight: phase("Run pre-flight checks"),
            "upload-certs": phase("Upload certificates to kubeadm-certs"),
            "upload-config": phase("Upload the kubeadm and kubelet configuration to a ConfigMap", ["kubeadm", "kubelet"]),
            "wait-control-plane": phase("EXPERIMENTAL: Wait for the control plane to start"),
          },
        },
      },
    },
    join: {
      short: "Run this on any machine you wish to join an existing cluster",
      flags: joinFlags,
      args: 1,
      sub: { phase: { short: "Use this command to invoke single phase of the join workflow", flags: joinFlags, args: 9 } },
    },
    kubeconfig: {
      short: "Kubeconfig file utilities",
      sub: {
        user: kubeconfigUser,
      },
    },
    reset: {
      short: "Performs a best effort revert of changes made to this host by 'kubeadm init' or 'kubeadm join'",
      flags: {
        ...config,
        ...kubeconfig,
        "ignore-preflight-errors": "list",
        "skip-phases": "list",
        "dry-run": "bool",
        "cri-socket": "string",
        "cert-dir": "string",
        "cleanup-tmp-dir": "bool",
        force: "bool",
      },
      args: 0,
      sub: { phase: { short: "Use this command to invoke single phase of the reset workflow", args: 9 } },
    },
    token: {
      short: "Manage bootstrap tokens",
      flags: { ...kubeconfig, "dry-run": "bool" },
      sub: {
        create: {
          short: "Create bootstrap tokens on the server",
          flags: {
            ...config,
            ...kubeconfig,
            "dry-run": "bool",
            "certificate-key": "string",
            description: "string",
            groups: "list",
            "print-join-command": "bool",
            ttl: "duration",
            usages: "list",
          },
          args: 1,
        },
        delete: { short: "Delete bootstrap tokens on the server", flags: { ...kubeconfig, "dry-run": "bool" }, args: 99 },
        generate: {
          short: "Generate and print a bootstrap token, but do not create it on the server",
          flags: { ...kubeconfig, "dry-run": "bool" },
        },
        list: {
          short: "List bootstrap tokens on the server",
          flags: { ...kubeconfig, ...outputFlags, "dry-run": "bool", "experimental-output": "string" },
        },
      },
    },
    upgrade: {
      short: "Upgrade your cluster smoothly to a newer version with this command",
      sub: {
        apply: { short: "Upgrade your Kubernetes cluster to the specified version", args: 99 },
        diff: {
          short: "Show what differences would be applied to existing static pod manifests. See also: kubeadm upgrade apply --dry-run",
          args: 99,
        },
        node: { short: "Upgrade commands for a node in the cluster", args: 99 },
        plan: {
          short: "Check which versions are available to upgrade to and validate whether your current cluster is upgradeable",
          args: 99,
        },
      },
    },
    version: { short: "Print the version of kubeadm", flags: { output: "string" } },
  },
};

/** Finds the command that the words name; the words that are left are its operands and flags. */
export function findCommand(args: string[]): { path: string[]; command: Command; rest: string[] } {
  const path: string[] = [];
  let command = tree;
  const rest = [...args];
  for (let i = 0; i < rest.length;) {
    const word = rest[i]!;
    if (word.startsWith("-")) {
      // flags may come before the subcommand's name; those with a separate value take the next word along
      i += /^(-v|--(config|kubeconfig|rootfs))$/.test(word) ? 2 : 1;
      continue;
    }
    const next: Command | undefined = command.sub && Object.hasOwn(command.sub, word) ? command.sub[word] : undefined;
    if (!next) break;
    path.push(word);
    command = next;
    rest.splice(i, 1);
  }
  return { path, command, rest };
}

export const parseFlags = (command: Command, rest: string[]): ParsedFlags => parsePflags(rest, { ...global, ...command.flags }, short);
