/** Puts what two worlds printed into one form, and finds where they differ. */
import type { CommandResult } from "../../src/ssh/client.ts";

export type Transcript = Map<string, CommandResult>;

/** What varies without meaning anything: the other end of a container's interface, times, traffic, the distribution's iptables 1.8. */
const normalise = (text: string): string =>
  text
    .replaceAll(/@if\d+/g, "")
    .replaceAll(/\b\d+\.\d+ ms\b/g, "N ms")
    .replaceAll(/time \d+ms|after \d+ ms/g, "N ms")
    .replaceAll(/policy ACCEPT \d+ packets, \d+ bytes/g, "policy ACCEPT N packets, N bytes")
    .replaceAll(/iptables v1\.8\.\d+/g, "iptables v1.8.N")
    .replaceAll(/(?<=bash: line )\d+/g, "N")
    .replaceAll(/[ \t]+$/gm, "");

const form = ({ status, stdout, stderr }: CommandResult): string => `${normalise(stdout)}${normalise(stderr)}status ${status}`;

export interface Difference {
  command: string;
  simulated: string;
  real: string;
}

export function differences(simulated: Transcript, real: Transcript): Difference[] {
  return [...real].flatMap(([command, result]) => {
    const [ours, theirs] = [form(simulated.get(command)!), form(result)];
    return ours === theirs ? [] : [{ command, simulated: ours, real: theirs }];
  });
}
