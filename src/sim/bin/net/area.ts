/** Network programs of the Ubuntu image. */
import type { Area } from "../../area.ts";
import { ip } from "./ip/ip.ts";
import { ip6tables, iptables } from "./iptables/command.ts";
import { ip6tablesRestore, ip6tablesSave, iptablesRestore, iptablesSave } from "./iptables/restore.ts";

export const netArea: Area = {
  programs: [ip, iptables, ip6tables, iptablesSave, ip6tablesSave, iptablesRestore, ip6tablesRestore],
  base: {
    "/usr/bin/ip": "ip",
    "/usr/sbin/ip": "ip",
    ...Object.fromEntries(
      ["", "-nft", "-legacy"].flatMap((backend) =>
        ["iptables", "ip6tables"].flatMap((name) => [
          [`/usr/sbin/${name}${backend}`, name],
          [`/usr/sbin/${name}${backend}-save`, `${name}-save`],
          [`/usr/sbin/${name}${backend}-restore`, `${name}-restore`],
        ]),
      ),
    ),
  },
};
