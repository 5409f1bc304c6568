/** implements bring-up: all machines prepared in parallel → control plane → further ones, one by one → workers in parallel → pod network → Ready. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { mirrorOf } from "../cluster/mirror.ts";
import type { Plan, PlannedMachine } from "../cluster/plan.ts";
import { KubemendError, exitStatus } from "../error.ts";
import { makeFolder } from "../folder.ts";
import { installation } from "../root.ts";
import type { Listener } from "../report/events.ts";
import { failedLine, guarded } from "./guard.ts";
import type { JoinSecrets } from "./kubeadm.ts";
import { quote, type SshPool } from "../ssh/pool.ts";
import { mirrorServer, serveMirror } from "./mirror.ts";
import { cniStages, controlPlaneSteps, joinSteps, prepareSteps, readyStep, type NodeKey, type Step } from "./steps.ts";

export interface BringUp {
  plan: Plan;
  ssh: SshPool;
  /** Bootstrap token of this cluster. */
  token: string;
  /** Key pair with which nodes log in on each other. */
  nodeKey: NodeKey;
  /** Folder for one log a machine. */
  logs: string;
  emit: Listener;
}

/** Folder of the scripts that run on nodes. */
export const scriptsFolder = join(installation, "scripts");

/** Idempotent: every script leaves alone what is done already. Throws `provision-failed` with machine, script, last output. */
export async function bringUp(work: BringUp): Promise<void> {
  const { plan, emit } = work;
  await makeFolder(work.logs);
  const nodes = plan.machines.filter((m) => m.role !== "loadbalancer");
  const first = nodes.find((m) => m.role === "controlplane")!;

  emit({ type: "stage", title: "Preparing the nodes" });
  const mirror = mirrorOf(plan.specification);
  let manifests: string | undefined;
  const server = mirror && mirrorServer(mirror);
  await all(
    plan.machines.map(async (machine) => {
      const served = mirror && server && (await serveMirror(mirror, server, work.ssh, machine.name));
      if (machine === first) manifests = served?.manifests;
      await runSteps(work, machine, prepareSteps(plan, machine, work.nodeKey, served));
    }),
  );

  emit({ type: "stage", title: "Starting the control plane" });
  await runSteps(work, first, controlPlaneSteps(plan, first, work.token));

  const others = nodes.filter((m) => m.role === "controlplane" && m !== first);
  if (others.length > 0) {
    emit({ type: "stage", title: "Joining the other control planes" });
    const secrets = await joinSecrets(work, first, others);
    // one after another: etcd takes one new member at a time (learners since 1.29, members that must be started before), and
    // joins at once would only wait for each other until one of them gives up
    await series(others, async (machine) => runSteps(work, machine, joinSteps(plan, machine, secrets)));
  }

  const workers = nodes.filter((m) => m.role === "worker");
  if (workers.length > 0) {
    emit({ type: "stage", title: "Joining the workers" });
    const secrets = await joinSecrets(work, first, workers);
    await all(workers.map((machine) => runSteps(work, machine, joinSteps(plan, machine, secrets))));
  }

  for (const { title, work: machines } of cniStages(plan, manifests)) {
    emit({ type: "stage", title });
    await all(
      machines.map(({ machine, steps }) => series(steps, async (step) => runStep(work, machine, await answered(work, first, step)))),
    );
  }
  emit({ type: "stage", title: "Waiting for the nodes" });
  await runStep(work, first, readyStep(plan));
}

/**
 * What joining takes: a token that lives, and the CA's hash, so that nobody can stand in for the API server. For control planes
 * the certificates are uploaded again, with a new key: those that `kubeadm init` left are gone after two hours.
 */
async function joinSecrets(work: BringUp, first: PlannedMachine, machines: PlannedMachine[]): Promise<JoinSecrets> {
  const more = machines[0]!.role === "controlplane";
  // what join.sh takes for joined
  const test = `test -f /etc/kubernetes/kubelet.conf${more ? " -a -f /etc/kubernetes/kubeadm.yaml" : ""}`;
  const joined = await Promise.all(machines.map((m) => work.ssh.exec(m.name, test)));
  if (joined.every((result) => result.status === 0)) return { token: work.token, caCertHash: "" };
  const { stdout } = await work.ssh.run(first.name, "sudo kubeadm token create --print-join-command");
  const token = /--token (\S+)/.exec(stdout)?.[1];
  const caCertHash = /--discovery-token-ca-cert-hash (\S+)/.exec(stdout)?.[1];
  if (token === undefined || caCertHash === undefined)
    throw new KubemendError("join-command", exitStatus.provider, `${first.name}: kubeadm printed no join command: ${stdout.trim()}`);
  if (!more) return { token, caCertHash };
  const uploaded = await work.ssh.run(
    first.name,
    "sudo kubeadm init phase upload-certs --upload-certs --config /etc/kubernetes/kubeadm.yaml",
  );
  const certificateKey = /^[0-9a-f]{64}$/m.exec(uploaded.stdout)?.[0];
  if (certificateKey === undefined)
    throw new KubemendError(
      "certificate-key",
      exitStatus.provider,
      `${first.name}: kubeadm printed no certificate key: ${uploaded.stdout.trim()}`,
    );
  return { token, caCertHash, certificateKey };
}

/** The step with the variables that the cluster had to be asked for. */
async function answered(work: BringUp, first: PlannedMachine, step: Step): Promise<Step> {
  const environment = { ...step.environment };
  for (const [name, command] of Object.entries(step.asks ?? {}))
    environment[name] = (await work.ssh.run(first.name, `sudo bash -c ${quote(command)}`)).stdout.trim();
  return { ...step, environment };
}

async function series<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await work(item);
}

/** Waits for all, so that no machine is left in the middle, then reports the first failure. */
async function all(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((r) => r.status === "rejected");
  if (failed) throw failed.reason;
}

const runSteps = (work: BringUp, machine: PlannedMachine, steps: Step[]): Promise<void> =>
  series(steps, (step) => runStep(work, machine, step));

async function runStep(work: BringUp, machine: PlannedMachine, step: Step): Promise<void> {
  const { emit } = work;
  const text = await readFile(join(scriptsFolder, step.script), "utf8");
  const log = join(work.logs, `${machine.name}.log`);
  emit({ type: "step-started", machine: machine.name, script: step.script, title: step.title });
  const begin = performance.now();
  let written = appendFile(log, `\n=== ${step.script}: ${step.title}\n`);
  const result = await work.ssh.script(machine.name, step.script, guarded(text), step.environment, {
    onOutput: (output) => {
      written = written.then(() => appendFile(log, output));
      emit({ type: "step-output", machine: machine.name, script: step.script, text: output });
    },
  });
  await written;
  emit({
    type: "step-finished",
    machine: machine.name,
    script: step.script,
    title: step.title,
    ok: result.status === 0,
    milliseconds: performance.now() - begin,
  });
  if (result.status === 0) return;
  const said = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-20).join("\n");
  const line = failedLine(step.script, result.stderr);
  throw new KubemendError(
    "provision-failed",
    exitStatus.provider,
    `${machine.name}: scripts/${step.script}${line === undefined ? "" : ` line ${line}`} (${step.title}) ended with status ${result.status}\n${said}`,
    {
      hint: `The whole log is ${log}. Look on the machine with \`kubemend ssh ${machine.name}\`, mend it, and run \`kubemend up\` again: it continues.`,
      details: { machine: machine.name, script: step.script, status: result.status, output: said },
    },
  );
}
