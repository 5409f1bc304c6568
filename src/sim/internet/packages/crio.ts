/** CRI-O's packages: one repository a minor version (cri-o/packaging). */
import type { Package, PackageFile } from "./package.ts";

/** Patch releases, newest first (cri-o/cri-o tags). */
export const crioPatches: Record<number, string[]> = {
  30: ["1.30.14"],
  31: ["1.31.13"],
  32: ["1.32.10"],
  33: ["1.33.6"],
  34: ["1.34.2"],
  35: ["1.35.1"],
  36: ["1.36.0"],
};

/** contrib/crio.service of cri-o, with the package's paths. */
const unit = `[Unit]
Description=Container Runtime Interface for OCI (CRI-O)
Documentation=https://github.com/cri-o/cri-o
Wants=network-online.target
Before=kubelet.service
After=network-online.target

[Service]
Type=notify
EnvironmentFile=-/etc/default/crio
Environment=GOTRACEBACK=crash
ExecStart=/usr/bin/crio \\
          $CRIO_CONFIG_OPTIONS \\
          $CRIO_RUNTIME_OPTIONS \\
          $CRIO_STORAGE_OPTIONS \\
          $CRIO_NETWORK_OPTIONS \\
          $CRIO_METRICS_OPTIONS
ExecReload=/bin/kill -s HUP $MAINPID
TasksMax=infinity
LimitNOFILE=1048576
LimitNPROC=1048576
LimitCORE=infinity
OOMScoreAdjust=-999
TimeoutStartSec=0
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
Alias=cri-o.service
`;

/** templates/latest/cri-o/bundle/10-crio.conf. */
const dropIn = `[crio.image]
signature_policy = "/etc/crio/policy.json"

[crio.runtime]
default_runtime = "crun"

[crio.runtime.runtimes.crun]
runtime_path = "/usr/libexec/crio/crun"
runtime_root = "/run/crun"
monitor_path = "/usr/libexec/crio/conmon"
allowed_annotations = [
    "io.containers.trace-syscall",
]

[crio.runtime.runtimes.runc]
runtime_path = "/usr/libexec/crio/runc"
runtime_root = "/run/runc"
monitor_path = "/usr/libexec/crio/conmon"
`;

const MiB = 1024 * 1024;

export function crioPackages(minor: number): Package[] {
  return (crioPatches[minor] ?? []).map((version): Package => {
    const binary = (path: string, program: string, of: string, size: number): PackageFile => ({
      path,
      program,
      version: of,
      size: size * MiB,
    });
    return {
      name: "cri-o",
      version: `${version}-1.1`,
      arch: "amd64",
      section: "admin",
      maintainer: "Kubernetes Authors <dev@kubernetes.io>",
      homepage: "https://kubernetes.io",
      depends: ["iptables"],
      recommends: ["kubernetes-cni"],
      description: "Open Container Initiative-based implementation of Kubernetes Container Runtime Interface",
      size: 20_900_000,
      installed: 98_000,
      files: [
        binary("/usr/bin/crio", "crio", version, 45),
        binary("/usr/bin/pinns", "pinns", version, 1),
        binary("/usr/libexec/crio/conmon", "conmon", "2.1.13", 1),
        binary("/usr/libexec/crio/crun", "crun", "1.24", 4),
        binary("/usr/libexec/crio/runc", "runc", "1.3.3", 12),
        { path: "/etc/crio/crio.conf.d/10-crio.conf", text: dropIn, conffile: true },
        {
          path: "/etc/crio/policy.json",
          text: '{\n    "default": [\n        {\n            "type": "insecureAcceptAnything"\n        }\n    ]\n}\n',
          conffile: true,
        },
        {
          path: "/etc/containers/registries.conf.d/crio.conf",
          text: 'unqualified-search-registries = ["docker.io", "quay.io"]\n',
          conffile: true,
        },
        {
          path: "/etc/crictl.yaml",
          text: 'runtime-endpoint: "unix:///var/run/crio/crio.sock"\ntimeout: 0\ndebug: false\n',
          conffile: true,
        },
        { path: "/etc/cni/net.d", dir: true },
        { path: "/var/lib/crio", dir: true },
        { path: "/usr/lib/systemd/system/crio.service", text: unit },
      ],
    };
  });
}
