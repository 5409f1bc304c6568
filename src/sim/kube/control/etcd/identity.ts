/** Member and cluster ids, computed as etcd computes them (server/etcdserver/api/membership/member.go, cluster.go). */
import { sha1 } from "@noble/hashes/legacy.js";

const first8 = (data: Uint8Array): string => Buffer.from(sha1(data).subarray(0, 8)).toString("hex");

/** `time`: seconds, for members that are added later than bootstrap. */
export function memberId(peerUrls: string[], token: string, time?: number): string {
  return first8(Buffer.from(`${[...peerUrls].sort().join("")}${token}${time === undefined ? "" : String(time)}`));
}

export function clusterId(memberIds: string[]): string {
  const sorted = [...memberIds].sort((a, b) => (BigInt(`0x${a}`) < BigInt(`0x${b}`) ? -1 : 1));
  return first8(Buffer.concat(sorted.map((id) => Buffer.from(id, "hex"))));
}
