/** The command line of haproxy (haproxy.c, usage and version of 2.8). */
import type { Proc } from "../../../kernel/proc.ts";

export interface Options {
  files: string[];
  check: boolean;
  quiet: boolean;
  verbose: boolean;
  masterWorker: boolean;
  pidFile?: string;
}

/** Ubuntu's revision of the package, which the program's own version names as well. */
const revision = "-1ubuntu3.4";

export const versionOf = (p: Proc): string => `${p.state.version || "2.8.5"}${revision}`;

const versionText = (p: Proc): string =>
  [
    `HAProxy version ${versionOf(p)} 2025/10/01 - https://haproxy.org/`,
    "Status: long-term supported branch - will stop receiving fixes around Q2 2028.",
    `Known bugs: http://www.haproxy.org/bugs/bugs-${p.state.version || "2.8.5"}.html`,
    "Running on: Linux 6.8.0-86-generic #87-Ubuntu SMP PREEMPT_DYNAMIC x86_64",
  ].join("\n");

const usage = `
Usage : haproxy [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]
        [ -p <pidfile> ] [ -m <max megs> ] [ -C <dir> ] [-- <cfgfile>*]
        -v displays version ; -vv shows known build options.
        -d enters debug mode ; -db only disables background mode.
        -dM[<byte>,help,...] debug memory (default: poison with <byte>/0x50)
        -dt activate traces on stderr
        -V enters verbose mode (disables quiet mode)
        -D goes daemon ; -C changes to <dir> before loading files.
        -W master-worker mode.
        -Ws master-worker mode with systemd notify support.
        -q quiet mode : don't display messages
        -c check mode : only check config files and exit
        -cc check condition : evaluate a condition and exit
        -n sets the maximum total # of connections (uses ulimit -n)
        -m limits the usable amount of memory (in MB)
        -N sets the default, per-proxy maximum # of connections (0)
        -L set local peer name (default to hostname)
        -p writes pids of all children to this file
        -dC[[key],line] display the configuration file, if there is a key, the file will be anonymised
        -de disables epoll() usage even when available
        -dp disables poll() usage even when available
        -dS disables splice usage (broken on old kernels)
        -dG disables getaddrinfo() usage
        -dR disables SO_REUSEPORT usage
        -dL dumps loaded object files after config checks
        -dK{class[,...]} dump registered keywords (use 'help' for list)
        -dr ignores server address resolution failures
        -dV disables SSL verify on servers side
        -dW fails if any warning is emitted
        -dD diagnostic mode : warn about suspicious configuration statements
        -dF disable fast-forward
        -dZ disable zero-copy forwarding
        -sf/-st [pid ]* finishes/terminates old pids.
        -x <unix_socket> get listening sockets from a unix socket
        -S <bind>[,<bind options>...] new master CLI
`;

/** Ends the process for `-v`, for bad usage, and for what is not simulated. */
export function parseArguments(p: Proc): Options {
  const o: Options = { files: [], check: false, quiet: false, verbose: false, masterWorker: false };
  const bad = (): never => {
    p.log(`${versionText(p)}${usage}`.replace(/\n$/, ""), 1);
    return p.exit(1);
  };
  const { args } = p;
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    const value = (): string => args[++i] ?? bad();
    switch (word) {
      case "-v":
        p.log(versionText(p), 1);
        return p.exit(0);
      case "-c":
        o.check = true;
        continue;
      case "-q":
        o.quiet = true;
        continue;
      case "-V":
        o.verbose = true;
        continue;
      case "-W":
      case "-Ws":
        o.masterWorker = true;
        continue;
      case "-db":
      case "-D":
        continue;
      case "-f":
        o.files.push(value());
        continue;
      case "-p":
        o.pidFile = value();
        continue;
      case "-S":
      case "-L":
      case "-n":
      case "-N":
      case "-m":
        value();
        continue;
    }
    if (/^-(vv|d.*|cc|C|x|sf|st|-)$/.test(word)) p.notSimulated(`haproxy ${word}`);
    return bad();
  }
  if (o.files.length === 0) return bad();
  if (o.files.length > 1) p.notSimulated("haproxy with several configuration files");
  return o;
}
