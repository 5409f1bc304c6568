/** CRI-O as a CRI runtime (server/ and internal/ of cri-o 1.28 and later). */
import type { Obj } from "../../core/json.ts";
import { CriError } from "../messages.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { JournalEvent, Runtime } from "../runtime.ts";
import { slicePath } from "../../systemd/transient.ts";
import type { CrioSettings } from "./config.ts";
import { logLine } from "./log.ts";

const crioSocket = "/run/crio/crio.sock";

const podName = (m: Obj): string => `k8s_${m.name as string}_${m.namespace as string}_${m.uid as string}_${m.attempt as number}`;

/** server/*.go log these with the call's name, and an id of the call that nobody needs here. */
function journalLine(p: Proc, event: JournalEvent): string {
  const line = (message: string, call: string): string => logLine(p, "info", message, { name: `/runtime.v1.${call}` });
  switch (event.what) {
    case "sandbox-failed":
      return logLine(p, "error", `Error adding network: ${event.why.replace(/^.*?to CNI network "[^"]*": /s, "")}`);
    case "sandbox":
      return line(
        `Ran pod sandbox ${event.id} with infra container: ${event.meta.namespace as string}/${event.meta.name as string}/POD`,
        "RuntimeService/RunPodSandbox",
      );
    case "created":
    case "started": {
      const full = `${event.pod.namespace as string}/${event.pod.name as string}/${event.meta.name as string}`;
      return event.what === "created"
        ? line(`Created container ${event.id}: ${full}`, "RuntimeService/CreateContainer")
        : line(`Started container ${event.id}: ${full}`, "RuntimeService/StartContainer");
    }
    case "stopped":
    case "removed": {
      const verb = event.what === "stopped" ? "Stop" : "Remove";
      return line(
        `${event.what === "stopped" ? "Stopped" : "Removed"} ${event.of}: ${event.id}`,
        `RuntimeService/${verb}${event.of === "container" ? "Container" : "PodSandbox"}`,
      );
    }
    case "pulled":
      return line(`Pulled image: ${event.image}`, "ImageService/PullImage");
  }
}

export function crioRuntime(settings: CrioSettings, version: string): Runtime {
  const minor = Number(version.split(".")[1] ?? "0");
  const data = (id: string): string => `${settings.runRoot}/overlay-containers/${id}/userdata`;
  const networkName = (name: string | undefined): string => JSON.stringify(name ?? "");
  return {
    name: "cri-o",
    version: (p) => p.state.version,
    tellsDriver: () => minor >= 28,
    handlers: () =>
      minor >= 31
        ? ["", ...settings.cri.runtimes].map((name) => ({ name, features: { recursiveReadOnlyMounts: true, userNamespaces: true } }))
        : undefined,
    conditions: () => [],
    monitor: {
      each: "container",
      oci: settings.cri.defaultRuntime === "crun" ? "crun" : "runc",
      socket: (id) => `/run/crio/${id}/attach`,
      argv: (id) => [
        settings.monitorPath,
        ...["-b", data(id), "-c", id, "--exit-dir", "/var/run/crio/exits", "--log-level", "info", "-P", `${data(id)}/conmon-pidfile`],
        ...["-p", `${data(id)}/pidfile`, "--persist-dir", `${settings.root}/overlay-containers/${id}/userdata`],
        ...["-r", settings.cri.runtimeBinary, "--runtime-arg", `--root=/run/${settings.cri.defaultRuntime}`],
        ...["--socket-dir-path", "/var/run/crio", "-u", id, "-s"],
      ],
      events: crioSocket,
      // with the systemd manager in a scope of its own, beside the containers of the pod or in the slice that is configured
      ...(settings.cgroupManager === "systemd"
        ? {
            cgroup: (id: string) =>
              `${slicePath(settings.monitorCgroup === "" || settings.monitorCgroup === "pod" ? "system.slice" : settings.monitorCgroup)}/crio-conmon-${id}.scope`,
          }
        : {}),
    },
    sandboxDir: data,
    imageFs: `${settings.root}/overlay-images`,
    cgroupsPath(parent, id, systemd) {
      const base = parent.slice(parent.lastIndexOf("/") + 1);
      if (systemd) {
        if (parent !== "" && !base.endsWith(".slice"))
          throw new CriError("Unknown", `cri-o configured with systemd cgroup manager, but did not receive slice as parent: ${parent}`);
        return `${base === "" ? "system.slice" : base}:crio:${id}`;
      }
      if (base.endsWith(".slice"))
        throw new CriError("Unknown", `cri-o configured with cgroupfs cgroup manager, but received systemd slice as parent: ${parent}`);
      return `${parent === "" ? "/crio" : parent.replace(/\/+$/, "")}/crio-${id}`;
    },
    dropsPause: settings.dropInfra,
    keepsFailedSandbox: () => false,
    createsEarly: true,
    netns: (uuid) => uuid,
    info: (cri) => ({ config: JSON.stringify({ sandboxImage: cri.sandboxImage }) }),
    journal: (p, event) => p.log(journalLine(p, event)),
    words: {
      noSandbox: (id) => `could not find pod ${JSON.stringify(id)}: PodSandbox with ID starting with ${id} not found: ID does not exist`,
      noContainer: (id) =>
        `could not find container ${JSON.stringify(id)}: container with ID starting with ${id} not found: ID does not exist`,
      networkNotReady: () =>
        `Network plugin returns error: No CNI configuration file in ${settings.cri.confDir}/. Has your network provider started?`,
      sandboxNameTaken: (m, other) => `error reserving pod name ${podName(m)} for id ${other}: name is reserved`,
      noHandler: (handler) => `failed to find runtime handler ${handler} from runtime list`,
      noNetwork: `No CNI configuration file in ${settings.cri.confDir}/. Has your network provider started?`,
      networkFailed(x, why, network) {
        const m = x.config.metadata as Obj;
        return `failed to create pod network sandbox ${podName(m)}(${x.id}): ${network ? `error adding pod ${m.namespace as string}_${m.name as string} to CNI network ${networkName(network.name)}: ` : ""}${why}`;
      },
      teardownFailed(x, why, network) {
        const m = x.config.metadata as Obj;
        return `failed to destroy network for pod sandbox ${podName(m)}(${x.id}): ${network ? `error removing pod ${m.namespace as string}_${m.name as string} from CNI network ${networkName(network.name)}: ` : ""}${why}`;
      },
      sandboxFailed: (_p, _id, why) => why,
      sandboxImage: (_p, image, why) => `creating pod sandbox with image ${JSON.stringify(image)}: ${why}`,
      createFailed: (text) => `container create failed: ${text}\n`,
      execFailed: (_exec, text) => `command error: ${text}\n, stdout: , stderr: , exit code -1`,
      monitorGone: "container create failed: conmon failed: exit status 1",
      runtimeMissing: (binary) => `container create failed: ${binary}: no such file or directory\n`,
      notRunning: () => "container is not created or running",
      execTimeout: () => "command error: command timed out, stdout: , stderr: , exit code -1",
      pull(_name, full, failure) {
        const init = `initializing source docker://${full}: `;
        switch (failure.kind) {
          case "reference":
            return { code: "Unknown", message: failure.detail };
          case "transport": {
            // the registry is asked for its version first
            const registry = full.slice(0, full.indexOf("/"));
            return {
              code: "Unknown",
              message: `${init}pinging container registry ${registry === "docker.io" ? "registry-1.docker.io" : registry}: Get "${failure.base}/v2/": ${failure.detail}`,
            };
          }
          case "denied":
            return {
              code: "Unknown",
              message: `${init}reading manifest ${failure.reference.digest ?? failure.reference.tag ?? "latest"} in ${failure.reference.repository}: requested access to the resource is denied`,
            };
          case "missing":
            return {
              code: "Unknown",
              message: `${init}reading manifest ${failure.reference.digest ?? failure.reference.tag ?? "latest"} in ${failure.reference.repository}: manifest unknown`,
            };
          case "status":
            return {
              code: "Unknown",
              message: `${init}pinging container registry ${full.slice(0, full.indexOf("/"))}: received unexpected HTTP status: ${failure.status}`,
            };
          case "copy":
            return {
              code: "Unknown",
              message: `copying system image from manifest list: parsing image configuration: ${failure.status === undefined ? failure.detail : `fetching blob: received unexpected HTTP status: ${failure.status}`}`,
            };
        }
      },
    },
  };
}
