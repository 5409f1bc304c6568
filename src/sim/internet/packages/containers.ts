/** containerd, runc and docker: from Ubuntu's archive and from docker's own. */
import type { Package, PackageFile } from "./package.ts";

/** containerd/containerd, containerd.service; docker's package and Ubuntu's differ in the paths only. */
const unit = (path: string): string => `# Copyright The containerd Authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
ExecStartPre=-/sbin/modprobe overlay
ExecStart=${path}

Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5

# Having non-zero Limit*s causes performance problems due to accounting overhead
# in the kernel. We recommend using cgroups to do container-local accounting.
LimitNPROC=infinity
LimitCORE=infinity

# Comment TasksMax if your systemd version does not supports it.
# Only systemd 226 and above support this version.
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
`;

/** What docker's package puts in /etc/containerd: CRI is switched off. */
const dockerConfig = `#   Copyright 2018-2022 Docker Inc.

#   Licensed under the Apache License, Version 2.0 (the "License");
#   you may not use this file except in compliance with the License.
#   You may obtain a copy of the License at

#       http://www.apache.org/licenses/LICENSE-2.0

#   Unless required by applicable law or agreed to in writing, software
#   distributed under the License is distributed on an "AS IS" BASIS,
#   WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
#   See the License for the specific language governing permissions and
#   limitations under the License.

disabled_plugins = ["cri"]

#root = "/var/lib/containerd"
#state = "/run/containerd"
#subreaper = true
#oom_score = 0

#[grpc]
#  address = "/run/containerd/containerd.sock"
#  uid = 0
#  gid = 0

#[debug]
#  address = "/run/containerd/debug.sock"
#  uid = 0
#  gid = 0
#  level = "info"
`;

const MiB = 1024 * 1024;
const containerdFiles = (version: string, service: string): PackageFile[] => [
  { path: "/usr/bin/containerd", program: "containerd", version, size: 42 * MiB },
  { path: "/usr/bin/containerd-shim-runc-v2", program: "containerd-shim-runc-v2", version, size: 8 * MiB },
  { path: "/usr/bin/ctr", program: "ctr", version, size: 20 * MiB },
  { path: "/usr/lib/systemd/system/containerd.service", text: service },
];
const runcFile = (path: string, version: string): PackageFile => ({ path, program: "runc", version, size: 11 * MiB });

/** Versions of containerd.io, newest first: [containerd, package revision, runc]. */
const dockerContainerd: [version: string, revision: string, runc: string][] = [
  ["2.2.1", "1", "1.3.4"],
  ["2.2.0", "2", "1.3.3"],
  ["2.1.5", "1", "1.3.3"],
  ["1.7.29", "1", "1.3.3"],
  ["1.7.28", "1", "1.3.1"],
  ["1.7.27", "1", "1.2.5"],
  ["1.6.33", "1", "1.1.12"],
];

const ubuntuBase = { arch: "amd64" as const, maintainer: "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>" };

export const ubuntuContainerPackages: Package[] = [
  {
    ...ubuntuBase,
    name: "containerd",
    version: "1.7.28-0ubuntu1~24.04.1",
    section: "admin",
    depends: ["runc (>= 1.0.0~rc2~)", "libc6 (>= 2.34)"],
    conflicts: ["containerd.io"],
    description: "daemon to control runC",
    homepage: "https://containerd.io",
    size: 38_400_000,
    installed: 148_000,
    files: [
      ...containerdFiles("1.7.28", unit("/usr/bin/containerd")),
      { path: "/usr/bin/containerd-stress", program: "containerd-stress", version: "1.7.28", size: 18 * MiB },
    ],
    postinst: [{ do: "enable", unit: "containerd.service", start: true }],
  },
  {
    ...ubuntuBase,
    name: "runc",
    version: "1.3.3-0ubuntu1~24.04.3",
    section: "devel",
    depends: ["libc6 (>= 2.38)", "libseccomp2 (>= 2.5.0)"],
    conflicts: ["containerd.io"],
    description: "Open Container Project - runtime",
    homepage: "https://github.com/opencontainers/runc",
    size: 8_815_000,
    installed: 23_000,
    files: [runcFile("/usr/sbin/runc", "1.3.3")],
  },
];

const dockerBase = { arch: "amd64" as const, maintainer: "Containerd team <help@containerd.io>", homepage: "https://containerd.io" };

export const dockerPackages: Package[] = dockerContainerd.map(([version, revision, runc]) => ({
  ...dockerBase,
  name: "containerd.io",
  version:
    Number(version.split(".")[0]) >= 2
      ? `${version}-${revision}~ubuntu.24.04~noble`
      : `${version}-${revision}${version.startsWith("1.6") || version === "1.7.27" ? "" : "~ubuntu.24.04~noble"}`,
  section: "devel",
  depends: ["libc6 (>= 2.34)", "libseccomp2 (>= 2.5.0)"],
  provides: ["containerd", "runc"],
  conflicts: ["containerd", "runc"],
  description: "An open and reliable container runtime",
  size: 22_600_000,
  installed: 91_000,
  files: [
    ...containerdFiles(version, unit("/usr/bin/containerd")),
    runcFile("/usr/bin/runc", runc),
    { path: "/etc/containerd/config.toml", text: dockerConfig, conffile: true },
  ],
  postinst: [{ do: "enable", unit: "containerd.service", start: true }],
}));
