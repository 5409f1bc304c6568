# Mends what vagrant-lxc 1.4.3 lacks for an unmodified, VirtualBox-style Vagrantfile, and makes its machines able to host Kubernetes:
#  * private networks need no lxc__bridge_name: one bridge for each /24, the host has .254, as on a host-only network
#  * all of them are LXC's own interfaces, so that they are there after a reboot too (vagrant-lxc sets the first one only, once)
#  * interfaces are called enp0s3 (NAT), enp0s8, enp0s9 … as in VirtualBox's machines
#  * the machine's address is the one on lxcbr0, however many others it has (cni0, private networks)
# Every container and bridge is noted in this folder before it is made, so that cleanup.sh finds it.
require "fileutils"
require "vagrant-lxc"
require "vagrant-lxc/driver"
require "vagrant-lxc/action"

module KubemendLxc
  HOME = __dir__

  def self.note(kind, name)
    FileUtils.mkdir_p(File.join(HOME, kind))
    FileUtils.touch(File.join(HOME, kind, name))
  end

  # "192.168.56.11" is on kmc0a838: an interface's name has at most 15 characters
  def self.bridge(address)
    network = address.split(".").first(3)
    name = "km" + network.map { |octet| format("%02x", octet.to_i) }.join
    unless Dir.exist?("/sys/class/net/#{name}")
      note("bridges", name)
      # machines of one network boot at once: whoever comes second finds it made
      if system("ip", "link", "add", name, "type", "bridge", err: File::NULL)
        system("ip", "address", "add", "#{network.join(".")}.254/24", "dev", name, exception: true)
        system("ip", "link", "set", name, "up", exception: true)
      elsif !Dir.exist?("/sys/class/net/#{name}")
        raise "cannot make the bridge #{name}"
      end
    end
    name
  end

  # What kubelet, containerd and kube-proxy need of a machine, and what they say without it.
  KUBERNETES = [
    # kubelet: "failed to create kubelet: open /dev/kmsg"; runc: "failed to write c 10:200 rwm"
    ["cgroup.devices.allow", "a"],
    ["mount.entry", "/dev/kmsg dev/kmsg none bind,create=file"],
    # An empty value clears the list of common.conf. cgroup "force": kubelet wants every cgroup v1 hierarchy as the host has it
    # ("mountpoint for cpu not found"). proc "rw": kubelet sets vm.overcommit_memory and kernel.panic. sys stays "mixed": with a
    # writable /sys systemd-networkd waits for a udev that does not run, and enp0s3 gets no address.
    ["mount.auto", ""],
    ["mount.auto", "proc:rw sys:mixed cgroup:rw:force"],
  ]

  # kubeadm's system verification reads the kernel's configuration; kubelet and kubeadm refuse the host's swap
  def self.host_files
    kernel = "/boot/config-#{`uname -r`.strip}"
    files = []
    files << "#{kernel} #{kernel.delete_prefix("/")} none bind,ro,create=file" if File.exist?(kernel)
    files << "/dev/null proc/swaps none bind" if File.readlines("/proc/swaps").size > 1
    files.map { |entry| ["mount.entry", entry] }
  end

  module Boot
    def call(env)
      machine = env[:machine]
      settings = [["net.0.name", "enp0s3"]]
      private_networks = machine.config.vm.networks.select { |type, options| type.to_sym == :private_network && options[:ip] }
      private_networks.each.with_index(1) do |(_, options), i|
        { "type" => "veth", "link" => KubemendLxc.bridge(options[:ip]), "flags" => "up", "name" => "enp0s#{7 + i}",
          "ipv4.address" => "#{options[:ip]}/24" }.each { |key, value| settings << ["net.#{i}.#{key}", value] }
      end
      (settings + KUBERNETES + KubemendLxc.host_files).each { |key, value| machine.provider_config.customize(key, value) }
      super
    end
  end

  module Driver
    def create(name, *arguments)
      KubemendLxc.note("machines", name)
      super
    end

    def destroy
      name = container_name
      super.tap { FileUtils.rm_f(File.join(HOME, "machines", name)) }
    end
  end

  # the interfaces are there already, and stay until cleanup.sh
  module NoPipework
    def configure_private_networks(_env); end
    def remove_bridges_that_are_not_in_use(_env); end
  end

  module FetchIp
    def get_container_ip_from_ip_addr(driver)
      driver.info("-iH").lines.map(&:strip).find { |address| address.start_with?("10.0.3.") }
    end
  end
end

Vagrant::LXC::Action::Boot.prepend(KubemendLxc::Boot)
Vagrant::LXC::Driver.prepend(KubemendLxc::Driver)
Vagrant::LXC::Action::PrivateNetworks.prepend(KubemendLxc::NoPipework)
Vagrant::LXC::Action::GcPrivateNetworkBridges.prepend(KubemendLxc::NoPipework)
Vagrant::LXC::Action::FetchIpWithLxcInfo.prepend(KubemendLxc::FetchIp)
