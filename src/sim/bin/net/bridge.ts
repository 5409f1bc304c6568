/** bridge (iproute2 6.1) and brctl (bridge-utils 1.7). */
import { NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { flags, fullName } from "./ip/show.ts";

const objects = ["link", "fdb", "mdb", "vlan", "vni", "monitor", "help"];

/** Usage text of iproute2 6.1.0. */
const usage = `Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
where  OBJECT := { link | fdb | mdb | vlan | monitor }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] |
                    -o[neline] | -t[imestamp] | -n[etns] name |
                    -c[ompressvlans] -color -p[retty] -j[son] }
`;

export const bridge: CommandProgram = {
  name: "bridge",
  async main(p) {
    const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
    const [object = "", ...rest] = p.args;
    const verb = rest[0] ?? "show";
    const dev = rest.includes("dev") ? rest[rest.indexOf("dev") + 1] : undefined;
    if (object !== "" && "fdb".startsWith(object) && (verb === "show" || verb === "list")) {
      for (const e of ns.fdb())
        if (dev === undefined || e.dev === dev)
          await p.out(`${e.mac} dev ${e.dev} ${e.dst === undefined ? "" : `dst ${e.dst} `}self permanent\n`);
      for (const link of ns.state.links)
        if (link.master !== undefined && (dev === undefined || link.name === dev))
          await p.out(`${link.mac} dev ${link.name} master ${ns.linkByIndex(link.master)!.name} permanent\n`);
      return 0;
    }
    if (object !== "" && "link".startsWith(object) && (verb === "show" || verb === "list")) {
      if (dev !== undefined && !ns.linkState(dev)) {
        await p.err(`Cannot find device "${dev}"\n`);
        return 255;
      }
      for (const link of ns.state.links)
        if (link.master !== undefined && (dev === undefined || link.name === dev))
          await p.out(
            `${link.index}: ${fullName(ns, link)}: <${flags(ns, link).join(",")}> mtu ${link.mtu} master ${ns.linkByIndex(link.master)!.name} state ${ns.carrier(link) ? "forwarding" : "disabled"} priority 32 cost 2 \n`,
          );
      return 0;
    }
    if (object === "") {
      await p.err(usage);
      return 255;
    }
    if (/^[a-z]/.test(object) && !objects.some((known) => known.startsWith(object))) {
      await p.err(`Object "${object}" is unknown, try "bridge help".\n`);
      return 255;
    }
    throw new NotSimulated(`bridge ${p.args.join(" ")}`);
  },
};

export const brctl: CommandProgram = {
  name: "brctl",
  async main(p) {
    if (p.args[0] !== "show") throw new NotSimulated(`brctl ${p.args.join(" ")}`);
    const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
    const bridges = ns.state.links.filter((link) => link.kind === "bridge");
    if (bridges.length === 0) return 0;
    await p.out("bridge name\tbridge id\t\tSTP enabled\tinterfaces\n");
    for (const b of bridges) {
      const ports = ns.state.links.filter((link) => link.master === b.index).map((link) => link.name);
      await p.out(`${b.name}\t\t8000.${b.mac.replaceAll(":", "")}\tno\t\t${ports[0] ?? ""}\n`);
      for (const port of ports.slice(1)) await p.out(`\t\t\t\t\t\t\t${port}\n`);
    }
    return 0;
  },
};
