/** The kubelet's own way to docker, up to 1.23 (pkg/kubelet/dockershim): the CRI within its process, and on a socket for crictl. */
import type { Obj } from "../../../core/json.ts";
import type { CriRequest } from "../../../cri/messages.ts";
import { dockerCall } from "../../../cri/docker/api.ts";
import { answer, onEvent, open, type Shim } from "../../../cri/docker/shim.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { klog, klogS, minorOf } from "../klog.ts";
import { stateOf } from "./state.ts";

const socket = "/var/run/dockershim.sock";

/** Docker is what the kubelet takes unless it is told of another runtime. */
export const usesDocker = (p: Proc): boolean => minorOf(p.state.version) < 24 && stateOf(p).options.runtime === "docker";

/** Connects to docker. The text of why the kubelet cannot run, "later" while docker is ending and will be started again, or undefined. */
export function startDockershim(p: Proc): string | undefined {
  const s = stateOf(p);
  const info = (line: string, structured: string, pairs: Record<string, unknown> = {}): void => {
    if (minorOf(p.state.version) >= 22) klogS(p, "I", line, structured, pairs);
    else
      klog(
        p,
        "I",
        line,
        structured +
          Object.values(pairs)
            .map((v) => ` ${String(v)}`)
            .join(""),
      );
  };
  const reply = dockerCall(p, "info");
  if (!reply.ok && reply.later) return "later";
  info("client.go:77", "Connecting to docker on unix:///var/run/docker.sock");
  info("client.go:94", "Start docker client with request timeout=2m0s");
  if (!reply.ok) return `failed to run Kubelet: failed to get docker version: ${reply.message}`;
  info("docker_service.go:240", 'Hairpin mode set to "hairpin-veth"');
  info("docker_service.go:255", "Docker cri networking managed by cni");
  const driver = reply.body.CgroupDriver as string;
  if (driver !== s.cgroupDriver)
    return `failed to run Kubelet: misconfiguration: kubelet cgroup driver: "${s.cgroupDriver}" is different from docker cgroup driver: "${driver}"`;
  info("docker_service.go:274", `Setting cgroupDriver to ${driver}`);
  s.dockershim = {
    checkpoints: "/var/lib/dockershim/sandbox",
    sandboxImage: s.options.podInfraImage,
    cgroupDriver: driver,
    cni: { confDir: s.options.cniConfDir, binDirs: s.options.cniBinDir.split(",") },
    tellsDriver: false,
    events: "dockershim",
  };
  if (p.fs.exists(socket)) p.fs.unlink(socket);
  p.net.listenUnix(socket);
  return undefined;
}

/** A call of crictl's over the socket. */
export function dockershimServe(p: Proc, message: Obj): unknown {
  const { dockershim } = stateOf(p);
  return dockershim && message.type === "cri" ? answer(p, dockershim, message as unknown as CriRequest) : undefined;
}

/** True when the event was the shim's. */
export function dockershimEvent(p: Proc, event: string, d: Obj): boolean {
  const dockershim: Shim | undefined = stateOf(p).dockershim;
  if (!dockershim) return false;
  const message = d.message as Obj | undefined;
  if (event === "data" && message?.type === "cri") {
    open(p, dockershim, d.conn as number, message as unknown as CriRequest);
    return true;
  }
  return event.startsWith("dockershim") && event !== "dockershim-answer" && onEvent(p, dockershim, event, d);
}
