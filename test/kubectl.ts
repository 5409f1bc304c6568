/** The kubectl programs at hand, for tests that put the real one beside the simulated. */
import { spawnSync } from "node:child_process";
import { available, needs } from "./needs.ts";

export interface Kubectl {
  path: string;
  /** Such as `1.20.2`. */
  version: string;
  minor: number;
}

/** KUBEMEND_KUBECTL names them (paths separated by ":"); without it, kubectl of PATH. */
const named = (process.env.KUBEMEND_KUBECTL ?? "kubectl").split(":").filter((path) => path !== "");

/** The first of them, for tests that use one. */
export const firstKubectl = named[0] ?? "kubectl";

export const needsKubectl = (path = firstKubectl): boolean =>
  needs(`kubectl (${path}; in PATH, or named by KUBEMEND_KUBECTL)`, [path, "version", "--client"]);

export const kubectlPaths = (): string[] => named.filter((path) => needsKubectl(path));

/** Those that are there and speak for themselves: some hand on to a program of another version. */
export function kubectls(): Kubectl[] {
  return kubectlPaths().flatMap((path) => {
    const { stdout } = spawnSync(path, ["version", "--client", "-o", "json"], { encoding: "utf8" });
    const { gitVersion } = (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion;
    if (!available(`a kubectl that hands on to no other (${path} is ${gitVersion})`, !gitVersion.includes("dispatcher"))) return [];
    const [, version, minor] = /^v(\d+\.(\d+)\.\d+)/.exec(gitVersion)!;
    return [{ path, version: version!, minor: Number(minor) }];
  });
}
