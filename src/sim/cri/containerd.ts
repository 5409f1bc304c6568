/** containerd: the container runtime daemon, with its CRI service (1.7 and 2.x). */
import type { Data, Obj } from "../core/json.ts";
import { Errno } from "../core/errno.ts";
import { dirname } from "../fs/view.ts";
import type { Proc } from "../kernel/proc.ts";
import type { DaemonProgram } from "../kernel/program.ts";
import type { Incoming } from "../net/api.ts";
import { sdNotify } from "../systemd/notify.ts";
import { loadNetwork } from "./cni.ts";
import { defaultConfig, loadConfig, logLine, majorOf, type ContainerdSettings } from "./config.ts";
import { containerdRuntime } from "./containerd-runtime.ts";
import { answer, fromMonitor, onEvent, open, recover } from "./daemon.ts";
import type { CriReply, CriRequest } from "./messages.ts";
import { certsDirectoryHosts } from "./pull.ts";
import { callMonitor, type Service } from "./service.ts";
import { openStore, type Store } from "./store.ts";

const settingsOf = (p: Proc): ContainerdSettings => p.data.settings as ContainerdSettings;

function service(p: Proc): Service {
  const settings = settingsOf(p);
  const file = `${settings.root}/io.containerd.metadata.v1.bolt/meta.db`;
  let store = p.fs.database(file) as Store | undefined;
  if (!store) {
    // the folder may have been removed under the running daemon
    p.fs.mkdirp(dirname(file), 0o711);
    store = openStore(p, file);
  }
  if (!store) {
    p.log("containerd: failed to open bolt database: invalid database");
    p.exit(1);
  }
  return {
    p,
    settings: settings.cri,
    store,
    runtime: containerdRuntime,
    hosts: (domain) => certsDirectoryHosts(p, settings.cri.registryConfigPath, domain),
    resolveName: (name) => name,
  };
}

const off = (p: Proc, request: CriRequest): CriReply | undefined =>
  settingsOf(p).cri.enabled
    ? undefined
    : {
        ok: false,
        code: "Unimplemented",
        message: `unknown service runtime.v1.${/Image/.test(request.method) && request.method !== "ImageFsInfo" ? "ImageService" : "RuntimeService"}`,
      };

function usage(p: Proc): never {
  p.log(`containerd: unknown command ${JSON.stringify(p.args[0])}`);
  p.exit(1);
}

function command(p: Proc, config: string): boolean {
  const [name, sub] = p.args.filter(
    (a, i, all) => !a.startsWith("-") && !/^(-c|--config|-l|--log-level|-a|--address|--root|--state)$/.test(all[i - 1] ?? ""),
  );
  if (p.args.includes("--version") || p.args.includes("-v")) {
    p.log(
      majorOf(p.state.version) >= 2
        ? `containerd github.com/containerd/containerd/v2 v${p.state.version} 1c4457e00facac03ce1d75f7b6777a7a851e5c41`
        : `containerd containerd.io ${p.state.version} 05044ec0a9a75232cad458027ca83437aae3f4da`,
      1,
    );
    p.exit(0);
  }
  if (name === undefined) return false;
  if (name !== "config") return usage(p);
  if (sub === "default") p.log(defaultConfig(p.state.version).replace(/\n$/, ""), 1);
  else if (sub === "dump") p.log(dump(p, config), 1);
  else if (sub === "migrate") p.notSimulated("containerd config migrate");
  else
    p.log(
      "NAME:\n   containerd config - information on the containerd config\n\nUSAGE:\n   containerd config command [command options] [arguments...]\n\nCOMMANDS:\n   default  see the output of the default config\n   dump     see the output of the final main config with imported in subconfig files\n   migrate  migrate the current configuration file to the latest version (does not migrate subconfig files)",
      1,
    );
  p.exit(0);
}

/** The final configuration: the default's text with the values that the file changes. */
function dump(p: Proc, path: string): string {
  const settings = loadConfig(
    p,
    path,
    p.args.some((a) => /^(-c|--config)/.test(a)),
  );
  const q = majorOf(p.state.version) >= 2 ? "'" : '"';
  const set = (text: string, key: string, value: string): string => text.replace(new RegExp(`(\\n\\s*${key} = ).*`), `$1${value}`);
  let text = defaultConfig(p.state.version).replace(/\n$/, "");
  text = set(text, "SystemdCgroup", String(settings.cri.systemdCgroup));
  text = set(text, majorOf(p.state.version) >= 2 ? "sandbox" : "sandbox_image", `${q}${settings.cri.sandboxImage}${q}`);
  text = set(text, "conf_dir", `${q}${settings.cri.confDir}${q}`);
  if (!settings.cri.enabled) text = set(`\n${text}`, "disabled_plugins", `[${q}cri${q}]`).slice(1);
  return text;
}

export const containerd: DaemonProgram = {
  name: "containerd",
  start(p) {
    const flag = p.args.findIndex((a) => a === "-c" || a === "--config");
    const config = flag >= 0 ? (p.args[flag + 1] ?? "") : "/etc/containerd/config.toml";
    try {
      if (command(p, config)) return;
      p.data.settings = loadConfig(p, config, flag >= 0) as unknown as Obj;
    } catch (error) {
      if (error instanceof Errno || !(error instanceof Error) || error.name === "Ended" || error.name === "NotSimulated") throw error;
      p.log(`containerd: ${error.message}`);
      p.exit(1);
    }
    if (p.uid !== 0) {
      p.log("containerd: failed to create temp directory: mkdir /var/lib/containerd/tmpmounts: permission denied");
      p.exit(1);
    }
    const settings = settingsOf(p);
    p.log(
      logLine(p, "info", "starting containerd", {
        revision: "05044ec0a9a75232cad458027ca83437aae3f4da",
        version: majorOf(p.state.version) >= 2 ? `v${p.state.version}` : p.state.version,
      }),
    );
    p.fs.mkdirp(`${settings.root}/io.containerd.metadata.v1.bolt`, 0o711);
    p.fs.mkdirp(settings.state, 0o711);
    if (!settings.cri.enabled)
      p.log(logLine(p, "info", 'skip loading plugin "io.containerd.grpc.v1.cri"...', { type: "io.containerd.grpc.v1" }));
    else {
      const network = loadNetwork(p, settings.cri);
      if ("error" in network)
        p.log(
          logLine(p, "error", "failed to load cni during init, please check CRI plugin status before setting up network for pods", {
            error: `cni config load failed: ${network.error}: failed to load cni config`.replace(
              /(: failed to load cni config)+$/,
              ": failed to load cni config",
            ),
          }),
        );
    }
    for (const path of [settings.address, `${settings.address}.ttrpc`]) {
      p.fs.mkdirp(path.slice(0, path.lastIndexOf("/")), 0o711);
      if (p.fs.exists(path)) p.fs.unlink(path);
      p.net.listenUnix(path);
      p.fs.chmod(path, 0o660);
    }
    if (settings.cri.enabled) {
      p.log(logLine(p, "info", "Start recovering state"));
      recover(p, service(p));
      p.log(logLine(p, "info", "Start event monitor"));
      p.log(logLine(p, "info", "Start snapshots syncer"));
      p.log(logLine(p, "info", "Start cni network conf syncer for default"));
      p.log(logLine(p, "info", "Start streaming server"));
    }
    p.log(logLine(p, "info", "serving...", { address: `${settings.address}.ttrpc` }));
    p.log(logLine(p, "info", "serving...", { address: settings.address }));
    p.log(logLine(p, "info", "containerd successfully booted in 0.038412s"));
    sdNotify(p, "READY=1");
  },
  on(p, event, data) {
    const d = (data ?? {}) as Obj;
    if (event === "data") {
      const message = d.message as unknown as CriRequest;
      if (message?.type !== "cri") return;
      const refused = off(p, message);
      if (!refused) open(p, service, d.conn as number, message);
      else if (p.net.isOpen(d.conn as number)) p.net.send(d.conn as number, { ...refused, id: message.id } as unknown as Data);
    } else onEvent(p, service, event, d);
  },
  signal(p, signal) {
    if (signal === "SIGPIPE") return true;
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    p.log(logLine(p, "info", "Stop CRI service"));
    // closing a unix listener removes its socket (net.UnixListener, SetUnlinkOnClose)
    for (const path of [settingsOf(p).address, `${settingsOf(p).address}.ttrpc`]) if (p.fs.exists(path)) p.fs.unlink(path);
    p.log(logLine(p, "info", "Event monitor stopped"));
    p.log(logLine(p, "info", "Stream server stopped"));
    p.finish({ code: 0 });
    return true;
  },
  serve(p, incoming: Incoming) {
    const m = incoming.message as Obj;
    if (m.type === "cri") return off(p, m as unknown as CriRequest) ?? answer(p, service, m as unknown as CriRequest);
    if (m.type === "ctr") return ctr(p, m as unknown as { list: string });
    return fromMonitor(p, incoming);
  },
};

/** containerd's own API, as far as ctr asks: what it keeps in a namespace. */
function ctr(p: Proc, m: { list: string }): Obj {
  const s = service(p);
  const tasks: Obj[] = [];
  const containers: Obj[] = [];
  for (const x of Object.values(s.store.sandboxes)) {
    const state = callMonitor(s, x.id, x.id, { type: "shim", method: "State" });
    if (state?.ok)
      for (const [id, t] of Object.entries(state.tasks ?? {}))
        tasks.push({ id, pid: t.pid, status: t.state === "running" ? "RUNNING" : "STOPPED" });
    containers.push({ id: x.id, image: s.settings.sandboxImage, runtime: "io.containerd.runc.v2" });
  }
  for (const c of Object.values(s.store.containers))
    containers.push({ id: c.id, image: s.store.images[c.image]?.tags[0] ?? c.image, runtime: "io.containerd.runc.v2" });
  const images = Object.values(s.store.images);
  return {
    version: p.state.version,
    tasks,
    containers,
    images,
    namespaces: images.length + containers.length > 0 ? ["default", "k8s.io"] : ["default"],
    asked: m.list,
  } as unknown as Obj;
}
