# `vagrant snapshot save|restore|delete|list` for LXC: copies of the root file system, without memory. vagrant-lxc has none.
require "fileutils"

module KubemendLxc
  module Snapshots
    def self.folder(machine) = "/var/lib/lxc/#{machine.id}/snapshots-of-the-disk"
    def self.list(machine) = machine.id && Dir.exist?(folder(machine)) ? Dir.children(folder(machine)).sort : []

    # like `cp -a`, with the capabilities that programs carry as extended attributes
    def self.copy(from, to)
      FileUtils.rm_rf(to)
      FileUtils.mkdir_p(File.dirname(to))
      system("cp", "-a", "--reflink=auto", from, to, exception: true)
    end

    Step = Struct.new(:app, :env) do
      def call(env)
        work(env[:machine], env[:snapshot_name], env[:ui])
        app.call(env)
      end

      def root(machine) = "/var/lib/lxc/#{machine.id}/rootfs"
    end

    class Save < Step
      def work(machine, name, ui)
        ui.info(I18n.t("vagrant.actions.vm.snapshot.saving", name: name))
        # frozen, so that no file changes while it is copied: a database that is open would not be whole
        system("lxc-freeze", "--name", machine.id)
        begin
          Snapshots.copy(root(machine), File.join(Snapshots.folder(machine), name))
        ensure
          system("lxc-unfreeze", "--name", machine.id)
        end
        ui.success(I18n.t("vagrant.actions.vm.snapshot.saved", name: name))
      end
    end

    class Restore < Step
      def work(machine, name, ui)
        ui.info(I18n.t("vagrant.actions.vm.snapshot.restoring", name: name))
        Snapshots.copy(File.join(Snapshots.folder(machine), name), root(machine))
      end
    end

    class Delete < Step
      def work(machine, name, ui)
        ui.info(I18n.t("vagrant.actions.vm.snapshot.deleting", name: name))
        FileUtils.rm_rf(File.join(Snapshots.folder(machine), name))
        ui.success(I18n.t("vagrant.actions.vm.snapshot.deleted", name: name))
      end
    end

    class Capability
      def self.snapshot_list(machine) = Snapshots.list(machine)
    end

    class Plugin < Vagrant.plugin("2")
      name "snapshots of LXC machines"
      provider_capability("lxc", "snapshot_list") { Capability }
    end
  end
end

Vagrant::LXC::Action.singleton_class.class_eval do
  snapshots = KubemendLxc::Snapshots
  builtin = Vagrant::Action::Builtin
  builder = Vagrant::Action::Builder

  define_method(:action_snapshot_save) { builder.new.tap { |b| b.use snapshots::Save } }
  define_method(:action_snapshot_delete) { builder.new.tap { |b| b.use snapshots::Delete } }
  define_method(:action_snapshot_restore) do
    builder.new.tap do |b|
      b.use builtin::EnvSet, force_halt: true
      b.use action_halt
      b.use snapshots::Restore
      b.use(builtin::Call, builtin::IsEnvSet, :snapshot_delete) { |env, then_| then_.use action_snapshot_delete if env[:result] }
      b.use(builtin::Call, builtin::IsEnvSet, :snapshot_start) { |env, then_| then_.use action_start if env[:result] }
    end
  end
end
