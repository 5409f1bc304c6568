/** pkgs.k8s.io: the community's packages, one repository a minor version. */
import type { Package, PackageFile } from "./package.ts";

/** Latest patch releases that can be had, newest first (kubernetes/kubernetes tags). */
export const patches: Record<number, string[]> = {
  24: ["1.24.17", "1.24.16", "1.24.0"],
  25: ["1.25.16", "1.25.15", "1.25.0"],
  26: ["1.26.15", "1.26.14", "1.26.0"],
  27: ["1.27.16", "1.27.15", "1.27.0"],
  28: ["1.28.15", "1.28.14", "1.28.0"],
  29: ["1.29.15", "1.29.14", "1.29.0"],
  30: ["1.30.14", "1.30.13", "1.30.0"],
  31: ["1.31.14", "1.31.13", "1.31.0"],
  32: ["1.32.11", "1.32.10", "1.32.3", "1.32.0"],
  33: ["1.33.7", "1.33.6", "1.33.2", "1.33.0"],
  34: ["1.34.3", "1.34.2", "1.34.1", "1.34.0"],
  35: ["1.35.2", "1.35.1", "1.35.0"],
  36: ["1.36.0"],
};

/** Of apt.kubernetes.io, which was shut down in March 2024: minor versions that pkgs.k8s.io never had. */
const legacyPatches: Record<number, string[]> = {
  20: ["1.20.15", "1.20.14", "1.20.2", "1.20.0"],
  21: ["1.21.14", "1.21.13", "1.21.0"],
  22: ["1.22.17", "1.22.16", "1.22.0"],
  23: ["1.23.17", "1.23.16", "1.23.0"],
};

/** The newest patch level of a minor version. */
export const newestPatch = (minor: number): string | undefined => (patches[minor] ?? legacyPatches[minor])?.[0];

const cniVersion = (minor: number): string =>
  minor <= 28
    ? "1.2.0"
    : minor === 29
      ? "1.3.0"
      : minor === 30
        ? "1.4.0"
        : minor === 31
          ? "1.5.1"
          : minor === 32
            ? "1.6.0"
            : minor <= 34
              ? "1.7.1"
              : "1.8.0";
const criVersion = (minor: number): string => (minor === 28 ? "1.28.0" : `1.${minor}.${minor <= 30 ? 0 : minor <= 32 ? 1 : 0}`);

/** Plugins of containernetworking/plugins as the package kubernetes-cni brings them. */
const cniPlugins = [
  "bandwidth",
  "bridge",
  "dhcp",
  "dummy",
  "firewall",
  "host-device",
  "host-local",
  "ipvlan",
  "loopback",
  "macvlan",
  "portmap",
  "ptp",
  "sbr",
  "static",
  "tap",
  "tuning",
  "vlan",
  "vrf",
];

/** `bridge` is also a command of iproute2, so the plugin's program has a longer name. */
const cniProgram = (plugin: string): string =>
  plugin === "bridge" || plugin === "dummy" || plugin === "tap" || plugin === "static" || plugin === "firewall" || plugin === "vlan"
    ? `cni-${plugin}`
    : plugin;

const kubeletService = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

/** kubernetes/release, cmd/kubepkg/templates/latest/deb/kubelet/lib/systemd/system/kubelet.service. */
const legacyKubeletService = kubeletService.replace("https://kubernetes.io/docs/", "https://kubernetes.io/docs/home/");

/** kubernetes/release, cmd/krel/templates/latest/kubeadm/10-kubeadm.conf. */
const kubeadmDropIn = `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# This is a file that "kubeadm init" and "kubeadm join" generates at runtime, populating the KUBELET_KUBEADM_ARGS variable dynamically
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# This is a file that the user can use for overrides of the kubelet args as a last resort. Preferably, the user should use
# the .NodeRegistration.KubeletExtraArgs object in the configuration files instead. KUBELET_EXTRA_ARGS should be sourced from this file.
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

const base = {
  arch: "amd64" as const,
  section: "admin",
  maintainer: "Kubernetes Authors <dev@kubernetes.io>",
  homepage: "https://kubernetes.io",
};

/** The archive of apt.kubernetes.io as its copies keep it: every minor version in one place, revisions `-00`. */
export function legacyPackages(): Package[] {
  const out: Package[] = [];
  for (const version of Object.values(legacyPatches).flat()) {
    const minor = Number(version.split(".")[1]);
    const binary = (name: string, size: number): PackageFile => ({ path: `/usr/bin/${name}`, program: name, version, size });
    out.push(
      {
        ...base,
        name: "kubeadm",
        version: `${version}-00`,
        depends: ["kubelet (>= 1.19.0)", "kubectl (>= 1.19.0)", "kubernetes-cni (>= 0.8.6)", "cri-tools (>= 1.19.0)"],
        description: "Kubernetes Cluster Bootstrapping Tool",
        size: 8_600_000,
        installed: 43_800,
        files: [
          binary("kubeadm", 44_800_000),
          { path: "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", text: kubeadmDropIn, conffile: true },
        ],
      },
      {
        ...base,
        name: "kubectl",
        version: `${version}-00`,
        description: "Kubernetes Command Line Tool",
        size: minor >= 22 ? 9_000_000 : 8_950_000,
        installed: 46_600,
        files: [binary("kubectl", 46_600_000)],
      },
      {
        ...base,
        name: "kubelet",
        version: `${version}-00`,
        depends: [
          "iptables (>= 1.4.21)",
          "kubernetes-cni (>= 0.8.7)",
          "iproute2",
          "socat",
          "util-linux",
          "mount",
          "ebtables",
          "ethtool",
          "conntrack",
        ],
        description: "Kubernetes Node Agent",
        size: 20_000_000,
        installed: 121_500,
        files: [
          binary("kubelet", 124_000_000),
          { path: "/usr/lib/systemd/system/kubelet.service", text: legacyKubeletService },
          { path: "/var/lib/kubelet", dir: true },
          { path: "/etc/kubernetes/manifests", dir: true },
        ],
        postinst: [{ do: "enable", unit: "kubelet.service", start: true }],
      },
    );
  }
  out.push(criTools("1.26.0-00", "1.26.0"), cniPluginsPackage("0.8.7-00", "0.8.7"), cniPluginsPackage("1.2.0-00", "1.2.0"));
  return out;
}

export function kubernetesPackages(minor: number): Package[] {
  const out: Package[] = [];
  const cni = cniVersion(minor);
  const cri = criVersion(minor);
  const helpers = minor <= 30 ? ["conntrack", "ebtables", "socat"] : ["conntrack"];
  for (const version of patches[minor] ?? []) {
    const full = `${version}-1.1`;
    const binary = (name: string, size: number): PackageFile => ({ path: `/usr/bin/${name}`, program: name, version, size });
    out.push(
      {
        ...base,
        name: "kubeadm",
        version: full,
        depends:
          minor >= 30
            ? ["cri-tools (>= 1.30.0)"]
            : [
                "kubelet (>= 1.19.0)",
                "kubectl (>= 1.19.0)",
                "kubernetes-cni (>= 1.1.1)",
                minor >= 25 ? "cri-tools (>= 1.25.0)" : "cri-tools (>= 1.19.0)",
              ],
        description: "Command-line utility for administering a Kubernetes cluster",
        size: 12_400_000,
        installed: 72_000,
        files: [binary("kubeadm", 73_400_000), { path: "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf", text: kubeadmDropIn }],
      },
      {
        ...base,
        name: "kubectl",
        version: full,
        description: "Command-line utility for interacting with a Kubernetes cluster",
        size: 11_600_000,
        installed: 58_500,
        files: [binary("kubectl", 59_800_000)],
      },
      {
        ...base,
        name: "kubelet",
        version: full,
        depends: ["iptables (>= 1.4.21)", "kubernetes-cni (>= 1.1.1)", "iproute2", "mount", "util-linux", ...helpers],
        description: "Node agent for Kubernetes clusters",
        size: 13_200_000,
        installed: 58_900,
        files: [
          binary("kubelet", 60_300_000),
          { path: "/usr/lib/systemd/system/kubelet.service", text: kubeletService },
          { path: "/etc/default/kubelet", text: "KUBELET_EXTRA_ARGS=\n", conffile: true },
          { path: "/var/lib/kubelet", dir: true },
          { path: "/etc/kubernetes/manifests", dir: true },
        ],
        postinst: [{ do: "enable", unit: "kubelet.service", start: true }],
      },
    );
  }
  out.push(criTools(`${cri}-1.1`, cri), cniPluginsPackage(`${cni}-1.1`, cni));
  return out;
}

const criTools = (full: string, version: string): Package => ({
  ...base,
  name: "cri-tools",
  version: full,
  description: "Command-line utility for interacting with a container runtime",
  size: 16_200_000,
  installed: 40_200,
  files: [{ path: "/usr/bin/crictl", program: "crictl", version, size: 38_400_000 }],
});

const cniPluginsPackage = (full: string, version: string): Package => ({
  ...base,
  name: "kubernetes-cni",
  version: full,
  description: "Binaries required to provision kubernetes container networking",
  size: 39_900_000,
  installed: 92_600,
  files: [
    { path: "/etc/cni/net.d", dir: true },
    ...cniPlugins.map((p): PackageFile => ({ path: `/opt/cni/bin/${p}`, program: cniProgram(p), version, size: 4_200_000 })),
  ],
});
