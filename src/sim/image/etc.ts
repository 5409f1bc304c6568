/** /etc of the bento/ubuntu-24.04 box, as its packages and its build leave it. */

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
games:x:5:60:games:/usr/games:/usr/sbin/nologin
man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
lp:x:7:7:lp:/var/spool/lpd:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
news:x:9:9:news:/var/spool/news:/usr/sbin/nologin
uucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin
proxy:x:13:13:proxy:/bin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin
irc:x:39:39:ircd:/run/ircd:/usr/sbin/nologin
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
systemd-timesync:x:996:996:systemd Time Synchronization:/:/usr/sbin/nologin
dhcpcd:x:100:65534:DHCP Client Daemon,,,:/usr/lib/dhcpcd:/bin/false
messagebus:x:101:101::/nonexistent:/usr/sbin/nologin
systemd-resolve:x:992:992:systemd Resolver:/:/usr/sbin/nologin
polkitd:x:991:991:User for polkitd:/:/usr/sbin/nologin
syslog:x:102:102::/nonexistent:/usr/sbin/nologin
uuidd:x:103:103::/run/uuidd:/usr/sbin/nologin
tcpdump:x:104:104::/nonexistent:/usr/sbin/nologin
tss:x:105:105:TPM software stack,,,:/var/lib/tpm:/bin/false
landscape:x:106:107::/var/lib/landscape:/usr/sbin/nologin
fwupd-refresh:x:989:989:Firmware update daemon:/var/lib/fwupd:/usr/sbin/nologin
sshd:x:107:65534::/run/sshd:/usr/sbin/nologin
vagrant:x:1000:1000:vagrant:/home/vagrant:/bin/bash
`;

const group = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:syslog,vagrant
tty:x:5:
disk:x:6:
lp:x:7:
mail:x:8:
news:x:9:
uucp:x:10:
man:x:12:
proxy:x:13:
kmem:x:15:
dialout:x:20:
fax:x:21:
voice:x:22:
cdrom:x:24:vagrant
floppy:x:25:
tape:x:26:
sudo:x:27:vagrant
audio:x:29:
dip:x:30:vagrant
www-data:x:33:
backup:x:34:
operator:x:37:
list:x:38:
irc:x:39:
src:x:40:
shadow:x:42:
utmp:x:43:
video:x:44:
sasl:x:45:
plugdev:x:46:vagrant
staff:x:50:
games:x:60:
users:x:100:
nogroup:x:65534:
systemd-journal:x:999:
systemd-network:x:998:
systemd-timesync:x:996:
input:x:995:
sgx:x:994:
kvm:x:993:
render:x:992:
messagebus:x:101:
polkitd:x:991:
syslog:x:102:
uuidd:x:103:
tcpdump:x:104:
tss:x:105:
_ssh:x:106:
landscape:x:107:
fwupd-refresh:x:989:
vagrant:x:1000:
lxd:x:110:vagrant
`;

/** Password "vagrant" of root is locked on bento boxes; vagrant's hash is opaque here (no password is ever checked by hash). */
const shadow = passwd
  .trimEnd()
  .split("\n")
  .map((line) => line.split(":")[0]!)
  .map((name) => `${name}:${name === "vagrant" ? "$6$rounds=4096$vagrant$simulated" : "*"}:20200:0:99999:7:::`)
  .join("\n")
  .concat("\n");

const gshadow = group
  .trimEnd()
  .split("\n")
  .map((line) => {
    const f = line.split(":");
    return `${f[0]}:*::${f[3]}`;
  })
  .join("\n")
  .concat("\n");

const osRelease = `PRETTY_NAME="Ubuntu 24.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.3 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
UBUNTU_CODENAME=noble
LOGO=ubuntu-logo
`;

export const rootUuid = "2d1a9f6e-3a44-4a7d-9a34-6b3c6f1f2f0e";

const bashrc = `# ~/.bashrc: executed by bash(1) for non-login shells.

# If not running interactively, don't do anything
case $- in
    *i*) ;;
      *) return;;
esac

HISTCONTROL=ignoreboth
shopt -s histappend
HISTSIZE=1000
HISTFILESIZE=2000
shopt -s checkwinsize

if [ -z "\${debian_chroot:-}" ] && [ -r /etc/debian_chroot ]; then
    debian_chroot=$(cat /etc/debian_chroot)
fi

PS1='\${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '

alias ls='ls --color=auto'
alias grep='grep --color=auto'
alias ll='ls -alF'
alias la='ls -A'
alias l='ls -CF'

if [ -f ~/.bash_aliases ]; then
    . ~/.bash_aliases
fi
`;

const userBashrc = bashrc.replace(
  "PS1='${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '",
  "PS1='\\[\\e]0;${debian_chroot:+($debian_chroot)}\\u@\\h: \\w\\a\\]${debian_chroot:+($debian_chroot)}\\[\\033[01;32m\\]\\u@\\h\\[\\033[00m\\]:\\[\\033[01;34m\\]\\w\\[\\033[00m\\]\\$ '",
);

const profile = `# ~/.profile: executed by the command interpreter for login shells.

if [ -n "$BASH_VERSION" ]; then
    if [ -f "$HOME/.bashrc" ]; then
	. "$HOME/.bashrc"
    fi
fi

if [ -d "$HOME/bin" ] ; then
    PATH="$HOME/bin:$PATH"
fi
if [ -d "$HOME/.local/bin" ] ; then
    PATH="$HOME/.local/bin:$PATH"
fi
`;

/** path → content; `mode` and owner where they are not 0644 root. */
export const etcFiles: Record<string, string | { text: string; mode?: number; uid?: number; gid?: number }> = {
  "/etc/passwd": passwd,
  "/etc/group": group,
  "/etc/shadow": { text: shadow, mode: 0o640, gid: 42 },
  "/etc/gshadow": { text: gshadow, mode: 0o640, gid: 42 },
  "/etc/hostname": "vagrant\n",
  "/etc/machine-id": { text: "", mode: 0o444 },
  "/usr/lib/os-release": osRelease,
  "/etc/lsb-release": 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\nDISTRIB_DESCRIPTION="Ubuntu 24.04.3 LTS"\n',
  "/etc/debian_version": "trixie/sid\n",
  "/etc/issue": "Ubuntu 24.04.3 LTS \\n \\l\n\n",
  "/etc/issue.net": "Ubuntu 24.04.3 LTS\n",
  "/etc/timezone": "Etc/UTC\n",
  "/etc/shells":
    "# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/rbash\n/usr/bin/rbash\n/usr/bin/dash\n",
  "/etc/environment": 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin"\n',
  "/etc/default/locale": "LANG=C.UTF-8\n",
  "/etc/locale.conf": "LANG=C.UTF-8\n",
  "/etc/profile": `# /etc/profile: system-wide .profile file for the Bourne shell (sh(1))
# and Bourne compatible shells (bash(1), ksh(1), ash(1), ...).

if [ "\${PS1-}" ]; then
  if [ "\${BASH-}" ] && [ "$BASH" != "/bin/sh" ]; then
    if [ -f /etc/bash.bashrc ]; then
      . /etc/bash.bashrc
    fi
  fi
fi

if [ -d /etc/profile.d ]; then
  for i in /etc/profile.d/*.sh; do
    if [ -r $i ]; then
      . $i
    fi
  done
  unset i
fi
`,
  "/etc/profile.d/01-locale-fix.sh": "# Make sure the locale variables are set to valid values.\n",
  "/etc/bash.bashrc": `# System-wide .bashrc file for interactive bash(1) shells.

[ -z "\${PS1-}" ] && return
shopt -s checkwinsize
if ! [ -n "\${SUDO_USER}" -a -n "\${SUDO_PS1}" ]; then
  PS1='\${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '
fi
`,
  "/etc/skel/.bashrc": userBashrc,
  "/etc/skel/.profile": profile,
  "/etc/skel/.bash_logout": "# ~/.bash_logout: executed by bash(1) when login shell exits.\n",
  "/root/.bashrc": bashrc,
  "/root/.profile":
    '# ~/.profile: executed by Bourne-compatible login shells.\n\nif [ "$BASH" ]; then\n  if [ -f ~/.bashrc ]; then\n    . ~/.bashrc\n  fi\nfi\n\nmesg n 2> /dev/null || true\n',
  "/home/vagrant/.bashrc": { text: userBashrc, uid: 1000, gid: 1000 },
  "/home/vagrant/.profile": { text: profile, uid: 1000, gid: 1000 },
  "/home/vagrant/.bash_logout": { text: "# ~/.bash_logout: executed by bash(1) when login shell exits.\n", uid: 1000, gid: 1000 },
  "/home/vagrant/.ssh/authorized_keys": { text: "", mode: 0o600, uid: 1000, gid: 1000 },
  "/etc/sudoers": {
    text: 'Defaults\tenv_reset\nDefaults\tmail_badpass\nDefaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"\nDefaults\tuse_pty\n\nroot\tALL=(ALL:ALL) ALL\n%admin ALL=(ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n\n@includedir /etc/sudoers.d\n',
    mode: 0o440,
  },
  "/etc/sudoers.d/vagrant": { text: "vagrant ALL=(ALL) NOPASSWD: ALL\n", mode: 0o440 },
  "/etc/sudoers.d/README": {
    text: "# The default /etc/sudoers file includes files in this folder that do not end in ~ or contain a dot.\n",
    mode: 0o440,
  },
  "/etc/fstab": `# /etc/fstab: static file system information.
#
# Use 'blkid' to print the universally unique identifier for a
# device; this may be used with UUID= as a more robust way to name devices
# that works even if disks are added and removed. See fstab(5).
#
# <file system> <mount point>   <type>  <options>       <dump>  <pass>
/dev/sda1 / ext4 defaults 0 1
/swap.img	none	swap	sw	0	0
`,
  "/etc/nsswitch.conf": `# /etc/nsswitch.conf
#
# Example configuration of GNU Name Service Switch functionality.
# If you have the \`glibc-doc-reference' and \`info' packages installed, try:
# \`info libc "Name Service Switch"' for information about this file.

passwd:         files systemd
group:          files systemd
shadow:         files systemd
gshadow:        files systemd

hosts:          files dns
networks:       files

protocols:      db files
services:       db files
ethers:         db files
rpc:            db files

netgroup:       nis
`,
  "/etc/host.conf": '# The "order" line is only used by old versions of the C library.\norder hosts,bind\nmulti on\n',
  "/etc/gai.conf": "# Configuration for getaddrinfo(3).\n",
  "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 vagrant\n",
  "/etc/netplan/01-netcfg.yaml": { text: "network:\n  version: 2\n  ethernets:\n    enp0s3:\n      dhcp4: true\n", mode: 0o600 },
  "/etc/ssh/sshd_config":
    "Include /etc/ssh/sshd_config.d/*.conf\n\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\nPrintMotd no\nAcceptEnv LANG LC_*\nSubsystem\tsftp\t/usr/lib/openssh/sftp-server\nUseDNS no\n",
  "/etc/ssh/ssh_config":
    "Include /etc/ssh/ssh_config.d/*.conf\n\nHost *\n    SendEnv LANG LC_*\n    HashKnownHosts yes\n    GSSAPIAuthentication yes\n",
  "/etc/default/ssh":
    "# Default settings for openssh-server. This file is sourced by /bin/sh from\n# /etc/init.d/ssh.\n\n# Options to pass to sshd\nSSHD_OPTS=\n",
  "/etc/default/cron":
    '# Whether to read the system\'s default environment files (if present)\nREAD_ENV="yes"\n\n# Extra options for cron, see cron(8)\nEXTRA_OPTS=""\n',
  "/etc/modules":
    "# /etc/modules is obsolete and has been replaced by /etc/modules-load.d/.\n# Please see modules-load.d(5) and modprobe.d(5) for details.\n#\n# Updating this file still works, but it is undocumented and unsupported.\n",
  "/etc/modprobe.d/blacklist.conf":
    "# This file lists those modules which we don't want to be loaded by\n# alias expansion, usually so some other driver will be loaded for the\n# device instead.\n\nblacklist evbug\nblacklist usbmouse\nblacklist usbkbd\nblacklist eepro100\nblacklist de4x5\nblacklist pcspkr\n",
  "/usr/lib/modules-load.d/open-vm-tools-desktop.conf": "",
  "/etc/sysctl.conf":
    "#\n# /etc/sysctl.conf - Configuration file for setting system variables\n# See /etc/sysctl.d/ for additional system variables.\n# See sysctl.conf (5) for information.\n#\n\n#kernel.domainname = example.com\n\n# Uncomment the next line to enable packet forwarding for IPv4\n#net.ipv4.ip_forward=1\n",
  "/etc/sysctl.d/10-console-messages.conf": "# the following stops low-level messages on console\nkernel.printk = 4 4 1 7\n",
  "/etc/sysctl.d/10-kernel-hardening.conf":
    "# These settings are specific to hardening the kernel itself from attack\n# from userspace, rather than protecting userspace from other malicious\n# userspace things.\nkernel.kptr_restrict = 1\n",
  "/etc/sysctl.d/10-network-security.conf":
    "# Turn on Source Address Verification in all interfaces to\n# prevent some spoofing attacks.\nnet.ipv4.conf.default.rp_filter=2\nnet.ipv4.conf.all.rp_filter=2\n",
  "/etc/sysctl.d/10-ptrace.conf": "kernel.yama.ptrace_scope = 1\n",
  "/etc/sysctl.d/10-zeropage.conf": "vm.mmap_min_addr = 65536\n",
  "/etc/sysctl.d/10-magic-sysrq.conf": "kernel.sysrq = 176\n",
  "/usr/lib/sysctl.d/10-apparmor.conf": "kernel.apparmor_restrict_unprivileged_userns = 1\n",
  "/usr/lib/sysctl.d/50-bubblewrap.conf": "",
  "/usr/lib/sysctl.d/50-pid-max.conf":
    "# Bump the numeric PID range to its maximum of 2^22 (from the in-kernel default\n# of 2^16), to make PID collisions less likely.\nkernel.pid_max = 4194304\n",
  "/usr/lib/sysctl.d/99-protect-links.conf":
    "fs.protected_fifos = 1\nfs.protected_hardlinks = 1\nfs.protected_regular = 2\nfs.protected_symlinks = 1\n",
  "/etc/systemd/journald.conf": "[Journal]\n#Storage=auto\n#Compress=yes\n",
  "/etc/systemd/resolved.conf": "[Resolve]\n#DNS=\n#FallbackDNS=\n#Domains=\n#DNSSEC=no\n",
  "/etc/systemd/system.conf": "[Manager]\n#DefaultTimeoutStartSec=90s\n#DefaultTimeoutStopSec=90s\n",
  "/etc/systemd/logind.conf": "[Login]\n#KillUserProcesses=no\n",
  "/etc/systemd/timesyncd.conf": "[Time]\n#NTP=\n#FallbackNTP=ntp.ubuntu.com\n",
  "/etc/apt/sources.list": "# Ubuntu sources have moved to /etc/apt/sources.list.d/ubuntu.sources\n",
  "/etc/apt/sources.list.d/ubuntu.sources": `Types: deb
URIs: http://us.archive.ubuntu.com/ubuntu/
Suites: noble noble-updates noble-backports
Components: main restricted universe multiverse
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

Types: deb
URIs: http://security.ubuntu.com/ubuntu/
Suites: noble-security
Components: main restricted universe multiverse
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
`,
  "/etc/default/ufw":
    'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\nDEFAULT_FORWARD_POLICY="DROP"\nDEFAULT_APPLICATION_POLICY="SKIP"\nMANAGE_BUILTINS=no\n',
  "/etc/ufw/ufw.conf":
    "# /etc/ufw/ufw.conf\n#\n\n# Set to yes to start on boot. If setting this remotely, be sure to add a rule\n# to allow your remote connection before starting ufw. Eg: 'ufw allow 22/tcp'\nENABLED=no\n\nLOGLEVEL=low\n",
  "/etc/services": servicesText(),
  "/etc/protocols": "ip\t0\tIP\nicmp\t1\tICMP\ntcp\t6\tTCP\nudp\t17\tUDP\nipencap\t4\tIP-ENCAP\ngre\t47\tGRE\nsctp\t132\tSCTP\n",
  "/etc/login.defs":
    "MAIL_DIR        /var/mail\nUMASK\t\t022\nUID_MIN\t\t\t 1000\nUID_MAX\t\t\t60000\nGID_MIN\t\t\t 1000\nGID_MAX\t\t\t60000\nUSERGROUPS_ENAB yes\n",
  "/etc/adduser.conf": "",
  "/etc/legal":
    "\nThe programs included with the Ubuntu system are free software;\nthe exact distribution terms for each program are described in the\nindividual files in /usr/share/doc/*/copyright.\n\n",
  "/etc/crontab": "SHELL=/bin/sh\n\n17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n",
  "/var/log/lastlog": "",
  "/var/log/wtmp": { text: "", mode: 0o664, gid: 43 },
  "/var/log/btmp": { text: "", mode: 0o660, gid: 43 },
  "/var/log/dpkg.log": "",
};

function servicesText(): string {
  const rows: [string, string, string?][] = [
    ["ssh", "22/tcp"],
    ["domain", "53/tcp"],
    ["domain", "53/udp"],
    ["http", "80/tcp", "www"],
    ["kerberos", "88/tcp"],
    ["sunrpc", "111/tcp", "portmapper"],
    ["sunrpc", "111/udp", "portmapper"],
    ["ntp", "123/udp"],
    ["snmp", "161/udp"],
    ["bgp", "179/tcp"],
    ["ldap", "389/tcp"],
    ["https", "443/tcp"],
    ["https", "443/udp"],
    ["syslog", "514/udp"],
    ["bootps", "67/udp"],
    ["bootpc", "68/udp"],
    ["tftp", "69/udp"],
    ["nfs", "2049/tcp"],
    ["mysql", "3306/tcp"],
    ["postgresql", "5432/tcp", "postgres"],
    ["telnet", "23/tcp"],
    ["smtp", "25/tcp", "mail"],
    ["ftp", "21/tcp"],
    ["domain-s", "853/tcp"],
    ["redis", "6379/tcp"],
    ["http-alt", "8080/tcp", "webcache"],
    ["vxlan", "4789/udp"],
  ];
  return rows.map(([name, port, alias]) => `${name.padEnd(16)}${port}${alias ? `\t\t${alias}` : ""}\n`).join("");
}
