/**
 * Vagrant's failures as it words them (templates/locales/en.yml of Vagrant 2.3 and 2.4, the locales of vagrant-lxc 1.4 and vagrant-libvirt
 * 0.11, VBoxManage's own messages), and what mends each. The first that is seen counts: causes stand before their consequences.
 */

export interface Failure {
  code: string;
  /** Looked for in the output as one line. */
  seen: RegExp;
  /** Our words; {name} is a group of `seen`. */
  message: string;
  hint: string;
}

const row = (code: string, seen: RegExp, message: string, hint: string): Failure => ({ code, seen, message, hint });

const again = "Then run the command again.";

/** The Vagrantfile and the folder. */
const vagrantfile: Failure[] = [
  row(
    "vagrant-no-vagrantfile",
    /A Vagrant environment or target machine is required|NoEnvironmentError/,
    "there is no Vagrantfile where Vagrant looked for one",
    "`kubemend up` writes it into the cluster's state folder.",
  ),
  row(
    "vagrantfile-syntax",
    /There is a syntax error in the following Vagrantfile.*?(?<where>Vagrantfile:\d+: [^=]{1,200})/,
    "the Vagrantfile is not Ruby: {where}",
    "Mend that line, or remove the Vagrantfile: `kubemend up` writes it anew.",
  ),
  row(
    "vagrantfile-syntax",
    /There is a syntax error in the following Vagrantfile/,
    "the Vagrantfile is not Ruby",
    "`ruby -c Vagrantfile` says where. Mend it, or remove it: `kubemend up` writes it anew.",
  ),
  row(
    "vagrantfile-error",
    /There was an error loading a Vagrantfile.*?Path: (?<path>.+?) Line number: (?<line>\S+) Message: (?<why>.{1,300})/,
    "the Vagrantfile fails in line {line}: {why}",
    "Mend {path} there, or remove it: `kubemend up` writes the cluster's own Vagrantfile anew.",
  ),
  row(
    "vagrantfile-error",
    /Vagrantfile:(?<line>\d+):in (?:`|')[^']*': (?<why>.{1,200}? \(\w*(?:Error|Exception)\))/,
    "the Vagrantfile fails in line {line}: {why}",
    "Mend that line, or remove the Vagrantfile: `kubemend up` writes the cluster's own anew.",
  ),
  row(
    "vagrant-config",
    /There are errors in the configuration of this machine\. Please fix the following errors and try again: (?<why>.{1,400})/,
    "Vagrant refuses the machine's settings: {why}",
    "Was the Vagrantfile, or ~/.vagrant.d/Vagrantfile, edited by hand? Undo that, or remove the Vagrantfile and run `kubemend up` again.",
  ),
  row(
    "vagrant-version-required",
    /it requires the Vagrant version to satisfy.*?: (?<wanted>.+?) You are running Vagrant (?<version>\S+),/,
    "the Vagrantfile asks for Vagrant {wanted}, and this is {version}",
    "Install another Vagrant (https://developer.hashicorp.com/vagrant/install).",
  ),
  row(
    "machine-unknown",
    /The machine with the name '(?<machine>[^']+)' was not found configured/,
    "Vagrant knows no machine {machine} in this folder",
    "Was the Vagrantfile edited by hand? Remove it, and `kubemend up` writes it anew.",
  ),
];

/** VirtualBox as it is installed. */
const virtualbox: Failure[] = [
  row(
    "virtualbox-missing",
    /could not detect VirtualBox|VBoxManage" could not be found|VBoxManage` binary/,
    "VirtualBox is not installed, or VBoxManage is not on the PATH",
    "Install VirtualBox (https://www.virtualbox.org/wiki/Downloads), or use another provider: `--provider sim` needs nothing.",
  ),
  row(
    "virtualbox-version",
    /version of VirtualBox installed that is not supported by this version of Vagrant.*?below to use Vagrant: (?<versions>[\d., ]+\d)/,
    "this Vagrant does not know the installed VirtualBox; it knows {versions}",
    "Install a newer Vagrant (https://developer.hashicorp.com/vagrant/install), or one of those versions of VirtualBox.",
  ),
  row(
    "virtualbox-kernel-module",
    /kernel module is not loaded|vboxdrv kernel module|rc=-1908|NS_ERROR_FAILURE.*VirtualBox kernel driver/,
    "VirtualBox's kernel module vboxdrv is not loaded",
    "`sudo /sbin/vboxconfig` builds and loads it; with Secure Boot the module has to be signed (see `mokutil --sb-state`).",
  ),
  row(
    "virtualbox-incomplete",
    /VirtualBox is complaining that the installation is incomplete/,
    "VirtualBox is not installed completely",
    "`VBoxManage --version` says what is missing; on Linux usually `sudo /sbin/vboxconfig`.",
  ),
  row(
    "virtualization-off",
    /VERR_VMX_NO_VMX|VERR_SVM_NO_SVM|VERR_SVM_DISABLED|VERR_VMX_MSR_\w*DISABLED|VT-x is (?:disabled|not available)|AMD-V is disabled/,
    "the processor's virtualisation (VT-x, AMD-V) is off, or this host is itself a virtual machine without it",
    "Switch it on in the firmware's setup; in a virtual machine, enable nested virtualisation. `--provider sim` does without.",
  ),
  row(
    "virtualization-in-use",
    /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE/,
    "another hypervisor has the processor's virtualisation",
    "Stop it: on Linux `sudo rmmod kvm_intel kvm_amd` (or the machines of libvirt), on Windows Hyper-V.",
  ),
  row(
    "host-only-range",
    /host-only network is not within the allowed ranges.*?Address: (?<address>\S+) Ranges: (?<ranges>.+?) Valid ranges/,
    "VirtualBox refuses the host-only address {address}: allowed are {ranges}",
    'Add a line such as "* {address}/24" to /etc/vbox/networks.conf as root, or use network.nodes: 192.168.56.0/24.',
  ),
  row(
    "host-only-collision",
    /host network collides with a non-hostonly network.*?Bridged Network Address: '(?<network>[^']*)'/,
    "the machines' network is also a network of this host ({network})",
    "Choose another network.nodes in the specification, such as 192.168.60.0/24.",
  ),
  row(
    "machine-name-taken",
    /A VirtualBox machine with the name '(?<name>[^']+)' already exists|[Mm]achine settings file '[^']*\/(?<other>[^/']+)\.vbox' already exists/,
    "VirtualBox has a machine called {name}{other} already, which Vagrant does not know here",
    "`VBoxManage unregistervm {name}{other} --delete` removes it; or give the cluster another --name.",
  ),
  row(
    "machine-other-user",
    /created with a user that doesn't match the current user.*?UID used to create the VM was: (?<owner>\d+)/,
    "the machine was made by the user with UID {owner}",
    "Run kubemend as that user.",
  ),
  row(
    "machine-inaccessible",
    /Your VM has become "inaccessible/,
    "VirtualBox cannot read the machine's files any more",
    "Remove the machine that VirtualBox's window shows as inaccessible, then `kubemend destroy` and `kubemend up`.",
  ),
];

/** Other providers. */
const others: Failure[] = [
  row(
    "machine-name-taken",
    /Name `(?<name>[^`]+)` of domain about to create is already taken/,
    "libvirt has a machine called {name} already, which Vagrant does not know here",
    "`virsh -c qemu:///system destroy {name}; virsh -c qemu:///system undefine {name} --remove-all-storage --snapshots-metadata` removes it; or give the cluster another --name.",
  ),
  row(
    "machine-volume-left",
    /Volume for domain is already created/,
    "libvirt still has the disk of a machine that was half made",
    "`virsh -c qemu:///system vol-list default` shows it, `virsh -c qemu:///system vol-delete --pool default NAME` removes it; then `kubemend up` again.",
  ),
  row(
    "kvm-unavailable",
    /[Cc]ould not access KVM kernel module: (?<why>[\w ]+)|failed to initialize kvm: (?<also>[\w ]+)|(?<type>could not get preferred machine for \S+ type=kvm)/,
    "KVM cannot be used: {why}{also}{type}",
    "Is virtualisation (VT-x, AMD-V) on in the firmware, the module loaded (`sudo modprobe kvm_intel` or kvm_amd), and /dev/kvm yours (`sudo usermod -aG kvm $USER`, then log in again)? Without KVM machines run some ten times slower with `libvirt: { driver: qemu }` in the specification.",
  ),
  row(
    "libvirt-network",
    /Error occurred while creating new network: (?<why>.{1,200}?)\. |Network (?<name>\S+) exists but does not have dhcp/,
    "libvirt cannot make the machines' network: {why}{name}",
    "`virsh -c qemu:///system net-list --all` shows the networks; remove the one that is in the way (net-destroy, net-undefine), or use another network.nodes.",
  ),
  row(
    "libvirt-pool",
    /No usable storage pool found/,
    "libvirt has no storage pool",
    "`virsh -c qemu:///system pool-define-as default dir --target /var/lib/libvirt/images; virsh -c qemu:///system pool-start default; virsh -c qemu:///system pool-autostart default`",
  ),
  row(
    "libvirt-down",
    /Error while connecting to Libvirt.*?(?:Failed to connect socket to '(?<socket>[^']+)'|$)/i,
    "libvirt does not answer {socket}",
    "`sudo systemctl start libvirtd` (or virtqemud.socket); your user must be in the group libvirt (`sudo usermod -aG libvirt $USER`, then log in again).",
  ),
  row(
    "lxc-missing",
    /`lxc` package does not seem to be installed/,
    "LXC is not installed",
    "`sudo apt-get install lxc` (Debian, Ubuntu), or use another provider.",
  ),
  row("lxc-linux-only", /LXC provider only works on Linux/, "LXC works on Linux only", "Use provider: virtualbox, or sim."),
  row(
    "machine-name-taken",
    /There is container on your system with the same name you've specified on your Vagrantfile \((?<name>[^)]+)\)/,
    "LXC has a container called {name} already, which Vagrant does not know here",
    "`sudo lxc-destroy -f --name {name}` removes it; or give the cluster another --name.",
  ),
  row(
    "box-too-old",
    /base box you are trying to use is not compatible with the installed vagrant-lxc version.*?versions are (?<known>.+?) but (?<found>\S+) was found/,
    "the box is of format {found}; this vagrant-lxc reads {known}",
    "Use a box made for vagrant-lxc 1.x in machine.box.",
  ),
  row(
    "lxc-cgroup",
    /error executing.{1,200}scripts\/pipework/,
    "vagrant-lxc could not put the private network into the container: it looks for a cgroup called like the container",
    "Write `lxc.cgroup.pattern = lxc/%n` into /etc/lxc/lxc.conf as root, then `kubemend up` again.",
  ),
  row(
    "lxc-no-address",
    /error executing.{1,40}lxc-info/,
    "the container got no address",
    "Does the network of LXC run (`ip addr show lxcbr0`, a dnsmasq on it)? `sudo systemctl restart lxc-net`, then `kubemend up` again.",
  ),
  row(
    "lxc-start",
    /error executing.{1,80}lxc-start.{1,60}"(?<name>[^"]+)"/,
    "the container {name} does not start",
    "Is lxcbr0 there (`ip link show lxcbr0`; `sudo systemctl start lxc-net`)? `sudo lxc-start -F --name {name}` says what fails.",
  ),
];

/** Providers and plugins. */
const providers: Failure[] = [
  row(
    "provider-missing",
    /The provider 'vmware_desktop' could not be found, but was requested/,
    "Vagrant has no provider vmware_desktop",
    "Install the Vagrant VMware utility (https://developer.hashicorp.com/vagrant/install/vmware) and `vagrant plugin install vagrant-vmware-desktop`.",
  ),
  row(
    "provider-missing",
    /The provider '(?<provider>[^']+)' could not be found, but was requested/,
    "Vagrant has no provider {provider}",
    "Its plugin is missing: `vagrant plugin install vagrant-{provider}` (Debian and Ubuntu have packages: `sudo apt-get install vagrant-{provider}`).",
  ),
  row(
    "provider-unusable",
    /The provider '(?<provider>[^']+)' that was requested to back the machine '[^']*' is reporting that it isn't usable.*?below: (?<why>.{1,400})/,
    "the provider {provider} cannot be used here: {why}",
    "Install what it asks for, or use another provider: `--provider sim` needs nothing.",
  ),
  row(
    "provider-none",
    /No usable default provider could be found/,
    "Vagrant finds no hypervisor that it could use",
    "Install VirtualBox, or libvirt with `vagrant plugin install vagrant-libvirt`, or use `--provider sim`.",
  ),
  row(
    "provider-differs",
    /active machine was found with a different provider.*?Machine name: (?<machine>\S+) Active provider: (?<active>\S+) Requested provider: (?<wanted>\S+)/,
    "{machine} exists with the provider {active}, not {wanted}",
    "`kubemend destroy` removes it; then `kubemend up` makes it anew.",
  ),
  row(
    "plugins-broken",
    /plugins failed to (?:initialize correctly|load properly)/,
    "Vagrant's plugins do not load",
    "`vagrant plugin repair`, and if that does not help `vagrant plugin expunge --reinstall`.",
  ),
  row(
    "plugin-missing",
    /The plugin '(?<plugin>[^']+)' is not currently installed/,
    "Vagrant's plugin {plugin} is not installed",
    "`vagrant plugin install {plugin}`",
  ),
];

/** Boxes and downloads. */
const boxes: Failure[] = [
  row(
    "box-offline",
    /The box '(?<box>[^']+)' could not be found or could not be accessed.*?(?:Error: |: )(?<why>Could not resolve host: \S+|Failed to connect to [^;]{1,120}|Connection timed out[^;]{0,80})/,
    "the box {box} is not here, and could not be downloaded: {why}",
    "Is this host connected to the Internet? A box file is added by hand with `vagrant box add --name {box} FILE.box`; `vagrant box list` shows which are here.",
  ),
  row(
    "box-missing",
    /The box '(?<box>[^']+)' could not be found or could not be accessed/,
    "there is no box {box}, neither here nor in the catalogue",
    "Check machine.box (and boxVersion) in the specification: https://portal.cloud.hashicorp.com/vagrant/discover has the catalogue, `vagrant box list` what is here.",
  ),
  row(
    "box-provider",
    /doesn't support the provider you requested.*?Name: (?<box>\S+).*?Requested provider: (?<provider>[\w, ]+)/,
    "the box {box} is not made for the provider {provider}",
    "Choose another box in machine.box (https://portal.cloud.hashicorp.com/vagrant/discover says which provider each has), or another provider.",
  ),
  row(
    "box-provider",
    /The box '(?<box>[^']+)' isn't installed for the provider '(?<provider>[^']+)'.*?shown below: (?<there>[\w, ]+)/,
    "the box {box} is here for {there} only, not for {provider}",
    "Add it for {provider} with `vagrant box add --provider {provider} {box}`, or choose another machine.box.",
  ),
  row(
    "box-provider",
    /The box '(?<box>[^']+)' \(v(?<version>[^)]+)\) with provider '(?<provider>[^']+)' could not be found/,
    "the box {box} {version} is not here for {provider}",
    "`vagrant box add --provider {provider} --box-version {version} {box}`; `vagrant box list` shows which are here.",
  ),
  row(
    "box-provider",
    /box you attempted to add doesn't match the provider you specified\. Provider expected: (?<wanted>\S+) Provider of box: (?<found>\S+)/,
    "the box is made for {found}, not for {wanted}",
    "Choose another box in machine.box, or the provider {found}.",
  ),
  row(
    "box-version",
    /no available version that matches the constraints.*?Box: (?<box>\S+).*?Constraints: (?<wanted>.+?) Available versions: (?<there>[^;]{1,200})/,
    "the box {box} has no version {wanted}; there are {there}",
    "Mend machine.boxVersion in the specification, or leave it out.",
  ),
  row(
    "disk-full",
    /No space left on device|not enough space|ENOSPC|VERR_DISK_FULL/i,
    "the disk is full",
    "Free some space: boxes are in ~/.vagrant.d (`vagrant box prune`), machines where the hypervisor keeps them; `kubemend destroy` removes a cluster's. " +
      again,
  ),
  row(
    "download-failed",
    /error occurred while downloading the remote file.*?try again\. (?<why>.{1,300})/,
    "a download failed: {why}",
    "Try again; behind a proxy set HTTPS_PROXY.",
  ),
  row(
    "download-damaged",
    /calculated checksum of the requested file does not match/,
    "a downloaded box is damaged: its checksum is another",
    "Remove ~/.vagrant.d/tmp and try again.",
  ),
];

/** The life of machines. */
const machines: Failure[] = [
  row(
    "machine-locked",
    /An action '(?<action>[^']+)' was attempted on the machine '(?<machine>[^']+)', but another process/,
    "another vagrant is at work on {machine}",
    "Wait until it has ended (`pgrep -af vagrant` shows it), then run the command again.",
  ),
  row(
    "machine-locked",
    /Vagrant can't use the requested machine because it is locked|Vagrant attempted to acquire a lock named '(?<lock>[^']+)'/,
    "another vagrant is at work on these machines",
    "Wait until it has ended (`pgrep -af vagrant` shows it), then run the command again.",
  ),
  row(
    "ssh-key-refused",
    /Warning: Authentication failure\. Retrying.*Timed out while waiting for the machine to boot|SSH authentication failed!/,
    "the machine runs, but refuses the SSH key that Vagrant has for it",
    "Was the key or ~vagrant/.ssh/authorized_keys on the machine replaced? `kubemend destroy` and `kubemend up` make a new machine.",
  ),
  row(
    "boot-timeout",
    /Timed out while waiting for the machine to boot/,
    "the machine was started, but does not answer SSH in time",
    "Does the box start sshd and take an address by DHCP? `kubemend up` waits again; a slow host may need less at once (fewer machines, less memory).",
  ),
  row(
    "boot-state",
    /entered an invalid state while waiting for it to boot.*?The machine is in the '(?<state>[^']+)' state/,
    "the machine did not boot: it is {state}",
    "Look at its console in the hypervisor's own window; then `kubemend destroy` and `kubemend up`.",
  ),
  row(
    "machine-not-running",
    /VM must be running to open SSH connection|reporting that it is not yet ready for SSH/,
    "the machine is not running",
    "`kubemend up` boots it.",
  ),
  row("machine-missing", /VM must be created before running this command/, "the machine has not been made yet", "`kubemend up` makes it."),
  row(
    "snapshot-exists",
    /You must include the `--force` option to replace an existing snapshot/,
    "there is a snapshot of that name already",
    "Delete it first: `kubemend snapshot delete NAME`.",
  ),
  row(
    "snapshot-missing",
    /The snapshot name `(?<snapshot>[^`]+)` was not found for the virtual machine `(?<machine>[^`]+)`/,
    "{machine} has no snapshot {snapshot}",
    "`kubemend snapshot list` shows what there is.",
  ),
  row(
    "snapshots-unsupported",
    /This provider doesn't support snapshots/,
    "this provider has no snapshots",
    "Labs need them. Use virtualbox, libvirt or sim.",
  ),
  row(
    "action-unsupported",
    /attempted to call the action '(?<action>[^']+)' on the provider '(?<provider>[^']+?)(?: \([^']*\))?', but this provider doesn't/,
    "the provider {provider} cannot {action}",
    "Use another provider for that.",
  ),
  row(
    "provision-failed",
    /SSH command responded with a non-zero exit status/,
    "a command that Vagrant ran on the machine failed",
    "What it said stands above; the whole log is in the cluster's state folder, logs/. Mend the cause and run `kubemend up` again.",
  ),
  row(
    "no-terminal",
    /interface with the UI in a way that requires a TTY/,
    "Vagrant wants to ask something, and there is no terminal",
    "Run the `vagrant` command by hand in the cluster's state folder to see the question.",
  ),
  row(
    "interrupted",
    /Vagrant exited after cleanup due to external interrupt/,
    "Vagrant was interrupted",
    "`kubemend up` continues where it stopped.",
  ),
];

/** Vagrant's own house. */
const home: Failure[] = [
  row(
    "vagrant-home",
    /The home directory you specified is not accessible.*?You specified: (?<path>.+?)(?: at |$)/,
    "Vagrant's home folder {path} is not writable",
    "Make it writable, or set VAGRANT_HOME to another folder.",
  ),
  row(
    "vagrant-home-newer",
    /newer version of Vagrant was run on this machine at some point/,
    "Vagrant's home folder was used by a newer Vagrant",
    "Install the newer Vagrant, or set VAGRANT_HOME to another folder.",
  ),
  row(
    "vagrant-state",
    /directory Vagrant will use to store local environment-specific state is not accessible.*?Local data directory: (?<path>.+?)(?: at |$)/,
    "Vagrant cannot write {path}",
    "Make the folder writable for your user.",
  ),
  row(
    "vagrant-index",
    /machine index which stores all required information.*?has become corrupt.*?Path: (?<path>.+?)(?: at |$)/,
    "Vagrant's index of machines is damaged: {path}",
    "Move that file away; machines of other folders are then to be removed with their hypervisor's own tools.",
  ),
  row(
    "vboxmanage",
    /There was an error while executing `VBoxManage`.*?Command: (?<command>.+?) Stderr: (?<why>.{1,500})/,
    "VirtualBox failed: {why}",
    "The command was {command}; VirtualBox's own window or log (VBox.log in the machine's folder) may say more.",
  ),
];

export const failures: readonly Failure[] = [...vagrantfile, ...virtualbox, ...others, ...boxes, ...providers, ...machines, ...home];
