/** The stacked etcd cluster as kubeadm handles it: its members, found through their static pods (util/etcd/etcd.go). */
import { callEtcd, type EtcdAccess } from "../control/etcd/client.ts";
import type { Member } from "../control/etcd/store.ts";
import type { EtcdRequest } from "../apiserver/etcd-messages.ts";
import type { Api } from "./api.ts";
import { certificatesDir } from "./certs.ts";
import type { Config } from "./config.ts";
import { KubeadmError, type Context } from "./context.ts";
import { writeEtcd } from "./manifests.ts";

const annotation = "kubeadm.kubernetes.io/etcd.advertise-client-urls";

/** Client URLs of the members whose pods the API server knows. */
async function endpoints(api: Api): Promise<string[]> {
  const result = await api.retry(() =>
    api.client.list("pods", { namespace: "kube-system", labelSelector: "component=etcd,tier=control-plane" }),
  );
  if (!result.ok) throw new KubeadmError(`could not retrieve the list of etcd endpoints: ${result.message}`);
  const urls = result.body.items
    .map((pod) => (pod.metadata.annotations as Record<string, string> | undefined)?.[annotation])
    .filter((u) => u !== undefined);
  if (urls.length === 0) throw new KubeadmError("could not retrieve the list of etcd endpoints: timed out waiting for the condition");
  return urls;
}

function access(c: Context, config: Config, endpoint: string): EtcdAccess {
  const dir = `${certificatesDir(config)}/etcd`;
  return {
    endpoint,
    ca: c.p.fs.tryReadText(`${dir}/ca.crt`),
    certificate: c.p.fs.tryReadText(`${dir}/healthcheck-client.crt`),
    key: c.p.fs.tryReadText(`${dir}/healthcheck-client.key`),
  };
}

/** Asks the members one after the other, again and again for two minutes (etcdAPICall). */
async function ask<T>(c: Context, config: Config, urls: string[], request: EtcdRequest): Promise<T> {
  const end = c.p.now + 120_000;
  let last = "";
  for (;;) {
    for (const url of urls) {
      const result = callEtcd<T>(c.p, access(c, config, url), request);
      if (result.ok) return result.body;
      last = result.detail;
      await c.p.sleep(Math.min(result.after, 5000));
    }
    if (c.p.now >= end) throw new KubeadmError(last);
    await c.p.sleep(500);
  }
}

export async function checkMembers(c: Context, config: Config, api: Api): Promise<void> {
  const urls = await endpoints(api);
  for (const url of urls) {
    try {
      await ask(c, config, [url], { op: "range", key: "health", countOnly: true });
    } catch (error) {
      if (!(error instanceof KubeadmError)) throw error;
      throw new KubeadmError(`etcd cluster is not healthy: failed to dial endpoint ${url} with maintenance client: ${error.message}`);
    }
  }
}

const peerUrl = (config: Config): string => {
  const ip = String(config.init.localAPIEndpoint.advertiseAddress);
  return `https://${ip.includes(":") ? `[${ip}]` : ip}:2380`;
};

export async function addMember(c: Context, config: Config, api: Api): Promise<void> {
  const urls = await endpoints(api);
  const learner = c.minor >= 29;
  const name = String(config.init.nodeRegistration.name);
  const mine = peerUrl(config);
  const { members: before } = await ask<{ members: Member[] }>(c, config, urls, { op: "memberList" });
  const members = before.some((m) => m.peerUrls.includes(mine))
    ? before
    : (await ask<{ members: Member[] }>(c, config, urls, { op: "memberAdd", peerUrls: [mine], learner })).members;
  await c.out("[etcd] Announced new etcd member joining to the existing etcd cluster");
  await c.out('[etcd] Creating static Pod manifest for "etcd"');
  const cluster = members.flatMap((m) =>
    m.peerUrls.map((url) => ({ name: url === mine ? name : m.name === "" ? m.id : m.name, peerUrl: url })),
  );
  writeEtcd(c, config, cluster);
  if (learner) await promote(c, config, urls, mine);
  await c.out(`[etcd] Waiting for the new etcd member to join the cluster. This can take up to 40s`);
  const client = mine.replace(/:2380$/, ":2379");
  for (let attempt = 0; attempt < 8; attempt++) {
    const result = callEtcd(c.p, access(c, config, client), { op: "status" });
    if (result.ok) return;
    await c.p.sleep(5000);
  }
  throw new KubeadmError(`error creating local etcd static pod manifest file: timeout waiting for etcd cluster to be available`);
}

async function promote(c: Context, config: Config, urls: string[], mine: string): Promise<void> {
  const end = c.p.now + 120_000;
  for (;;) {
    const { members } = await ask<{ members: Member[] }>(c, config, urls, { op: "memberList" });
    const me = members.find((m) => m.peerUrls.includes(mine));
    if (!me || !me.learner) return;
    let last = "";
    for (const url of urls) {
      const result = callEtcd(c.p, access(c, config, url), { op: "memberPromote", id: me.id });
      if (result.ok) return;
      last = result.detail;
    }
    if (c.p.now >= end) throw new KubeadmError(`error creating local etcd static pod manifest file: ${last}`);
    await c.p.sleep(500);
  }
}

/** Takes this node's member out of the cluster, unless it is the only one. */
export async function removeMember(c: Context, config: Config, api: Api): Promise<void> {
  const urls = await endpoints(api);
  const { members } = await ask<{ members: Member[] }>(c, config, urls, { op: "memberList" });
  if (members.length === 1) return;
  const me = members.find((m) => m.peerUrls.includes(peerUrl(config)));
  if (!me) return;
  await ask(c, config, urls, { op: "memberRemove", id: me.id });
}
