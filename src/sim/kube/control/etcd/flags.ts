/** etcd's command line (server/etcdmain/config.go). */
import { parseGoFlags, type FlagTable, type ParsedFlags } from "../flags.ts";

/** Flags whose value changes what a simulated member does. */
const modelled: FlagTable = {
  name: "string",
  "data-dir": "string",
  "listen-client-urls": "string",
  "advertise-client-urls": "string",
  "listen-peer-urls": "string",
  "initial-advertise-peer-urls": "string",
  "initial-cluster": "string",
  "initial-cluster-state": "string",
  "initial-cluster-token": "string",
  "listen-metrics-urls": "string",
  "cert-file": "string",
  "key-file": "string",
  "trusted-ca-file": "string",
  "client-cert-auth": "bool",
  "peer-cert-file": "string",
  "peer-key-file": "string",
  "peer-trusted-ca-file": "string",
  "peer-client-cert-auth": "bool",
  "quota-backend-bytes": "int",
  "force-new-cluster": "bool",
};

/** Flags that change nothing that can be seen here: tuning of raft's log, limits, logging. */
const accepted: FlagTable = {
  "snapshot-count": "int",
  "heartbeat-interval": "int",
  "election-timeout": "int",
  "max-snapshots": "int",
  "max-wals": "int",
  "max-txn-ops": "int",
  "max-request-bytes": "int",
  "auto-compaction-mode": "string",
  "auto-compaction-retention": "string",
  logger: "string",
  "log-level": "string",
  "log-outputs": "string",
  "enable-v2": "bool",
  "enable-pprof": "bool",
  metrics: "string",
  "experimental-initial-corrupt-check": "bool",
  "experimental-watch-progress-notify-interval": "duration",
  "watch-progress-notify-interval": "duration",
  "feature-gates": "string",
  "strict-reconfig-check": "bool",
  "pre-vote": "bool",
  "cipher-suites": "string",
  "tls-min-version": "string",
  "tls-max-version": "string",
  "host-whitelist": "string",
  cors: "string",
  "socket-reuse-port": "bool",
  "socket-reuse-address": "bool",
  "grpc-keepalive-min-time": "duration",
  "grpc-keepalive-interval": "duration",
  "grpc-keepalive-timeout": "duration",
  "unsafe-no-fsync": "bool",
  "backend-batch-interval": "duration",
  "backend-batch-limit": "int",
  version: "bool",
};

/** Real flags that would change what happens and are not modelled. */
const beyond: FlagTable = {
  "config-file": "string",
  discovery: "string",
  "discovery-srv": "string",
  "discovery-fallback": "string",
  "discovery-proxy": "string",
  "wal-dir": "string",
  "auto-tls": "bool",
  "peer-auto-tls": "bool",
  "client-crl-file": "string",
  "peer-crl-file": "string",
  "peer-cert-allowed-cn": "string",
  "peer-cert-allowed-hostname": "string",
  "client-cert-file": "string",
  "client-key-file": "string",
  "auth-token": "string",
  "listen-client-http-urls": "string",
};

export function parseEtcdFlags(args: string[]): ParsedFlags & { beyond: string[] } {
  const parsed = parseGoFlags(args, { ...modelled, ...accepted, ...beyond });
  return { ...parsed, beyond: Object.keys(parsed.values).filter((name) => Object.hasOwn(beyond, name)) };
}
