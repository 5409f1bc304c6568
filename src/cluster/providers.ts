/** Where machines can run. */
export const providers = ["sim", "virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv", "ssh"] as const;
