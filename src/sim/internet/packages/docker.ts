/** docker.io of Ubuntu's archive, and cri-dockerd's packages from its releases. */
import { debBytes } from "../deb.ts";
import type { Site } from "../site.ts";
import type { Package } from "./package.ts";

const MiB = 1024 * 1024;

/** docker.io's docker.service. */
const dockerService = `[Unit]
Description=Docker Application Container Engine
Documentation=https://docs.docker.com
After=network-online.target docker.socket firewalld.service containerd.service time-set.target
Wants=network-online.target containerd.service
Requires=docker.socket

[Service]
Type=notify
# the default is not to use systemd for cgroups because the delegate issues still
# exists and systemd currently does not support the cgroup feature set required
# for containers run by docker
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutStartSec=0
RestartSec=2
Restart=always

# Note that StartLimit* options were moved from "Service" to "Unit" in systemd 229.
# Both the old, and new location are accepted by systemd 229 and up, so using the old location
# to make them work for either version of systemd.
StartLimitBurst=3

# Note that StartLimitInterval was renamed to StartLimitIntervalSec in systemd 230.
# Both the old, and new name are accepted by systemd 230 and up, so using the old name to make
# this option work for either version of systemd.
StartLimitInterval=60s

# Having non-zero Limit*s causes performance problems due to accounting overhead
# in the kernel. We recommend using cgroups to do container-local accounting.
LimitNPROC=infinity
LimitCORE=infinity

# Comment TasksMax if your systemd version does not support it.
# Only systemd 226 and above support this option.
TasksMax=infinity

# set delegate yes so that systemd does not reset the cgroups of docker containers
Delegate=yes

# kill only the docker process, not all processes in the cgroup
KillMode=process
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;

const dockerSocketUnit = `[Unit]
Description=Docker Socket for the API

[Socket]
# If /var/run is not implemented as a symlink to /run, you may need to
# specify ListenStream=/var/run/docker.sock instead.
ListenStream=/run/docker.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker

[Install]
WantedBy=sockets.target
`;

const dockerVersion = "28.2.2";

export const ubuntuDockerPackages: Package[] = [
  {
    name: "docker.io",
    version: `${dockerVersion}-0ubuntu1~24.04.1`,
    arch: "amd64",
    section: "admin",
    maintainer: "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>",
    homepage: "https://mobyproject.org",
    depends: ["adduser", "containerd (>= 1.6.24~)", "iptables", "libc6 (>= 2.34)"],
    description: "Linux container runtime",
    size: 28_300_000,
    installed: 120_000,
    files: [
      { path: "/usr/bin/docker", program: "docker", version: dockerVersion, size: 38 * MiB },
      { path: "/usr/bin/dockerd", program: "dockerd", version: dockerVersion, size: 76 * MiB },
      { path: "/usr/bin/docker-proxy", program: "docker-proxy", version: dockerVersion, size: 2 * MiB },
      { path: "/etc/docker", dir: true },
      { path: "/usr/lib/systemd/system/docker.service", text: dockerService },
      { path: "/usr/lib/systemd/system/docker.socket", text: dockerSocketUnit },
    ],
    postinst: [
      { do: "group", name: "docker" },
      { do: "enable", unit: "docker.socket", start: true },
      { do: "enable", unit: "docker.service", start: true },
    ],
  },
];

/** packaging/systemd of cri-dockerd 0.3. */
const criDockerService = `[Unit]
Description=CRI Interface for Docker Application Container Engine
Documentation=https://docs.mirantis.com
After=network-online.target firewalld.service docker.service
Wants=network-online.target
Requires=cri-docker.socket

[Service]
Type=notify
ExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd://
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutSec=0
RestartSec=2
Restart=always

# Note that StartLimit* options were moved from "Service" to "Unit" in systemd 229.
# Both the old, and new location are accepted by systemd 229 and up, so using the old location
# to make them work for either version of systemd.
StartLimitBurst=3

# Note that StartLimitInterval was renamed to StartLimitIntervalSec in systemd 230.
# Both the old, and new name are accepted by systemd 230 and up, so using the old name to make
# this option work for either version of systemd.
StartLimitInterval=60s

# Having non-zero Limit*s causes performance problems due to accounting overhead
# in the kernel. We recommend using cgroups to do container-local accounting.
LimitNOFILE=infinity
LimitNPROC=infinity
LimitCORE=infinity

# Comment TasksMax if your systemd version does not support it.
# Only systemd 226 and above support this option.
TasksMax=infinity
Delegate=yes
KillMode=process

[Install]
WantedBy=multi-user.target
`;

const criDockerSocket = `[Unit]
Description=CRI Docker Socket for the API
PartOf=cri-docker.service

[Socket]
ListenStream=%t/cri-dockerd.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker

[Install]
WantedBy=sockets.target
`;

const releases = ["0.3.24", "0.3.22", "0.3.21", "0.3.20", "0.3.17", "0.3.15", "0.3.14", "0.3.4", "0.3.1"];
const systems = ["ubuntu-bionic", "ubuntu-focal", "ubuntu-jammy", "debian-buster", "debian-bullseye", "debian-bookworm"];

export const criDockerdPackages: Package[] = releases.flatMap((release) =>
  systems.map((system): Package => ({
    name: "cri-dockerd",
    version: `${release}.3-0~${system}`,
    arch: "amd64",
    section: "admin",
    maintainer: "Mirantis <support@mirantis.com>",
    homepage: "https://www.mirantis.com",
    description: "cri-dockerd is a lightweight implementation of the CRI specification which talks to docker.",
    size: 11_500_000,
    installed: 42_000,
    files: [
      { path: "/usr/bin/cri-dockerd", program: "cri-dockerd", version: release, size: 42 * MiB },
      { path: "/usr/lib/systemd/system/cri-docker.service", text: criDockerService },
      { path: "/usr/lib/systemd/system/cri-docker.socket", text: criDockerSocket },
    ],
    postinst: [
      { do: "enable", unit: "cri-docker.socket", start: true },
      { do: "enable", unit: "cri-docker.service", start: true },
    ],
  })),
);

const notFound = { status: 404, headers: { "content-type": "text/plain; charset=utf-8" }, body: "Not Found" };
const path = /^\/Mirantis\/cri-dockerd\/(?:releases\/download\/)?v([\d.]+)\/cri-dockerd_([\d.]+)\.3-0\.([a-z-]+)_amd64\.deb$/;

/** GitHub's releases of cri-dockerd. */
export const dockerHost: Site[] = [
  {
    host: "github.com",
    ip: "140.82.121.4",
    serve(request) {
      const latest = request.path === "/Mirantis/cri-dockerd/releases/latest";
      const m = path.exec(request.path);
      if (!latest && !(m && releases.includes(m[1]!))) return notFound;
      const location = latest
        ? `https://github.com/Mirantis/cri-dockerd/releases/tag/v${releases[0]!}`
        : `https://release-assets.githubusercontent.com${request.path.replace("releases/download/", "")}`;
      return { status: 302, headers: { location, "content-type": "text/html; charset=utf-8" }, body: "" };
    },
  },
  {
    host: "release-assets.githubusercontent.com",
    ip: "185.199.111.133",
    serve(request) {
      const m = path.exec(request.path);
      const pkg = m && m[1] === m[2] ? criDockerdPackages.find((p) => p.version === `${m[1]!}.3-0~${m[3]!}`) : undefined;
      if (!pkg) return notFound;
      return {
        status: 200,
        headers: { "content-type": "application/octet-stream", "x-size": String(pkg.size) },
        body: request.method === "HEAD" ? "" : debBytes(pkg),
      };
    },
  },
];
