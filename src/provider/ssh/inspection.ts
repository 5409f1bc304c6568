/** What scripts/inspect.sh tells of a machine. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { providerError } from "../../error.ts";
import { installation } from "../../root.ts";
import type { SshConnection } from "../../ssh/client.ts";

export interface Inspection {
  os: string;
  osLike: string[];
  osName: string;
  /** VERSION_ID of os-release, "" where there is none. */
  osVersion: string;
  arch: string;
  hostname: string;
  uid: number;
  /** Name of process 1. */
  init: string;
  cpus: number;
  /** MiB. */
  memory: number;
  /** MiB that are free in /var. */
  disk: number;
  /** MiB of swap that is on. */
  swap: number;
  /** Version of the control groups that the machine runs with. */
  cgroup: 1 | 2;
  /** Seconds by which the machine's clock is ahead of this host's. */
  ahead: number;
  sudo: "yes" | "no" | "missing";
  /** What sudo said when it refused. */
  sudoSaid: string;
  productUuid?: string;
  addresses: { cidr: string; device: string }[];
  /** TCP ports on which somebody listens. */
  ports: number[];
  /** Files that only a member of a cluster has. */
  cluster: string[];
  /** Its API server. */
  clusterServer?: string;
}

/** Runs the script. Throws `inspection-failed` when there is no bash, or nothing comes back that can be read. */
export async function inspect(connection: SshConnection, timeout = 60_000): Promise<Inspection> {
  const script = await readFile(join(installation, "scripts", "inspect.sh"), "utf8");
  const begin = Date.now();
  const result = await connection.exec("bash -s", { stdin: script, timeout });
  const middle = (begin + Date.now()) / 2 / 1000;
  const lines = result.stdout.split("\n").map((line) => line.trim());
  const all = (name: string): string[] => lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const one = (name: string): string => all(name)[0] ?? "";
  const number = (name: string): number => Number(one(name)) || 0;
  const { machine, user } = connection.endpoint;
  if (one("uid") === "" || one("sudo") === "")
    throw providerError(
      "inspection-failed",
      `${machine}: the machine does not answer as a Linux machine does${result.stderr.trim() === "" ? "" : `: ${result.stderr.trim().split("\n")[0]}`}`,
      {
        hint: `The account ${user} needs a shell, and the machine bash: log in and see what \`bash -c id\` says.`,
        details: { machine, ...result },
      },
    );
  return {
    os: one("os"),
    osLike: one("os_like").split(" "),
    osName: one("os_name"),
    osVersion: one("os_version"),
    arch: one("arch"),
    hostname: one("hostname"),
    uid: number("uid"),
    init: one("init"),
    cpus: number("cpus"),
    memory: Math.floor(number("memory") / 1024),
    disk: Math.floor(number("disk") / 1024),
    swap: Math.ceil(number("swap") / 1024),
    // version 1 mounts its hierarchies in folders of a tmpfs
    cgroup: one("cgroup") === "tmpfs" ? 1 : 2,
    ahead: number("clock") - middle,
    sudo: one("sudo") as Inspection["sudo"],
    sudoSaid: one("sudo_said"),
    ...(one("product_uuid") === "" ? {} : { productUuid: one("product_uuid") }),
    addresses: all("address").map((line) => {
      const [cidr, device] = line.split(" ") as [string, string];
      return { cidr, device };
    }),
    ports: all("port").map(Number),
    cluster: all("cluster"),
    ...(one("cluster_server") === "" ? {} : { clusterServer: one("cluster_server") }),
  };
}
