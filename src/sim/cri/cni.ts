/** How containerd calls CNI plugins (containerd/go-cni): configuration from conf_dir, plugins from bin_dir, one after another. */
import { CniError, type CniPlugin, type CniResult } from "../cni/plugin.ts";
import { Errno } from "../core/errno.ts";
import type { Obj } from "../core/json.ts";
import type { Proc } from "../kernel/proc.ts";
import type { CriSettings } from "./config.ts";
import { binaryAt } from "./runc.ts";
import type { SandboxRecord } from "./store.ts";

export interface NetworkConfig {
  name: string;
  cniVersion: string;
  plugins: Obj[];
  /** File it was read from. */
  file: string;
}

const documents = new Map<string, Obj>();

/** For callers that look at a configuration and do not keep it. */
export function parsedOnce(text: string): Obj {
  let document = documents.get(text);
  if (!document) {
    document = JSON.parse(text) as Obj;
    if (documents.size >= 20) documents.clear();
    documents.set(text, document);
  }
  return document;
}

/** The network of conf_dir, or the text of why there is none (go-cni, loadFromConfDir). */
export function loadNetwork(
  p: Proc,
  settings: CriSettings,
  parse: (text: string) => Obj = (text) => JSON.parse(text) as Obj,
): NetworkConfig | { error: string } {
  const dir = settings.confDir;
  const none = { error: `no network config found in ${dir}: cni plugin not initialized` };
  if (!p.fs.isDir(dir)) return none;
  const names = p.fs.readdir(dir).filter((n) => /\.(conf|conflist|json)$/.test(n));
  if (names.length === 0) return none;
  for (const name of names) {
    const file = `${dir}/${name}`;
    let document: Obj;
    try {
      document = parse(p.fs.readText(file));
    } catch (error) {
      if (error instanceof Errno) continue;
      return {
        error: `failed to load CNI config list file ${file}: error parsing configuration list: ${goJsonError(error)}: invalid cni config: failed to load cni config`,
      };
    }
    const cniVersion = (document.cniVersion ?? "0.1.0") as string;
    if (name.endsWith(".conflist")) {
      if (!Array.isArray(document.plugins))
        return {
          error: `failed to load CNI config list file ${file}: error parsing configuration list: no 'plugins' key: invalid cni config: failed to load cni config`,
        };
      if (document.plugins.length === 0) continue;
      return { name: document.name as string, cniVersion, plugins: document.plugins as Obj[], file };
    }
    if (typeof document.type !== "string")
      return { error: `network type not found in ${file}: invalid cni config: failed to load cni config` };
    return { name: (document.name ?? "") as string, cniVersion, plugins: [document], file };
  }
  return { error: `no valid networks found in ${dir}: cni plugin not initialized: failed to load cni config` };
}

const goJsonError = (error: unknown): string =>
  error instanceof Error && /end of JSON/i.test(error.message) ? "unexpected end of JSON input" : "invalid character in configuration";

function findPlugin(p: Proc, settings: CriSettings, type: string): CniPlugin {
  for (const dir of settings.binDirs) {
    const file = `${dir}/${type}`;
    if (!p.fs.isFile(file)) continue;
    if (!p.fs.access(file, 1)) throw new CniError(100, `fork/exec ${file}: permission denied`);
    const elf = binaryAt(p, file);
    const program = elf && p.machine.world.program(elf.program);
    if (!program || !("cni" in program)) throw new CniError(100, `fork/exec ${file}: exec format error`);
    return program as CniPlugin;
  }
  throw new CniError(100, `failed to find plugin "${type}" in path [${settings.binDirs.join(" ")}]`);
}

function calls(network: NetworkConfig, sandbox: SandboxRecord): { plugin: Obj; config: Obj }[] {
  const mappings = ((sandbox.config.portMappings ?? []) as Obj[]).filter((m) => m.hostPort > 0);
  return network.plugins.map((plugin) => {
    const capabilities = (plugin.capabilities ?? {}) as Record<string, boolean>;
    const runtimeConfig: Obj = {};
    if (capabilities.portMappings && mappings.length > 0)
      runtimeConfig.portMappings = mappings.map((m) => ({
        hostPort: m.hostPort as number,
        containerPort: m.containerPort as number,
        protocol: String(m.protocol ?? "TCP").toLowerCase(),
        hostIP: (m.hostIp ?? "") as string,
      }));
    if (capabilities.dns && sandbox.config.dnsConfig) runtimeConfig.dns = sandbox.config.dnsConfig as Obj;
    const { capabilities: _dropped, ...rest } = plugin;
    return {
      plugin,
      config: {
        ...rest,
        name: network.name,
        cniVersion: network.cniVersion,
        ...(Object.keys(runtimeConfig).length > 0 ? { runtimeConfig } : {}),
      },
    };
  });
}

const cniArgs = (sandbox: SandboxRecord): Record<string, string> => {
  const meta = sandbox.config.metadata as Obj;
  return {
    IgnoreUnknown: "1",
    K8S_POD_NAMESPACE: meta.namespace as string,
    K8S_POD_NAME: meta.name as string,
    K8S_POD_INFRA_CONTAINER_ID: sandbox.id,
    K8S_POD_UID: meta.uid as string,
  };
};

const loopback: NetworkConfig = { name: "cni-loopback", cniVersion: "0.3.1", plugins: [{ type: "loopback" }], file: "" };

/** ADD for loopback and the pod's network; throws Error with the text that follows `failed to setup network for sandbox "id": `. */
export function setupNetwork(p: Proc, settings: CriSettings, network: NetworkConfig, sandbox: SandboxRecord): CniResult {
  let result: CniResult | undefined;
  for (const [net, ifname] of [
    [loopback, "lo"],
    [network, "eth0"],
  ] as const) {
    let previous: CniResult | undefined;
    for (const { plugin, config } of calls(net, sandbox)) {
      const type = plugin.type as string;
      try {
        previous = findPlugin(p, settings, type).cni.add({
          p,
          containerId: sandbox.id,
          netns: sandbox.netns,
          ifname,
          args: cniArgs(sandbox),
          config: { ...config, ...(previous ? { prevResult: previous } : {}) },
        });
      } catch (error) {
        if (!(error instanceof CniError)) throw error;
        throw new Error(
          `plugin type="${type}"${net.name === "" ? "" : ` name="${net.name}"`} failed (add): ${error.message}${error.details === "" ? "" : `; ${error.details}`}`,
          { cause: error },
        );
      }
    }
    if (ifname === "eth0") result = previous;
  }
  return result ?? {};
}

/** DEL in reverse order; throws Error with the text that follows `failed to destroy network for sandbox "id": `. */
export function teardownNetwork(p: Proc, settings: CriSettings, network: NetworkConfig, sandbox: SandboxRecord): void {
  for (const [net, ifname] of [
    [network, "eth0"],
    [loopback, "lo"],
  ] as const) {
    for (const { plugin, config } of calls(net, sandbox).toReversed()) {
      const type = plugin.type as string;
      try {
        findPlugin(p, settings, type).cni.del({
          p,
          containerId: sandbox.id,
          netns: sandbox.netns,
          ifname,
          args: cniArgs(sandbox),
          config: { ...config, ...(sandbox.cniResult ? { prevResult: sandbox.cniResult } : {}) },
        });
      } catch (error) {
        if (!(error instanceof CniError)) throw error;
        throw new Error(
          `plugin type="${type}"${net.name === "" ? "" : ` name="${net.name}"`} failed (delete): ${error.message}${error.details === "" ? "" : `; ${error.details}`}`,
          { cause: error },
        );
      }
    }
  }
}

/** Addresses that the pod got: those of interfaces inside the sandbox. */
export const addressesOf = (result: CniResult): string[] =>
  ((result.ips ?? []) as Obj[]).map((ip) => (ip.address as string).split("/")[0]!);
