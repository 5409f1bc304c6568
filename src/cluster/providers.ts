/** Where machines can run. */
export const providers = ["sim", "virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv", "ssh"] as const;

/** Those that Vagrant drives. */
const vagrantProviders = ["virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv"] as const;

export const isVagrantProvider = (provider: string): boolean => vagrantProviders.some((known) => known === provider);
