/** An ssh_config with which a stock OpenSSH client reaches the machines by name. */
import { join } from "node:path";
import type { MachineStatus } from "../provider/provider.ts";

export function sshConfig(machines: MachineStatus[], dir: string): string {
  return machines
    .filter((m) => m.ssh)
    .map(({ name, ssh }) =>
      [
        `Host ${name}`,
        `  HostName ${ssh!.host}`,
        `  Port ${ssh!.port}`,
        `  User ${ssh!.user}`,
        `  IdentityFile "${ssh!.keyFile}"`,
        "  IdentitiesOnly yes",
        `  UserKnownHostsFile "${join(dir, "known_hosts")}"`,
        "  StrictHostKeyChecking accept-new",
        "  HostKeyAlias kubemend-" + name,
        "  PasswordAuthentication no",
        "  LogLevel ERROR",
        "",
      ].join("\n"),
    )
    .join("\n");
}
