/** crio: the CRI-O daemon, and what its executable does besides (cri-o 1.28 and later). */
import { Errno, strerror } from "../../core/errno.ts";
import type { Data, Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { DaemonProgram } from "../../kernel/program.ts";
import type { Incoming } from "../../net/api.ts";
import { sdNotify } from "../../systemd/notify.ts";
import { loadNetwork } from "../cni.ts";
import { removeContainer } from "../container.ts";
import { answer, fromMonitor, onEvent, open, recover } from "../daemon.ts";
import type { CriRequest } from "../messages.ts";
import { deleteNetns } from "../netns.ts";
import { publicHost } from "../pull.ts";
import { removeSandbox } from "../sandbox.ts";
import type { Service } from "../service.ts";
import { openStore } from "../store.ts";
import { configFile, dropInDir, loadConfig, renderConfig, type CrioSettings } from "./config.ts";
import { Fatal, logLine } from "./log.ts";
import { resolveShortName } from "./registries.ts";
import { crioRuntime } from "./runtime.ts";

const settingsOf = (p: Proc): CrioSettings => p.data.settings as CrioSettings;

function service(p: Proc): Service {
  const settings = settingsOf(p);
  const dir = `${settings.root}/overlay-containers`;
  if (!p.fs.isDir(dir)) p.fs.mkdirp(dir, 0o700);
  const store = openStore(p, `${dir}/containers.json`);
  if (!store) {
    p.log(logLine(p, "fatal", `loading ${dir}/containers.json: invalid character in configuration`));
    p.exit(1);
  }
  const enforcing = settings.all.crio.image.short_name_mode === "enforcing";
  return {
    p,
    settings: settings.cri,
    store,
    runtime: crioRuntime(settings, p.state.version),
    hosts: (domain) => [publicHost(domain)],
    resolveName: (name) => resolveShortName(p, name, enforcing),
  };
}

const versionText = (p: Proc): string =>
  `crio version ${p.state.version}
   GitCommit:      unknown
   GitCommitDate:  unknown
   GitTreeState:   clean
   GoVersion:      go1.24.6
   Compiler:       gc
   Platform:       linux/amd64
   Linkmode:       static
   SeccompEnabled:   true
   AppArmorEnabled:  true`;

/** A subcommand; false when it is to be the daemon. */
function command(p: Proc): boolean {
  const words = p.args.filter((a) => !a.startsWith("-"));
  if (p.args.includes("--version") || p.args.includes("-v") || words[0] === "version") {
    p.log(versionText(p), 1);
    return p.exit(0);
  }
  switch (words[0]) {
    case undefined: {
      const flag = p.args[0];
      if (flag !== undefined) p.notSimulated(`crio ${flag}`);
      return false;
    }
    case "config":
      if (p.args.includes("--default") || p.args.length > 1) p.notSimulated(`crio ${p.args.join(" ")}`);
      p.log(renderConfig(loadConfig(p).all), 1);
      return p.exit(0);
    case "status":
      status(p, words[1]);
      return p.exit(0);
    default:
      return p.notSimulated(`crio ${p.args.join(" ")}`);
  }
}

function status(p: Proc, what: string | undefined): void {
  const path = "/var/run/crio/crio.sock";
  let why: string;
  try {
    const met = p.net.connectUnix(path);
    if (met.ok) {
      const got = p.net.exchange<string>(met.conn, { type: "crio-status", what: what ?? "" });
      p.net.shut(met.conn);
      if (got.ok && got.reply !== "") return p.log(got.reply, 1);
      return p.notSimulated(`crio status ${what ?? ""}`.trim());
    }
    why = strerror(met.code);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    why = error.text;
  }
  p.log(logLine(p, "fatal", `Get "http://localhost/info": dial unix ${path}: connect: ${why.toLowerCase()}`));
  p.exit(1);
}

/** After a reboot nothing of what ran is left: the file in /run that says which version wiped last is gone (internal_wipe). */
function wipe(p: Proc, s: Service): void {
  const { versionFile } = settingsOf(p);
  if (!p.fs.exists(versionFile)) {
    for (const x of Object.values(s.store.sandboxes)) {
      for (const c of Object.values(s.store.containers)) if (c.sandbox === x.id) removeContainer(s, c);
      if (x.netns !== "") deleteNetns(p, x.netns);
      removeSandbox(s, x);
    }
  }
  p.fs.mkdirp(versionFile.slice(0, versionFile.lastIndexOf("/")), 0o755);
  p.fs.write(versionFile, JSON.stringify({ version: p.state.version }));
}

export const crio: DaemonProgram = {
  name: "crio",
  start(p) {
    try {
      if (command(p)) return;
      p.data.settings = loadConfig(p) as unknown as Obj;
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
      p.log(logLine(p, "fatal", error.message));
      p.exit(1);
    }
    if (p.uid !== 0) {
      p.log(logLine(p, "fatal", "mkdir /var/run/crio: permission denied"));
      p.exit(1);
    }
    const settings = settingsOf(p);
    for (const file of settings.files)
      p.log(
        logLine(
          p,
          "info",
          file === configFile ? `Updating config from single file: ${file}` : `Updating config from drop-in file: ${file}`,
        ),
      );
    if (settings.files.some((f) => f !== configFile)) p.log(logLine(p, "info", `Updating config from path: ${dropInDir}`));
    p.log(logLine(p, "info", `Starting CRI-O, version: ${p.state.version}, git: unknown(clean)`));
    p.log(logLine(p, "info", "Node configuration value for hugetlb cgroup is true"));
    p.log(logLine(p, "info", "Node configuration value for pid cgroup is true"));
    p.log(logLine(p, "info", "Node configuration value for memoryswap cgroup is true"));
    p.log(logLine(p, "info", "Node configuration value for cgroup v2 is true"));
    p.log(logLine(p, "info", `Using conmon executable: ${settings.monitorPath}`));
    const network = loadNetwork(p, settings.cri);
    if ("error" in network) p.log(logLine(p, "warning", `Unable to find default CNI network in ${settings.cri.confDir}/`));
    else {
      p.log(
        logLine(p, "info", `Found CNI network ${network.name} (type=${(network.plugins[0]?.type ?? "") as string}) at ${network.file}`),
      );
      p.log(logLine(p, "info", `Updated default CNI network name to ${network.name}`));
    }
    const s = service(p);
    wipe(p, s);
    recover(p, s);
    p.fs.mkdirp(settings.listen.slice(0, settings.listen.lastIndexOf("/")), 0o755);
    p.fs.mkdirp("/var/run/crio/exits", 0o755);
    if (p.fs.exists(settings.listen)) p.fs.unlink(settings.listen);
    p.net.listenUnix(settings.listen);
    p.fs.chmod(settings.listen, 0o660);
    sdNotify(p, "READY=1");
  },
  on(p, event, data) {
    const d = (data ?? {}) as Obj;
    if (event === "data") {
      const message = d.message as unknown as CriRequest;
      if (message?.type === "cri") open(p, service, d.conn as number, message);
    } else onEvent(p, service, event, d);
  },
  signal(p, signal) {
    if (signal === "SIGPIPE") return true;
    if (signal === "SIGHUP") {
      p.log(logLine(p, "info", "Reloading configuration"));
      try {
        const fresh = loadConfig(p);
        const old = settingsOf(p);
        // of what acts here only the pause image may change without a restart (crio.conf.d(5), "reload")
        p.data.settings = { ...old, all: fresh.all, cri: { ...old.cri, sandboxImage: fresh.cri.sandboxImage } } as unknown as Obj;
      } catch (error) {
        if (!(error instanceof Fatal)) throw error;
        p.log(logLine(p, "error", `Unable to reload configuration: ${error.message}`));
      }
      return true;
    }
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    p.log(logLine(p, "info", `Received signal ${signal === "SIGTERM" ? "terminated" : "interrupt"}, shutting down`));
    p.finish({ code: 0 });
    return true;
  },
  serve(p, incoming: Incoming) {
    const m = incoming.message as Obj;
    if (m.type === "cri") return answer(p, service, m as unknown as CriRequest);
    if (m.type === "crio-status") return statusOf(p, m.what as string) as unknown as Data;
    return fromMonitor(p, incoming);
  },
};

function statusOf(p: Proc, what: string): string {
  const settings = settingsOf(p);
  if (what === "config" || what === "c") return renderConfig(settings.all);
  if (what !== "info" && what !== "i") return "";
  const ids = "  0:0:4294967295";
  return [
    `cgroup driver: ${settings.cgroupManager}`,
    "storage driver: overlay",
    `storage graph root: ${settings.root}`,
    "storage image: ",
    `default GID mappings (format <container>:<host>:<size>):\n${ids}`,
    `default UID mappings (format <container>:<host>:<size>):\n${ids}`,
  ].join("\n");
}
