/** Unit files of Ubuntu 24.04's packages, reduced to the settings that act here. */

const target = (description: string, more = "", install = ""): string =>
  `[Unit]\nDescription=${description}\nDocumentation=man:systemd.special(7)\n${more}${install === "" ? "" : `\n[Install]\n${install}`}`;

const targets: Record<string, string> = {
  "sysinit.target": target(
    "System Initialization",
    "Conflicts=emergency.service emergency.target\nWants=local-fs.target swap.target\nAfter=local-fs.target swap.target emergency.service emergency.target\nDefaultDependencies=no\nBefore=shutdown.target\nConflicts=shutdown.target\n",
  ),
  "basic.target": target(
    "Basic System",
    "Requires=sysinit.target\nWants=sockets.target timers.target paths.target slices.target\nAfter=sysinit.target sockets.target paths.target slices.target tmp.mount\n",
  ),
  "local-fs-pre.target": target("Preparation for Local File Systems", "RefuseManualStart=yes\nDefaultDependencies=no\n"),
  "local-fs.target": target(
    "Local File Systems",
    "DefaultDependencies=no\nConflicts=shutdown.target\nAfter=local-fs-pre.target\nOnFailureJobMode=replace-irreversibly\n",
  ),
  "swap.target": target("Swaps", "DefaultDependencies=no\n"),
  "network-pre.target": target("Preparation for Network", "RefuseManualStart=yes\n"),
  "network.target": target("Network", "After=network-pre.target\nRefuseManualStart=yes\n"),
  "network-online.target": target("Network is Online", "After=network.target\n"),
  "nss-lookup.target": target("Host and Network Name Lookups", "RefuseManualStart=yes\n"),
  "nss-user-lookup.target": target("User and Group Name Lookups", "RefuseManualStart=yes\n"),
  "time-set.target": target("System Time Set", "RefuseManualStart=yes\n"),
  "time-sync.target": target("System Time Synchronized", "RefuseManualStart=yes\nAfter=time-set.target\nWants=time-set.target\n"),
  "paths.target": target("Path Units", "DefaultDependencies=no\nBefore=shutdown.target\nConflicts=shutdown.target\n"),
  "timers.target": target("Timer Units", "DefaultDependencies=no\nBefore=shutdown.target\nConflicts=shutdown.target\n"),
  "sockets.target": target("Socket Units", "DefaultDependencies=no\nBefore=shutdown.target\nConflicts=shutdown.target\n"),
  "slices.target": target("Slice Units", "Wants=-.slice system.slice\nAfter=-.slice system.slice\nDefaultDependencies=no\n"),
  "getty.target": target("Login Prompts"),
  "remote-fs-pre.target": target("Preparation for Remote File Systems", "RefuseManualStart=yes\n"),
  "remote-fs.target": target("Remote File Systems", "After=remote-fs-pre.target\nDefaultDependencies=no\n", "WantedBy=multi-user.target\n"),
  "multi-user.target": target(
    "Multi-User System",
    "Requires=basic.target\nConflicts=rescue.service rescue.target\nAfter=basic.target rescue.service rescue.target\nAllowIsolate=yes\n",
  ),
  "graphical.target": target(
    "Graphical Interface",
    "Requires=multi-user.target\nWants=display-manager.service\nConflicts=rescue.service rescue.target\nAfter=multi-user.target rescue.service rescue.target display-manager.service\nAllowIsolate=yes\n",
  ),
  "rescue.target": target("Rescue Mode", "Requires=sysinit.target rescue.service\nAfter=sysinit.target rescue.service\nAllowIsolate=yes\n"),
  "emergency.target": target("Emergency Mode", "AllowIsolate=yes\n"),
  "shutdown.target": target("System Shutdown", "DefaultDependencies=no\nRefuseManualStart=yes\n"),
  "umount.target": target("Unmount All Filesystems", "DefaultDependencies=no\nRefuseManualStart=yes\n"),
  "final.target": target("Late Shutdown Services", "DefaultDependencies=no\nRefuseManualStart=yes\nAfter=shutdown.target umount.target\n"),
  "reboot.target": target("System Reboot", "DefaultDependencies=no\nAllowIsolate=yes\n"),
  "poweroff.target": target("System Power Off", "DefaultDependencies=no\nAllowIsolate=yes\n"),
  "halt.target": target("System Halt", "DefaultDependencies=no\nAllowIsolate=yes\n"),
};

const early = "DefaultDependencies=no\nConflicts=shutdown.target\nBefore=shutdown.target\n";

const services: Record<string, string> = {
  "systemd-journald.service": `[Unit]\nDescription=Journal Service\nDocumentation=man:systemd-journald.service(8) man:journald.conf(5)\nDefaultDependencies=no\nBefore=sysinit.target\n\n[Service]\nExecStart=/usr/lib/systemd/systemd-journald\nRestart=always\nRestartSec=0\nType=notify\nStandardOutput=null\n`,
  "systemd-udevd.service": `[Unit]\nDescription=Rule-based Manager for Device Events and Files\nDocumentation=man:systemd-udevd.service(8) man:udev(7)\nDefaultDependencies=no\nBefore=sysinit.target\n\n[Service]\nType=notify\nExecStart=/usr/lib/systemd/systemd-udevd\nRestart=always\nRestartSec=0\n`,
  "systemd-modules-load.service": `[Unit]\nDescription=Load Kernel Modules\nDocumentation=man:systemd-modules-load.service(8) man:modules-load.d(5)\n${early}Before=sysinit.target\nConditionDirectoryNotEmpty=|/usr/lib/modules-load.d\nConditionDirectoryNotEmpty=|/etc/modules-load.d\nConditionKernelCommandLine=|modules-load\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/lib/systemd/systemd-modules-load\nTimeoutSec=90s\n`,
  "systemd-sysctl.service": `[Unit]\nDescription=Apply Kernel Variables\nDocumentation=man:systemd-sysctl.service(8) man:sysctl.d(5)\nDefaultDependencies=no\nAfter=systemd-modules-load.service\nBefore=sysinit.target shutdown.target\nConflicts=shutdown.target\nConditionPathIsReadWrite=/proc/sys/net/\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/lib/systemd/systemd-sysctl\nTimeoutSec=90s\n`,
  "systemd-tmpfiles-setup.service": `[Unit]\nDescription=Create Volatile Files and Directories\nDocumentation=man:tmpfiles.d(5) man:systemd-tmpfiles(8)\n${early}After=local-fs.target\nBefore=sysinit.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=systemd-tmpfiles --create --remove --boot --exclude-prefix=/dev\nSuccessExitStatus=DATAERR CANTCREAT\n`,
  "systemd-tmpfiles-clean.service": `[Unit]\nDescription=Cleanup of Temporary Directories\nDocumentation=man:tmpfiles.d(5) man:systemd-tmpfiles(8)\n${early}After=local-fs.target time-set.target\n\n[Service]\nType=oneshot\nExecStart=systemd-tmpfiles --clean\nSuccessExitStatus=DATAERR\n`,
  "systemd-tmpfiles-clean.timer": `[Unit]\nDescription=Daily Cleanup of Temporary Directories\nDocumentation=man:tmpfiles.d(5) man:systemd-tmpfiles(8)\n\n[Timer]\nOnBootSec=15min\nOnUnitActiveSec=1d\n`,
  "fstrim.service": `[Unit]\nDescription=Discard unused blocks on filesystems from /etc/fstab\nDocumentation=man:fstrim(8)\n\n[Service]\nType=oneshot\nExecStart=/sbin/fstrim --listed-in /etc/fstab:/proc/self/mountinfo --verbose --quiet-unsupported\n`,
  "fstrim.timer": `[Unit]\nDescription=Discard unused filesystem blocks once a week\nDocumentation=man:fstrim\n\n[Timer]\nOnCalendar=weekly\nAccuracySec=1h\nPersistent=true\nRandomizedDelaySec=100min\n\n[Install]\nWantedBy=timers.target\n`,
  "systemd-networkd.service": `[Unit]\nDescription=Network Configuration\nDocumentation=man:systemd-networkd.service(8) man:org.freedesktop.network1(5)\nConditionCapability=CAP_NET_ADMIN\nDefaultDependencies=no\nAfter=systemd-udevd.service network-pre.target systemd-sysusers.service systemd-sysctl.service\nBefore=network.target multi-user.target shutdown.target initrd-switch-root.target\nConflicts=shutdown.target initrd-switch-root.target\nWants=network.target\n\n[Service]\nExecStart=/usr/lib/systemd/systemd-networkd\nExecReload=networkctl reload\nRestart=on-failure\nRestartSec=0\nRestartKillSignal=SIGUSR2\nRuntimeDirectory=systemd/netif\nRuntimeDirectoryPreserve=yes\nType=notify-reload\nUser=systemd-network\n\n[Install]\nWantedBy=multi-user.target\nAlso=systemd-networkd.socket\nAlias=dbus-org.freedesktop.network1.service\n`,
  "systemd-networkd-wait-online.service": `[Unit]\nDescription=Wait for Network to be Configured\nDocumentation=man:systemd-networkd-wait-online.service(8)\nConditionCapability=CAP_NET_ADMIN\nDefaultDependencies=no\nConflicts=shutdown.target\nBindsTo=systemd-networkd.service\nAfter=systemd-networkd.service\nBefore=network-online.target shutdown.target\n\n[Service]\nType=oneshot\nExecStart=/usr/lib/systemd/systemd-networkd-wait-online\nRemainAfterExit=yes\n\n[Install]\nWantedBy=network-online.target\n`,
  "systemd-resolved.service": `[Unit]\nDescription=Network Name Resolution\nDocumentation=man:systemd-resolved.service(8) man:org.freedesktop.resolve1(5)\nDefaultDependencies=no\nAfter=systemd-sysctl.service systemd-sysusers.service\nBefore=sysinit.target network.target nss-lookup.target shutdown.target\nConflicts=shutdown.target\nWants=nss-lookup.target\n\n[Service]\nExecStart=/usr/lib/systemd/systemd-resolved\nRestart=always\nRestartSec=0\nRuntimeDirectory=systemd/resolve\nRuntimeDirectoryPreserve=yes\nType=notify\nUser=systemd-resolve\nAmbientCapabilities=CAP_SETPCAP CAP_NET_RAW CAP_NET_BIND_SERVICE\n\n[Install]\nWantedBy=sysinit.target\nAlias=dbus-org.freedesktop.resolve1.service\n`,
  "systemd-timesyncd.service": `[Unit]\nDescription=Network Time Synchronization\nDocumentation=man:systemd-timesyncd.service(8)\nConditionCapability=CAP_SYS_TIME\nDefaultDependencies=no\nAfter=systemd-sysusers.service\nBefore=time-set.target sysinit.target shutdown.target\nConflicts=shutdown.target\nWants=time-set.target\n\n[Service]\nExecStart=!!/usr/lib/systemd/systemd-timesyncd\nRestart=always\nRestartSec=0\nType=notify\nUser=systemd-timesync\n\n[Install]\nWantedBy=sysinit.target\nAlias=dbus-org.freedesktop.timesync1.service\n`,
  "systemd-logind.service": `[Unit]\nDescription=User Login Management\nDocumentation=man:sd-login(3)\nDocumentation=man:systemd-logind.service(8)\nWants=user.slice\nAfter=nss-user-lookup.target user.slice\nWants=dbus.socket\nAfter=dbus.socket\n\n[Service]\nExecStart=/usr/lib/systemd/systemd-logind\nRestart=always\nRestartSec=0\nType=notify\n`,
  "systemd-user-sessions.service": `[Unit]\nDescription=Permit User Sessions\nDocumentation=man:systemd-user-sessions.service(8)\nAfter=remote-fs.target nss-user-lookup.target network.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/lib/systemd/systemd-user-sessions start\nExecStop=/usr/lib/systemd/systemd-user-sessions stop\n`,
  "dbus.socket": `[Unit]\nDescription=D-Bus System Message Bus Socket\n\n[Socket]\nListenStream=/run/dbus/system_bus_socket\n`,
  "dbus.service": `[Unit]\nDescription=D-Bus System Message Bus\nDocumentation=man:dbus-daemon(1)\nRequires=dbus.socket\n\n[Service]\nType=notify\nNotifyAccess=main\nExecStart=@/usr/bin/dbus-daemon @dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only\nExecReload=/usr/bin/dbus-send --print-reply --system --type=method_call --dest=org.freedesktop.DBus / org.freedesktop.DBus.ReloadConfig\nOOMScoreAdjust=-900\nUser=messagebus\n`,
  "cron.service": `[Unit]\nDescription=Regular background program processing daemon\nDocumentation=man:cron(8)\nAfter=remote-fs.target nss-user-lookup.target\n\n[Service]\nEnvironmentFile=-/etc/default/cron\nExecStart=/usr/sbin/cron -f -P $EXTRA_OPTS\nIgnoreSIGPIPE=false\nKillMode=process\nRestart=on-failure\nSyslogFacility=cron\n\n[Install]\nWantedBy=multi-user.target\n`,
  "polkit.service": `[Unit]\nDescription=Authorization Manager\nDocumentation=man:polkit(8)\n\n[Service]\nType=notify\nExecStart=/usr/lib/polkit-1/polkitd --no-debug\nUser=polkitd\n`,
  "apparmor.service": `[Unit]\nDescription=Load AppArmor profiles\nDefaultDependencies=no\nBefore=sysinit.target\nAfter=local-fs.target\nAfter=systemd-journald.service\nDocumentation=man:apparmor(7)\nDocumentation=https://gitlab.com/apparmor/apparmor/wikis/home/\n\n[Service]\nType=oneshot\nExecStart=/lib/apparmor/apparmor.systemd reload\nExecReload=/lib/apparmor/apparmor.systemd reload\nExecStop=/bin/true\nRemainAfterExit=yes\n\n[Install]\nWantedBy=sysinit.target\n`,
  "ufw.service": `[Unit]\nDescription=Uncomplicated firewall\nDocumentation=man:ufw(8)\nDefaultDependencies=no\nBefore=network-pre.target\nWants=network-pre.target local-fs.target\nAfter=local-fs.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/lib/ufw/ufw-init start quiet\nExecStop=/usr/lib/ufw/ufw-init stop\n\n[Install]\nWantedBy=multi-user.target\n`,
  "ssh.service": `[Unit]\nDescription=OpenBSD Secure Shell server\nDocumentation=man:sshd(8) man:sshd_config(5)\nAfter=network.target nss-user-lookup.target auditd.service\nConditionPathExists=!/etc/ssh/sshd_not_to_be_run\n\n[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\nExecReload=/bin/kill -HUP $MAINPID\nKillMode=process\nRestart=on-failure\nRestartPreventExitStatus=255\nType=notify\nRuntimeDirectory=sshd\nRuntimeDirectoryMode=0755\n\n[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n`,
  "ssh.socket": `[Unit]\nDescription=OpenBSD Secure Shell server socket\nBefore=sockets.target ssh.service\nConditionPathExists=!/etc/ssh/sshd_not_to_be_run\n\n[Socket]\nListenStream=0.0.0.0:22\nListenStream=[::]:22\nBindIPv6Only=ipv6-only\nAccept=no\nFreeBind=yes\n\n[Install]\nWantedBy=sockets.target\nRequiredBy=ssh.service\n`,
  "getty@.service": `[Unit]\nDescription=Getty on %I\nDocumentation=man:agetty(8) man:systemd-getty-generator(8)\nDocumentation=https://0pointer.de/blog/projects/serial-console.html\nAfter=systemd-user-sessions.service getty-pre.target\nBefore=getty.target\nConditionPathExists=/dev/tty0\n\n[Service]\nExecStart=-/sbin/agetty -o '-p -- \\\\u' --noclear - $TERM\nType=idle\nRestart=always\nRestartSec=0\nTTYPath=/dev/%I\nKillMode=process\n\n[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n`,
  "systemd-remount-fs.service": `[Unit]\nDescription=Remount Root and Kernel File Systems\nDocumentation=man:systemd-remount-fs.service(8)\n${early}After=systemd-fsck-root.service\nBefore=local-fs-pre.target local-fs.target\nWants=local-fs-pre.target\nConditionPathExists=/etc/fstab\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/lib/systemd/systemd-remount-fs\n`,
  "rescue.service": `[Unit]\nDescription=Rescue Shell\nDocumentation=man:sulogin(8)\nDefaultDependencies=no\n\n[Service]\nExecStart=-/usr/lib/systemd/systemd-sulogin-shell rescue\nType=idle\n`,
  "user.slice": `[Unit]\nDescription=User and Session Slice\nDocumentation=man:systemd.special(7)\nBefore=slices.target\n`,
  "system.slice": `[Unit]\nDescription=System Slice\nDefaultDependencies=no\n`,
  "-.slice": `[Unit]\nDescription=Root Slice\nDefaultDependencies=no\n`,
};

export const baseUnits: Record<string, string> = { ...targets, ...services };

/** Links under /usr/lib/systemd/system. */
export const vendorLinks: [path: string, target: string][] = [
  ["default.target", "graphical.target"],
  ["runlevel0.target", "poweroff.target"],
  ["runlevel1.target", "rescue.target"],
  ["runlevel3.target", "multi-user.target"],
  ["runlevel5.target", "graphical.target"],
  ["runlevel6.target", "reboot.target"],
  ["sysinit.target.wants/systemd-journald.service", "../systemd-journald.service"],
  ["sysinit.target.wants/systemd-udevd.service", "../systemd-udevd.service"],
  ["sysinit.target.wants/systemd-modules-load.service", "../systemd-modules-load.service"],
  ["sysinit.target.wants/systemd-sysctl.service", "../systemd-sysctl.service"],
  ["sysinit.target.wants/systemd-tmpfiles-setup.service", "../systemd-tmpfiles-setup.service"],
  ["local-fs.target.wants/systemd-remount-fs.service", "../systemd-remount-fs.service"],
  ["sockets.target.wants/dbus.socket", "../dbus.socket"],
  ["multi-user.target.wants/dbus.service", "../dbus.service"],
  ["multi-user.target.wants/getty.target", "../getty.target"],
  ["multi-user.target.wants/systemd-logind.service", "../systemd-logind.service"],
  ["multi-user.target.wants/systemd-user-sessions.service", "../systemd-user-sessions.service"],
  ["timers.target.wants/systemd-tmpfiles-clean.timer", "../systemd-tmpfiles-clean.timer"],
  ["procps.service", "systemd-sysctl.service"],
  ["kmod.service", "systemd-modules-load.service"],
  ["syslog.service", "/dev/null"],
];

/** Links under /etc/systemd/system that enabling units at installation has made. */
export const enabledLinks: [path: string, unit: string][] = [
  ["multi-user.target.wants/cron.service", "cron.service"],
  ["multi-user.target.wants/ssh.service", "ssh.service"],
  ["sshd.service", "ssh.service"],
  ["multi-user.target.wants/systemd-networkd.service", "systemd-networkd.service"],
  ["dbus-org.freedesktop.network1.service", "systemd-networkd.service"],
  ["network-online.target.wants/systemd-networkd-wait-online.service", "systemd-networkd-wait-online.service"],
  ["sysinit.target.wants/systemd-resolved.service", "systemd-resolved.service"],
  ["dbus-org.freedesktop.resolve1.service", "systemd-resolved.service"],
  ["sysinit.target.wants/systemd-timesyncd.service", "systemd-timesyncd.service"],
  ["dbus-org.freedesktop.timesync1.service", "systemd-timesyncd.service"],
  ["sysinit.target.wants/apparmor.service", "apparmor.service"],
  ["multi-user.target.wants/ufw.service", "ufw.service"],
  ["multi-user.target.wants/remote-fs.target", "remote-fs.target"],
  ["timers.target.wants/fstrim.timer", "fstrim.timer"],
];
