/** Follows one probe and its answer hop by hop, for `kubemend trace`. The probe is real: counters and conntrack see it. */
import type { World } from "../world.ts";
import { icmpErrno } from "./errors.ts";
import { ipOf, ipText } from "./ip.ts";
import { isIcmpError, makePacket, newWalk, protocols, tcpFlags, type Hop, type Packet } from "./packet.ts";
import { outputPacket } from "./walk.ts";

export interface TraceRequest {
  machine: string;
  netns?: string;
  to: string;
  proto: "tcp" | "udp" | "icmp";
  port?: number;
}

export interface TraceResult {
  /** The probe's way, then the way of its answer. */
  there: Hop[];
  back: Hop[];
  /** What the sender's socket sees. */
  outcome: "answered" | "refused" | "unreachable" | "no answer" | "not sent";
  /** Errno or ICMP text behind the outcome. */
  detail: string;
  /** Who took the probe. */
  arrived?: { machine: string; netns: string; process?: string };
}

/** Throws EINVAL for an address that is none or a namespace that is not there. */
export function traceWalk(world: World, request: TraceRequest): TraceResult {
  const { network } = world;
  const ns = network.ns(request.machine, request.netns ?? "");
  const dst = ipOf(request.to);
  const src = ns.sourceFor(dst) ?? 0;
  const number = protocols[request.proto];
  const sport = request.proto === "icmp" ? 1 : network.tcp.freePort(ns);
  const dport = request.port ?? 0;
  const walk = newWalk(true);
  const probe = makePacket({
    src,
    dst,
    proto: number,
    sport,
    dport,
    flags: request.proto === "tcp" ? tcpFlags.SYN : 0,
    icmpType: request.proto === "icmp" ? 8 : 0,
    size: request.proto === "icmp" ? 84 : 60,
  });
  const failure = outputPacket(ns, probe, walk, {});
  const back = newWalk(true);
  const result = (outcome: TraceResult["outcome"], detail: string, arrived?: TraceResult["arrived"]): TraceResult => ({
    there: walk.hops!,
    back: back.hops!,
    outcome,
    detail,
    ...(arrived ? { arrived } : {}),
  });
  const mine = (p: Packet): boolean =>
    p.proto === number &&
    p.src === dst &&
    p.dst === src &&
    (request.proto === "icmp" ? p.icmpType === 0 : p.sport === dport && p.dport === sport);
  const errorFor = (w: typeof walk): TraceResult | undefined => {
    for (const { ns: at, packet } of w.arrivals) {
      if (at !== ns) continue;
      if (isIcmpError(packet)) {
        const code = icmpErrno(packet.icmpType, packet.icmpCode);
        return result(code === "ECONNREFUSED" ? "refused" : "unreachable", `${code ?? "ICMP"} from ${ipText(packet.src)}`);
      }
      if (mine(packet) && packet.flags & tcpFlags.RST) return result("refused", `reset by ${ipText(packet.src)}`);
    }
    return undefined;
  };
  if (failure !== undefined && failure !== "EPERM") return result("not sent", failure);
  const early = errorFor(walk);
  if (early) return early;
  if (request.proto === "icmp")
    return walk.arrivals.some((a) => a.ns === ns && mine(a.packet))
      ? result("answered", "echo reply")
      : result("no answer", failure ?? "nothing came back");
  const arrival = walk.arrivals.find((a) => a.packet.proto === number && !a.packet.inner);
  if (!arrival) return result("no answer", failure ?? "the probe was lost");
  const { ns: at, packet } = arrival;
  const listener =
    at.isGateway && !at.isLocal(packet.dst) ? undefined : network.tcp.listener(at, request.proto, packet.dst, packet.dport, arrival.device);
  const process = listener && at.machine?.procs.get(listener.pid)?.state.comm;
  const arrived = { machine: at.machineName, netns: at.name, ...(process === undefined ? {} : { process }) };
  const outside = at.isGateway && !at.isLocal(packet.dst);
  const open = listener !== undefined || (outside && network.internet?.answers(ipText(packet.dst), packet.dport, request.proto) === true);
  const flags = request.proto === "udp" ? 0 : open ? tcpFlags.SYN | tcpFlags.ACK : tcpFlags.RST | tcpFlags.ACK;
  outputPacket(
    at,
    makePacket({ src: packet.dst, dst: packet.src, proto: number, sport: packet.dport, dport: packet.sport, flags, size: 60 }),
    back,
    {},
  );
  const refused = errorFor(back);
  if (refused) return { ...refused, arrived, detail: open ? refused.detail : `nobody listens on port ${packet.dport}` };
  if (!back.arrivals.some((a) => a.ns === ns && mine(a.packet))) return result("no answer", "the answer was lost", arrived);
  return open ? result("answered", process ?? "", arrived) : result("refused", `nobody listens on port ${packet.dport}`, arrived);
}
