/** implements the Vagrantfile: Vagrantfile.hbs filled from a plan. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Mustache from "mustache";
import { mirrorOf } from "../../cluster/mirror.ts";
import { formatAddress, parseCidr } from "../../cluster/cidr.ts";
import type { Plan, PlannedMachine } from "../../cluster/plan.ts";
import { nameOnHost } from "../../host/index.ts";
import { usageError } from "../../error.ts";
import { isVagrantProvider } from "../../cluster/providers.ts";
import { installation } from "../../root.ts";
import { scriptsFolder } from "../../provision/bring-up.ts";
import { remoteMirror } from "../../provision/mirror.ts";
import { cniStages, controlPlaneSteps, joinSteps, prepareSteps, readyStep, type Step } from "../../provision/steps.ts";

const template = join(installation, "Vagrantfile.hbs");

/** A Ruby string in single quotes: only the backslash and the quote mean anything there. */
export const ruby = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

export interface RenderOptions {
  /** Folder of the node scripts as the Vagrantfile names it; a relative one counts from the Vagrantfile's folder. */
  scripts?: string;
  /** Name of a machine's LXC container; vagrant-lxc makes one up when missing. */
  container?: (machine: string) => string;
  /** Why there are no provisioners in it; they are, when missing. */
  bare?: string;
}

/** Pure but for reading the template. */
export function renderVagrantfile(plan: Plan, { scripts = scriptsFolder, container, bare }: RenderOptions = {}): string {
  const { specification } = plan;
  const nodes = parseCidr(specification.network.nodes)!;
  const view = {
    name: plan.name,
    kubernetes: specification.kubernetes,
    bare,
    // of the others Vagrant knows nothing
    provider: isVagrantProvider(specification.provider) ? ruby(specification.provider) : undefined,
    machines: plan.machines.map((machine) => ({
      name: ruby(machine.name),
      hostname: ruby(machine.name),
      ip: ruby(machine.ip),
      netmask: ruby(formatAddress((0xffffffff << (32 - nodes.prefix)) >>> 0)),
      bridge: ruby(bridgeName(nodes.base)),
      hostEnd: ruby(formatAddress(nodes.base + 1)),
      box: ruby(machine.box),
      boxVersion: machine.boxVersion === undefined ? undefined : ruby(machine.boxVersion),
      cpus: machine.cpus,
      memory: machine.memory,
      vmName: ruby(nameOnHost(plan, machine)),
      driver: ruby(specification.libvirt?.driver ?? "kvm"),
      prefix: ruby(`${plan.name}-`),
      group: ruby(`/kubemend-${plan.name}`),
      container: container && ruby(container(machine.name)),
      primary: machine === firstControlPlane(plan),
      steps: (bare === undefined ? stepsOf(plan, machine) : []).map((step) => ({
        name: ruby(step.title),
        path: ruby(`${scripts}/${step.script}`),
        environment: Object.entries(step.environment).map(([key, value]) => ({ key: ruby(key), value: ruby(value) })),
      })),
    })),
  };
  // nothing here is HTML
  return Mustache.render(readFileSync(template, "utf8"), view, {}, { escape: String });
}

/** Of the network's address, so that clusters of one network meet on one bridge; an interface's name has at most 15 characters. */
const bridgeName = (base: number): string => `km${(base >>> 8).toString(16).padStart(6, "0")}`;

/**
 * Vagrant boots machines in the order in which they stand, so the load balancer is there before the control planes, and these are
 * before the workers join. The pod network waits for nobody: it is installed with the first control plane.
 */
function stepsOf(plan: Plan, machine: PlannedMachine): Step[] {
  const nodes = plan.machines.filter((m) => m.role !== "loadbalancer");
  const token = derivedToken(plan);
  const mirror = mirrorOf(plan.specification);
  const remote = mirror && remoteMirror(mirror);
  if (mirror && !remote)
    throw usageError("render-mirror", "a Vagrantfile cannot show machines the folders of the specification's mirror", {
      hint: "Use URLs and a registry in mirror; or let `kubemend up` build the cluster.",
    });
  const steps = prepareSteps(plan, machine, undefined, remote);
  if (machine.role === "loadbalancer") return steps;
  const certificateKey = nodes.filter((m) => m.role === "controlplane").length > 1 ? derived(plan, "certificate key") : undefined;
  if (machine === firstControlPlane(plan)) steps.push(...controlPlaneSteps(plan, machine, token, certificateKey));
  else steps.push(...joinSteps(plan, machine, { token, ...(certificateKey === undefined ? {} : { certificateKey }) }));
  for (const { work } of cniStages(plan, remote?.manifests))
    for (const part of work) if (part.machine === machine) steps.push(...part.steps);
  if (nodes.length === 1) steps.push(readyStep(plan));
  for (const step of steps) if (step.asks) throw needsTheWholeCluster(plan, step);
  return steps;
}

/** Vagrant provisions one machine after another, so no step can know what the cluster will say of the machines after it. */
function needsTheWholeCluster(plan: Plan, step: Step): Error {
  return usageError(
    "render-order",
    `"${step.title}" needs every node's pod range, and a Vagrantfile provisions ${plan.machines[0]!.name} before the other nodes exist`,
    { hint: "Use cni: { name: bridge, routes: bird }, where nodes tell each other; or let `kubemend up` build the cluster." },
  );
}

const firstControlPlane = (plan: Plan): PlannedMachine => plan.machines.find((m) => m.role === "controlplane")!;

/** The same secrets each time the file is rendered, so that a rendered file is reproducible; they live for hours on a private network. */
const derived = (plan: Plan, what: string): string =>
  createHash("sha256")
    .update(`${plan.name} ${plan.controlPlaneEndpoint}${what === "" ? "" : ` ${what}`}`)
    .digest("hex");

/** Lives for 24 hours. */
function derivedToken(plan: Plan): string {
  const digest = derived(plan, "");
  return `${digest.slice(0, 6)}.${digest.slice(6, 22)}`;
}
