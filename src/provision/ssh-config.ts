/** An ssh_config with which a stock OpenSSH client reaches the machines by name. */
import { join } from "node:path";
import { hostKeyAlias } from "../ssh/known-hosts.ts";
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
        ...[ssh!.keyFile, ...(ssh!.moreKeys ?? [])].flatMap((key) => (key === undefined ? [] : [`  IdentityFile ${word(key)}`])),
        ...(ssh!.keyFile === undefined ? [] : ["  IdentitiesOnly yes"]),
        `  UserKnownHostsFile ${word(ssh!.knownHosts ?? join(dir, "known_hosts"))}`,
        `  StrictHostKeyChecking ${ssh!.knownHosts === undefined ? "accept-new" : "yes"}`,
        `  HostKeyAlias ${hostKeyAlias(name)}`,
        "  PasswordAuthentication no",
        "  LogLevel ERROR",
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** A path as ssh_config(5) reads it: quotes keep blanks, a backslash takes a quote literally, %% is a percent sign. */
const word = (path: string): string => `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
