/** ufw: off as Ubuntu ships it. Switching it on is not simulated. */
import type { CommandProgram, DaemonProgram } from "../../kernel/program.ts";

const enabled = (text: string | undefined): boolean => /^ENABLED=yes/m.test(text ?? "");

/** /usr/lib/ufw/ufw-init: loads nothing while ufw.conf says ENABLED=no. */
export const ufwInit: DaemonProgram = {
  name: "ufw-init",
  start(p) {
    if (enabled(p.fs.tryReadText("/etc/ufw/ufw.conf"))) p.notSimulated("ufw-init with ENABLED=yes");
    p.exit(0);
  },
  on() {
    // it ends when it starts
  },
};

export const ufw: CommandProgram = {
  name: "ufw",
  async main(p) {
    if (p.uid !== 0) {
      await p.err("ERROR: You need to be root to run this script\n");
      return 1;
    }
    const [verb, ...rest] = p.args;
    if (verb === "status" && rest.every((r) => r === "verbose" || r === "numbered")) {
      await p.out(`Status: ${enabled(p.fs.tryReadText("/etc/ufw/ufw.conf")) ? "active" : "inactive"}\n`);
      return 0;
    }
    if (verb === "disable") {
      await p.out("Firewall stopped and disabled on system startup\n");
      return 0;
    }
    if (verb === "version" || verb === "--version") {
      await p.out("ufw 0.36.2\nCopyright 2008-2023 Canonical Ltd.\n");
      return 0;
    }
    if (verb === undefined) {
      await p.err("ERROR: not enough args\n");
      return 1;
    }
    return p.notSimulated(`ufw ${verb}`);
  },
};
