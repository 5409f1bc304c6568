/**
 * CRI-O's configuration: built-in defaults, /etc/crio/crio.conf, then the files of /etc/crio/crio.conf.d in the order of
 * their names (cri-o, pkg/config). A later value replaces an earlier one, table by table.
 */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CriSettings } from "../config.ts";
import { parseToml, TomlError } from "../toml.ts";
import { Fatal } from "./log.ts";

export const configFile = "/etc/crio/crio.conf";
export const dropInDir = "/etc/crio/crio.conf.d";

export interface CrioSettings {
  listen: string;
  root: string;
  runRoot: string;
  versionFile: string;
  /** Files that were read, drop-ins last. */
  files: string[];
  dropInfra: boolean;
  cgroupManager: "systemd" | "cgroupfs";
  monitorCgroup: string;
  monitorPath: string;
  cri: CriSettings;
  /** Everything, for `crio config`. */
  all: Obj;
}

/** Pause images of the releases (cri-o, pkg/config DefaultPauseImage). */
const pauseImage = (minor: number): string =>
  `registry.k8s.io/pause:${minor >= 34 ? "3.10.1" : minor >= 31 ? "3.10" : minor >= 27 ? "3.9" : "3.6"}`;

const minorOf = (version: string): number => Number(version.split(".")[1] ?? "0");

/** The settings that act here, under their real names and with their real defaults. */
function defaults(minor: number): Obj {
  return {
    crio: {
      root: "/var/lib/containers/storage",
      runroot: "/run/containers/storage",
      storage_driver: "overlay",
      log_dir: "/var/log/crio/pods",
      version_file: "/var/run/crio/version",
      internal_wipe: true,
      clean_shutdown_file: "/var/lib/crio/clean.shutdown",
      api: { listen: "/var/run/crio/crio.sock", stream_address: "127.0.0.1", stream_port: "0" },
      runtime: {
        no_pivot: false,
        default_runtime: minor >= 31 ? "crun" : "runc",
        conmon: "",
        conmon_cgroup: "",
        cgroup_manager: "systemd",
        drop_infra_ctr: true,
        log_level: "info",
        pids_limit: -1,
        runtimes: {},
      },
      image: {
        pause_image: pauseImage(minor),
        pause_command: "/pause",
        signature_policy: "",
        ...(minor >= 34 ? { short_name_mode: "enforcing" } : {}),
      },
      network: { cni_default_network: "", network_dir: "/etc/cni/net.d/", plugin_dirs: ["/opt/cni/bin/"] },
      metrics: { enable_metrics: false, metrics_port: 9090 },
    },
  };
}

const isTable = (value: unknown): value is Obj => value !== null && typeof value === "object" && !Array.isArray(value);
function merge(base: Obj, over: Obj): Obj {
  const out: Obj = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old: unknown = out[key];
    out[key] = isTable(old) && isTable(value) ? merge(old, value) : value;
  }
  return out;
}

/** Reads the files. Throws Fatal with the text of CRI-O's last line. */
export function loadConfig(p: Proc): CrioSettings {
  const minor = minorOf(p.state.version);
  let all = defaults(minor);
  const files: string[] = [];
  const read = (path: string): void => {
    const text = p.fs.tryReadText(path);
    if (text === undefined) return;
    files.push(path);
    try {
      all = merge(all, parseToml(text));
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      throw new Fatal(
        `${path === configFile ? "loading config" : "update config from path"}: unable to decode configuration ${path}: toml: line ${error.line}: ${error.message}`,
      );
    }
  };
  read(configFile);
  if (p.fs.isDir(dropInDir))
    for (const name of [...p.fs.readdir(dropInDir)].sort()) if (p.fs.isFile(`${dropInDir}/${name}`)) read(`${dropInDir}/${name}`);
  const runtime = all.crio.runtime as Obj;
  const handlers = (runtime.runtimes ?? {}) as Record<string, Obj>;
  const defaultRuntime = runtime.default_runtime as string;
  if (!["systemd", "cgroupfs"].includes(runtime.cgroup_manager as string))
    throw new Fatal(
      `validating runtime config: unable to update cgroup manager: invalid cgroup manager: ${runtime.cgroup_manager as string}`,
    );
  const handler = handlers[defaultRuntime];
  if (Object.keys(handlers).length > 0 && !handler)
    throw new Fatal(`validating runtime config: default_runtime set to "${defaultRuntime}", but no runtime entry for it is configured`);
  const monitorCgroup = ((handler?.monitor_cgroup as string | undefined) || (runtime.conmon_cgroup as string)) ?? "";
  if (runtime.cgroup_manager === "cgroupfs" && monitorCgroup !== "" && monitorCgroup !== "pod")
    throw new Fatal("validating runtime config: cgroupfs manager conmon cgroup should be 'pod' or empty");
  if (runtime.cgroup_manager === "systemd" && monitorCgroup !== "" && monitorCgroup !== "pod" && !monitorCgroup.endsWith(".slice"))
    throw new Fatal("validating runtime config: conmon cgroup should be 'pod' or a systemd slice");
  const binary = (handler?.runtime_path as string | undefined) || defaultRuntime;
  if (handler?.runtime_path && !p.fs.isFile(handler.runtime_path as string))
    throw new Fatal(
      `validating runtime config: failed to validate runtime "${defaultRuntime}": invalid runtime_path for runtime '${defaultRuntime}': stat ${handler.runtime_path as string}: no such file or directory`,
    );
  const monitorPath = (handler?.monitor_path as string | undefined) || (runtime.conmon as string) || "/usr/bin/conmon";
  if (!p.fs.isFile(monitorPath))
    throw new Fatal(
      `validating runtime config: failed to translate monitor fields for runtime ${defaultRuntime}: stat ${monitorPath}: no such file or directory`,
    );
  const { network, image, api } = all.crio as Record<string, Obj>;
  return {
    listen: api!.listen as string,
    root: all.crio.root as string,
    runRoot: all.crio.runroot as string,
    versionFile: all.crio.version_file as string,
    files,
    dropInfra: runtime.drop_infra_ctr === true,
    cgroupManager: runtime.cgroup_manager as CrioSettings["cgroupManager"],
    monitorCgroup,
    monitorPath,
    all,
    cri: {
      enabled: true,
      sandboxImage: image!.pause_image as string,
      systemdCgroup: runtime.cgroup_manager === "systemd",
      snapshotter: "overlay",
      binDirs: (network!.plugin_dirs as string[]).map((d) => d.replace(/\/+$/, "")),
      confDir: (network!.network_dir as string).replace(/\/+$/, ""),
      maxConfNum: 0,
      registryConfigPath: "",
      runtimeBinary: binary,
      runtimes: Object.keys(handlers),
      defaultRuntime,
    },
  };
}

/** `crio config`: the tables as TOML, without the comments of the real one. */
export function renderConfig(all: Obj): string {
  const lines: string[] = [];
  const value = (v: unknown): string =>
    typeof v === "string" ? JSON.stringify(v) : Array.isArray(v) ? `[\n${v.map((x) => `\t${value(x)},\n`).join("")}]` : String(v);
  const table = (name: string, t: Obj): void => {
    lines.push(`[${name}]`);
    for (const [k, v] of Object.entries(t)) if (!isTable(v)) lines.push(`${k} = ${value(v)}`);
    lines.push("");
    for (const [k, v] of Object.entries(t)) {
      if (!isTable(v)) continue;
      if (Object.values(v).every(isTable)) for (const [k2, v2] of Object.entries(v)) table(`${name}.${k}.${k2}`, v2 as Obj);
      else table(`${name}.${k}`, v);
    }
  };
  table("crio", all.crio as Obj);
  return lines.join("\n");
}
