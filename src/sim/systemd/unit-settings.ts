/**
 * The settings of unit files: which there are (`systemd --dump-configuration-items` of 252, and what 253 to 255 added), and
 * which of them have an effect here.
 */

interface Settings {
  /** With an effect, or without one that could be seen. */
  simulated: Set<string>;
  /** Known to systemd, and not simulated. */
  beyond: Set<string>;
}

const settings = (simulated: string, beyond: string): Settings => {
  const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));
  return { simulated: words(simulated), beyond: words(beyond) };
};
const join = (...parts: Settings[]): Settings => ({
  simulated: new Set(parts.flatMap((p) => [...p.simulated])),
  beyond: new Set(parts.flatMap((p) => [...p.beyond])),
});

/** systemd.exec(5). */
const execution = settings(
  `
    WorkingDirectory User Group UMask Environment EnvironmentFile DynamicUser StandardOutput StandardError SyslogIdentifier
    AmbientCapabilities RuntimeDirectoryPreserve RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory
  `,
  `
    RootDirectory RootImage RootImageOptions RootHash RootHashSignature RootVerity ExtensionDirectories ExtensionImages MountImages
    SupplementaryGroups Nice OOMScoreAdjust CoredumpFilter IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy
    CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask PassEnvironment UnsetEnvironment RemoveIPC
    StandardInput StandardInputText StandardInputData TTYPath TTYReset TTYVHangup TTYVTDisallocate TTYRows TTYColumns SyslogFacility
    SyslogLevel SyslogLevelPrefix LogLevelMax LogRateLimitIntervalSec LogRateLimitBurst LogExtraFields SecureBits
    CapabilityBoundingSet TimerSlackNSec NoNewPrivileges KeyringMode ProtectProc ProcSubset SystemCallFilter SystemCallArchitectures
    SystemCallErrorNumber SystemCallLog MemoryDenyWriteExecute RestrictNamespaces RestrictRealtime RestrictSUIDSGID
    RestrictAddressFamilies LockPersonality RestrictFileSystems LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS
    LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME
    ReadWriteDirectories ReadOnlyDirectories InaccessibleDirectories ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths
    NoExecPaths ExecSearchPath BindPaths BindReadOnlyPaths TemporaryFileSystem PrivateTmp PrivateDevices ProtectKernelTunables
    ProtectKernelModules ProtectKernelLogs ProtectClock ProtectControlGroups NetworkNamespacePath IPCNamespacePath LogNamespace
    PrivateNetwork PrivateUsers PrivateMounts PrivateIPC ProtectSystem ProtectHome MountFlags MountAPIVFS Personality
    RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode SetCredential
    SetCredentialEncrypted LoadCredential LoadCredentialEncrypted TimeoutCleanSec PAMName IgnoreSIGPIPE UtmpIdentifier UtmpMode
    SELinuxContext AppArmorProfile SmackProcessLabel ProtectHostname RootEphemeral ImportCredential MemoryKSM RootImagePolicy
    MountImagePolicy ExtensionImagePolicy
  `,
);

/** systemd.resource-control(5). */
const control = settings(
  `
    Slice CPUAccounting MemoryAccounting IOAccounting BlockIOAccounting TasksAccounting Delegate IPAccounting
  `,
  `
    AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes CPUWeight StartupCPUWeight CPUShares
    StartupCPUShares CPUQuota CPUQuotaPeriodSec MemoryMin DefaultMemoryMin DefaultMemoryLow MemoryLow MemoryHigh MemoryMax
    MemorySwapMax MemoryLimit DeviceAllow DevicePolicy IOWeight StartupIOWeight IODeviceWeight IOReadBandwidthMax
    IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec BlockIOWeight StartupBlockIOWeight BlockIODeviceWeight
    BlockIOReadBandwidth BlockIOWriteBandwidth TasksMax DisableControllers IPAddressAllow IPAddressDeny IPIngressFilterPath
    IPEgressFilterPath ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMPreference BPFProgram
    SocketBindAllow SocketBindDeny RestrictNetworkInterfaces MemoryZSwapMax StartupMemoryMax StartupMemoryHigh StartupMemoryLow
    StartupMemorySwapMax MemoryPressureWatch MemoryPressureThresholdSec DelegateSubgroup NFTSet CoredumpReceive
  `,
);

/** systemd.kill(5). */
const killing = settings(
  `
    KillMode KillSignal
  `,
  `
    SendSIGKILL SendSIGHUP RestartKillSignal FinalKillSignal WatchdogSignal
  `,
);

const unit = settings(
  `
    Description Documentation SourcePath Requires Requisite Wants BindsTo BindTo Upholds Conflicts Before After OnSuccess OnFailure
    PartOf RequiresMountsFor RefuseManualStart DefaultDependencies StartLimitIntervalSec StartLimitInterval StartLimitBurst
    SuccessAction CollectMode
  `,
  `
    PropagatesReloadTo PropagateReloadTo ReloadPropagatedFrom PropagateReloadFrom PropagatesStopTo StopPropagatedFrom
    JoinsNamespaceOf RequiresOverridable RequisiteOverridable StopWhenUnneeded RefuseManualStop AllowIsolate OnSuccessJobMode
    OnFailureJobMode OnFailureIsolate IgnoreOnIsolate JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument
    StartLimitAction FailureAction FailureActionExitStatus SuccessActionExitStatus RebootArgument SurviveFinalKillSignal
  `,
);

const service = settings(
  `
    PIDFile ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost RestartSec TimeoutSec
    TimeoutStartSec TimeoutStopSec RuntimeMaxSec StartLimitInterval StartLimitBurst Type Restart RemainAfterExit
    RestartPreventExitStatus RestartForceExitStatus SuccessExitStatus BusName NotifyAccess Sockets
  `,
  `
    TimeoutAbortSec TimeoutStartFailureMode TimeoutStopFailureMode RuntimeRandomizedExtraSec WatchdogSec StartLimitAction
    FailureAction RebootArgument ExitType PermissionsStartOnly RootDirectoryStartOnly GuessMainPID NonBlocking
    FileDescriptorStoreMax USBFunctionDescriptors USBFunctionStrings OOMPolicy RestartMode RestartSteps RestartMaxDelaySec
    ReloadSignal OpenFile FileDescriptorStorePreserve
  `,
);

/** Sockets are bound by their services: what a socket unit says of them is only shown. */
const socket = settings(
  `
    ExecStartPre ExecStartPost ExecStopPost TimeoutSec DirectoryMode Service ListenStream ListenDatagram ListenSequentialPacket
    ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction SocketProtocol BindIPv6Only Backlog BindToDevice
    ExecStopPre SocketUser SocketGroup SocketMode Accept FlushPending Writable MaxConnections MaxConnectionsPerSource KeepAlive
    KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes DeferAcceptSec NoDelay Priority ReceiveBuffer SendBuffer IPTOS IPTTL Mark
    PipeSize FreeBind Transparent Broadcast PassCredentials PassSecurity PassPacketInfo Timestamping TCPCongestion ReusePort
    MessageQueueMaxMessages MessageQueueMessageSize RemoveOnStop Symlinks FileDescriptorName TriggerLimitIntervalSec
    TriggerLimitBurst SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet PollLimitIntervalSec PollLimitBurst
  `,
  "",
);

const timer = settings(
  `
    OnCalendar OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec AccuracySec RandomizedDelaySec Unit
  `,
  `
    OnClockChange OnTimezoneChange Persistent WakeSystem RemainAfterElapse FixedRandomDelay
  `,
);

const path = settings(
  `
    PathExists PathExistsGlob DirectoryNotEmpty Unit DirectoryMode
  `,
  `
    PathChanged PathModified MakeDirectory TriggerLimitIntervalSec TriggerLimitBurst
  `,
);

const mount = settings(
  `
    What Where Options Type TimeoutSec DirectoryMode
  `,
  `
    SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly
  `,
);

const swap = settings(
  `
    What Options TimeoutSec
  `,
  `
    Priority
  `,
);

const install = settings(
  `
    Alias WantedBy RequiredBy Also DefaultInstance UpheldBy
  `,
  "",
);

const bySection: Record<string, Settings> = {
  Unit: unit,
  Install: install,
  Service: join(service, execution, control, killing),
  Socket: join(socket, execution, control, killing),
  Mount: join(mount, execution, control, killing),
  Swap: join(swap, execution, control, killing),
  Slice: control,
  Timer: timer,
  Path: path,
};

/** What there is to say about a setting; undefined: nothing. Conditions speak for themselves. */
export function settingKind(section: string, key: string): "unknown" | "beyond" | undefined {
  const known = bySection[section];
  if (!known || known.simulated.has(key) || key.startsWith("X-")) return undefined;
  if (section === "Unit" && /^(?:Condition|Assert)/.test(key)) return undefined;
  return known.beyond.has(key) ? "beyond" : "unknown";
}
