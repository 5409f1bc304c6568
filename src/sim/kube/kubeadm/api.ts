/** kubeadm's way with the API: retry what fails for up to a minute (cmd/kubeadm/app/util/apiclient/idempotency.go). */
import type { Obj } from "../../core/json.ts";
import type { ApiResult, KubeClient } from "../api.ts";
import { KubeadmError, type Context } from "./context.ts";

const interval = 500;
const patience = 60_000;

export class Api {
  readonly c: Context;
  readonly client: KubeClient;

  constructor(c: Context, client: KubeClient) {
    this.c = c;
    this.client = client;
  }

  /** A call, waiting as long as the real client would for its failure (at most ten seconds, its request time-out). */
  async settle<T>(result: ApiResult<T>): Promise<ApiResult<T>> {
    if (!result.ok && result.kind === "transport") await this.c.p.sleep(Math.min(result.after, 10_000));
    return result;
  }

  /** Repeats until the call succeeds or gets an answer that another try will not change. */
  async retry<T>(call: () => ApiResult<T>, final: (status: number) => boolean = () => false): Promise<ApiResult<T>> {
    const end = this.c.p.now + patience;
    for (;;) {
      const result = await this.settle(call());
      if (result.ok || (result.kind === "status" && final(result.code)) || this.c.p.now >= end) return result;
      await this.c.p.sleep(interval);
    }
  }

  /** Creates the object, or updates the one that is there. */
  async ensure(resource: string, object: Obj): Promise<void> {
    const namespace = object.metadata.namespace as string | undefined;
    const name = String(object.metadata.name);
    const result = await this.retry(() => {
      const made = this.client.create(resource, object);
      if (made.ok || made.kind !== "status" || made.code !== 409) return made;
      const there = this.client.get(resource, name, namespace);
      if (!there.ok) return there;
      return this.client.update(resource, {
        ...object,
        metadata: { ...object.metadata, resourceVersion: (there.body as Obj).metadata.resourceVersion as string },
      });
    });
    if (!result.ok) throw new KubeadmError(`unable to create ${resource.split(".")[0]!.replace(/s$/, "")}: ${result.message}`);
  }

  async get(resource: string, name: string, namespace?: string): Promise<Obj | undefined> {
    const result = await this.retry(
      () => this.client.get(resource, name, namespace),
      (status) => status === 404 || status === 403 || status === 401,
    );
    if (result.ok) return result.body as Obj;
    if (result.kind === "status" && result.code === 404) return undefined;
    throw new KubeadmError(result.message);
  }
}
