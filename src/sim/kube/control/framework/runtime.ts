/** The machinery under controllers: informers, work queues with back-off, credentials, events. */
import { correlate, newCorrelator, send, type Correlator } from "../../event-recorder.ts";
import { NotSimulated } from "../../../core/errno.ts";
import type { Data, Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { ApiResult, KubeClient } from "../../api.ts";
import { configClient } from "../../client.ts";
import { clientConfig, readKubeconfig, type ClientConfig } from "../../kubeconfig.ts";
import { klog, klogS } from "../../node/klog.ts";
import { minorOf } from "../releases.ts";
import { Cache, keyOf } from "./cache.ts";

/** A reconciler: `interested` says which keys a changed object concerns, `sync` brings one key's world in order. */
export interface Controller {
  /** As --controllers names it. */
  name: string;
  /** Service account in kube-system that it acts as; missing: the process's own user. */
  account?: string;
  /** Component that its events name, when it is not the account. */
  recorder?: string;
  interested(r: Runtime, resource: string, object: Obj, deleted: boolean): string[];
  sync(r: Work, key: string): void;
  /** Called once the caches are filled and the lease is held. Throws FatalError where the real controller ends the process. */
  start?(r: Work): void;
}

/** Ends the process with a klog F line. */
export class FatalError extends Error {
  readonly source: string;
  constructor(source: string, message: string) {
    super(message);
    this.source = source;
  }
}

/** A sync that is to be tried again. */
export class SyncError extends Error {}

interface State {
  kubeconfig: string;
  resources: string[];
  controllers: string[];
  queue: Record<string, Record<string, true>>;
  flushing: boolean;
  failures: Record<string, number>;
  tokens: Record<string, { token: string; expires: number }>;
  events: Correlator;
  watching: number;
}

const caches = new WeakMap<Proc, Cache>();
const configs = new WeakMap<Proc, { text: string; config: ClientConfig; own: KubeClient }>();
/** Clients of service accounts, by token. */
const accounts = new WeakMap<ClientConfig, Map<string, KubeClient>>();

export class Runtime {
  readonly p: Proc;
  readonly minor: number;
  readonly #controllers: Map<string, Controller>;

  constructor(p: Proc, controllers: readonly Controller[]) {
    this.p = p;
    this.minor = minorOf(p.state.version);
    this.#controllers = new Map(controllers.map((c) => [c.name, c]));
  }

  static prepare(p: Proc, kubeconfig: string, resources: string[], controllers: string[]): void {
    const state: State = {
      kubeconfig,
      resources,
      controllers,
      queue: {},
      flushing: false,
      failures: {},
      tokens: {},
      events: newCorrelator(),
      watching: 0,
    };
    p.data.runtime = state;
  }

  get state(): State {
    return this.p.data.runtime as State;
  }
  get now(): number {
    return this.p.now;
  }

  /** The kubeconfig, parsed again only when its text has changed. */
  get #kubeconfig(): { config: ClientConfig; own: KubeClient } {
    const path = this.state.kubeconfig;
    const text = this.p.fs.readText(path);
    const known = configs.get(this.p);
    if (known?.text === text) return known;
    const config = clientConfig(this.p, readKubeconfig(this.p, path), path.slice(0, path.lastIndexOf("/")) || "/");
    const made = { text, config, own: configClient(this.p, config) };
    configs.set(this.p, made);
    return made;
  }

  get config(): ClientConfig {
    return this.#kubeconfig.config;
  }

  /** Client of the process's own user. */
  get own(): KubeClient {
    return this.#kubeconfig.own;
  }

  /** Client of a controller's service account (--use-service-account-credentials). */
  as(account: string | undefined): KubeClient {
    if (account === undefined || this.p.data.ownCredentials === true) return this.own;
    const { config } = this;
    let kept = this.state.tokens[account];
    if (!kept || kept.expires < this.now) {
      const { own } = this;
      const path = `/api/v1/namespaces/kube-system/serviceaccounts`;
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3607 } };
      let result = own.request("POST", `${path}/${account}/token`, body);
      if (!result.ok && result.kind === "status" && result.code === 404) {
        const made = own.create("serviceaccounts", {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name: account, namespace: "kube-system" },
        });
        if (!made.ok && !(made.kind === "status" && made.code === 409)) throw new SyncError(made.message);
        result = own.request("POST", `${path}/${account}/token`, body);
      }
      if (!result.ok) throw new SyncError(`unable to get token for ${account}: ${result.message}`);
      kept = this.state.tokens[account] = { token: String(result.body.status.token), expires: this.now + 2_880_000 };
    }
    let clients = accounts.get(config);
    if (!clients) accounts.set(config, (clients = new Map()));
    let client = clients.get(kept.token);
    if (!client) {
      if (clients.size >= 200) clients.clear();
      client = configClient(this.p, {
        server: config.server,
        ...(config.ca === undefined ? {} : { ca: config.ca }),
        insecure: config.insecure,
        token: kept.token,
        user: "",
      });
      clients.set(kept.token, client);
    }
    return client;
  }

  // --- informers

  get cache(): Cache {
    let cache = caches.get(this.p);
    if (!cache) {
      // after a load: the watch lives on, what it had told so far is listed again
      cache = new Cache();
      caches.set(this.p, cache);
      const { own } = this;
      for (const resource of this.state.resources) {
        const result = own.list(resource);
        if (result.ok) cache.replace(resource, result.body.items);
      }
    }
    return cache;
  }

  /** Lists and watches everything; undefined when it could, else the failure. */
  connect(): Exclude<ApiResult, { ok: true }> | undefined {
    const { own, state } = this;
    const result = own.watch(state.resources);
    if (!result.ok) return result;
    let cache = caches.get(this.p);
    if (!cache) caches.set(this.p, (cache = new Cache()));
    for (const resource of state.resources) {
      const { changed, removed } = cache.replace(resource, (result.body[resource] as Obj).items as Obj[]);
      for (const object of removed) this.#tell(resource, object, true);
      for (const object of changed) this.#tell(resource, object, false);
    }
    return undefined;
  }

  /** An `api` event of the watch. */
  heard(data: Data): void {
    const event = data as unknown as {
      resource: string;
      namespace: string;
      name: string;
      type: string;
      resourceVersion: string;
      object: Obj;
    };
    const { cache } = this;
    if (event.type === "DELETED") {
      const key = event.namespace === "" ? event.name : `${event.namespace}/${event.name}`;
      cache.remove(event.resource, key, Number(event.resourceVersion));
      this.#tell(event.resource, event.object, true);
      return;
    }
    // news of one's own writes is no news to the cache, but others in this process may still have to hear it
    cache.put(event.resource, event.object);
    this.#tell(event.resource, event.object, false);
  }

  #tell(resource: string, object: Obj, deleted: boolean): void {
    for (const name of this.state.controllers) {
      const controller = this.#controllers.get(name);
      if (!controller) continue;
      for (const key of controller.interested(this, resource, object, deleted)) this.enqueue(name, key);
    }
  }

  // --- queues

  /** Asks for a sync of a key, now or in `ms`. */
  enqueue(controller: string, key: string, ms = 0): void {
    const { state } = this;
    if (ms > 0) {
      this.p.after(ms, "enqueue", { controller, key });
      return;
    }
    (state.queue[controller] ??= {})[key] = true;
    if (state.flushing) return;
    state.flushing = true;
    this.p.after(5, "flush");
  }

  /** Syncs what is queued. */
  flush(): void {
    const { state } = this;
    state.flushing = false;
    const { queue } = state;
    state.queue = {};
    for (const [name, keys] of Object.entries(queue)) {
      const controller = this.#controllers.get(name);
      if (!controller) continue;
      const work = new Work(this, controller);
      for (const key of Object.keys(keys)) this.#sync(work, controller, key);
    }
  }

  #sync(work: Work, controller: Controller, key: string): void {
    const { state } = this;
    const id = `${controller.name} ${key}`;
    try {
      controller.sync(work, key);
      delete state.failures[id];
    } catch (error) {
      if (error instanceof FatalError) this.fatal(error);
      if (error instanceof NotSimulated) {
        // one object that asks for too much must not take the other controllers down
        this.p.machine.world.gap(this.p.machine.name, this.p.argv.join(" "), error.what);
        this.p.log(error.message);
        return;
      }
      if (!(error instanceof SyncError)) throw error;
      const count = (state.failures[id] = (state.failures[id] ?? 0) + 1);
      // conflicts are everyday life: the cache was behind
      if (!error.message.includes("the object has been modified"))
        klogS(this.p, "E", "controller.go:210", "Unhandled Error", {
          err: `error syncing '${key}': ${error.message}`,
          logger: controller.name,
        });
      // workqueue.DefaultControllerRateLimiter: 5 ms doubling up to 1000 s
      this.enqueue(controller.name, key, Math.min(1_000_000, 5 * 2 ** Math.min(count, 20)));
    }
  }

  startControllers(): void {
    for (const name of this.state.controllers) {
      const controller = this.#controllers.get(name);
      if (!controller) continue;
      try {
        controller.start?.(new Work(this, controller));
      } catch (error) {
        if (error instanceof FatalError) this.fatal(error);
        if (!(error instanceof SyncError)) throw error;
        klog(this.p, "E", "controllermanager.go:542", `Error starting "${name}": ${error.message}`);
      }
    }
  }

  fatal(error: FatalError): never {
    klog(this.p, "F", error.source, error.message);
    // klog.Fatal ends with 255; since 1.23 os.Exit(1) follows a flush
    this.p.exit(this.minor >= 23 ? 1 : 255);
  }
}

/** What a controller works with: the runtime, seen with its own credentials. */
export class Work {
  readonly r: Runtime;
  readonly controller: Controller;

  constructor(r: Runtime, controller: Controller) {
    this.r = r;
    this.controller = controller;
  }

  get p(): Proc {
    return this.r.p;
  }
  get now(): number {
    return this.r.now;
  }
  get cache(): Cache {
    return this.r.cache;
  }
  get client(): KubeClient {
    return this.r.as(this.controller.account);
  }

  enqueue(key: string, ms = 0): void {
    this.r.enqueue(this.controller.name, key, ms);
  }

  /** The result's object, taken into the cache. Throws SyncError when the call failed. */
  #take(resource: string, result: ApiResult): Obj {
    if (!result.ok) throw new SyncError(result.message);
    if (result.body.metadata?.resourceVersion !== undefined) this.cache.put(resource, result.body);
    return result.body;
  }

  create(resource: string, object: Obj): Obj {
    return this.#take(resource, this.client.create(resource, object));
  }

  /** As create, but the failure is the caller's to judge. */
  tryCreate(resource: string, object: Obj): ApiResult {
    const result = this.client.create(resource, object);
    if (result.ok) this.cache.put(resource, result.body);
    return result;
  }

  update(resource: string, object: Obj): Obj {
    return this.#take(resource, this.client.update(resource, object));
  }

  updateStatus(resource: string, object: Obj): Obj {
    return this.#take(resource, this.client.updateStatus(resource, object));
  }

  patch(resource: string, object: Obj, patch: unknown, options: { type?: "merge" | "strategic" | "json"; subresource?: string } = {}): Obj {
    return this.#take(
      resource,
      this.client.patch(resource, String(object.metadata.name), patch, {
        namespace: object.metadata.namespace as string | undefined,
        ...options,
      }),
    );
  }

  /** Deletes; gone already is fine. */
  delete(resource: string, object: Obj, options: { gracePeriodSeconds?: number; propagationPolicy?: string } = {}): void {
    const namespace = object.metadata.namespace as string | undefined;
    const result = this.client.delete(resource, String(object.metadata.name), { namespace, ...options });
    if (!result.ok) {
      if (result.kind === "status" && result.code === 404) {
        this.cache.remove(resource, keyOf(object), Number(object.metadata.resourceVersion ?? 0));
        return;
      }
      throw new SyncError(result.message);
    }
    if (result.body.metadata?.deletionTimestamp !== undefined && result.body.kind !== "Status") this.cache.put(resource, result.body);
    else this.cache.remove(resource, keyOf(object), Number(object.metadata.resourceVersion ?? 0));
  }

  /** Records an event about an object; the same one again only counts up. */
  event(
    object: Obj,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    component = this.controller.recorder ?? this.controller.account ?? this.controller.name,
  ): void {
    recordEvent(this.r, this.client, object, type, reason, message, component);
  }
}

/** `2026-11-20T22:24:31Z` */
export const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** `2026-11-20T22:24:31.927000Z`, metav1.MicroTime. */
export const micro = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");

export function recordEvent(
  r: Runtime,
  client: KubeClient,
  object: Obj,
  type: string,
  reason: string,
  message: string,
  component: string,
): void {
  const { metadata } = object;
  const about = {
    apiVersion: object.apiVersion as string,
    kind: object.kind as string,
    name: metadata.name as string,
    ...(metadata.namespace ? { namespace: metadata.namespace as string } : {}),
    ...(metadata.resourceVersion ? { resourceVersion: metadata.resourceVersion as string } : {}),
    ...(metadata.uid ? { uid: metadata.uid as string } : {}),
  };
  const event = { about, type, reason, message, source: { component }, at: r.now, counted: component === "default-scheduler" };
  const correlated = correlate(r.p.machine, r.state.events, event, r.now);
  if (correlated) send(client, correlated);
}
