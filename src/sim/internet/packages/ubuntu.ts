/** A part of Ubuntu's archive: what people install on a node, and what the box already has. */
import { ubuntuContainerPackages } from "./containers.ts";
import { ubuntuDockerPackages } from "./docker.ts";
import type { Package, PackageFile } from "./package.ts";

const maintainer = "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>";

interface Row {
  name: string;
  version: string;
  description: string;
  section?: string;
  depends?: string[];
  size?: number;
  installed?: number;
  bins?: Record<string, string>;
  files?: PackageFile[];
  arch?: "all";
  postinst?: Package["postinst"];
}

function make(row: Row): Package {
  return {
    name: row.name,
    version: row.version,
    arch: row.arch ?? "amd64",
    section: row.section ?? "utils",
    depends: row.depends ?? [],
    description: row.description,
    maintainer,
    size: row.size ?? 120_000,
    installed: row.installed ?? 400,
    files: [
      ...Object.entries(row.bins ?? {}).map(([path, program]): PackageFile => ({
        path,
        program,
        version: upstream(row.version),
        size: 120_000,
      })),
      ...(row.files ?? []),
    ],
    ...(row.postinst ? { postinst: row.postinst } : {}),
  };
}

/** `1:1.4.8-1ubuntu1` → 1.4.8. */
const upstream = (version: string): string => version.replace(/^\d+:/, "").replace(/[-+~].*$/, "");

/** Packages that the archive has and the box has not. */
const archive: Row[] = [
  {
    name: "conntrack",
    version: "1:1.4.8-1ubuntu1",
    section: "net",
    description: "Program to modify the conntrack tables",
    size: 37_900,
    installed: 116,
    bins: { "/usr/sbin/conntrack": "conntrack" },
  },
  {
    name: "ebtables",
    version: "2.0.11-6build1",
    section: "net",
    description: "Ethernet bridge frame table administration",
    size: 88_000,
    installed: 278,
    bins: { "/usr/sbin/ebtables-legacy": "ebtables" },
  },
  {
    name: "socat",
    version: "1.8.0.0-4build3",
    section: "net",
    description: "multipurpose relay for bidirectional data transfer",
    size: 374_000,
    installed: 1_340,
    bins: { "/usr/bin/socat": "socat" },
  },
  {
    name: "ipset",
    version: "7.19-1ubuntu2",
    section: "net",
    description: "administration tool for kernel IP sets",
    size: 56_000,
    installed: 131,
    bins: { "/usr/sbin/ipset": "ipset" },
  },
  {
    name: "ipvsadm",
    version: "1:1.31-2",
    section: "net",
    description: "Linux Virtual Server support programs",
    size: 40_000,
    bins: { "/usr/sbin/ipvsadm": "ipvsadm" },
  },
  {
    name: "jq",
    version: "1.7.1-3ubuntu0.24.04.1",
    description: "lightweight and flexible command-line JSON processor",
    size: 65_500,
    installed: 104,
    bins: { "/usr/bin/jq": "jq" },
  },
  {
    name: "net-tools",
    version: "2.10-0.1ubuntu4.4",
    section: "net",
    description: "NET-3 networking toolkit",
    size: 204_000,
    installed: 811,
    bins: { "/usr/sbin/ifconfig": "ifconfig", "/usr/bin/netstat": "netstat", "/usr/sbin/route": "route", "/usr/sbin/arp": "arp" },
  },
  {
    name: "traceroute",
    version: "1:2.1.5-1",
    section: "net",
    description: "Traces the route taken by packets over an IPv4/IPv6 network",
    size: 57_000,
    bins: { "/usr/bin/traceroute": "traceroute" },
  },
  {
    name: "haproxy",
    version: "2.8.5-1ubuntu3.4",
    section: "net",
    description: "fast and reliable load balancing reverse proxy",
    size: 2_067_000,
    installed: 4_400,
    bins: { "/usr/sbin/haproxy": "haproxy" },
    files: [
      {
        path: "/usr/lib/systemd/system/haproxy.service",
        text: `[Unit]\nDescription=HAProxy Load Balancer\nDocumentation=man:haproxy(1)\nDocumentation=file:/usr/share/doc/haproxy/configuration.txt.gz\nAfter=network-online.target rsyslog.service\nWants=network-online.target\n\n[Service]\nEnvironmentFile=-/etc/default/haproxy\nEnvironmentFile=-/etc/sysconfig/haproxy\nBindReadOnlyPaths=/dev/log:/var/lib/haproxy/dev/log\nEnvironment="CONFIG=/etc/haproxy/haproxy.cfg" "PIDFILE=/run/haproxy.pid" "EXTRAOPTS=-S /run/haproxy-master.sock"\nExecStart=/usr/sbin/haproxy -Ws -f $CONFIG -p $PIDFILE $EXTRAOPTS\nExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c $EXTRAOPTS\nExecReload=/bin/kill -USR2 $MAINPID\nKillMode=mixed\nRestart=always\nSuccessExitStatus=143\nType=notify\n\n[Install]\nWantedBy=multi-user.target\n`,
      },
      {
        path: "/etc/haproxy/haproxy.cfg",
        conffile: true,
        text: `global\n\tlog /dev/log\tlocal0\n\tlog /dev/log\tlocal1 notice\n\tchroot /var/lib/haproxy\n\tstats socket /run/haproxy/admin.sock mode 660 level admin\n\tstats timeout 30s\n\tuser haproxy\n\tgroup haproxy\n\tdaemon\n\ndefaults\n\tlog\tglobal\n\tmode\thttp\n\toption\thttplog\n\toption\tdontlognull\n        timeout connect 5000\n        timeout client  50000\n        timeout server  50000\n`,
      },
      {
        path: "/etc/default/haproxy",
        conffile: true,
        text: '# Defaults file for HAProxy\n#CONFIG="/etc/haproxy/haproxy.cfg"\n#EXTRAOPTS="-de -m 16"\n',
      },
      { path: "/var/lib/haproxy", dir: true },
    ],
    postinst: [
      { do: "user", name: "haproxy", home: "/var/lib/haproxy", shell: "/usr/sbin/nologin" },
      { do: "enable", unit: "haproxy.service", start: true },
    ],
  },
  {
    name: "bird2",
    version: "2.14-1build2",
    section: "net",
    description: "Internet Routing Daemon",
    size: 700_000,
    installed: 1_900,
    bins: { "/usr/sbin/bird": "bird", "/usr/sbin/birdc": "birdc", "/usr/sbin/birdcl": "birdcl" },
    files: [
      {
        path: "/usr/lib/systemd/system/bird.service",
        text: "[Unit]\nDescription=BIRD Internet Routing Daemon\nAfter=network.target\n\n[Service]\nEnvironmentFile=/etc/bird/envvars\nExecStartPre=/usr/lib/bird/prepare-environment\nExecStartPre=/usr/sbin/bird -p\nExecReload=/usr/sbin/birdc configure\nExecStart=/usr/sbin/bird -f -u $BIRD_RUN_USER -g $BIRD_RUN_GROUP $BIRD_ARGS\nRestart=on-abort\n\n[Install]\nWantedBy=multi-user.target\n".replace(
          "ExecStartPre=/usr/lib/bird/prepare-environment\n",
          "RuntimeDirectory=bird\n",
        ),
      },
      { path: "/etc/bird/envvars", conffile: true, text: "BIRD_RUN_USER=bird\nBIRD_RUN_GROUP=bird\n#BIRD_ARGS=\n" },
      {
        path: "/etc/bird/bird.conf",
        conffile: true,
        text: "log syslog all;\n\nprotocol device {\n}\n\nprotocol direct {\n\tdisabled;\n\tipv4;\n\tipv6;\n}\n\nprotocol kernel {\n\tipv4 {\n\t      export all;\n\t};\n}\n\nprotocol kernel {\n\tipv6 { export all; };\n}\n\nprotocol static {\n\tipv4;\n}\n",
      },
    ],
    postinst: [
      { do: "user", name: "bird", home: "/run/bird", shell: "/usr/sbin/nologin" },
      { do: "enable", unit: "bird.service", start: true },
    ],
  },
  {
    name: "apt-transport-https",
    version: "2.8.3",
    arch: "all",
    section: "oldlibs",
    description: "transitional package for https support",
    size: 3_970,
    installed: 35,
  },
  {
    name: "software-properties-common",
    version: "0.99.49.3",
    arch: "all",
    section: "admin",
    description: "manage the repositories that you install software from (common)",
    size: 14_000,
  },
  {
    name: "nfs-common",
    version: "1:2.6.4-3ubuntu5.1",
    section: "net",
    description: "NFS support files common to client and server",
    size: 248_000,
    installed: 1_040,
  },
  { name: "sshpass", version: "1.09-1", description: "Non-interactive ssh password authentication", size: 11_700 },
  {
    name: "tree",
    version: "2.1.1-2ubuntu3.24.04.2",
    description: "displays an indented directory tree, in color",
    size: 47_100,
    installed: 111,
    bins: { "/usr/bin/tree": "tree" },
  },
  {
    name: "etcd-client",
    version: "3.4.30-1ubuntu0.24.04.3",
    section: "net",
    description: "highly-available key value store -- client",
    size: 7_900_000,
    installed: 30_000,
    bins: { "/usr/bin/etcdctl": "etcdctl" },
  },
  {
    name: "libseccomp2",
    version: "2.5.5-1ubuntu3.1",
    section: "libs",
    description: "high level interface to Linux seccomp filter",
    size: 51_000,
  },
];

/** Packages of the box (bento/ubuntu-24.04), a part of some six hundred. */
const installedRows: Row[] = (
  [
    ["adduser", "3.137ubuntu1", "add and remove users and groups"],
    ["apparmor", "4.0.1really4.0.1-0ubuntu0.24.04.4", "user-space parser utility for AppArmor"],
    ["apt", "2.8.3", "commandline package manager"],
    ["base-files", "13ubuntu10.3", "Debian base system miscellaneous files"],
    ["bash", "5.2.21-2ubuntu4", "GNU Bourne Again SHell"],
    ["bash-completion", "1:2.11-8", "programmable completion for the bash shell"],
    ["bind9-dnsutils", "1:9.18.39-0ubuntu0.24.04.2", "Clients provided with BIND 9"],
    ["bind9-host", "1:9.18.39-0ubuntu0.24.04.2", "DNS Lookup Utility"],
    ["bridge-utils", "1.7.1-1ubuntu2", "Utilities for configuring the Linux Ethernet bridge"],
    ["ca-certificates", "20240203", "Common CA certificates"],
    ["coreutils", "9.4-3ubuntu6.1", "GNU core utilities"],
    ["cron", "3.0pl1-184ubuntu2", "process scheduling daemon"],
    ["curl", "8.5.0-2ubuntu10.6", "command line tool for transferring data with URL syntax"],
    ["dash", "0.5.12-6ubuntu5", "POSIX-compliant shell"],
    ["dbus", "1.14.10-4ubuntu4.1", "simple interprocess messaging system (system message bus)"],
    ["diffutils", "1:3.10-1build1", "File comparison utilities"],
    ["dpkg", "1.22.6ubuntu6.5", "Debian package management system"],
    ["ethtool", "1:6.7-1build1", "display or change Ethernet device settings"],
    ["findutils", "4.9.0-5build1", "utilities for finding files--find, xargs"],
    ["gawk", "1:5.2.1-2build3", "GNU awk, a pattern scanning and processing language"],
    ["gnupg", "2.4.4-2ubuntu17.3", "GNU privacy guard - a free PGP replacement"],
    ["gpg", "2.4.4-2ubuntu17.3", "GNU Privacy Guard -- minimalist public key operations"],
    ["grep", "3.11-4build1", "GNU grep, egrep and fgrep"],
    ["gzip", "1.12-1ubuntu3.1", "GNU compression utilities"],
    ["hostname", "3.23+nmu2ubuntu2", "utility to set/show the host name or domain name"],
    ["htop", "3.3.0-4build1", "interactive processes viewer"],
    ["init-system-helpers", "1.66ubuntu1", "helper tools for all init systems"],
    ["iproute2", "6.1.0-1ubuntu6.2", "networking and traffic control tools"],
    ["iptables", "1.8.10-3ubuntu2", "administration tools for packet filtering and NAT"],
    ["iputils-ping", "3:20240117-1ubuntu0.1", "Tools to test the reachability of network hosts"],
    ["kmod", "31+20240202-2ubuntu7.1", "tools for managing Linux kernel modules"],
    ["less", "590-2ubuntu2.1", "pager program similar to more"],
    ["libc6", "2.39-0ubuntu8.6", "GNU C Library: Shared libraries"],
    ["linux-image-6.8.0-86-generic", "6.8.0-86.87", "Signed kernel image generic"],
    ["login", "1:4.13+dfsg1-4ubuntu3.2", "system login tools"],
    ["lsb-release", "12.0-2", "Linux Standard Base version reporting utility"],
    ["lsof", "4.95.0-1build3", "utility to list open files"],
    ["mawk", "1.3.4.20240123-1build1", "Pattern scanning and text processing language"],
    ["mount", "2.39.3-9ubuntu6.3", "tools for mounting and manipulating filesystems"],
    ["nano", "7.2-2ubuntu0.1", "small, friendly text editor inspired by Pico"],
    ["netcat-openbsd", "1.226-1ubuntu2", "TCP/IP swiss army knife"],
    ["netplan.io", "1.1.2-8ubuntu1~24.04.1", "Declarative network configuration for various backends"],
    ["nftables", "1.0.9-1build1", "Program to control packet filtering rules by Netfilter project"],
    ["openssh-client", "1:9.6p1-3ubuntu13.14", "secure shell (SSH) client, for secure access to remote machines"],
    ["openssh-server", "1:9.6p1-3ubuntu13.14", "secure shell (SSH) server, for secure access from remote machines"],
    ["openssl", "3.0.13-0ubuntu3.6", "Secure Sockets Layer toolkit - cryptographic utility"],
    ["passwd", "1:4.13+dfsg1-4ubuntu3.2", "change and administer password and group data"],
    ["procps", "2:4.0.4-4ubuntu3.2", "/proc file system utilities"],
    ["psmisc", "23.7-1build1", "utilities that use the proc file system"],
    ["python3", "3.12.3-0ubuntu2.1", "interactive high-level object-oriented language (default python3 version)"],
    ["rsync", "3.2.7-1ubuntu1.2", "fast, versatile, remote (and local) file-copying tool"],
    ["sed", "4.9-2build1", "GNU stream editor for filtering/transforming text"],
    ["sudo", "1.9.15p5-3ubuntu5.24.04.1", "Provide limited super user privileges to specific users"],
    ["systemd", "255.4-1ubuntu8.11", "system and service manager"],
    ["systemd-resolved", "255.4-1ubuntu8.11", "systemd DNS resolver"],
    ["systemd-timesyncd", "255.4-1ubuntu8.11", "minimalistic service to synchronize local time with NTP servers"],
    ["tar", "1.35+dfsg-3build1", "GNU version of the tar archiving utility"],
    ["tcpdump", "4.99.4-3ubuntu4", "command-line network traffic analyzer"],
    ["tmux", "3.4-1ubuntu0.1", "terminal multiplexer"],
    ["tzdata", "2025b-0ubuntu0.24.04.1", "time zone and daylight-saving time data"],
    ["ubuntu-keyring", "2023.11.28.1", "GnuPG keys of the Ubuntu archive"],
    ["ubuntu-server", "1.539.2", "Ubuntu Server system"],
    ["ufw", "0.36.2-6", "program for managing a Netfilter firewall"],
    ["util-linux", "2.39.3-9ubuntu6.3", "miscellaneous system utilities"],
    ["vim", "2:9.1.0016-1ubuntu7.9", "Vi IMproved - enhanced vi editor"],
    ["wget", "1.21.4-1ubuntu4.1", "retrieves files from the web"],
    ["xz-utils", "5.6.1+really5.4.5-1ubuntu0.2", "XZ-format compression utilities"],
    ["zstd", "1.5.5+dfsg2-2build1.1", "fast lossless compression algorithm -- CLI tool"],
  ] as const
).map(([name, version, description]) => ({ name, version, description, section: "admin" }));

/** What dpkg lists as installed on a fresh machine. Their files are part of the image. */
export const boxPackages: Package[] = [...installedRows, ...archive.filter((r) => r.name === "libseccomp2")].map(make);

export const ubuntuPackages: Package[] = [
  ...boxPackages,
  ...archive.filter((r) => r.name !== "libseccomp2").map(make),
  ...ubuntuContainerPackages,
  ...ubuntuDockerPackages,
];
