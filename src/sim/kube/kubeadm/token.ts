/** `kubeadm token` (cmd/kubeadm/app/cmd/token.go). */
import type { Obj } from "../../core/json.ts";
import { publicKeyHash } from "../../pki/index.ts";
import { parseDuration } from "../control/flags.ts";
import { createTokens } from "./bootstrap-token.ts";
import { kubeconfigPath, openApi } from "./cluster.ts";
import { newToken, readDocuments } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import type { InitFlags } from "./init.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { readTokenSecret, rfc3339, type BootstrapToken } from "./token-secret.ts";
import { tokenPattern } from "./validate.ts";
import { newCertificateKey } from "./upload.ts";

export async function tokenCreate(c: Context, flags: InitFlags, given: string | undefined): Promise<void> {
  const { values, lists } = flags;
  let tokens: Obj[];
  if (values.config !== undefined) {
    const documents = await readDocuments(c, values.config);
    tokens = (documents.InitConfiguration?.bootstrapTokens as Obj[] | undefined) ?? [{}];
  } else tokens = [{}];
  const token = given ?? (tokens[0]?.token as string | undefined) ?? newToken(c);
  if (!tokenPattern.test(token))
    throw new KubeadmError(
      `the bootstrap token ${JSON.stringify(token)} was not of the form ${JSON.stringify("\\A([a-z0-9]{6})\\.([a-z0-9]{16})\\z")}`,
    );
  const ttl = values.ttl ?? (tokens[0]?.ttl as string | undefined) ?? "24h0m0s";
  const usages = lists.usages ?? (tokens[0]?.usages as string[] | undefined) ?? ["signing", "authentication"];
  for (const usage of usages)
    if (usage !== "signing" && usage !== "authentication")
      throw new KubeadmError(
        `bootstrapTokens[0].usages: Invalid value: "${usage}": invalid bootstrap token usage string: ${usage}, valid usage options: authentication, signing`,
        3,
      );
  const groups = lists.groups ?? (tokens[0]?.groups as string[] | undefined) ?? ["system:bootstrappers:kubeadm:default-node-token"];
  for (const group of groups)
    if (!/^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/.test(group))
      throw new KubeadmError(
        `bootstrapTokens[0].groups: Invalid value: "${group}": bootstrap group "${group}" is invalid (must match \\Asystem:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\\z)`,
        3,
      );
  if (parseDuration(ttl) === undefined)
    throw new KubeadmError(`invalid argument "${ttl}" for "--ttl" flag: time: invalid duration "${ttl}"`);
  const api = openApi(c, kubeconfigPath(c, values.kubeconfig));
  await createTokens(c, api, [{ token, ttl, usages, groups, description: values.description }], false);
  if (values["print-join-command"] !== "true") return await c.out(token);
  await c.out(
    `${joinCommand(c, token, values.kubeconfig, values["certificate-key"])}${values["certificate-key"] === undefined ? " " : ""}`,
  );
}

function joinCommand(c: Context, token: string, kubeconfig: string | undefined, certificateKey: string | undefined): string {
  const read = readKubeconfig(c.p.fs.readText(kubeconfigPath(c, kubeconfig)));
  if (!read?.caPem) throw new KubeadmError("failed to get join command: failed to get default cluster config");
  const server = read.server.replace(/^https:\/\//, "");
  const control = certificateKey === undefined ? "" : ` --control-plane --certificate-key ${certificateKey}`;
  // util.go's template of 1.20 breaks the line there, and print-join-command joins it with what was indented
  const gap = c.minor < 21 ? "     " : " ";
  return `kubeadm join ${server} --token ${token}${gap}--discovery-token-ca-cert-hash ${publicKeyHash(read.caPem)}${control}`;
}

/** Rounds down to the largest unit, as duration.ShortHumanDuration. */
function shortDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h`;
  return hours < 24 * 365 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 24 / 365)}y`;
}

export async function tokenList(c: Context, flags: InitFlags): Promise<void> {
  const output = flags.values.output ?? flags.values["experimental-output"] ?? "text";
  if (output !== "text" && output !== "json" && output !== "yaml") c.p.notSimulated(`kubeadm token list -o ${output}`);
  const api = openApi(c, kubeconfigPath(c, flags.values.kubeconfig));
  const result = await api.settle(
    api.client.list("secrets", { namespace: "kube-system", fieldSelector: "type=bootstrap.kubernetes.io/token" }),
  );
  if (!result.ok)
    throw new KubeadmError(
      `failed to list bootstrap tokens: ${result.kind === "status" ? result.message : `Get "${api.client.server}/api/v1/namespaces/kube-system/secrets?fieldSelector=type%3Dbootstrap.kubernetes.io%2Ftoken": ${result.message}`}`,
    );
  const tokens = result.body.items.map(readTokenSecret).filter((t) => t !== undefined);
  if (output !== "text") {
    for (const token of tokens) await printObject(c, token, output);
    return;
  }
  const rows = tokens.map((t) => [
    t.token,
    t.expires === undefined ? "<forever>" : shortDuration(t.expires - c.p.now),
    t.expires === undefined ? "<never>" : rfc3339(t.expires),
    t.usages.join(",") || "<none>",
    t.description ?? "<none>",
    t.groups.join(",") || "<none>",
  ]);
  if (rows.length === 0) return;
  await c.p.out(table([["TOKEN", "TTL", "EXPIRES", "USAGES", "DESCRIPTION", "EXTRA GROUPS"], ...rows]));
}

async function printObject(c: Context, t: BootstrapToken, output: "json" | "yaml"): Promise<void> {
  const object = {
    kind: "BootstrapToken",
    apiVersion: "output.kubeadm.k8s.io/v1alpha3",
    creationTimestamp: null,
    token: t.token,
    ...(t.description ? { description: t.description } : {}),
    ...(t.expires === undefined ? {} : { expires: rfc3339(t.expires) }),
    usages: t.usages,
    groups: t.groups,
  };
  if (output === "yaml") c.p.notSimulated("kubeadm token list -o yaml");
  await c.out(JSON.stringify(object, null, 4));
}

/** Columns three spaces apart; the last is not padded. */
function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((r) => r[i]!.length)));
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]! + 3))).join("")}\n`).join("");
}

export async function tokenDelete(c: Context, flags: InitFlags, given: string[]): Promise<void> {
  if (given.length === 0)
    throw new KubeadmError(
      `missing argument; 'token delete' is missing token of form "[a-z0-9]{6}" or "[a-z0-9]{6}.[a-z0-9]{16}"`.replace(
        '"[a-z0-9]{6}" or "[a-z0-9]{6}.[a-z0-9]{16}"',
        c.minor >= 22 ? '"\\\\A([a-z0-9]{6})\\\\z" or "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"' : '"[a-z0-9]{6}"',
      ),
    );
  const api = openApi(c, kubeconfigPath(c, flags.values.kubeconfig));
  for (const text of given) {
    const id = tokenPattern.test(text) ? text.slice(0, 6) : text;
    if (!/^[a-z0-9]{6}$/.test(id))
      throw new KubeadmError(
        `given token ${JSON.stringify(text)} didn't match pattern ${JSON.stringify("\\A([a-z0-9]{6})\\z")} or ${JSON.stringify("\\A([a-z0-9]{6})\\.([a-z0-9]{16})\\z")}`,
      );
    const result = await api.settle(api.client.delete("secrets", `bootstrap-token-${id}`, { namespace: "kube-system" }));
    if (!result.ok) throw new KubeadmError(`failed to delete bootstrap token "${id}": ${result.message}`);
    await c.out(`bootstrap token "${id}" deleted`);
  }
}

export const tokenGenerate = async (c: Context): Promise<void> => await c.out(newToken(c));
export const certificateKey = async (c: Context): Promise<void> => await c.out(newCertificateKey(c));
