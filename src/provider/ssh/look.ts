/** Looks at the machines of an inventory, all at once, and changes nothing on them. */
import type { Finding } from "../../cluster/finding.ts";
import type { Plan, PlannedMachine } from "../../cluster/plan.ts";
import { KubemendError } from "../../error.ts";
import { SshConnection, type Endpoint } from "../../ssh/client.ts";
import { fingerprint } from "../../ssh/known-hosts.ts";
import { inspect, type Inspection } from "./inspection.ts";
import { judgeMachines } from "./judge.ts";

export interface LookOptions {
  /** Where keys of hosts that are met for the first time are put. */
  knownHosts: string;
  /** The machines are this cluster's already. */
  agreed: boolean;
  /** Milliseconds for logging in, and for the answer. */
  limits?: { login: number; answer: number };
}

export interface Looked {
  findings: Finding[];
  /** By machine; one that could not be reached is left out. */
  inspections: Map<string, Inspection>;
}

export const endpointOf = (machine: PlannedMachine, knownHosts: string): Endpoint => {
  const { host, port, user, identityFile } = machine.ssh!;
  return {
    machine: machine.name,
    host,
    port,
    user,
    ...(identityFile === undefined ? {} : { keyFile: identityFile }),
    inventory: true,
    knownHosts,
  };
};

export async function lookAtMachines(plan: Plan, options: LookOptions): Promise<Looked> {
  const inspections = new Map<string, Inspection>();
  const found = await Promise.all(
    plan.machines.map(async (machine) => {
      const findings: Finding[] = [];
      try {
        inspections.set(machine.name, await look(machine, options, findings));
      } catch (error) {
        if (!(error instanceof KubemendError)) throw error;
        findings.push({
          severity: "error",
          code: error.code,
          field: `machines.${machine.name}.ssh`,
          value: `${machine.ssh!.host}:${machine.ssh!.port}`,
          message: error.message,
          fix: error.hint ?? "",
        });
      }
      return findings;
    }),
  );
  return { findings: [...found.flat(), ...judgeMachines(plan, inspections, options.agreed)], inspections };
}

async function look(machine: PlannedMachine, { knownHosts, limits }: LookOptions, findings: Finding[]): Promise<Inspection> {
  const { host, port } = machine.ssh!;
  const connection = await SshConnection.open(endpointOf(machine, knownHosts), {
    ident: "kubemend-engine",
    ...(limits ? { timeout: limits.login } : {}),
    firstUse: ({ type, blob }) =>
      void findings.push({
        severity: "warning",
        code: "host-key-new",
        field: `machines.${machine.name}.ssh`,
        value: fingerprint(blob),
        message: `${machine.name} (${host}:${port}) is met for the first time; its host key is ${type} ${fingerprint(blob)}`,
        fix: `To be sure that it is the right machine, compare on its console: \`ssh-keygen -lf /etc/ssh/ssh_host_${type.replace(/^ssh-|-sha2-.*$/g, "")}_key.pub\`. \`kubemend up\` remembers it.`,
      }),
  });
  try {
    return await inspect(connection, limits?.answer);
  } finally {
    connection.close();
  }
}
