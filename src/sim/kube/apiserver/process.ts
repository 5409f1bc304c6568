/** The program kube-apiserver. */
import { Errno } from "../../core/errno.ts";
import type { Data } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { DaemonProgram, Signal } from "../../kernel/program.ts";
import type { Incoming } from "../../net/api.ts";
import { goErrno, serveHttp } from "../../net/http.ts";
import { bootstrap, expireEvents, leave, reconcile } from "./bootstrap.ts";
import type { EtcdEvents } from "./etcd-messages.ts";
import { relay, relayClosed } from "./handlers/kubelet.ts";
import { klogLine } from "./klog.ts";
import { readOptions, StartError } from "./options.ts";
import { handle } from "./rest.ts";
import { apiOf } from "./server.ts";
import { StatusError } from "./status.ts";
import { distribute, dropWatches } from "./watch.ts";

/** The time the real binary needs until it begins to look for etcd, and until it listens once it found it (recorded: 1.20, 2.4 s in all). */
const loading = 400;
const listening = 1600;

function start(p: Proc): void {
  try {
    p.data.options = readOptions(p);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    fail(p, error.message);
  }
  p.state.rss = 220_000;
  const version = p.state.version.replace(/^v/, "");
  p.log(klogLine(p, "I", "server.go:150", `Version: v${version}`));
  p.log(klogLine(p, "I", "server.go:152", '"Golang settings" GOGC="" GOMAXPROCS="" GOTRACEBACK=""'));
  p.data.etcdSince = p.now;
  p.after(loading, "etcd");
}

/** `command failed` of component-base/cli (1.23 and newer), `Error: …` before. */
function fail(p: Proc, message: string): never {
  const minor = Number(p.state.version.replace(/^v/, "").split(".")[1] ?? "35");
  p.log(minor >= 23 ? klogLine(p, "E", "run.go:72", `"command failed" err=${JSON.stringify(message)}`) : `Error: ${message}`);
  p.exit(1);
}

/** etcd must answer within twenty seconds. */
function findEtcd(p: Proc): void {
  const { store, options } = apiOf(p);
  try {
    store.revision();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const server = (options.etcd.servers[0] ?? "").replace(/^https?:\/\//, "");
    const why = /Error while dialing: (.*)"$/.exec(error.message)?.[1] ?? error.message;
    const tls = /x509|tls:/.test(why);
    p.log(
      klogLine(
        p,
        "W",
        "logging.go:55",
        `[core] [Channel #1 SubChannel #2]grpc: addrConn.createTransport failed to connect to {Addr: ${JSON.stringify(server)}, ServerName: ${JSON.stringify(server)}, }. Err: connection error: desc = "transport: ${tls ? "authentication handshake failed" : "Error while dialing"}: ${why}"`,
      ),
    );
    if (p.now - Number(p.data.etcdSince) >= 20_000) {
      p.log(klogLine(p, "F", "instance.go:232", "Error creating leases: error creating storage factory: context deadline exceeded"));
      p.exit(255);
    }
    p.after(Math.min(5000, 1000 * 1.6 ** Number((p.data.tries = Number(p.data.tries ?? 0) + 1))), "etcd");
    return;
  }
  p.after(listening, "listen");
}

function listen(p: Proc): void {
  const { options } = apiOf(p);
  const where = `${options.bindAddress}:${options.securePort}`;
  try {
    p.net.listen("tcp", options.bindAddress, options.securePort, { accept: "serve" });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    fail(p, `failed to create listener: failed to listen on ${where}: listen tcp ${where}: bind: ${goErrno(error.code)}`);
  }
  p.log(
    klogLine(
      p,
      "I",
      "secure_serving.go:211",
      `Serving securely on ${options.bindAddress === "0.0.0.0" ? "[::]" : options.bindAddress}:${options.securePort}`,
    ),
  );
  p.data.listening = true;
  watchEtcd(p);
  p.after(200, "bootstrap");
}

function watchEtcd(p: Proc): void {
  const api = apiOf(p);
  api.forget();
  try {
    if (api.store.watch()) {
      p.data.revision = api.store.revision();
      api.startWindow(Number(p.data.revision));
      return;
    }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
  p.after(1000, "watch-etcd");
}

/** Runs what needs etcd; false when it did not answer. */
function attempt(p: Proc, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    p.log(klogLine(p, "E", "controller.go:195", `"Failed to update lease" err=${JSON.stringify(error.message)}`));
    return false;
  }
}

function on(p: Proc, event: string, data: Data): void {
  switch (event) {
    case "etcd":
      return findEtcd(p);
    case "listen":
      return listen(p);
    case "watch-etcd":
      return watchEtcd(p);
    case "bootstrap":
      if (!attempt(p, () => bootstrap(apiOf(p)))) {
        p.after(1000, "bootstrap");
        return;
      }
      p.data.bootstrapped = true;
      p.after(10_000, "reconcile");
      p.after(300_000, "compact");
      return;
    case "reconcile":
      attempt(p, () => reconcile(apiOf(p)));
      p.after(10_000, "reconcile");
      return;
    case "compact": {
      attempt(p, () => {
        const api = apiOf(p);
        expireEvents(api);
        if (p.data.compactAt) api.store.call({ op: "compact", revision: Number(p.data.compactAt) });
        p.data.compactAt = api.store.revision();
      });
      p.after(300_000, "compact");
      return;
    }
    case "data": {
      const { conn, message } = data as { conn: number; message: Data };
      if (apiOf(p).store.isWatch(conn)) {
        const batch = message as unknown as EtcdEvents;
        p.data.revision = batch.revision;
        distribute(p, batch);
      } else relay(p, conn, message);
      return;
    }
    case "closed": {
      const { conn } = data as { conn: number };
      const { store } = apiOf(p);
      if (store.isWatch(conn)) {
        store.lostWatch();
        // clients list and watch again, as their servers' caches do
        for (const w of (p.data.watches ?? []) as { conn: number }[]) p.net.shut(w.conn);
        p.data.watches = [];
        p.after(1000, "watch-etcd");
      }
      dropWatches(p, conn);
      relayClosed(p, conn);
    }
  }
}

function serve(p: Proc, incoming: Incoming): unknown {
  const api = apiOf(p);
  return serveHttp(p, incoming, { certificate: api.options.certificate, clientAuth: "request" }, (request) =>
    handle(api, request, { conn: incoming.conn }),
  );
}

function signal(p: Proc, name: Signal): boolean {
  if (name !== "SIGTERM" && name !== "SIGINT") return false;
  if (p.data.bootstrapped === true) leave(apiOf(p));
  p.log(klogLine(p, "I", "genericapiserver.go:706", "[graceful-termination] apiserver is exiting"));
  p.finish({ code: 0 });
  return true;
}

export const kubeApiserver: DaemonProgram = { name: "kube-apiserver", start, on, serve, signal };
