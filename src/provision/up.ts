/** implements `up`: plan → boot → provision → Ready, continuing wherever an earlier try stopped. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatFinding, type Location } from "../cluster/finding.ts";
import type { Plan } from "../cluster/plan.ts";
import { providerError, usageError } from "../error.ts";
import type { Listener } from "../report/events.ts";
import { ensureKey } from "../ssh/keys.ts";
import { bringUp } from "./bring-up.ts";
import { Cluster, readCluster } from "./cluster.ts";
import { hostKubeconfig } from "./kubeconfig.ts";
import { mirrorFindings } from "./mirror.ts";
import { refuseUnbuilt } from "./unbuilt.ts";
import { sshConfig } from "./ssh-config.ts";

export interface UpOptions {
  /** Where a field stands in the specification's file. */
  locate?: (field: string) => Location | undefined;
  /** Asks the user whether what the text says may be done; without it, nothing may that has to be asked for. */
  agree?: (text: string) => Promise<boolean>;
}

/** The caller holds the lock (and so has made the folder). Result: the cluster, open, and whether there was anything to do. */
export async function up(
  home: string,
  plan: Plan,
  emit: Listener,
  options: UpOptions = {},
): Promise<{ cluster: Cluster; fresh: boolean; milliseconds: number }> {
  const begin = performance.now();
  refuseUnbuilt(plan);
  const dir = join(home, plan.name);
  const known = existsSync(join(dir, "cluster.json"));
  const cluster = known ? await readCluster(dir) : new Cluster(dir, { format: 1, plan, token: bootstrapToken(), ready: false });
  if (known) refuseChange(cluster.plan, plan);

  await preflight(cluster, plan, emit, options);
  if (!cluster.record.agreed) await agree(cluster, plan, options);
  await cluster.save();
  const complete = cluster.record.ready;
  const before = known ? await cluster.machines() : [];
  const running = before.length > 0 && before.every((m) => m.state === "running");
  // machines that are not ours run always, and may yet have to be made ready for bring-up
  const foreign = cluster.provider.agreement !== undefined;
  if (!running || (foreign && !cluster.record.ready)) {
    emit({ type: "stage", title: `${foreign ? "Reaching" : "Booting"} ${plan.machines.length} machines` });
    const { made } = await cluster.provider.up(plan, (event) => emit({ type: "machine", ...event }));
    if (made && cluster.record.ready) {
      emit({ type: "note", text: "No saved state could be used: the cluster is built again." });
      cluster.record.ready = false;
      await cluster.save();
    }
  }
  await cluster.refresh();
  await writeFile(join(dir, "ssh_config"), sshConfig(await cluster.machines(), dir));
  if (!cluster.record.ready) {
    const shared = await ensureKey(join(dir, "node_ed25519"), `nodes of ${plan.name}`);
    const nodeKey = { secret: await readFile(join(dir, "node_ed25519"), "utf8"), shared };
    await cluster.provider.clock.hurry(() =>
      bringUp({ plan, ssh: cluster.ssh, token: cluster.record.token, nodeKey, logs: join(dir, "logs"), emit }),
    );
    cluster.record.ready = true;
    await cluster.save();
  } else if (!running) {
    emit({ type: "stage", title: "Waiting for the nodes" });
    if (!(await cluster.provider.clock.hurry(() => cameBack(cluster))))
      emit({
        type: "note",
        text: "Not everything is Ready after the boot, as it may be when the cluster was broken before: see `kubemend status`.",
      });
  }
  const kubeconfig = await hostKubeconfig(cluster);
  if (kubeconfig !== undefined) {
    await writeFile(join(dir, "kubeconfig"), kubeconfig, { mode: 0o600 });
    await chmod(join(dir, "kubeconfig"), 0o600);
  }
  const milliseconds = performance.now() - begin;
  emit({ type: "ready", name: plan.name, milliseconds });
  return { cluster, fresh: !running || !complete, milliseconds };
}

/** Throws `preflight` with every finding that is an error; tells of the others. */
async function preflight(cluster: Cluster, plan: Plan, emit: Listener, { locate }: UpOptions): Promise<void> {
  const found = [...(await mirrorFindings(plan)), ...(await cluster.provider.preflight(plan))];
  const findings = found.map((finding) => {
    // requirements of the host stand nowhere in the file
    const at = finding.at ?? (finding.field === "" || finding.field === "provider" ? undefined : locate?.(finding.field));
    return at ? { ...finding, at } : finding;
  });
  for (const finding of findings) if (finding.severity !== "error") emit({ type: "finding", finding });
  const fatal = findings.filter((f) => f.severity === "error");
  if (fatal.length === 0) return;
  throw providerError(
    "preflight",
    `the plan cannot be carried out here, for ${fatal.length} reason${fatal.length === 1 ? "" : "s"}:\n\n${fatal.map(formatFinding).join("\n")}`,
    { details: { findings: fatal } },
  );
}

/** Asks once whether machines that are not the cluster's own may be changed. Throws `not-agreed`, having changed nothing. */
async function agree(cluster: Cluster, plan: Plan, options: UpOptions): Promise<void> {
  const text = cluster.provider.agreement?.(plan);
  if (text === undefined) return;
  if (!options.agree)
    throw usageError("not-agreed", `nobody has agreed that these machines are changed:\n\n${text}`, {
      hint: "`kubemend up` asks on a terminal; `kubemend up --yes` agrees.",
    });
  if (!(await options.agree(text))) throw usageError("not-agreed", "not agreed; nothing was changed on the machines");
  cluster.record.agreed = true;
}

/** After a boot of machines that were a cluster before. A learner's broken cluster does not come back, and that is no error here. */
async function cameBack(cluster: Cluster): Promise<boolean> {
  const script = [
    "export KUBECONFIG=/etc/kubernetes/admin.conf",
    "for _ in $(seq 60); do kubectl get --raw=/readyz >/dev/null 2>&1 && break; sleep 1; done",
    // what the API server knows is from before the boot until the kubelets have reported
    "sleep 12",
    "kubectl wait --for=condition=Ready nodes --all --timeout=60s && kubectl -n kube-system wait --for=condition=Ready pods --all --timeout=60s",
  ].join("; ");
  const result = await cluster.ssh
    .exec(cluster.machineNamed(undefined), `sudo bash -c '${script}'`, { timeout: 300_000 })
    .catch(() => undefined);
  return result?.status === 0;
}

/** A running cluster does not change its shape: say what differs and how to get it. */
function refuseChange(old: Plan, wanted: Plan): void {
  const a = JSON.stringify({ ...old, specification: { ...old.specification } });
  const b = JSON.stringify({ ...wanted, specification: { ...wanted.specification } });
  if (a === b) return;
  const changed = Object.keys({ ...old.specification, ...wanted.specification }).filter(
    (key) =>
      JSON.stringify(old.specification[key as keyof typeof old.specification]) !==
      JSON.stringify(wanted.specification[key as keyof typeof wanted.specification]),
  );
  throw usageError(
    "cluster-differs",
    `cluster ${old.name} exists with another specification (changed: ${changed.join(", ") || "addresses"})`,
    {
      hint: "`kubemend destroy` removes it, then `kubemend up` makes the new one; or give the new one another --name.",
    },
  );
}

/** kubeadm's form: [a-z0-9]{6}.[a-z0-9]{16}. */
function bootstrapToken(): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  const word = (length: number): string => [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join("");
  return `${word(6)}.${word(16)}`;
}
