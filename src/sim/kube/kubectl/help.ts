/**
 * What kubectl prints without a command, and `kubectl options`: as recorded with 1.20 and 1.36, and as the programs of 1.27 to 1.33
 * print them. Other releases were not looked at.
 */
import { NotSimulated } from "../../core/errno.ts";

const help120 = `kubectl controls the Kubernetes cluster manager.

 Find more information at: https://kubernetes.io/docs/reference/kubectl/overview/

Basic Commands (Beginner):
  create        Create a resource from a file or from stdin.
  expose        Take a replication controller, service, deployment or pod and expose it as a new Kubernetes Service
  run           Run a particular image on the cluster
  set           Set specific features on objects

Basic Commands (Intermediate):
  explain       Documentation of resources
  get           Display one or many resources
  edit          Edit a resource on the server
  delete        Delete resources by filenames, stdin, resources and names, or by resources and label selector

Deploy Commands:
  rollout       Manage the rollout of a resource
  scale         Set a new size for a Deployment, ReplicaSet or Replication Controller
  autoscale     Auto-scale a Deployment, ReplicaSet, or ReplicationController

Cluster Management Commands:
  certificate   Modify certificate resources.
  cluster-info  Display cluster info
  top           Display Resource (CPU/Memory/Storage) usage.
  cordon        Mark node as unschedulable
  uncordon      Mark node as schedulable
  drain         Drain node in preparation for maintenance
  taint         Update the taints on one or more nodes

Troubleshooting and Debugging Commands:
  describe      Show details of a specific resource or group of resources
  logs          Print the logs for a container in a pod
  attach        Attach to a running container
  exec          Execute a command in a container
  port-forward  Forward one or more local ports to a pod
  proxy         Run a proxy to the Kubernetes API server
  cp            Copy files and directories to and from containers.
  auth          Inspect authorization
  debug         Create debugging sessions for troubleshooting workloads and nodes

Advanced Commands:
  diff          Diff live version against would-be applied version
  apply         Apply a configuration to a resource by filename or stdin
  patch         Update field(s) of a resource
  replace       Replace a resource by filename or stdin
  wait          Experimental: Wait for a specific condition on one or many resources.
  kustomize     Build a kustomization target from a directory or a remote url.

Settings Commands:
  label         Update the labels on a resource
  annotate      Update the annotations on a resource
  completion    Output shell completion code for the specified shell (bash or zsh)

Other Commands:
  api-resources Print the supported API resources on the server
  api-versions  Print the supported API versions on the server, in the form of "group/version"
  config        Modify kubeconfig files
  plugin        Provides utilities for interacting with plugins.
  version       Print the client and server version information

Usage:
  kubectl [flags] [options]

Use "kubectl <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;

const help = `kubectl controls the Kubernetes cluster manager.

 Find more information at: https://kubernetes.io/docs/reference/kubectl/

Basic Commands (Beginner):
  create          Create a resource from a file or from stdin
  expose          Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service
  run             Run a particular image on the cluster
  set             Set specific features on objects

Basic Commands (Intermediate):
  explain         Get documentation for a resource
  get             Display one or many resources
  edit            Edit a resource on the server
  delete          Delete resources by file names, stdin, resources and names, or by resources and label selector

Deploy Commands:
  rollout         Manage the rollout of a resource
  scale           Set a new size for a deployment, replica set, or replication controller
  autoscale       Auto-scale a deployment, replica set, stateful set, or replication controller

Cluster Management Commands:
  certificate     Modify certificate resources
  cluster-info    Display cluster information
  top             Display resource (CPU/memory) usage
  cordon          Mark node as unschedulable
  uncordon        Mark node as schedulable
  drain           Drain node in preparation for maintenance
  taint           Update the taints on one or more nodes

Troubleshooting and Debugging Commands:
  describe        Show details of a specific resource or group of resources
  logs            Print the logs for a container in a pod
  attach          Attach to a running container
  exec            Execute a command in a container
  port-forward    Forward one or more local ports to a pod
  proxy           Run a proxy to the Kubernetes API server
  cp              Copy files and directories to and from containers
  auth            Inspect authorization
  debug           Create debugging sessions for troubleshooting workloads and nodes
  events          List events

Advanced Commands:
  diff            Diff the live version against a would-be applied version
  apply           Apply a configuration to a resource by file name or stdin
  patch           Update fields of a resource
  replace         Replace a resource by file name or stdin
  wait            Experimental: Wait for a specific condition on one or many resources
  kustomize       Build a kustomization target from a directory or URL

Settings Commands:
  label           Update the labels on a resource
  annotate        Update the annotations on a resource
  completion      Output shell completion code for the specified shell (bash, zsh, fish, or powershell)

Subcommands provided by plugins:

Other Commands:
  api-resources   Print the supported API resources on the server
  api-versions    Print the supported API versions on the server, in the form of "group/version"
  config          Modify kubeconfig files
  plugin          Provides utilities for interacting with plugins
  version         Print the client and server version information

Usage:
  kubectl [flags] [options]

Use "kubectl <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
`;

/** Up to 1.28 there is no heading for plugins. */
const pluginHeading = "\nSubcommands provided by plugins:\n";

export function mainHelp(minor: number): string {
  if (minor <= 20) return help120;
  if (minor < 27) throw new NotSimulated(`kubectl's help of 1.${minor}`);
  const text = minor < 29 ? help.replace(pluginHeading, "") : help;
  return minor < 28 ? text.replace("Modify certificate resources", "Modify certificate resources.") : text;
}

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
