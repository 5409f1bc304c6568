/** What is asked of and told by a network namespace, with addresses as text. */
import { Errno, type ErrnoCode } from "../core/errno.ts";
import { tables } from "./fib.ts";
import type { LinkKind, RouteType } from "./state.ts";

/** The kernel's refusal with the sentence of its extended acknowledgement, where it gives one. */
export class NetlinkError extends Errno {
  readonly extack: string | undefined;
  constructor(code: ErrnoCode, extack?: string) {
    super(code);
    this.extack = extack;
  }
}

export interface LinkSpec {
  name: string;
  kind: LinkKind;
  /** veth: name of the other end, and the namespace it is made in. */
  peer?: { name: string; ns?: string; mac?: string };
  master?: string;
  mtu?: number;
  mac?: string;
  vni?: number;
  local?: string;
  remote?: string;
  /** VXLAN destination port (4789). */
  port?: number;
  dev?: string;
  learning?: boolean;
  segment?: string;
}

export interface LinkChange {
  mtu?: number;
  mac?: string;
  newName?: string;
  hairpin?: boolean;
  promisc?: boolean;
  /** "" takes it away. */
  alias?: string;
  txqlen?: number;
}

interface AddressInfo {
  /** Address with prefix length. */
  cidr: string;
  ip: string;
  len: number;
  scope: "global" | "link" | "host";
  label: string;
}

export interface LinkInfo {
  index: number;
  name: string;
  kind: LinkKind;
  mac: string;
  mtu: number;
  up: boolean;
  master: string | undefined;
  addresses: AddressInfo[];
}

export interface RouteSpec {
  /** `default`, or a prefix (a bare address is a /32). */
  dst: string;
  via?: string;
  dev?: string;
  src?: string;
  proto?: string;
  scope?: "global" | "link" | "host";
  metric?: number;
  /** Number or name (main, local, default). */
  table?: number | string;
  type?: RouteType;
  onlink?: boolean;
  mtu?: number;
  nexthops?: { via?: string; dev?: string; weight?: number; onlink?: boolean; dead?: boolean }[];
}

export type RouteInfo = RouteSpec & { table: number; type: RouteType; proto: string; scope: "global" | "link" | "host" };

export interface NeighbourInfo {
  ip: string;
  dev: string;
  mac: string | undefined;
  state: "PERMANENT" | "NOARP" | "REACHABLE" | "STALE" | "PROBE" | "INCOMPLETE" | "FAILED";
}

export const tableNumber = (table: number | string | undefined): number =>
  table === undefined ? tables.main : typeof table === "number" ? table : table in tables ? tables[table as "main"] : Number(table);
