/** containerd's configuration: /etc/containerd/config.toml over the built-in defaults, as far as the CRI service uses it. */
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import { defaultVersion2, defaultVersion3 } from "./config-default.ts";
import { optionsProblem } from "./runtime-options.ts";
import { parseToml, TomlError } from "./toml.ts";

export interface CriSettings {
  /** The CRI service is on. */
  enabled: boolean;
  sandboxImage: string;
  systemdCgroup: boolean;
  /** Why no sandbox can be made with these options of the runtime. */
  optionsProblem?: string;
  snapshotter: string;
  binDirs: string[];
  confDir: string;
  maxConfNum: number;
  registryConfigPath: string;
  runtimeBinary: string;
  runtimes: string[];
  defaultRuntime: string;
}

export interface ContainerdSettings {
  version: number;
  root: string;
  state: string;
  address: string;
  cri: CriSettings;
}

export const majorOf = (version: string): number => Number(version.split(".")[0] || "1");

export const defaultConfig = (version: string): string => (majorOf(version) >= 2 ? defaultVersion3 : defaultVersion2);

/** Throws Error with the text that follows `containerd: `. */
export function loadConfig(p: Proc, path: string, explicit: boolean): ContainerdSettings {
  const major = majorOf(p.state.version);
  const text = p.fs.tryReadText(path);
  if (text === undefined && explicit) throw new Error(`failed to load TOML: open ${path}: no such file or directory`);
  const own = text === undefined ? {} : parse(path, text, major);
  const version = typeof own.version === "number" ? own.version : text === undefined ? (major >= 2 ? 3 : 2) : 1;
  if (version > (major >= 2 ? 3 : 2)) throw new Error(`failed to load TOML from ${path}: unsupported config version ${version}`);
  if (version < 1) throw new Error(`failed to load TOML from ${path}: unsupported config version ${version}`);
  if (version === 1 && major >= 2 && text !== undefined && own.plugins !== undefined)
    p.log(
      logLine(
        p,
        "warning",
        "containerd config version `1` has been deprecated and will be converted on each startup in containerd v2.0, use `containerd config migrate` after upgrading to containerd 2.0 to avoid conversion on startup",
      ),
    );
  const base = parseToml(version >= 3 ? defaultVersion3 : defaultVersion2);
  const merged = merge(base, version === 1 ? fromVersion1(own) : own);
  return {
    version,
    root: merged.root as string,
    state: merged.state as string,
    address: merged.grpc.address as string,
    cri: criSettings(merged, version, major),
  };
}

function parse(path: string, text: string, major: number): Obj {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    if (major >= 2) throw new Error(`failed to load TOML from ${path}: toml: ${error.message}`, { cause: error });
    throw new Error(`failed to load TOML: ${path}: (${error.line}, ${error.column}): ${error.message}`, { cause: error });
  }
}

/** Format 1 named plugins without prefix. */
function fromVersion1(own: Obj): Obj {
  const { cri, ...others } = (own.plugins ?? {}) as Obj;
  return { ...own, plugins: { ...others, ...(cri === undefined ? {} : { "io.containerd.grpc.v1.cri": cri }) } };
}

function merge(base: Obj, over: Obj): Obj {
  const out: Obj = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old: unknown = out[key];
    out[key] = isTable(old) && isTable(value) ? merge(old, value) : value;
  }
  return out;
}
const isTable = (value: unknown): value is Obj => value !== null && typeof value === "object" && !Array.isArray(value);

function criSettings(config: Obj, version: number, major: number): CriSettings {
  const plugins = config.plugins as Obj;
  const disabled = (config.disabled_plugins ?? []) as string[];
  const one: Obj = version >= 3 ? plugins["io.containerd.cri.v1.runtime"] : plugins["io.containerd.grpc.v1.cri"];
  const images: Obj = version >= 3 ? plugins["io.containerd.cri.v1.images"] : one;
  const runtimes = (one.containerd?.runtimes ?? {}) as Record<string, Obj>;
  const defaultRuntime = (one.containerd?.default_runtime_name ?? "runc") as string;
  const options = (runtimes[defaultRuntime]?.options ?? {}) as Obj;
  const problem = optionsProblem(options, major);
  const off = new Set(["cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images"]);
  return {
    enabled: !disabled.some((name) => off.has(name)),
    sandboxImage: (version >= 3 ? images.pinned_images?.sandbox : one.sandbox_image) as string,
    systemdCgroup: options.SystemdCgroup === true,
    ...(problem === undefined ? {} : { optionsProblem: problem }),
    snapshotter: (version >= 3 ? images.snapshotter : one.containerd?.snapshotter) as string,
    binDirs: (one.cni.bin_dir ? [one.cni.bin_dir] : (one.cni.bin_dirs ?? [])) as string[],
    confDir: one.cni.conf_dir as string,
    maxConfNum: one.cni.max_conf_num as number,
    registryConfigPath: (images.registry?.config_path ?? "") as string,
    runtimeBinary: typeof options.BinaryName === "string" && options.BinaryName !== "" ? options.BinaryName : "runc",
    runtimes: Object.keys(runtimes),
    defaultRuntime,
  };
}

/** A line as logrus' text formatter writes it to a journal (containerd/log). */
export function logLine(p: Proc, level: "info" | "warning" | "error", message: string, fields: Record<string, string> = {}): string {
  const nanos = new Date(p.now).toISOString().replace("Z", "000000Z");
  const text = (value: string): string => (/^[\w\-./:@^+]+$/.test(value) ? value : JSON.stringify(value));
  const rest = Object.entries(fields).map(([k, v]) => ` ${k}=${text(v)}`);
  return `time="${nanos}" level=${level} msg=${JSON.stringify(message)}${rest.join("")}`;
}
