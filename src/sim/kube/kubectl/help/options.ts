/** `kubectl options`: as recorded with 1.20 and 1.36, and as the programs of 1.27 to 1.33 print them. Other releases were not looked at. */
import { NotSimulated } from "../../../core/errno.ts";

const options120 = (home: string): string => `The following options can be passed to any command:

      --add-dir-header=false: If true, adds the file directory to the header of the log messages
      --alsologtostderr=false: log to standard error as well as files
      --as='': Username to impersonate for the operation
      --as-group=[]: Group to impersonate for the operation, this flag can be repeated to specify multiple groups.
      --cache-dir='${home}/.kube/cache': Default cache directory
      --certificate-authority='': Path to a cert file for the certificate authority
      --client-certificate='': Path to a client certificate file for TLS
      --client-key='': Path to a client key file for TLS
      --cluster='': The name of the kubeconfig cluster to use
      --context='': The name of the kubeconfig context to use
      --insecure-skip-tls-verify=false: If true, the server's certificate will not be checked for validity. This will make your HTTPS connections insecure
      --kubeconfig='': Path to the kubeconfig file to use for CLI requests.
      --log-backtrace-at=:0: when logging hits line file:N, emit a stack trace
      --log-dir='': If non-empty, write log files in this directory
      --log-file='': If non-empty, use this log file
      --log-file-max-size=1800: Defines the maximum size a log file can grow to. Unit is megabytes. If the value is 0, the maximum file size is unlimited.
      --log-flush-frequency=5s: Maximum number of seconds between log flushes
      --logtostderr=true: log to standard error instead of files
      --match-server-version=false: Require server version to match client version
  -n, --namespace='': If present, the namespace scope for this CLI request
      --one-output=false: If true, only write logs to their native severity level (vs also writing to each lower severity level
      --password='': Password for basic authentication to the API server
      --profile='none': Name of profile to capture. One of (none|cpu|heap|goroutine|threadcreate|block|mutex)
      --profile-output='profile.pprof': Name of the file to write the profile to
      --request-timeout='0': The length of time to wait before giving up on a single server request. Non-zero values should contain a corresponding time unit (e.g. 1s, 2m, 3h). A value of zero means don't timeout requests.
  -s, --server='': The address and port of the Kubernetes API server
      --skip-headers=false: If true, avoid header prefixes in the log messages
      --skip-log-headers=false: If true, avoid headers when opening log files
      --stderrthreshold=2: logs at or above this threshold go to stderr
      --tls-server-name='': Server name to use for server certificate validation. If it is not provided, the hostname used to contact the server is used
      --token='': Bearer token for authentication to the API server
      --user='': The name of the kubeconfig user to use
      --username='': Username for basic authentication to the API server
  -v, --v=0: number for the log level verbosity
      --vmodule=: comma-separated list of pattern=N settings for file-filtered logging
      --warnings-as-errors=false: Treat warnings received from the server as errors and exit with a non-zero exit code
`;

/** Flag, what it does, and the release that brought it. */
const options = (home: string): [flag: string, what: string, since?: number][] => [
  ["--as=''", "Username to impersonate for the operation. User could be a regular user or a service account in a namespace."],
  ["--as-group=[]", "Group to impersonate for the operation, this flag can be repeated to specify multiple groups."],
  ["--as-uid=''", "UID to impersonate for the operation."],
  [
    "--as-user-extra=[]",
    "User extras to impersonate for the operation, this flag can be repeated to specify multiple values for the same key.",
    35,
  ],
  [`--cache-dir='${home}/.kube/cache'`, "Default cache directory"],
  ["--certificate-authority=''", "Path to a cert file for the certificate authority"],
  ["--client-certificate=''", "Path to a client certificate file for TLS"],
  ["--client-key=''", "Path to a client key file for TLS"],
  ["--cluster=''", "The name of the kubeconfig cluster to use"],
  ["--context=''", "The name of the kubeconfig context to use"],
  ["--disable-compression=false", "If true, opt-out of response compression for all requests to the server"],
  [
    "--insecure-skip-tls-verify=false",
    "If true, the server's certificate will not be checked for validity. This will make your HTTPS connections insecure",
  ],
  ["--kubeconfig=''", "Path to the kubeconfig file to use for CLI requests."],
  [
    "--kuberc=''",
    "Path to the kuberc file to use for preferences. This can be disabled by exporting KUBECTL_KUBERC=false feature gate or turning off the feature KUBERC=off.",
    35,
  ],
  ["--log-flush-frequency=5s", "Maximum number of seconds between log flushes"],
  ["--match-server-version=false", "Require server version to match client version"],
  ["-n, --namespace=''", "If present, the namespace scope for this CLI request"],
  ["--password=''", "Password for basic authentication to the API server"],
  ["--profile='none'", "Name of profile to capture. One of (none|cpu|heap|goroutine|threadcreate|block|mutex|trace)"],
  ["--profile-output='profile.pprof'", "Name of the file to write the profile to"],
  [
    "--request-timeout='0'",
    "The length of time to wait before giving up on a single server request. Non-zero values should contain a corresponding time unit (e.g. 1s, 2m, 3h). A value of zero means don't timeout requests.",
  ],
  ["-s, --server=''", "The address and port of the Kubernetes API server"],
  [
    "--tls-server-name=''",
    "Server name to use for server certificate validation. If it is not provided, the hostname used to contact the server is used",
  ],
  ["--token=''", "Bearer token for authentication to the API server"],
  ["--user=''", "The name of the kubeconfig user to use"],
  ["--username=''", "Username for basic authentication to the API server"],
  ["-v, --v=0", "number for the log level verbosity"],
  ["--vmodule=", "comma-separated list of pattern=N settings for file-filtered logging (only works for the default text log format)"],
  ["--warnings-as-errors=false", "Treat warnings received from the server as errors and exit with a non-zero exit code"],
];

/** The last line of each is empty. `home`: the caller's home folder. */
export function optionsHelp(minor: number, home: string): string {
  if (minor <= 20) return options120(home);
  if (minor < 27 || minor === 34) throw new NotSimulated(`kubectl options of 1.${minor}`);
  const traced = minor < 35 ? "" : "|trace";
  const rows = options(home).filter(([, , since]) => since === undefined || minor >= since);
  return `The following options can be passed to any command:\n\n${rows
    .map(([flag, what]) => `    ${flag}:\n\t${what.replace("|mutex|trace)", `|mutex${traced})`)}\n\n`)
    .join("")}`;
}
