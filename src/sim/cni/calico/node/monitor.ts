/** `calico-node -monitor-addresses`: looks every minute whether the autodetected address still holds. */
import type { Proc } from "../../../kernel/proc.ts";
import { DatastoreError, nodeOf } from "../datastore.ts";
import { autodetect } from "./autodetect.ts";
import { datastore } from "./role.ts";
import { log } from "./log.ts";
import { nodeName } from "./startup.ts";

const interval = 60_000;

export function startMonitor(p: Proc): void {
  p.after(interval, "poll");
}

export function onMonitor(p: Proc): void {
  p.after(interval, "poll");
  if (p.env.IP !== "autodetect") return;
  try {
    const d = datastore(p);
    const object = d.get("nodes", nodeName(p));
    const node = nodeOf(object);
    const found = autodetect(p, p.env.IP_AUTODETECTION_METHOD ?? "first-found", node, "monitor-addresses");
    if (found && found.cidr !== node.address) d.annotateNode(node.name, { "projectcalico.org/IPv4Address": found.cidr });
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error;
    log(p, "ERROR", "monitor-addresses/startup.go 265", `Unable to retrieve node configuration error=${error.message}`);
  }
}
