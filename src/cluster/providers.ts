/** Where machines can run. */
export const providers = ["sim", "virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv", "ssh"] as const;

/** Those that Vagrant drives. */
const vagrantProviders = ["virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv"] as const;

export const isVagrantProvider = (provider: string): boolean => vagrantProviders.some((known) => known === provider);

/**
 * The network over which every machine of a provider reaches the Internet, where it is always the same: VirtualBox's NAT, the bridge of
 * Debian's and Ubuntu's LXC, vagrant-libvirt's management network.
 */
export const natNetworks: Partial<Record<(typeof providers)[number], string>> = {
  sim: "10.0.2.0/24",
  virtualbox: "10.0.2.0/24",
  libvirt: "192.168.121.0/24",
  lxc: "10.0.3.0/24",
};
