/** kubectl's recorded help: written by scripts/write-kubectl-help.mjs, read by recorded.ts, which tells the form. */

/** Lines of several commands. */
export const shared = `Use "kubectl <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
 JSON and YAML formats are accepted.
Available Commands:
      --allow-missing-template-keys=true: If true, ignore any errors in templates when a field or map key is missing in the template. Only applies to golang and jsonpath output formats.
      --dry-run='none': Must be "none", "server", or "client". If client strategy, only print the object that would be sent, without sending it. If server strategy, submit server-side request without persisting the resource.
      --field-manager='kubectl-create': Name of the manager used to track field ownership.
  -k, --kustomize='': Process the kustomization directory. This flag can't be used together with -f or -R.
  -o, --output='': Output format. One of: json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file.
      --record=false: Record current kubectl command in the resource annotation. If set to false, do not record the command. If set to true, record the command. If not set, default to updating the existing annotation value only if one already exists.
  -R, --recursive=false: Process the directory used in -f, --filename recursively. Useful when you want to manage related manifests organized within the same directory.
      --save-config=false: If true, the configuration of current object will be saved in its annotation. Otherwise, the annotation will be unchanged. This flag is useful when you want to perform kubectl apply on this object in the future.
  -l, --selector='': Selector (label query) to filter on, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2)
      --template='': Template string or path to template file to use when -o=go-template, -o=go-template-file. The template format is golang templates [http://golang.org/pkg/text/template/#pkg-overview].
      --validate=true: If true, use a schema to validate the input before sending it
    --allow-missing-template-keys=true:
	If true, ignore any errors in templates when a field or map key is missing in the template. Only applies to golang and jsonpath output formats.
    --dry-run='none':
	Must be "none", "server", or "client". If client strategy, only print the object that would be sent, without sending it. If server strategy, submit server-side request without persisting the resource.
    --field-manager='kubectl-create':
	Name of the manager used to track field ownership.
    -f, --filename=[]:
    -k, --kustomize='':
	Process the kustomization directory. This flag can't be used together with -f or -R.
    -o, --output='':
	Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).
	Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).
    --raw='':
    -R, --recursive=false:
	Process the directory used in -f, --filename recursively. Useful when you want to manage related manifests organized within the same directory.
    --save-config=false:
	If true, the configuration of current object will be saved in its annotation. Otherwise, the annotation will be unchanged. This flag is useful when you want to perform kubectl apply on this object in the future.
    -l, --selector='':
	Selector (label query) to filter on, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2). Matching objects must satisfy all of the specified label constraints.
	Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.(e.g. -l key1=value1,key2=value2,key3 in (value3)). Matching objects must satisfy all of the specified label constraints.
    --show-managed-fields=false:
	If true, keep the managedFields when printing objects in JSON or YAML format.
    --template='':
	Template string or path to template file to use when -o=go-template, -o=go-template-file. The template format is golang templates [http://golang.org/pkg/text/template/#pkg-overview].
    --validate='strict':
	Must be one of: strict (or true), warn, ignore (or false). 		"true" or "strict" will use a schema to validate the input and fail the request if invalid. It will perform server side validation if ServerSideFieldValidation is enabled on the api-server, but will fall back to less reliable client-side validation if not. 		"warn" will warn about unknown or duplicate fields without blocking the request if server-side field validation is enabled on the API server, and behave as "ignore" otherwise. 		"false" or "ignore" will not perform any schema validation, silently dropping any unknown or duplicate fields.
	Must be one of: strict (or true), warn, ignore (or false). "true" or "strict" will use a schema to validate the input and fail the request if invalid. It will perform server side validation if ServerSideFieldValidation is enabled on the api-server, but will fall back to less reliable client-side validation if not. "warn" will warn about unknown or duplicate fields without blocking the request if server-side field validation is enabled on the API server, and behave as "ignore" otherwise. "false" or "ignore" will not perform any schema validation, silently dropping any unknown or duplicate fields.
    --windows-line-endings=false:
      --resource=[]: Resource that the rule applies to
      --resource-name=[]: Resource in the white list that the rule applies to, repeat this flag for multiple items
      --verb=[]: Verb that applies to the resources contained in the rule
    --resource=[]:
	Resource that the rule applies to
    --resource-name=[]:
	Resource in the white list that the rule applies to, repeat this flag for multiple items
    --verb=[]:
	Verb that applies to the resources contained in the rule
    --clusterrole='':
    --group=[]:
    --serviceaccount=[]:
    --user=[]:
  kubectl create configmap my-config --from-file=path/to/bar
    --append-hash=false:
    --from-env-file=[]:
    --from-file=[]:
    --from-literal=[]:
      --image='': Image name to run.
    --image='':
	Image name to run.
	The port that this container exposes.
  --rule="foo.com/*=svc:8080,tls=secret1"
    --from='':
    --selector='':
      --group=[]: Groups to bind to the role
      --append-hash=false: Append a hash of the secret to its name.
      --from-file=[]: Key files can be specified using their file path, in which case a default name will be given to them, or optionally with a name and file path, in which case the given name will be used.  Specifying a directory will iterate each named file in the directory that is a valid secret key.
	Append a hash of the secret to its name.
	Key files can be specified using their file path, in which case a default name will be given to them, or optionally with a name and file path, in which case the given name will be used.  Specifying a directory will iterate each named file in the directory that is a valid secret key.
    --type='':
      --tcp=[]: Port pairs can be specified as '<port>:<targetPort>'.
    --tcp=[]:
	Port pairs can be specified as '<port>:<targetPort>'.
serviceaccount, sa
 Possible resources include (case insensitive):
      --overrides='': An inline JSON override for the generated object. If this is non-empty, it is used to override the generated object. Requires that the object supply a valid apiVersion field.
    -l, --labels='':
    --name='':
    --override-type='merge':
	The method used to override the generated object: json, merge, or strategic.
    --overrides='':
	An inline JSON override for the generated object. If this is non-empty, it is used to override the generated object. Requires that the object supply a valid apiVersion field.
    --port='':
      --cascade='background': Must be "background", "orphan", or "foreground". Selects the deletion cascading strategy for the dependents (e.g. Pods created by a ReplicationController). Defaults to background.
      --env=[]: Environment variables to set in the container.
  -f, --filename=[]: to use to replace the resource.
      --force=false: If true, immediately remove resources from API and bypass graceful deletion. Note that immediate deletion of some resources may result in inconsistency or data loss and requires confirmation.
      --grace-period=-1: Period of time in seconds given to the resource to terminate gracefully. Ignored if negative. Set to 1 for immediate shutdown. Can only be set to 0 when --force is true (force deletion).
  -k, --kustomize='': Process a kustomization directory. This flag can't be used together with -f or -R.
      --pod-running-timeout=1m0s: The length of time (like 5s, 2m, or 3h, higher than zero) to wait until at least one pod is running
      --requests='': The resource requirement requests for this container.  For example, 'cpu=100m,memory=256Mi'.  Note that server side components may assign requests depending on the server configuration, such as limit ranges.
  -i, --stdin=false: Keep stdin open on the container(s) in the pod, even if nothing is attached.
      --timeout=0s: The length of time to wait before giving up on a delete, zero means determine a timeout from the size of the object
      --wait=false: If true, wait for resources to be gone before returning. This waits for finalizers.
    --attach=false:
    --cascade='background':
	Must be "background", "orphan", or "foreground". Selects the deletion cascading strategy for the dependents (e.g. Pods created by a ReplicationController). Defaults to background.
    --detach-keys='ctrl-p,ctrl-q':
    --env=[]:
	Environment variables to set in the container.
    --force=false:
	If true, immediately remove resources from API and bypass graceful deletion. Note that immediate deletion of some resources may result in inconsistency or data loss and requires confirmation.
    --grace-period=-1:
	Period of time in seconds given to the resource to terminate gracefully. Ignored if negative. Set to 1 for immediate shutdown. Can only be set to 0 when --force is true (force deletion).
    --image-pull-policy='':
	Process a kustomization directory. This flag can't be used together with -f or -R.
    --pod-running-timeout=1m0s:
	The length of time (like 5s, 2m, or 3h, higher than zero) to wait until at least one pod is running
    -q, --quiet=false:
    -i, --stdin=false:
    --timeout=0s:
	The length of time to wait before giving up on a delete, zero means determine a timeout from the size of the object
    -t, --tty=false:
    --wait=false:
	If true, wait for resources to be gone before returning. This waits for finalizers.
  pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)
        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)
      --field-manager='kubectl-set': Name of the manager used to track field ownership.
  -l, --selector='': Selector (label query) to filter on
    --all=false:
    -c, --containers='*':
    -e, --env=[]:
    --field-manager='kubectl-set':
    --list=false:
    --local=false:
    --overwrite=true:
      --all=false: Select all resources, including uninitialized ones, in the namespace of the specified resource types
  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to get from a server.
  -l, --selector='': Selector (label query) to filter on, not including uninitialized ones, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2)
	Select all resources, in the namespace of the specified resource types
	Filename, directory, or URL to files identifying the resource to get from a server.
	The resource requirement requests for this container.  For example, 'cpu=100m,memory=256Mi'.  Note that server side components may assign requests depending on the server configuration, such as limit ranges.
      --all=false: Select all resources in the namespace of the specified resource types
  -f, --filename=[]: identifying the resource.
      --local=false: If true, annotation will NOT contact api-server but run locally.
  -R, --recursive=true: Process the directory used in -f, --filename recursively. Useful when you want to manage related manifests organized within the same directory.
	Select all resources in the namespace of the specified resource types
	identifying the resource.
	If true, annotation will NOT contact api-server but run locally.
    -R, --recursive=true:
    --resource-version='':
Use "kubectl api-resources" for a complete list of supported resources.
	Format in which to render the schema (plaintext, plaintext-openapiv2)
  -A, --all-namespaces=false: If present, list the requested object(s) across all namespaces. Namespace in current context is ignored even if specified with --namespace.
      --field-selector='': Selector (field query) to filter on, supports '=', '==', and '!='.(e.g. --field-selector key1=value1,key2=value2). The server only supports a limited number of field queries per type.
      --no-headers=false: When using the default or custom-column output format, don't print headers (default print headers).
    -A, --all-namespaces=false:
	If present, list the requested object(s) across all namespaces. Namespace in current context is ignored even if specified with --namespace.
    --chunk-size=500:
	Return large lists in chunks rather than all at once. Pass 0 to disable. This flag is beta and may change in the future.
	Return large lists in chunks rather than all at once. Pass 0 to disable.
    --field-selector='':
	Selector (field query) to filter on, supports '=', '==', and '!='.(e.g. --field-selector key1=value1,key2=value2). The server only supports a limited number of field queries per type.
    --ignore-not-found=false:
    --no-headers=false:
	When using the default or custom-column output format, don't print headers (default print headers).
    --sort-by='':
    --subresource='':
    -w, --watch=false:
 The default format is YAML. To edit in JSON, specify "-o json".
 The flag --windows-line-endings can be used to force Windows line endings, otherwise the default for your operating system will be used.
 In the event an error occurs while updating, a temporary file will be created on disk that contains your unapplied changes. The most common error when updating a resource is another editor changing the resource on the server. When this occurs, you will have to apply your changes to the newer version of the resource, or update your temporary saved copy to include the latest resource version.
  -f, --filename=[]: Filename, directory, or URL to files to use to edit the resource
      --windows-line-endings=false: Defaults to the line ending native to your platform.
	Filename, directory, or URL to files to use to edit the resource
	Defaults to the line ending native to your platform.
  # Rollback to the previous deployment
  kubectl rollout undo deployment/abc
  # Restart a deployment
  # Restart deployments with the app=nginx label
  kubectl rollout restart deployment --selector=app=nginx
    --revision=0:
      --field-manager='kubectl-rollout': Name of the manager used to track field ownership.
    --field-manager='kubectl-rollout':
  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to update
	Filename, directory, or URL to files identifying the resource to update
      --pod-running-timeout=20s: The length of time (like 5s, 2m, or 3h, higher than zero) to wait until at least one pod is running
    --pod-running-timeout=20s:
    --show-swap=false:
    --use-protocol-buffers=true:
	Enables using protocol-buffers to access Metrics API.
  *  Optionally, the key can begin with a DNS subdomain prefix and a single '/', like example.com/my-app
  *  Optionally, the key can begin with a DNS subdomain prefix and a single '/', like example.com/my-app.
    --overwrite=false:
    -c, --container='':
  # Switch to raw terminal mode, sends stdin to 'bash' in ruby-container from pod mypod
  # Switch to raw terminal mode; sends stdin to 'bash' in ruby-container from pod mypod
  # and sends stdout/stderr from 'bash' back to the client
  -c, --container='': Container name. If omitted, the first container in the pod will be chosen
  -i, --stdin=false: Pass stdin to the container
  -t, --tty=false: Stdin is a TTY
	Container name. If omitted, use the kubectl.kubernetes.io/default-container annotation for selecting the container to be attached or the first container in the pod will be chosen
	Only print output from the remote session
	Pass stdin to the container
	Stdin is a TTY
  # Copy /tmp/foo local file to /tmp/bar in a remote pod in namespace <some-namespace>
  # Copy /tmp/foo from a remote pod to /tmp/bar locally
	If true, check the specified action in all namespaces.
  # (requires the EphemeralContainers feature to be enabled in the cluster)
  # Create a debug container named debugger using a custom automated debugging image.
      --field-manager='kubectl-client-side-apply': Name of the manager used to track field ownership.
      --force-conflicts=false: If true, server-side apply will force the changes against conflicts.
      --server-side=false: If true, apply runs in the server instead of the client.
    --field-manager='kubectl-client-side-apply':
    --force-conflicts=false:
	If true, server-side apply will force the changes against conflicts.
    --prune=false:
    --prune-allowlist=[]:
	Overwrite the default allowlist with <group/version/kind> for --prune
    --server-side=false:
	If true, apply runs in the server instead of the client.
  -f, --filename=[]: Filename, directory, or URL to files that contains the last-applied-configuration annotations
	Filename, directory, or URL to files that contains the last-applied-configuration annotations
    -o, --output='yaml':
    --for='':
  # Update all pods in the namespace
  # Update pod 'foo' only if the resource is unchanged from version 1.
  # Update pod 'foo' only if the resource is unchanged from version 1
  # Does not require the --overwrite flag.
  # Does not require the --overwrite flag
  -l, --selector='': Selector (label query) to filter on, not including uninitialized ones, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2).
  kubectl completion powershell | Out-String | Invoke-Expression
 PROPERTY_NAME is a dot delimited name where each token represents either an attribute name or a map key.  Map keys may not contain dots.
 Specifying a name that already exists will merge new fields on top of existing values for those fields.
    --embed-certs=false:
  # List all available plugins
  kubectl plugin list
  # List only binary names of available plugins without paths
  kubectl plugin list --name-only
  kubectl kuberc view
  kubectl kuberc set --section defaults --command get --option output=wide
  kubectl kuberc set --section aliases --name getn --command get --prependarg nodes --option output=wide
    --kuberc='':
	Path to the kuberc file to use for preferences. This can be disabled by exporting KUBECTL_KUBERC=false feature gate or turning off the feature KUBERC=off.`;

/** By command, "" for the program's own. */
export const texts: Record<string, string> = {
  "": `20,27,28,29,30,31,32,33,36
|kubectl controls the Kubernetes cluster manager.
|
20| Find more information at: https://kubernetes.io/docs/reference/kubectl/overview/
27-36| Find more information at: https://kubernetes.io/docs/reference/kubectl/
|
|Basic Commands (Beginner):
20|  create        Create a resource from a file or from stdin.
20|  expose        Take a replication controller, service, deployment or pod and expose it as a new Kubernetes Service
20|  run           Run a particular image on the cluster
20|  set           Set specific features on objects
27-36|  create          Create a resource from a file or from stdin
27-36|  expose          Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service
27-36|  run             Run a particular image on the cluster
27-36|  set             Set specific features on objects
|
|Basic Commands (Intermediate):
20|  explain       Documentation of resources
20|  get           Display one or many resources
20|  edit          Edit a resource on the server
20|  delete        Delete resources by filenames, stdin, resources and names, or by resources and label selector
27-36|  explain         Get documentation for a resource
27-36|  get             Display one or many resources
27-36|  edit            Edit a resource on the server
27-36|  delete          Delete resources by file names, stdin, resources and names, or by resources and label selector
|
|Deploy Commands:
20|  rollout       Manage the rollout of a resource
20|  scale         Set a new size for a Deployment, ReplicaSet or Replication Controller
20|  autoscale     Auto-scale a Deployment, ReplicaSet, or ReplicationController
27-36|  rollout         Manage the rollout of a resource
27-36|  scale           Set a new size for a deployment, replica set, or replication controller
27-36|  autoscale       Auto-scale a deployment, replica set, stateful set, or replication controller
|
|Cluster Management Commands:
20|  certificate   Modify certificate resources.
20|  cluster-info  Display cluster info
20|  top           Display Resource (CPU/Memory/Storage) usage.
20|  cordon        Mark node as unschedulable
20|  uncordon      Mark node as schedulable
20|  drain         Drain node in preparation for maintenance
20|  taint         Update the taints on one or more nodes
27|  certificate     Modify certificate resources.
28-36|  certificate     Modify certificate resources
27-36|  cluster-info    Display cluster information
27-36|  top             Display resource (CPU/memory) usage
27-36|  cordon          Mark node as unschedulable
27-36|  uncordon        Mark node as schedulable
27-36|  drain           Drain node in preparation for maintenance
27-36|  taint           Update the taints on one or more nodes
|
|Troubleshooting and Debugging Commands:
20|  describe      Show details of a specific resource or group of resources
20|  logs          Print the logs for a container in a pod
20|  attach        Attach to a running container
20|  exec          Execute a command in a container
20|  port-forward  Forward one or more local ports to a pod
20|  proxy         Run a proxy to the Kubernetes API server
20|  cp            Copy files and directories to and from containers.
20|  auth          Inspect authorization
20|  debug         Create debugging sessions for troubleshooting workloads and nodes
27-36|  describe        Show details of a specific resource or group of resources
27-36|  logs            Print the logs for a container in a pod
27-36|  attach          Attach to a running container
27-36|  exec            Execute a command in a container
27-36|  port-forward    Forward one or more local ports to a pod
27-36|  proxy           Run a proxy to the Kubernetes API server
27-36|  cp              Copy files and directories to and from containers
27-36|  auth            Inspect authorization
27-36|  debug           Create debugging sessions for troubleshooting workloads and nodes
27-36|  events          List events
|
|Advanced Commands:
20|  diff          Diff live version against would-be applied version
20|  apply         Apply a configuration to a resource by filename or stdin
20|  patch         Update field(s) of a resource
20|  replace       Replace a resource by filename or stdin
20|  wait          Experimental: Wait for a specific condition on one or many resources.
20|  kustomize     Build a kustomization target from a directory or a remote url.
27-36|  diff            Diff the live version against a would-be applied version
27-36|  apply           Apply a configuration to a resource by file name or stdin
27-36|  patch           Update fields of a resource
27-36|  replace         Replace a resource by file name or stdin
27-33|  wait            Experimental: Wait for a specific condition on one or many resources
36|  wait            Wait for a specific condition on one or many resources
27-36|  kustomize       Build a kustomization target from a directory or URL
|
|Settings Commands:
20|  label         Update the labels on a resource
20|  annotate      Update the annotations on a resource
20|  completion    Output shell completion code for the specified shell (bash or zsh)
27-36|  label           Update the labels on a resource
27-36|  annotate        Update the annotations on a resource
27-36|  completion      Output shell completion code for the specified shell (bash, zsh, fish, or powershell)
|
29-36|Subcommands provided by plugins:
29-36|
|Other Commands:
20|  api-resources Print the supported API resources on the server
20|  api-versions  Print the supported API versions on the server, in the form of "group/version"
20|  config        Modify kubeconfig files
20|  plugin        Provides utilities for interacting with plugins.
20|  version       Print the client and server version information
27-36|  api-resources   Print the supported API resources on the server
27-36|  api-versions    Print the supported API versions on the server, in the form of "group/version"
27-36|  config          Modify kubeconfig files
36|  kuberc          Manage kuberc configuration files
27-36|  plugin          Provides utilities for interacting with plugins
27-36|  version         Print the client and server version information
|
|Usage:
|  kubectl [flags] [options]
|
=0
=1`,
  create: `20,27,28,29,30,31,32,33,36
|Create a resource from a file or from stdin.
|
=2
|
|Examples:
20|  # Create a pod using the data in pod.json.
27-36|  # Create a pod using the data in pod.json
|  kubectl create -f ./pod.json
|  
20|  # Create a pod based on the JSON passed into stdin.
27-36|  # Create a pod based on the JSON passed into stdin
|  cat pod.json | kubectl create -f -
|  
20|  # Edit the data in docker-registry.yaml in JSON then create the resource using the edited data.
20|  kubectl create -f docker-registry.yaml --edit -o json
27-36|  # Edit the data in registry.yaml in JSON then create the resource using the edited data
27-36|  kubectl create -f registry.yaml --edit -o json
|
=3
20|  clusterrole         Create a ClusterRole.
20|  clusterrolebinding  Create a ClusterRoleBinding for a particular ClusterRole
20|  configmap           Create a configmap from a local file, directory or literal value
20|  cronjob             Create a cronjob with the specified name.
20|  deployment          Create a deployment with the specified name.
20|  ingress             Create an ingress with the specified name.
20|  job                 Create a job with the specified name.
20|  namespace           Create a namespace with the specified name
20|  poddisruptionbudget Create a pod disruption budget with the specified name.
20|  priorityclass       Create a priorityclass with the specified name.
20|  quota               Create a quota with the specified name.
20|  role                Create a role with single rule.
20|  rolebinding         Create a RoleBinding for a particular Role or ClusterRole
20|  secret              Create a secret using specified subcommand
20|  service             Create a service using specified subcommand.
20|  serviceaccount      Create a service account with the specified name
27-36|  clusterrole           Create a cluster role
27-36|  clusterrolebinding    Create a cluster role binding for a particular cluster role
27-36|  configmap             Create a config map from a local file, directory or literal value
27-36|  cronjob               Create a cron job with the specified name
27-36|  deployment            Create a deployment with the specified name
27-36|  ingress               Create an ingress with the specified name
27-36|  job                   Create a job with the specified name
27-36|  namespace             Create a namespace with the specified name
27-36|  poddisruptionbudget   Create a pod disruption budget with the specified name
27-36|  priorityclass         Create a priority class with the specified name
27-36|  quota                 Create a quota with the specified name
27-36|  role                  Create a role with single rule
27-36|  rolebinding           Create a role binding for a particular role or cluster role
27|  secret                Create a secret using specified subcommand
28-36|  secret                Create a secret using a specified subcommand
27-36|  service               Create a service using a specified subcommand
27-36|  serviceaccount        Create a service account with the specified name
27-36|  token                 Request a service account token
|
|Options:
20=4
20=5
20|      --edit=false: Edit the API resource before creating
20=6
20|  -f, --filename=[]: Filename, directory, or URL to files to use to create the resource
20=7
20=8
20|      --raw='': Raw URI to POST to the server.  Uses the transport specified by the kubeconfig file.
20=9
20=10
20=11
20=12
20=13
20=14
20|      --windows-line-endings=false: Only relevant if --edit=true. Defaults to the line ending native to your platform.
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36|    --edit=false:
27-36|	Edit the API resource before creating
27-36|
27-36=19
27-36=20
27-36|
27-36=21
27-36|	Filename, directory, or URL to files to use to create the resource
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=27
27-36|	Raw URI to POST to the server.  Uses the transport specified by the kubeconfig file.
27-36|
27-36=28
27-36=29
27-36|
27-36=30
27-36=31
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36=42
27-36|	Only relevant if --edit=true. Defaults to the line ending native to your platform.
27-36|
|Usage:
|  kubectl create -f FILENAME [options]
|
20-27=0
28-36|Use "kubectl create <command> --help" for more information about a given command.
=1`,
  "create clusterrole": `20,27,28,29,30,31,32,33,36
20|Create a ClusterRole.
27-36|Create a cluster role.
|
|Examples:
20|  # Create a ClusterRole named "pod-reader" that allows user to perform "get", "watch" and "list" on pods
27-36|  # Create a cluster role named "pod-reader" that allows user to perform "get", "watch" and "list" on pods
|  kubectl create clusterrole pod-reader --verb=get,list,watch --resource=pods
|  
20|  # Create a ClusterRole named "pod-reader" with ResourceName specified
27-36|  # Create a cluster role named "pod-reader" with ResourceName specified
|  kubectl create clusterrole pod-reader --verb=get --resource=pods --resource-name=readablepod --resource-name=anotherpod
|  
20|  # Create a ClusterRole named "foo" with API Group specified
20|  kubectl create clusterrole foo --verb=get,list,watch --resource=rs.extensions
27-36|  # Create a cluster role named "foo" with API Group specified
27-36|  kubectl create clusterrole foo --verb=get,list,watch --resource=rs.apps
|  
20|  # Create a ClusterRole named "foo" with SubResource specified
27-36|  # Create a cluster role named "foo" with SubResource specified
|  kubectl create clusterrole foo --verb=get,list,watch --resource=pods,pods/status
|  
20|  # Create a ClusterRole name "foo" with NonResourceURL specified
27-36|  # Create a cluster role name "foo" with NonResourceURL specified
|  kubectl create clusterrole "foo" --verb=get --non-resource-url=/logs/*
|  
20|  # Create a ClusterRole name "monitoring" with AggregationRule specified
27-36|  # Create a cluster role name "monitoring" with AggregationRule specified
|  kubectl create clusterrole monitoring --aggregation-rule="rbac.example.com/aggregate-to-monitoring=true"
|
|Options:
20|      --aggregation-rule=: An aggregation label selector for combining ClusterRoles.
20=4
20=5
20=6
20|      --non-resource-url=[]: A partial url that user should have access to.
20=8
20=43
20=44
20=11
20=13
20=14
20=45
27-36|    --aggregation-rule=:
27-36|	An aggregation label selector for combining ClusterRoles.
|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36|    --non-resource-url=[]:
27-36|	A partial url that user should have access to.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=46
27-36=47
27-36|
27-36=48
27-36=49
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36=50
27-36=51
27-36|
|Usage:
|  kubectl create clusterrole NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none] [options]
|
=1`,
  "create clusterrolebinding": `20,27,28,29,30,31,32,33,36
20|Create a ClusterRoleBinding for a particular ClusterRole.
27-36|Create a cluster role binding for a particular cluster role.
|
|Examples:
20|  # Create a ClusterRoleBinding for user1, user2, and group1 using the cluster-admin ClusterRole
27-36|  # Create a cluster role binding for user1, user2, and group1 using the cluster-admin cluster role
|  kubectl create clusterrolebinding cluster-admin --clusterrole=cluster-admin --user=user1 --user=user2 --group=group1
|
|Options:
20=4
20|      --clusterrole='': ClusterRole this ClusterRoleBinding should reference
20=5
20=6
20|      --group=[]: Groups to bind to the clusterrole
20=8
20=11
20|      --serviceaccount=[]: Service accounts to bind to the clusterrole, in the format <namespace>:<name>
20=13
20=14
27-36=15
27-36=16
|
27-36=52
27-36|	ClusterRole this ClusterRoleBinding should reference
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=53
27-36|	Groups to bind to the clusterrole. The flag can be repeated to add multiple groups.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=54
27-36|	Service accounts to bind to the clusterrole, in the format <namespace>:<name>. The flag can be repeated to add multiple service accounts.
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=55
27-36|	Usernames to bind to the clusterrole. The flag can be repeated to add multiple users.
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create clusterrolebinding NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]
|
=1`,
  "create configmap": `20,27,28,29,30,31,32,33,36
20|Create a configmap based on a file, directory, or specified literal value.
27-36|Create a config map based on a file, directory, or specified literal value.
|
20| A single configmap may package one or more key/value pairs.
27-36| A single config map may package one or more key/value pairs.
|
20| When creating a configmap based on a file, the key will default to the basename of the file, and the value will default to the file content.  If the basename is an invalid key, you may specify an alternate key.
27-36| When creating a config map based on a file, the key will default to the basename of the file, and the value will default to the file content.  If the basename is an invalid key, you may specify an alternate key.
|
20| When creating a configmap based on a directory, each file whose basename is a valid key in the directory will be packaged into the configmap.  Any directory entries except regular files are ignored (e.g. subdirectories, symlinks, devices, pipes, etc).
27-36| When creating a config map based on a directory, each file whose basename is a valid key in the directory will be packaged into the config map.  Any directory entries except regular files are ignored (e.g. subdirectories, symlinks, devices, pipes, etc).
|
|Aliases:
|configmap, cm
|
|Examples:
20|  # Create a new configmap named my-config based on folder bar
27-36|  # Create a new config map named my-config based on folder bar
=56
|  
20|  # Create a new configmap named my-config with specified keys instead of file basenames on disk
27-36|  # Create a new config map named my-config with specified keys instead of file basenames on disk
|  kubectl create configmap my-config --from-file=key1=/path/to/bar/file1.txt --from-file=key2=/path/to/bar/file2.txt
|  
20|  # Create a new configmap named my-config with key1=config1 and key2=config2
27-36|  # Create a new config map named my-config with key1=config1 and key2=config2
|  kubectl create configmap my-config --from-literal=key1=config1 --from-literal=key2=config2
|  
20|  # Create a new configmap named my-config from the key=value pairs in the file
27-33|  # Create a new config map named my-config from the key=value pairs in the file
20-33=56
20-33|  
20|  # Create a new configmap named my-config from an env file
36|  # Create a new config map named my-config with key=value pairs from an env file
20,36|  kubectl create configmap my-config --from-env-file=path/to/bar.env
27-33|  # Create a new config map named my-config from an env file
27-33|  kubectl create configmap my-config --from-env-file=path/to/foo.env --from-env-file=path/to/bar.env
|
|Options:
20=4
20|      --append-hash=false: Append a hash of the configmap to its name.
20=5
20=6
20|      --from-env-file='': Specify the path to a file to read lines of key=val pairs to create a configmap (i.e. a Docker .env file).
20|      --from-file=[]: Key file can be specified using its file path, in which case file basename will be used as configmap key, or optionally with a key and file path, in which case the given key will be used.  Specifying a directory will iterate each named file in the directory whose basename is a valid configmap key.
20|      --from-literal=[]: Specify a key and literal value to insert in configmap (i.e. mykey=somevalue)
20=8
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36=57
27-36|	Append a hash of the configmap to its name.
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=58
27-36|	Specify the path to a file to read lines of key=val pairs to create a configmap.
27-36|
27-36=59
27-36|	Key file can be specified using its file path, in which case file basename will be used as configmap key, or optionally with a key and file path, in which case the given key will be used.  Specifying a directory will iterate each named file in the directory whose basename is a valid configmap key.
27-36|
27-36=60
27-36|	Specify a key and literal value to insert in configmap (i.e. mykey=somevalue)
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]
|
=1`,
  "create cronjob": `20,27,28,29,30,31,32,33,36
20|Create a cronjob with the specified name.
27-36|Create a cron job with the specified name.
|
|Aliases:
|cronjob, cj
|
|Examples:
20|  # Create a cronjob
27-36|  # Create a cron job
|  kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *"
|  
20|  # Create a cronjob with command
27-36|  # Create a cron job with a command
|  kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *" -- date
|
|Options:
20=4
20=5
20=6
20=61
20=8
20|      --restart='': job's restart policy. supported values: OnFailure, Never
20=11
20|      --schedule='': A schedule in the Cron format the job should be run with.
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=62
27-36=63
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36|    --restart='':
27-36|	job's restart policy. supported values: OnFailure, Never
27-36|
27-36=30
27-36=31
27-36|
27-36|    --schedule='':
27-36|	A schedule in the Cron format the job should be run with.
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags] [options]
|
=1`,
  "create deployment": `20,27,28,29,30,31,32,33,36
|Create a deployment with the specified name.
|
|Aliases:
|deployment, deploy
|
|Examples:
20|  # Create a deployment named my-dep that runs the busybox image.
27-36|  # Create a deployment named my-dep that runs the busybox image
|  kubectl create deployment my-dep --image=busybox
|  
20|  # Create a deployment with command
27-36|  # Create a deployment with a command
|  kubectl create deployment my-dep --image=busybox -- date
|  
20|  # Create a deployment named my-dep that runs the nginx image with 3 replicas.
27-36|  # Create a deployment named my-dep that runs the nginx image with 3 replicas
|  kubectl create deployment my-dep --image=nginx --replicas=3
|  
20|  # Create a deployment named my-dep that runs the busybox image and expose port 5701.
27-36|  # Create a deployment named my-dep that runs the busybox image and expose port 5701
|  kubectl create deployment my-dep --image=busybox --port=5701
30-36|  
30-36|  # Create a deployment named my-dep that runs multiple containers
30-36|  kubectl create deployment my-dep --image=busybox:latest --image=ubuntu:latest --image=nginx
|
|Options:
20=4
20=5
20=6
20|      --image=[]: Image names to run.
20=8
20|      --port=-1: The port that this container exposes.
20|  -r, --replicas=1: Number of replicas to create. Default is 1.
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36|    --image=[]:
27-29|	Image names to run.
30-36|	Image names to run. A deployment can have multiple images set for multi-container pod.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36|    --port=-1:
27-29=64
30-36|	The containerPort that this deployment exposes.
27-36|
27-36|    -r, --replicas=1:
27-36|	Number of replicas to create. Default is 1.
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create deployment NAME --image=image -- [COMMAND] [args...] [options]
|
=1`,
  "create ingress": `20,27,28,29,30,31,32,33,36
|Create an ingress with the specified name.
|
|Aliases:
|ingress, ing
|
|Examples:
|  # Create a single ingress called 'simple' that directs requests to foo.com/bar to svc
20-27|  # svc1:8080 with a tls secret "my-cert"
28-36|  # svc1:8080 with a TLS secret "my-cert"
|  kubectl create ingress simple --rule="foo.com/bar=svc1:8080,tls=my-cert"
|  
|  # Create a catch all ingress of "/path" pointing to service svc:port and Ingress Class as "otheringress"
|  kubectl create ingress catch-all --class=otheringress --rule="/path=svc:port"
|  
|  # Create an ingress with two annotations: ingress.annotation1 and ingress.annotations2
|  kubectl create ingress annotated --class=default --rule="foo.com/bar=svc:port" \\
|  --annotation ingress.annotation1=foo \\
|  --annotation ingress.annotation2=bla
|  
|  # Create an ingress with the same host and multiple paths
|  kubectl create ingress multipath --class=default \\
|  --rule="foo.com/=svc:port" \\
|  --rule="foo.com/admin/=svcadmin:portadmin"
|  
|  # Create an ingress with multiple hosts and the pathType as Prefix
|  kubectl create ingress ingress1 --class=default \\
|  --rule="foo.com/path*=svc:8080" \\
|  --rule="bar.com/admin*=svc2:http"
|  
|  # Create an ingress with TLS enabled using the default ingress certificate and different path types
|  kubectl create ingress ingtls --class=default \\
|  --rule="foo.com/=svc:https,tls" \\
|  --rule="foo.com/path/subpath*=othersvc:8080"
|  
|  # Create an ingress with TLS enabled using a specific secret and pathType as Prefix
|  kubectl create ingress ingsecret --class=default \\
=65
|  
|  # Create an ingress with a default backend
|  kubectl create ingress ingdefault --class=default \\
|  --default-backend=defaultsvc:http \\
=65
|
|Options:
20=4
20|      --annotation=[]: Annotation to insert in the ingress object, in the format annotation=value
20|      --class='': Ingress Class to be used
20|      --default-backend='': Default service for backend, in format of svcname:port
20=5
20=6
20=8
20|      --rule=[]: Rule in format host/path=service:port[,tls=secretname]. Paths containing the leading character '*' are considered pathType=Prefix. tls argument is optional.
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36|    --annotation=[]:
27-36|	Annotation to insert in the ingress object, in the format annotation=value
27-36|
27-36|    --class='':
27-36|	Ingress Class to be used
27-36|
27-36|    --default-backend='':
27-36|	Default service for backend, in format of svcname:port
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36|    --rule=[]:
27-36|	Rule in format host/path=service:port[,tls=secretname]. Paths containing the leading character '*' are considered pathType=Prefix. tls argument is optional.
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create ingress NAME --rule=host/path=service:port[,tls[=secret]]  [options]
|
=1`,
  "create job": `20,27,28,29,30,31,32,33,36
|Create a job with the specified name.
|
|Examples:
|  # Create a job
|  kubectl create job my-job --image=busybox
|  
20|  # Create a job with command
27-36|  # Create a job with a command
|  kubectl create job my-job --image=busybox -- date
|  
20|  # Create a job from a CronJob named "a-cronjob"
27-36|  # Create a job from a cron job named "a-cronjob"
|  kubectl create job test-job --from=cronjob/a-cronjob
|
|Options:
20=4
20=5
20=6
20|      --from='': The name of the resource to create a Job from (only cronjob is supported).
20=61
20=8
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=66
27-33|	The name of the resource to create a Job from (only cronjob is supported).
36|	The name of the resource to create a Job from (only CronJob is supported).
27-36|
27-36=62
27-36=63
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]
|
=1`,
  "create namespace": `20,27,28,29,30,31,32,33,36
|Create a namespace with the specified name.
|
|Aliases:
|namespace, ns
|
|Examples:
|  # Create a new namespace named my-namespace
|  kubectl create namespace my-namespace
|
|Options:
20=4
20=5
20=6
20=8
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create namespace NAME [--dry-run=server|client|none] [options]
|
=1`,
  "create poddisruptionbudget": `20,27,28,29,30,31,32,33,36
20|Create a pod disruption budget with the specified name, selector, and desired minimum available pods
27-36|Create a pod disruption budget with the specified name, selector, and desired minimum available pods.
|
|Aliases:
|poddisruptionbudget, pdb
|
|Examples:
|  # Create a pod disruption budget named my-pdb that will select all pods with the app=rails label
20|  # and require at least one of them being available at any point in time.
27-36|  # and require at least one of them being available at any point in time
|  kubectl create poddisruptionbudget my-pdb --selector=app=rails --min-available=1
|  
|  # Create a pod disruption budget named my-pdb that will select all pods with the app=nginx label
20|  # and require at least half of the pods selected to be available at any point in time.
27-36|  # and require at least half of the pods selected to be available at any point in time
|  kubectl create pdb my-pdb --selector=app=nginx --min-available=50%
|
|Options:
20=4
20=5
20=6
20|      --max-unavailable='': The maximum number or percentage of unavailable pods this budget requires.
20|      --min-available='': The minimum number or percentage of available pods this budget requires.
20=8
20=11
20|      --selector='': A label selector to use for this budget. Only equality-based selector requirements are supported.
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36|    --max-unavailable='':
27-36|	The maximum number or percentage of unavailable pods this budget requires.
27-36|
27-36|    --min-available='':
27-36|	The minimum number or percentage of available pods this budget requires.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=67
27-36|	A label selector to use for this budget. Only equality-based selector requirements are supported.
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create poddisruptionbudget NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none] [options]
|
=1`,
  "create priorityclass": `20,27,28,29,30,31,32,33,36
20|Create a priorityclass with the specified name, value, globalDefault and description
27-36|Create a priority class with the specified name, value, globalDefault and description.
|
|Aliases:
|priorityclass, pc
|
|Examples:
20|  # Create a priorityclass named high-priority
27-36|  # Create a priority class named high-priority
|  kubectl create priorityclass high-priority --value=1000 --description="high priority"
|  
20|  # Create a priorityclass named default-priority that considered as the global default priority
27-36|  # Create a priority class named default-priority that is considered as the global default priority
|  kubectl create priorityclass default-priority --value=1000 --global-default=true --description="default priority"
|  
20|  # Create a priorityclass named high-priority that can not preempt pods with lower priority
27-36|  # Create a priority class named high-priority that cannot preempt pods with lower priority
|  kubectl create priorityclass high-priority --value=1000 --description="high priority" --preemption-policy="Never"
|
|Options:
20=4
20|      --description='': description is an arbitrary string that usually provides guidelines on when this priority class should be used.
20=5
20=6
20|      --global-default=false: global-default specifies whether this PriorityClass should be considered as the default priority.
20=8
20|      --preemption-policy='PreemptLowerPriority': preemption-policy is the policy for preempting pods with lower priority.
20=11
20=13
20=14
20|      --value=0: the value of this priority class.
27-36=15
27-36=16
|
27-36|    --description='':
27-36|	description is an arbitrary string that usually provides guidelines on when this priority class should be used.
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36|    --global-default=false:
27-36|	global-default specifies whether this PriorityClass should be considered as the default priority.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36|    --preemption-policy='PreemptLowerPriority':
27-36|	preemption-policy is the policy for preempting pods with lower priority.
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36|    --value=0:
27-36|	the value of this priority class.
27-36|
|Usage:
|  kubectl create priorityclass NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none] [options]
|
=1`,
  "create quota": `20,27,28,29,30,31,32,33,36
20|Create a resourcequota with the specified name, hard limits and optional scopes
27-36|Create a resource quota with the specified name, hard limits, and optional scopes.
|
|Aliases:
|quota, resourcequota
|
|Examples:
20|  # Create a new resourcequota named my-quota
27-36|  # Create a new resource quota named my-quota
|  kubectl create quota my-quota --hard=cpu=1,memory=1G,pods=2,services=3,replicationcontrollers=2,resourcequotas=1,secrets=5,persistentvolumeclaims=10
|  
20|  # Create a new resourcequota named best-effort
27-36|  # Create a new resource quota named best-effort
|  kubectl create quota best-effort --hard=pods=100 --scopes=BestEffort
|
|Options:
20=4
20=5
20=6
20|      --hard='': A comma-delimited set of resource=quantity pairs that define a hard limit.
20=8
20=11
20|      --scopes='': A comma-delimited set of quota scopes that must all match each object tracked by the quota.
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36|    --hard='':
27-36|	A comma-delimited set of resource=quantity pairs that define a hard limit.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36|    --scopes='':
27-36|	A comma-delimited set of quota scopes that must all match each object tracked by the quota.
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none] [options]
|
=1`,
  "create role": `20,27,28,29,30,31,32,33,36
|Create a role with single rule.
|
|Examples:
20|  # Create a Role named "pod-reader" that allows user to perform "get", "watch" and "list" on pods
27-36|  # Create a role named "pod-reader" that allows user to perform "get", "watch" and "list" on pods
|  kubectl create role pod-reader --verb=get --verb=list --verb=watch --resource=pods
|  
20|  # Create a Role named "pod-reader" with ResourceName specified
27-36|  # Create a role named "pod-reader" with ResourceName specified
|  kubectl create role pod-reader --verb=get --resource=pods --resource-name=readablepod --resource-name=anotherpod
|  
20|  # Create a Role named "foo" with API Group specified
20|  kubectl create role foo --verb=get,list,watch --resource=rs.extensions
27-36|  # Create a role named "foo" with API Group specified
27-36|  kubectl create role foo --verb=get,list,watch --resource=rs.apps
|  
20|  # Create a Role named "foo" with SubResource specified
27-36|  # Create a role named "foo" with SubResource specified
|  kubectl create role foo --verb=get,list,watch --resource=pods,pods/status
|
|Options:
20=4
20=5
20=6
20=8
20=43
20=44
20=11
20=13
20=14
20=45
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=46
27-36=47
27-36|
27-36=48
27-36=49
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36=50
27-36=51
27-36|
|Usage:
|  kubectl create role NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none] [options]
|
=1`,
  "create rolebinding": `20,27,28,29,30,31,32,33,36
20|Create a RoleBinding for a particular Role or ClusterRole.
27-36|Create a role binding for a particular role or cluster role.
|
|Examples:
20|  # Create a RoleBinding for user1, user2, and group1 using the admin ClusterRole
27-36|  # Create a role binding for user1, user2, and group1 using the admin cluster role
|  kubectl create rolebinding admin --clusterrole=admin --user=user1 --user=user2 --group=group1
27-36|  
27-30|  # Create a role binding for serviceaccount monitoring:sa-dev using the admin role
31-36|  # Create a role binding for service account monitoring:sa-dev using the admin role
27-36|  kubectl create rolebinding admin-binding --role=admin --serviceaccount=monitoring:sa-dev
|
|Options:
20=4
20|      --clusterrole='': ClusterRole this RoleBinding should reference
20=5
20=6
20=68
20=8
20|      --role='': Role this RoleBinding should reference
20=11
20|      --serviceaccount=[]: Service accounts to bind to the role, in the format <namespace>:<name>
20=13
20=14
27-36=15
27-36=16
|
27-36=52
27-36|	ClusterRole this RoleBinding should reference
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=53
27-36|	Groups to bind to the role. The flag can be repeated to add multiple groups.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36|    --role='':
27-36|	Role this RoleBinding should reference
27-36|
27-36=30
27-36=31
27-36|
27-36=54
27-36|	Service accounts to bind to the role, in the format <namespace>:<name>. The flag can be repeated to add multiple service accounts.
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=55
27-36|	Usernames to bind to the role. The flag can be repeated to add multiple users.
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]
|
=1`,
  "create secret": `20,27,28,29,30,31,32,33,36
20-27|Create a secret using specified subcommand.
28-36|Create a secret with specified type.
|
28-36| A docker-registry type secret is for accessing a container registry.
28-36|
28-36| A generic type secret indicate an Opaque secret type.
28-36|
28-36| A tls type secret holds TLS certificate and its associated key.
28-36|
=3
20|  docker-registry Create a secret for use with a Docker registry
20|  generic         Create a secret from a local file, directory or literal value
20|  tls             Create a TLS secret
27-36|  docker-registry   Create a secret for use with a Docker registry
27-36|  generic           Create a secret from a local file, directory, or literal value
27-36|  tls               Create a TLS secret
|
|Usage:
20-27|  kubectl create secret [flags] [options]
28-36|  kubectl create secret (docker-registry | generic | tls) [options]
|
20-27=0
28-36|Use "kubectl create secret <command> --help" for more information about a given command.
=1`,
  "create secret docker-registry": `20,27,28,29,30,31,32,33,36
|Create a new secret for use with Docker registries.
20-27|  
20-27|  Dockercfg secrets are used to authenticate against Docker registries.
20-27|  
20-27|  When using the Docker command line to push images, you can authenticate to a given registry by running:
20|      '$ docker login DOCKER_REGISTRY_SERVER --username=DOCKER_USER --password=DOCKER_PASSWORD --email=DOCKER_EMAIL'.
27|  '$ docker login DOCKER_REGISTRY_SERVER --username=DOCKER_USER --password=DOCKER_PASSWORD --email=DOCKER_EMAIL'.
20-27|  
28-36|        
28-36|        Dockercfg secrets are used to authenticate against Docker registries.
28-36|        
28-36|        When using the Docker command line to push images, you can authenticate to a given registry by running:
28-36|        '$ docker login DOCKER_REGISTRY_SERVER --username=DOCKER_USER --password=DOCKER_PASSWORD --email=DOCKER_EMAIL'.
28-36|        
| That produces a ~/.dockercfg file that is used by subsequent 'docker push' and 'docker pull' commands to authenticate to the registry. The email address is optional.
|
20-27|  When creating applications, you may have a Docker registry that requires authentication.  In order for the
20|  nodes to pull images on your behalf, they have to have the credentials.  You can provide this information
27|  nodes to pull images on your behalf, they must have the credentials.  You can provide this information
20-27|  by creating a dockercfg secret and attaching it to your service account.
28-36|        When creating applications, you may have a Docker registry that requires authentication.  In order for the
28-36|        nodes to pull images on your behalf, they must have the credentials.  You can provide this information
28-36|        by creating a dockercfg secret and attaching it to your service account.
|
|Examples:
20-27|  # If you don't already have a .dockercfg file, you can create a dockercfg secret directly by using:
28-36|  # If you do not already have a .dockercfg file, create a dockercfg secret directly
|  kubectl create secret docker-registry my-secret --docker-server=DOCKER_REGISTRY_SERVER --docker-username=DOCKER_USER --docker-password=DOCKER_PASSWORD --docker-email=DOCKER_EMAIL
27-36|  
27-36|  # Create a new secret named my-secret from ~/.docker/config.json
27-30|  kubectl create secret docker-registry my-secret --from-file=.dockerconfigjson=path/to/.docker/config.json
31-36|  kubectl create secret docker-registry my-secret --from-file=path/to/.docker/config.json
|
|Options:
20=4
20=69
20|      --docker-email='': Email for Docker registry
20|      --docker-password='': Password for Docker registry authentication
20|      --docker-server='https://index.docker.io/v1/': Server location for Docker registry
20|      --docker-username='': Username for Docker registry authentication
20=5
20=6
20=70
20=8
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36=57
27-36=71
27-36|
27-36|    --docker-email='':
27-36|	Email for Docker registry
27-36|
27-36|    --docker-password='':
27-36|	Password for Docker registry authentication
27-36|
27-36|    --docker-server='https://index.docker.io/v1/':
27-36|	Server location for Docker registry
27-36|
27-36|    --docker-username='':
27-36|	Username for Docker registry authentication
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=59
27-30=72
31-36|	Key files can be specified using their file path, in which case a default name of .dockerconfigjson will be given to them, or optionally with a name and file path, in which case the given name will be used. Specifying a directory will iterate each named file in the directory that is a valid secret key. For this command, the key should always be .dockerconfigjson.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
20|  kubectl create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]
27-36|  kubectl create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none] [options]
|
=1`,
  "create secret generic": `20,27,28,29,30,31,32,33,36
|Create a secret based on a file, directory, or specified literal value.
|
| A single secret may package one or more key/value pairs.
|
| When creating a secret based on a file, the key will default to the basename of the file, and the value will default to the file content. If the basename is an invalid key or you wish to chose your own, you may specify an alternate key.
|
| When creating a secret based on a directory, each file whose basename is a valid key in the directory will be packaged into the secret. Any directory entries except regular files are ignored (e.g. subdirectories, symlinks, devices, pipes, etc).
|
|Examples:
|  # Create a new secret named my-secret with keys for each file in folder bar
|  kubectl create secret generic my-secret --from-file=path/to/bar
|  
|  # Create a new secret named my-secret with specified keys instead of names on disk
|  kubectl create secret generic my-secret --from-file=ssh-privatekey=path/to/id_rsa --from-file=ssh-publickey=path/to/id_rsa.pub
|  
|  # Create a new secret named my-secret with key1=supersecret and key2=topsecret
|  kubectl create secret generic my-secret --from-literal=key1=supersecret --from-literal=key2=topsecret
|  
|  # Create a new secret named my-secret using a combination of a file and a literal
|  kubectl create secret generic my-secret --from-file=ssh-privatekey=path/to/id_rsa --from-literal=passphrase=topsecret
|  
20|  # Create a new secret named my-secret from an env file
20|  kubectl create secret generic my-secret --from-env-file=path/to/bar.env
27-36|  # Create a new secret named my-secret from env files
27-36|  kubectl create secret generic my-secret --from-env-file=path/to/foo.env --from-env-file=path/to/bar.env
|
|Options:
20=4
20=69
20=5
20=6
20|      --from-env-file='': Specify the path to a file to read lines of key=val pairs to create a secret (i.e. a Docker .env file).
20=70
20|      --from-literal=[]: Specify a key and literal value to insert in secret (i.e. mykey=somevalue)
20=8
20=11
20=13
20|      --type='': The type of secret to create
20=14
27-36=15
27-36=16
|
27-36=57
27-36=71
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=58
27-36|	Specify the path to a file to read lines of key=val pairs to create a secret.
27-36|
27-36=59
27-36=72
27-36|
27-36=60
27-36|	Specify a key and literal value to insert in secret (i.e. mykey=somevalue)
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=73
27-36|	The type of secret to create
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]
|
=1`,
  "create secret tls": `20,27,28,29,30,31,32,33,36
|Create a TLS secret from the given public/private key pair.
|
20| The public/private key pair must exist before hand. The public key certificate must be .PEM encoded and match the given private key.
27-36| The public/private key pair must exist beforehand. The public key certificate must be .PEM encoded and match the given private key.
|
|Examples:
20|  # Create a new TLS secret named tls-secret with the given key pair:
27-36|  # Create a new TLS secret named tls-secret with the given key pair
20-29|  kubectl create secret tls tls-secret --cert=path/to/tls.cert --key=path/to/tls.key
30-36|  kubectl create secret tls tls-secret --cert=path/to/tls.crt --key=path/to/tls.key
|
|Options:
20=4
20=69
20|      --cert='': Path to PEM encoded public key certificate.
20=5
20=6
20|      --key='': Path to private key associated with given certificate.
20=8
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36=57
27-36=71
27-36|
27-36|    --cert='':
27-36|	Path to PEM encoded public key certificate.
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36|    --key='':
27-36|	Path to private key associated with given certificate.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none] [options]
|
=1`,
  "create service": `20,27,28,29,30,31,32,33,36
20|Create a service using specified subcommand.
27-36|Create a service using a specified subcommand.
|
|Aliases:
|service, svc
|
=3
20|  clusterip    Create a ClusterIP service.
20|  externalname Create an ExternalName service.
20|  loadbalancer Create a LoadBalancer service.
20|  nodeport     Create a NodePort service.
27-36|  clusterip      Create a ClusterIP service
27-36|  externalname   Create an ExternalName service
27-36|  loadbalancer   Create a LoadBalancer service
27-36|  nodeport       Create a NodePort service
|
|Usage:
|  kubectl create service [flags] [options]
|
20-27=0
28-36|Use "kubectl create service <command> --help" for more information about a given command.
=1`,
  "create service clusterip": `20,27,28,29,30,31,32,33,36
|Create a ClusterIP service with the specified name.
|
|Examples:
|  # Create a new ClusterIP service named my-cs
|  kubectl create service clusterip my-cs --tcp=5678:8080
|  
|  # Create a new ClusterIP service named my-cs (in headless mode)
|  kubectl create service clusterip my-cs --clusterip="None"
|
|Options:
20=4
20|      --clusterip='': Assign your own ClusterIP or set to 'None' for a 'headless' service (no loadbalancing).
20=5
20=6
20=8
20=11
20=74
20=13
20=14
27-36=15
27-36=16
|
27-36|    --clusterip='':
27-36|	Assign your own ClusterIP or set to 'None' for a 'headless' service (no loadbalancing).
27-36|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=75
27-36=76
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create service clusterip NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none] [options]
|
=1`,
  "create service externalname": `20,27,28,29,30,31,32,33,36
|Create an ExternalName service with the specified name.
|
| ExternalName service references to an external DNS address instead of only pods, which will allow application authors to reference services that exist off platform, on other clusters, or locally.
|
|Examples:
|  # Create a new ExternalName service named my-ns
|  kubectl create service externalname my-ns --external-name bar.com
|
|Options:
20=4
20=5
20|      --external-name='': External name of service
20=6
20=8
20=11
20=74
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36|    --external-name='':
27-36|	External name of service
27-36|
27-36=19
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=75
27-36=76
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create service externalname NAME --external-name external.name [--dry-run=server|client|none] [options]
|
=1`,
  "create service loadbalancer": `20,27,28,29,30,31,32,33,36
|Create a LoadBalancer service with the specified name.
|
|Examples:
|  # Create a new LoadBalancer service named my-lbs
|  kubectl create service loadbalancer my-lbs --tcp=5678:8080
|
|Options:
20=4
20=5
20=6
20=8
20=11
20=74
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=75
27-36=76
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create service loadbalancer NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]
|
=1`,
  "create service nodeport": `20,27,28,29,30,31,32,33,36
|Create a NodePort service with the specified name.
|
|Examples:
|  # Create a new NodePort service named my-ns
|  kubectl create service nodeport my-ns --tcp=5678:8080
|
|Options:
20=4
20=5
20=6
20|      --node-port=0: Port used to expose the service on each node in a cluster.
20=8
20=11
20=74
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36|    --node-port=0:
27-36|	Port used to expose the service on each node in a cluster.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=75
27-36=76
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create service nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]
|
=1`,
  "create serviceaccount": `20,27,28,29,30,31,32,33,36
|Create a service account with the specified name.
|
|Aliases:
=77
|
|Examples:
|  # Create a new service account named my-service-account
|  kubectl create serviceaccount my-service-account
|
|Options:
20=4
20=5
20=6
20=8
20=11
20=13
20=14
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=19
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl create serviceaccount NAME [--dry-run=server|client|none] [options]
|
=1`,
  expose: `20,27,28,29,30,31,32,33,36
|Expose a resource as a new Kubernetes service.
|
| Looks up a deployment, service, replica set, replication controller or pod by name and uses the selector for that resource as the selector for a new service on the specified port. A deployment or replica set will be exposed as a service only if its selector is convertible to a selector that service supports, i.e. when the selector contains only the matchLabels component. Note that if no port is specified via --port and the exposed resource has multiple ports, all will be re-used by the new service. Also if no labels are specified, the new service will re-use the labels from the resource it exposes.
|
=78
|
| pod (po), service (svc), replicationcontroller (rc), deployment (deploy), replicaset (rs)
|
|Examples:
20|  # Create a service for a replicated nginx, which serves on port 80 and connects to the containers on port 8000.
27-36|  # Create a service for a replicated nginx, which serves on port 80 and connects to the containers on port 8000
|  kubectl expose rc nginx --port=80 --target-port=8000
|  
20|  # Create a service for a replication controller identified by type and name specified in "nginx-controller.yaml", which serves on port 80 and connects to the containers on port 8000.
27-36|  # Create a service for a replication controller identified by type and name specified in "nginx-controller.yaml", which serves on port 80 and connects to the containers on port 8000
|  kubectl expose -f nginx-controller.yaml --port=80 --target-port=8000
|  
|  # Create a service for a pod valid-pod, which serves on port 444 with the name "frontend"
|  kubectl expose pod valid-pod --port=444 --name=frontend
|  
|  # Create a second service based on the above service, exposing the container port 8443 as port 443 with the name "nginx-https"
|  kubectl expose service nginx --port=443 --target-port=8443 --name=nginx-https
|  
|  # Create a service for a replicated streaming application on port 4100 balancing UDP traffic and named 'video-stream'.
|  kubectl expose rc streamer --port=4100 --protocol=UDP --name=video-stream
|  
20|  # Create a service for a replicated nginx using replica set, which serves on port 80 and connects to the containers on port 8000.
27-36|  # Create a service for a replicated nginx using replica set, which serves on port 80 and connects to the containers on port 8000
|  kubectl expose rs nginx --port=80 --target-port=8000
|  
20|  # Create a service for an nginx deployment, which serves on port 80 and connects to the containers on port 8000.
27-36|  # Create a service for an nginx deployment, which serves on port 80 and connects to the containers on port 8000
|  kubectl expose deployment nginx --port=80 --target-port=8000
|
|Options:
20=4
20|      --cluster-ip='': ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a headless service.
20=5
20|      --external-ip='': Additional external IP address (not managed by Kubernetes) to accept for the service. If this IP is routed to a node, the service can be accessed by this IP in addition to its generated service IP.
20|      --field-manager='kubectl-expose': Name of the manager used to track field ownership.
20|  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to expose a service
20|      --generator='service/v2': The name of the API generator to use. There are 2 generators: 'service/v1' and 'service/v2'. The only difference between them is that service port in v1 is named 'default', while it is left unnamed in v2. Default is 'service/v2'.
20=7
20|  -l, --labels='': Labels to apply to the service created by this call.
20|      --load-balancer-ip='': IP to assign to the LoadBalancer. If empty, an ephemeral IP will be created and used (cloud-provider specific).
20|      --name='': The name for the newly created object.
20=8
20=79
20|      --port='': The port that the service should serve on. Copied from the resource being exposed, if unspecified
20|      --protocol='': The network protocol for the service to be created. Default is 'TCP'.
20=9
20=10
20=11
20|      --selector='': A label selector to use for this service. Only equality-based selector requirements are supported. If empty (the default) infer the selector from the replication controller or replica set.)
20|      --session-affinity='': If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'
20|      --target-port='': Name or number for the port on the container that the service should direct traffic to. Optional.
20=13
20|      --type='': Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.
27-36=15
27-36=16
|
27-36|    --cluster-ip='':
27-36|	ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a headless service.
27-36|
27-36=17
27-36=18
27-36|
27-36|    --external-ip='':
27-36|	Additional external IP address (not managed by Kubernetes) to accept for the service. If this IP is routed to a node, the service can be accessed by this IP in addition to its generated service IP.
27-36|
27-36|    --field-manager='kubectl-expose':
27-36=20
27-36|
27-36=21
27-36|	Filename, directory, or URL to files identifying the resource to expose a service
27-36|
27-36=22
27-36=23
27-36|
27-36=80
27-36|	Labels to apply to the service created by this call.
27-36|
27-36|    --load-balancer-ip='':
27-36|	IP to assign to the LoadBalancer. If empty, an ephemeral IP will be created and used (cloud-provider specific).
27-36|
27-36=81
27-36|	The name for the newly created object.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=82
27-36=83
27-36|
27-36=84
27-36=85
27-36|
27-36=86
27-36|	The port that the service should serve on. Copied from the resource being exposed, if unspecified
27-36|
27-36|    --protocol='':
27-36|	The network protocol for the service to be created. Default is 'TCP'.
27-36|
27-36=28
27-36=29
27-36|
27-36=30
27-36=31
27-36|
27-36=67
27-33|	A label selector to use for this service. Only equality-based selector requirements are supported. If empty (the default) infer the selector from the replication controller or replica set.)
36|	A label selector to use for this service. Only equality-based selector requirements are supported. If empty (the default) infer the selector from the resource being exposed.
27-36|
27-36|    --session-affinity='':
27-36|	If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'
27-36|
27-36=35
27-36=36
27-36|
27-36|    --target-port='':
27-36|	Name or number for the port on the container that the service should direct traffic to. Optional.
27-36|
27-36=37
27-36=38
27-36|
27-36=73
27-36|	Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.
27-36|
|Usage:
|  kubectl expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]
|
=1`,
  run: `20,27,28,29,30,31,32,33,36
|Create and run a particular image in a pod.
|
|Examples:
20|  # Start a nginx pod.
27-36|  # Start a nginx pod
|  kubectl run nginx --image=nginx
|  
20|  # Start a hazelcast pod and let the container expose port 5701.
27-36|  # Start a hazelcast pod and let the container expose port 5701
|  kubectl run hazelcast --image=hazelcast/hazelcast --port=5701
|  
20|  # Start a hazelcast pod and set environment variables "DNS_DOMAIN=cluster" and "POD_NAMESPACE=default" in the container.
27-36|  # Start a hazelcast pod and set environment variables "DNS_DOMAIN=cluster" and "POD_NAMESPACE=default" in the container
|  kubectl run hazelcast --image=hazelcast/hazelcast --env="DNS_DOMAIN=cluster" --env="POD_NAMESPACE=default"
|  
20|  # Start a hazelcast pod and set labels "app=hazelcast" and "env=prod" in the container.
27-36|  # Start a hazelcast pod and set labels "app=hazelcast" and "env=prod" in the container
|  kubectl run hazelcast --image=hazelcast/hazelcast --labels="app=hazelcast,env=prod"
|  
20|  # Dry run. Print the corresponding API objects without creating them.
27-36|  # Dry run; print the corresponding API objects without creating them
|  kubectl run nginx --image=nginx --dry-run=client
|  
20|  # Start a nginx pod, but overload the spec with a partial set of values parsed from JSON.
27-36|  # Start a nginx pod, but overload the spec with a partial set of values parsed from JSON
|  kubectl run nginx --image=nginx --overrides='{ "apiVersion": "v1", "spec": { ... } }'
|  
20|  # Start a busybox pod and keep it in the foreground, don't restart it if it exits.
27-36|  # Start a busybox pod and keep it in the foreground, don't restart it if it exits
|  kubectl run -i -t busybox --image=busybox --restart=Never
|  
20|  # Start the nginx pod using the default command, but use custom arguments (arg1 .. argN) for that command.
27-36|  # Start the nginx pod using the default command, but use custom arguments (arg1 .. argN) for that command
|  kubectl run nginx --image=nginx -- <arg1> <arg2> ... <argN>
|  
20|  # Start the nginx pod using a different command and custom arguments.
27-36|  # Start the nginx pod using a different command and custom arguments
|  kubectl run nginx --image=nginx --command -- <cmd> <arg1> ... <argN>
|
|Options:
20=4
20|      --annotations=[]: Annotations to apply to the pod.
20|      --attach=false: If true, wait for the Pod to start running, and then attach to the Pod as if 'kubectl attach ...' were called.  Default false, unless '-i/--stdin' is set, in which case the default is true. With '--restart=Never' the exit code of the container process is returned.
20=87
20|      --command=false: If true and extra arguments are present, use them as the 'command' field in the container, rather than the 'args' field which is the default.
20=5
20=88
20|      --expose=false: If true, service is created for the container(s) which are run
20|      --field-manager='kubectl-run': Name of the manager used to track field ownership.
20=89
20=90
20=91
20|      --hostport=-1: The host port mapping for the container port. To demonstrate a single-machine container.
20|      --image='': The image for the container to run.
20|      --image-pull-policy='': The image pull policy for the container. If left empty, this value will not be specified by the client and defaulted by the server
20=92
20|  -l, --labels='': Comma separated labels to apply to the pod(s). Will override previous values.
20|      --leave-stdin-open=false: If the pod is started in interactive mode or with stdin, leave stdin open after the first attach completes. By default, stdin will be closed after the first attach completes.
20|      --limits='': The resource requirement limits for this container.  For example, 'cpu=200m,memory=512Mi'.  Note that server side components may assign limits depending on the server configuration, such as limit ranges.
20=8
20=79
20=93
20|      --port='': The port that this container exposes.
20|      --privileged=false: If true, run the container in privileged mode.
20|      --quiet=false: If true, suppress prompt messages.
20=9
20=10
20=94
20|      --restart='Always': The restart policy for this Pod.  Legal values [Always, OnFailure, Never].
20|      --rm=false: If true, delete resources created in this command for attached containers.
20=11
20|      --serviceaccount='': Service account to set in the pod spec.
20=95
20=13
20=96
20|  -t, --tty=false: Allocated a TTY for each container in the pod.
20=97
27-36=15
27-36=16
|
27-36|    --annotations=[]:
27-36|	Annotations to apply to the pod.
27-36|
27-36=98
27-36|	If true, wait for the Pod to start running, and then attach to the Pod as if 'kubectl attach ...' were called.  Default false, unless '-i/--stdin' is set, in which case the default is true. With '--restart=Never' the exit code of the container process is returned.
27-36|
31-36=99
31-36=100
31-36|
27-36|    --command=false:
27-36|	If true and extra arguments are present, use them as the 'command' field in the container, rather than the 'args' field which is the default.
27-36|
36=101
36|	Override the key sequence for detaching a container.
36|
27-36=17
27-36=18
27-36|
27-36=102
27-36=103
27-36|
27-36|    --expose=false:
27-36|	If true, create a ClusterIP service associated with the pod.  Requires \`--port\`.
27-36|
27-36|    --field-manager='kubectl-run':
27-36=20
27-36|
31-36=21
31-36|	to use to replace the resource.
31-36|
31-36=104
31-36=105
31-36|
31-36=106
31-36=107
31-36|
27-36=62
27-36|	The image for the container to run.
27-36|
27-36=108
27-36|	The image pull policy for the container.  If left empty, this value will not be specified by the client and defaulted by the server.
27-36|
31-36=22
31-36=109
31-36|
27-36=80
27-36|	Comma separated labels to apply to the pod. Will override previous values.
27-36|
27-36|    --leave-stdin-open=false:
27-36|	If the pod is started in interactive mode or with stdin, leave stdin open after the first attach completes. By default, stdin will be closed after the first attach completes.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=82
27-36=83
27-36|
27-36=84
27-36=85
27-36|
27-36=110
27-36=111
27-36|
27-36=86
27-36=64
27-36|
27-36|    --privileged=false:
27-36|	If true, run the container in privileged mode.
27-36|
27-36=112
27-36|	If true, suppress prompt messages.
27-36|
31-36=28
31-36=29
31-36|
27-36|    --restart='Always':
27-36|	The restart policy for this Pod.  Legal values [Always, OnFailure, Never].
27-36|
27-36|    --rm=false:
27-36|	If true, delete the pod after it exits.  Only valid when attaching to the container, e.g. with '--attach' or with '-i/--stdin'.
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=113
27-36|	Keep stdin open on the container in the pod, even if nothing is attached.
27-36|
27-36=37
27-36=38
27-36|
31-36=114
31-36=115
31-36|
27-36=116
27-36|	Allocate a TTY for the container in the pod.
27-36|
31-36=117
31-36=118
31-36|
|Usage:
|  kubectl run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...] [options]
|
=1`,
  set: `20,27,28,29,30,31,32,33,36
20|Configure application resources
27-36|Configure application resources.
|
| These commands help you make changes to existing application resources.
|
=3
20|  env            Update environment variables on a pod template
20|  image          Update image of a pod template
20|  resources      Update resource requests/limits on objects with pod templates
20|  selector       Set the selector on a resource
20|  serviceaccount Update ServiceAccount of a resource
20|  subject        Update User, Group or ServiceAccount in a RoleBinding/ClusterRoleBinding
27-36|  env              Update environment variables on a pod template
27-36|  image            Update the image of a pod template
27-36|  resources        Update resource requests/limits on objects with pod templates
27-36|  selector         Set the selector on a resource
27-36|  serviceaccount   Update the service account of a resource
27-36|  subject          Update the user, group, or service account in a role binding or cluster role binding
|
|Usage:
|  kubectl set SUBCOMMAND [options]
|
20-27=0
28-36|Use "kubectl set <command> --help" for more information about a given command.
=1`,
  "set env": `20,27,28,29,30,31,32,33,36
|Update environment variables on a pod template.
|
| List environment variable definitions in one or more pods, pod templates. Add, update, or remove container environment variable definitions in one or more pod templates (within replication controllers or deployment configurations). View or modify the environment variable definitions on all containers in the specified pods or pod templates, or just those that match a wildcard.
|
| If "--env -" is passed, environment variables can be read from STDIN using the standard env syntax.
|
=78
|
20|  pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), job, replicaset (rs)
27=119
28-36=120
|
|Examples:
|  # Update deployment 'registry' with a new environment variable
|  kubectl set env deployment/registry STORAGE_DIR=/local
|  
|  # List the environment variables defined on a deployments 'sample-build'
|  kubectl set env deployment/sample-build --list
|  
|  # List the environment variables defined on all pods
|  kubectl set env pods --all --list
|  
|  # Output modified deployment in YAML, and does not alter the object on the server
|  kubectl set env deployment/sample-build STORAGE_DIR=/data -o yaml
|  
|  # Update all containers in all replication controllers in the project to have ENV=prod
|  kubectl set env rc --all ENV=prod
|  
|  # Import environment from a secret
|  kubectl set env --from=secret/mysecret deployment/myapp
|  
|  # Import environment from a config map with a prefix
|  kubectl set env --from=configmap/myconfigmap --prefix=MYSQL_ deployment/myapp
|  
|  # Import specific keys from a config map
|  kubectl set env --keys=my-example-key --from=configmap/myconfigmap deployment/myapp
|  
|  # Remove the environment variable ENV from container 'c1' in all deployment configs
|  kubectl set env deployments --all --containers="c1" ENV-
|  
|  # Remove the environment variable ENV from a deployment definition on disk and
|  # update the deployment config on the server
|  kubectl set env -f deploy.json ENV-
|  
|  # Set some of the local shell environment into a deployment config on the server
|  env | grep RAILS_ | kubectl set env -e - deployment/registry
|
|Options:
20|      --all=false: If true, select all resources in the namespace of the specified resource types
20=4
20|  -c, --containers='*': The names of containers in the selected pod templates to change - may use wildcards
20=5
20|  -e, --env=[]: Specify a key-value pair for an environment variable to set into each container.
20=121
20|  -f, --filename=[]: Filename, directory, or URL to files the resource to update the env
20|      --from='': The name of a resource from which to inject environment variables
20|      --keys=[]: Comma-separated list of keys to import from specified resource
20=7
20|      --list=false: If true, display the environment and any changes in the standard format. this flag will removed when we have kubectl view env.
20|      --local=false: If true, set env will NOT contact api-server but run locally.
20=8
20|      --overwrite=true: If true, allow environment to be overwritten, otherwise reject updates that overwrite existing environment.
20|      --prefix='': Prefix to append to variable names
20=10
20|      --resolve=false: If true, show secret or configmap references when listing variables
20=122
20=13
27-36=123
27-36|	If true, select all resources in the namespace of the specified resource types
|
27-36=15
27-36=16
27-36|
27-36=124
27-36|	The names of containers in the selected pod templates to change - may use wildcards
27-36|
27-36=17
27-36=18
27-36|
27-36=125
27-36|	Specify a key-value pair for an environment variable to set into each container.
27-36|
27-36=126
27-36=20
27-36|
27-36=21
27-36|	Filename, directory, or URL to files the resource to update the env
27-36|
27-36=66
27-36|	The name of a resource from which to inject environment variables
27-36|
27-36|    --keys=[]:
27-36|	Comma-separated list of keys to import from specified resource
27-36|
27-36=22
27-36=23
27-36|
27-36=127
27-36|	If true, display the environment and any changes in the standard format. this flag will removed when we have kubectl view env.
27-36|
27-36=128
27-36|	If true, set env will NOT contact api-server but run locally.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=129
27-36|	If true, allow environment to be overwritten, otherwise reject updates that overwrite existing environment.
27-36|
27-36|    --prefix='':
27-36|	Prefix to append to variable names
27-36|
27-36=28
27-36=29
27-36|
27-36|    --resolve=false:
27-36|	If true, show secret or configmap references when listing variables
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]
|
=1`,
  "set image": `20,27,28,29,30,31,32,33,36
|Update existing container image(s) of resources.
|
=78
|
20|  pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), replicaset (rs)
27=119
28-36=120
|
|Examples:
20|  # Set a deployment's nginx container image to 'nginx:1.9.1', and its busybox container image to 'busybox'.
27-36|  # Set a deployment's nginx container image to 'nginx:1.9.1', and its busybox container image to 'busybox'
|  kubectl set image deployment/nginx busybox=busybox nginx=nginx:1.9.1
|  
|  # Update all deployments' and rc's nginx container's image to 'nginx:1.9.1'
|  kubectl set image deployments,rc nginx=nginx:1.9.1 --all
|  
|  # Update image of all containers of daemonset abc to 'nginx:1.9.1'
|  kubectl set image daemonset abc *=nginx:1.9.1
|  
|  # Print result (in yaml format) of updating nginx container image from local file, without hitting the server
|  kubectl set image -f path/to/file.yaml nginx=nginx:1.9.1 --local -o yaml
|
|Options:
20=130
20=4
20=5
20=121
20=131
20=7
20|      --local=false: If true, set image will NOT contact api-server but run locally.
20=8
20=9
20=10
20=132
20=13
27-36=123
27-36=133
|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36=126
27-36=20
27-36|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36=128
27-36|	If true, set image will NOT contact api-server but run locally.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]
|
=1`,
  "set resources": `20,27,28,29,30,31,32,33,36
20|Specify compute resource requirements (cpu, memory) for any resource that defines a pod template.  If a pod is successfully scheduled, it is guaranteed the amount of resource requested, but may burst up to its specified limits.
27-36|Specify compute resource requirements (CPU, memory) for any resource that defines a pod template.  If a pod is successfully scheduled, it is guaranteed the amount of resource requested, but may burst up to its specified limits.
|
20| for each compute resource, if a limit is specified and a request is omitted, the request will default to the limit.
27-36| For each compute resource, if a limit is specified and a request is omitted, the request will default to the limit.
|
| Possible resources include (case insensitive): Use "kubectl api-resources" for a complete list of supported resources..
|
|Examples:
|  # Set a deployments nginx container cpu limits to "200m" and memory to "512Mi"
|  kubectl set resources deployment nginx -c=nginx --limits=cpu=200m,memory=512Mi
|  
|  # Set the resource request and limits for all containers in nginx
|  kubectl set resources deployment nginx --limits=cpu=200m,memory=512Mi --requests=cpu=100m,memory=256Mi
|  
|  # Remove the resource requests for resources on containers in nginx
|  kubectl set resources deployment nginx --limits=cpu=0,memory=0 --requests=cpu=0,memory=0
|  
|  # Print the result (in yaml format) of updating nginx container limits from a local, without hitting the server
|  kubectl set resources -f path/to/file.yaml --limits=cpu=200m,memory=512Mi --local -o yaml
|
|Options:
20=130
20=4
20|  -c, --containers='*': The names of containers in the selected pod templates to change, all containers are selected by default - may use wildcards
20=5
20=121
20=131
20=7
20|      --limits='': The resource requirement requests for this container.  For example, 'cpu=100m,memory=256Mi'.  Note that server side components may assign requests depending on the server configuration, such as limit ranges.
20|      --local=false: If true, set resources will NOT contact api-server but run locally.
20=8
20=9
20=10
20=94
20|  -l, --selector='': Selector (label query) to filter on, not including uninitialized ones,supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2)
20=13
27-36=123
27-36=133
|
27-36=15
27-36=16
27-36|
27-36=124
27-36|	The names of containers in the selected pod templates to change, all containers are selected by default - may use wildcards
27-36|
27-36=17
27-36=18
27-36|
27-36=126
27-36=20
27-36|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36|    --limits='':
27-36=135
27-36|
27-36=128
27-36|	If true, set resources will NOT contact api-server but run locally.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36|    --requests='':
27-36=135
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl set resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]
|
=1`,
  "set selector": `20,27,28,29,30,31,32,33,36
|Set the selector on a resource. Note that the new selector will overwrite the old selector if the resource had one prior to the invocation of 'set selector'.
|
20| A selector must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to  63 characters. If --resource-version is specified, then updates will use this resource version, otherwise the existing resource-version will be used. Note: currently selectors can only be set on Service objects.
27-36| A selector must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 63 characters. If --resource-version is specified, then updates will use this resource version, otherwise the existing resource-version will be used. Note: currently selectors can only be set on Service objects.
|
|Examples:
20|  # set the labels and selector before creating a deployment/service pair.
27-36|  # Set the labels and selector before creating a deployment/service pair
|  kubectl create service clusterip my-svc --clusterip="None" -o yaml --dry-run=client | kubectl set selector --local -f - 'environment=qa' -o yaml | kubectl create -f -
20-33|  kubectl create deployment my-dep -o yaml --dry-run=client | kubectl label --local -f - environment=qa -o yaml | kubectl create -f -
36|  kubectl create deployment my-dep --image=nginx -o yaml --dry-run=client | kubectl label --local -f - environment=qa -o yaml | kubectl create -f -
|
|Options:
20=136
20=4
20=5
20=121
20=137
20=138
20=8
20=9
20=139
20|      --resource-version='': If non-empty, the selectors update will only succeed if this is the current resource-version for the object. Only valid when specifying a single resource.
20=13
27-36=123
27-36=140
|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36=126
27-36=20
27-36|
27-36=21
27-36=141
27-36|
27-36=128
27-36=142
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=143
27-36=29
27-36|
27-36=144
27-36|	If non-empty, the selectors update will only succeed if this is the current resource-version for the object. Only valid when specifying a single resource.
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl set selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]
|
=1`,
  "set serviceaccount": `20,27,28,29,30,31,32,33,36
20|Update ServiceAccount of pod template resources.
27-36|Update the service account of pod template resources.
|
| Possible resources (case insensitive) can be:
|
| replicationcontroller (rc), deployment (deploy), daemonset (ds), job, replicaset (rs), statefulset
|
|Aliases:
=77
|
|Examples:
20|  # Set Deployment nginx-deployment's ServiceAccount to serviceaccount1
27-36|  # Set deployment nginx-deployment's service account to serviceaccount1
|  kubectl set serviceaccount deployment nginx-deployment serviceaccount1
|  
20|  # Print the result (in yaml format) of updated nginx deployment with serviceaccount from local file, without hitting apiserver
27-36|  # Print the result (in YAML format) of updated nginx deployment with the service account from local file, without hitting the API server
|  kubectl set sa -f nginx-deployment.yaml serviceaccount1 --local --dry-run=client -o yaml
|
|Options:
20=130
20=4
20=5
20=121
20=131
20=7
20|      --local=false: If true, set serviceaccount will NOT contact api-server but run locally.
20=8
20=9
20=10
20=13
27-36=123
27-36=133
|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36=126
27-36=20
27-36|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36=128
27-36|	If true, set serviceaccount will NOT contact api-server but run locally.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl set serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]
|
=1`,
  "set subject": `20,27,28,29,30,31,32,33,36
20|Update User, Group or ServiceAccount in a RoleBinding/ClusterRoleBinding.
27-36|Update the user, group, or service account in a role binding or cluster role binding.
|
|Examples:
20|  # Update a ClusterRoleBinding for serviceaccount1
27-36|  # Update a cluster role binding for serviceaccount1
|  kubectl set subject clusterrolebinding admin --serviceaccount=namespace:serviceaccount1
|  
20|  # Update a RoleBinding for user1, user2, and group1
27-36|  # Update a role binding for user1, user2, and group1
|  kubectl set subject rolebinding admin --user=user1 --user=user2 --group=group1
|  
20|  # Print the result (in yaml format) of updating rolebinding subjects from a local, without hitting the server
27-36|  # Print the result (in YAML format) of updating rolebinding subjects from a local, without hitting the server
|  kubectl create rolebinding admin --role=admin --user=admin -o yaml --dry-run=client | kubectl set subject --local -f - --user=foo -o yaml
|
|Options:
20=130
20=4
20=5
20=121
20|  -f, --filename=[]: Filename, directory, or URL to files the resource to update the subjects
20=68
20=7
20|      --local=false: If true, set subject will NOT contact api-server but run locally.
20=8
20=10
20=132
20|      --serviceaccount=[]: Service accounts to bind to the role
20=13
27-36=123
27-36=133
|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36=126
27-36=20
27-36|
27-36=21
27-36|	Filename, directory, or URL to files the resource to update the subjects
27-36|
27-36=53
27-36|	Groups to bind to the role
27-36|
27-36=22
27-36=23
27-36|
27-36=128
27-36|	If true, set subject will NOT contact api-server but run locally.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=54
27-36|	Service accounts to bind to the role
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=55
27-36|	Usernames to bind to the role
27-36|
|Usage:
|  kubectl set subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]
|
=1`,
  explain: `20,27,28,29,30,31,32,33,36
20|List the fields for supported resources
27|List the fields for supported resources.
28-36|Describe fields and structure of various resources.
|
| This command describes the fields associated with each supported API resource. Fields are identified via a simple JSONPath identifier:
|
20-27|  <type>.<fieldName>[.<fieldName>]
20-27|  
20-27| Add the --recursive flag to display all of the fields at once without descriptions. Information about each field is retrieved from the server in OpenAPI format.
28-36|        <type>.<fieldName>[.<fieldName>]
28-36|        
28-36| Information about each field is retrieved from the server in OpenAPI format.
|
=145
|
|Examples:
|  # Get the documentation of the resource and its fields
|  kubectl explain pods
|  
28-36|  # Get all the fields in the resource
28-36|  kubectl explain pods --recursive
28-36|  
28-36|  # Get the explanation for deployment in supported api versions
28-36|  kubectl explain deployments --api-version=apps/v1
28-36|  
|  # Get the documentation of a specific field of a resource
|  kubectl explain pods.spec.containers
28-36|  
28-36|  # Get the documentation of resources in different format
28-36|  kubectl explain deployment --output=plaintext-openapiv2
|
|Options:
20|      --api-version='': Get different explanations for particular API version (API group/version)
20|      --recursive=false: Print the fields of fields (Currently only 1 level deep)
27-36|    --api-version='':
27,33-36|	Get different explanations for particular API version (API group/version)
28-32|	Use given api-version (group/version) of the resource.
|
27-31,33|    --output='plaintext':
27,33=146
32,36|    -o, --output='plaintext':
28-32|	Format in which to render the schema. Valid values are: (plaintext, plaintext-openapiv2).
36=146
27-36|
27-33|    --recursive=false:
36=28
27,33-36|	Print the fields of fields (Currently only 1 level deep)
28-32|	When true, print the name of all the fields recursively. Otherwise, print the available fields with their description.
27-36|
|Usage:
20-27|  kubectl explain RESOURCE [options]
28-31|  kubectl explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [--output=plaintext|plaintext-openapiv2] [options]
32-36|  kubectl explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2] [options]
|
=1`,
  get: `20,27,28,29,30,31,32,33,36
20|Display one or many resources
27-36|Display one or many resources.
|
20-30| Prints a table of the most important information about the specified resources. You can filter the list using a label selector and the --selector flag. If the desired resource type is namespaced you will only see results in your current namespace unless you pass --all-namespaces.
20-30|
20| Uninitialized objects are not shown unless --include-uninitialized is passed.
31-36| Prints a table of the most important information about the specified resources. You can filter the list using a label selector and the --selector flag. If the desired resource type is namespaced you will only see results in the current namespace if you don't specify any namespace.
20,31-36|
| By specifying the output as 'template' and providing a Go template as the value of the --template flag, you can filter the attributes of the fetched resources.
|
=145
|
|Examples:
20|  # List all pods in ps output format.
27-36|  # List all pods in ps output format
|  kubectl get pods
|  
20|  # List all pods in ps output format with more information (such as node name).
27-36|  # List all pods in ps output format with more information (such as node name)
|  kubectl get pods -o wide
|  
20|  # List a single replication controller with specified NAME in ps output format.
27-36|  # List a single replication controller with specified NAME in ps output format
|  kubectl get replicationcontroller web
|  
20|  # List deployments in JSON output format, in the "v1" version of the "apps" API group:
27-36|  # List deployments in JSON output format, in the "v1" version of the "apps" API group
|  kubectl get deployments.v1.apps -o json
|  
20|  # List a single pod in JSON output format.
27-36|  # List a single pod in JSON output format
|  kubectl get -o json pod web-pod-13je7
|  
20|  # List a pod identified by type and name specified in "pod.yaml" in JSON output format.
27-36|  # List a pod identified by type and name specified in "pod.yaml" in JSON output format
|  kubectl get -f pod.yaml -o json
|  
20|  # List resources from a directory with kustomization.yaml - e.g. dir/kustomization.yaml.
27-36|  # List resources from a directory with kustomization.yaml - e.g. dir/kustomization.yaml
|  kubectl get -k dir/
|  
20|  # Return only the phase value of the specified pod.
27-36|  # Return only the phase value of the specified pod
|  kubectl get -o template pod/web-pod-13je7 --template={{.status.phase}}
|  
20|  # List resource information in custom columns.
27-36|  # List resource information in custom columns
|  kubectl get pod test-pod -o custom-columns=CONTAINER:.spec.containers[0].name,IMAGE:.spec.containers[0].image
|  
20|  # List all replication controllers and services together in ps output format.
27-36|  # List all replication controllers and services together in ps output format
|  kubectl get rc,services
|  
20|  # List one or more resources by their type and names.
27-36|  # List one or more resources by their type and names
|  kubectl get rc/web service/frontend pods/web-pod-13je7
27-36|  
27|  # List status subresource for a single pod.
28-36|  # List the 'status' subresource for a single pod
27-36|  kubectl get pod web-pod-13je7 --subresource status
31-36|  
31-36|  # List all deployments in namespace 'backend'
31-36|  kubectl get deployments.apps --namespace backend
31-36|  
31-36|  # List all pods existing in all namespaces
31-36|  kubectl get pods --all-namespaces
|
|Options:
20=147
20=4
20|      --chunk-size=500: Return large lists in chunks rather than all at once. Pass 0 to disable. This flag is beta and may change in the future.
20=148
20=131
20|      --ignore-not-found=false: If the requested object does not exist the command will return exit code 0.
20=7
20|  -L, --label-columns=[]: Accepts a comma separated list of labels that are going to be presented as columns. Names are case-sensitive. You can also use multiple flag options like -L label1 -L label2...
20=149
20|  -o, --output='': Output format. One of: json|yaml|wide|name|custom-columns=...|custom-columns-file=...|go-template=...|go-template-file=...|jsonpath=...|jsonpath-file=... See custom columns [http://kubernetes.io/docs/user-guide/kubectl-overview/#custom-columns], golang template [http://golang.org/pkg/text/template/#pkg-overview] and jsonpath template [http://kubernetes.io/docs/user-guide/jsonpath].
20|      --output-watch-events=false: Output watch event objects when --watch or --watch-only is used. Existing objects are output as initial ADDED events.
20|      --raw='': Raw URI to request from the server.  Uses the transport specified by the kubeconfig file.
20=10
20=12
20|      --server-print=true: If true, have the server return the appropriate table output. Supports extension APIs and CRDs.
20|      --show-kind=false: If present, list the resource type for the requested object(s).
20|      --show-labels=false: When printing, show all labels as the last column (default hide labels column)
20|      --sort-by='': If non-empty, sort list types using this field specification.  The field specification is expressed as a JSONPath expression (e.g. '{.metadata.name}'). The field in the API resource specified by this JSONPath expression must be an integer or a string.
20=13
20|  -w, --watch=false: After listing/getting the requested object, watch for changes. Uninitialized objects are excluded if no object name is provided.
20|      --watch-only=false: Watch for changes to the requested object(s), without listing/getting first.
27-36=150
27-36=151
|
27-36=15
27-36=16
27-36|
27-36=152
27-33=153
36=154
27-36|
27-36=155
27-36=156
27-36|
27-36=21
27-36=134
27-36|
27-36=157
27-33|	If the requested object does not exist the command will return exit code 0.
36|	If set to true, suppresses NotFound error for specific objects that do not exist. Using this flag with commands that query for collections of resources has no effect when no resources are found.
27-36|
27-36=22
27-36=23
27-36|
27-36|    -L, --label-columns=[]:
27-36|	Accepts a comma separated list of labels that are going to be presented as columns. Names are case-sensitive. You can also use multiple flag options like -L label1 -L label2...
27-36|
27-36=158
27-36=159
27-36|
27-36=24
27-33|	Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, wide). See custom columns [https://kubernetes.io/docs/reference/kubectl/#custom-columns], golang template [http://golang.org/pkg/text/template/#pkg-overview] and jsonpath template [https://kubernetes.io/docs/reference/kubectl/jsonpath/].
36|	Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, wide). See custom columns [https://kubernetes.io/docs/reference/kubectl/#custom-columns], golang template [http://golang.org/pkg/text/template/#pkg-overview] and jsonpath template [https://kubernetes.io/docs/reference/kubectl/jsonpath/].
27-36|
27-36|    --output-watch-events=false:
27-36|	Output watch event objects when --watch or --watch-only is used. Existing objects are output as initial ADDED events.
27-36|
27-36=27
27-36|	Raw URI to request from the server.  Uses the transport specified by the kubeconfig file.
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36|    --server-print=true:
27-36|	If true, have the server return the appropriate table output. Supports extension APIs and CRDs.
27-36|
27-36|    --show-kind=false:
27-36|	If present, list the resource type for the requested object(s).
27-36|
27-36|    --show-labels=false:
27-36|	When printing, show all labels as the last column (default hide labels column)
27-36|
27-36=35
27-36=36
27-36|
27-36=160
27-36|	If non-empty, sort list types using this field specification.  The field specification is expressed as a JSONPath expression (e.g. '{.metadata.name}'). The field in the API resource specified by this JSONPath expression must be an integer or a string.
27-36|
27-36=161
27-31|	If specified, gets the subresource of the requested object. Must be one of [status scale]. This flag is beta and may change in the future.
32|	If specified, gets the subresource of the requested object. This flag is beta and may change in the future.
33-36|	If specified, gets the subresource of the requested object.
27-36|
27-36=37
27-36=38
27-36|
27-36=162
27-36|	After listing/getting the requested object, watch for changes.
27-36|
27-36|    --watch-only=false:
27-36|	Watch for changes to the requested object(s), without listing/getting first.
27-36|
|Usage:
20|  kubectl get [(-o|--output=)json|yaml|wide|custom-columns=...|custom-columns-file=...|go-template=...|go-template-file=...|jsonpath=...|jsonpath-file=...] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]
27-33|  kubectl get [(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]
36|  kubectl get [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]
|
=1`,
  edit: `20,27,28,29,30,31,32,33,36
|Edit a resource from the default editor.
|
20| The edit command allows you to directly edit any API resource you can retrieve via the command line tools. It will open the editor defined by your KUBE_EDITOR, or EDITOR environment variables, or fall back to 'vi' for Linux or 'notepad' for Windows. You can edit multiple objects, although changes are applied one at a time. The command accepts filenames as well as command line arguments, although the files you point to must be previously saved versions of resources.
27| The edit command allows you to directly edit any API resource you can retrieve via the command-line tools. It will open the editor defined by your KUBE_EDITOR, or EDITOR environment variables, or fall back to 'vi' for Linux or 'notepad' for Windows. You can edit multiple objects, although changes are applied one at a time. The command accepts file names as well as command-line arguments, although the files you point to must be previously saved versions of resources.
28-36| The edit command allows you to directly edit any API resource you can retrieve via the command-line tools. It will open the editor defined by your KUBE_EDITOR, or EDITOR environment variables, or fall back to 'vi' for Linux or 'notepad' for Windows. When attempting to open the editor, it will first attempt to use the shell that has been defined in the 'SHELL' environment variable. If this is not defined, the default shell will be used, which is '/bin/bash' for Linux or 'cmd' for Windows.
|
28-36| You can edit multiple objects, although changes are applied one at a time. The command accepts file names as well as command-line arguments, although the files you point to must be previously saved versions of resources.
28-36|
| Editing is done with the API version used to fetch the resource. To edit using a specific API version, fully-qualify the resource, version, and group.
|
=163
|
=164
|
=165
|
|Examples:
20|  # Edit the service named 'docker-registry':
20|  kubectl edit svc/docker-registry
27-36|  # Edit the service named 'registry'
27-36|  kubectl edit svc/registry
|  
|  # Use an alternative editor
20|  KUBE_EDITOR="nano" kubectl edit svc/docker-registry
27-36|  KUBE_EDITOR="nano" kubectl edit svc/registry
|  
20|  # Edit the job 'myjob' in JSON using the v1 API format:
27-36|  # Edit the job 'myjob' in JSON using the v1 API format
|  kubectl edit job.v1.batch/myjob -o json
|  
20|  # Edit the deployment 'mydeployment' in YAML and save the modified config in its annotation:
27-36|  # Edit the deployment 'mydeployment' in YAML and save the modified config in its annotation
|  kubectl edit deployment/mydeployment -o yaml --save-config
27-36|  
27|  # Edit the deployment/mydeployment's status subresource
28-36|  # Edit the 'status' subresource for the 'mydeployment' deployment
27-36|  kubectl edit deployment mydeployment --subresource='status'
|
|Options:
20=4
20|      --field-manager='kubectl-edit': Name of the manager used to track field ownership.
20=166
20=7
20=8
20|      --output-patch=false: Output the patch if the resource is edited.
20=9
20=10
20=11
20=13
20=14
20=167
27-36=15
27-36=16
|
27-36|    --field-manager='kubectl-edit':
27-36=20
27-36|
27-36=21
27-36=168
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36|    --output-patch=false:
27-36|	Output the patch if the resource is edited.
27-36|
27-36=28
27-36=29
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=161
27-31|	If specified, edit will operate on the subresource of the requested object. Must be one of [status]. This flag is beta and may change in the future.
32|	If specified, edit will operate on the subresource of the requested object. This flag is beta and may change in the future.
33-36|	If specified, edit will operate on the subresource of the requested object.
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36=42
27-36=169
27-36|
|Usage:
|  kubectl edit (RESOURCE/NAME | -f FILENAME) [options]
|
=1`,
  delete: `20,27,28,29,30,31,32,33,36
20|Delete resources by filenames, stdin, resources and names, or by resources and label selector.
27-36|Delete resources by file names, stdin, resources and names, or by resources and label selector.
|
20| JSON and YAML formats are accepted. Only one type of the arguments may be specified: filenames, resources and names, or resources and label selector.
27-36| JSON and YAML formats are accepted. Only one type of argument may be specified: file names, resources and names, or resources and label selector.
|
20| Some resources, such as pods, support graceful deletion. These resources define a default period before they are forcibly terminated (the grace period) but you may override that value with the --grace-period flag, or pass --now to set a grace-period of 1. Because these resources often represent entities in the cluster, deletion may not be acknowledged immediately. If the node hosting a pod is down or cannot reach the API server, termination may take significantly longer than the grace period. To force delete a resource, you must specify the --force flag. Note: only a subset of resources support graceful deletion. In absence of the support, --grace-period is ignored.
27-36| Some resources, such as pods, support graceful deletion. These resources define a default period before they are forcibly terminated (the grace period) but you may override that value with the --grace-period flag, or pass --now to set a grace-period of 1. Because these resources often represent entities in the cluster, deletion may not be acknowledged immediately. If the node hosting a pod is down or cannot reach the API server, termination may take significantly longer than the grace period. To force delete a resource, you must specify the --force flag. Note: only a subset of resources support graceful deletion. In absence of the support, the --grace-period flag is ignored.
|
20| IMPORTANT: Force deleting pods does not wait for confirmation that the pod's processes have been terminated, which can leave those processes running until the node detects the deletion and completes graceful deletion. If your processes use shared storage or talk to a remote API and depend on the name of the pod to identify themselves, force deleting those pods may result in multiple processes running on different machines using the same identification which may lead to data corruption or inconsistency. Only force delete pods when you are sure the pod is terminated, or if your application can tolerate multiple copies of the same pod running at once. Also, if you force delete pods the scheduler may place new pods on those nodes before the node has released those resources and causing those pods to be evicted immediately.
27-36| IMPORTANT: Force deleting pods does not wait for confirmation that the pod's processes have been terminated, which can leave those processes running until the node detects the deletion and completes graceful deletion. If your processes use shared storage or talk to a remote API and depend on the name of the pod to identify themselves, force deleting those pods may result in multiple processes running on different machines using the same identification which may lead to data corruption or inconsistency. Only force delete pods when you are sure the pod is terminated, or if your application can tolerate multiple copies of the same pod running at once. Also, if you force delete pods, the scheduler may place new pods on those nodes before the node has released those resources and causing those pods to be evicted immediately.
|
| Note that the delete command does NOT do resource version checks, so if someone submits an update to a resource right when you submit a delete, their update will be lost along with the rest of the resource.
|
27-36| After a CustomResourceDefinition is deleted, invalidation of discovery cache may take up to 6 hours. If you don't want to wait, you might want to run "kubectl api-resources" to refresh the discovery cache.
27-36|
|Examples:
20|  # Delete a pod using the type and name specified in pod.json.
27-36|  # Delete a pod using the type and name specified in pod.json
|  kubectl delete -f ./pod.json
|  
20|  # Delete resources from a directory containing kustomization.yaml - e.g. dir/kustomization.yaml.
27-36|  # Delete resources from a directory containing kustomization.yaml - e.g. dir/kustomization.yaml
|  kubectl delete -k dir
|  
20|  # Delete a pod based on the type and name in the JSON passed into stdin.
27|  # Delete resources from all files that end with '.json' - i.e. expand wildcard characters in file names
28-36|  # Delete resources from all files that end with '.json'
27-36|  kubectl delete -f '*.json'
27-36|  
27-36|  # Delete a pod based on the type and name in the JSON passed into stdin
|  cat pod.json | kubectl delete -f -
|  
|  # Delete pods and services with same names "baz" and "foo"
|  kubectl delete pod,service baz foo
|  
20|  # Delete pods and services with label name=myLabel.
27-36|  # Delete pods and services with label name=myLabel
|  kubectl delete pods,services -l name=myLabel
|  
|  # Delete a pod with minimal delay
|  kubectl delete pod foo --now
|  
|  # Force delete a pod on a dead node
|  kubectl delete pod foo --force
|  
|  # Delete all pods
|  kubectl delete pods --all
32-36|  
32-36|  # Delete all pods only if the user confirms the deletion
32-36|  kubectl delete pods --all --interactive
|
|Options:
20|      --all=false: Delete all resources, including uninitialized ones, in the namespace of the specified resource types.
20=147
20=87
20=5
20=148
20|  -f, --filename=[]: containing the resource to delete.
20=90
20=91
20|      --ignore-not-found=false: Treat "resource not found" as a successful delete. Defaults to "true" when --all is specified.
20=92
20|      --now=false: If true, resources are signaled for immediate shutdown (same as --grace-period=1).
20|  -o, --output='': Output mode. Use "-o name" for shorter output (resource/name).
20|      --raw='': Raw URI to DELETE to the server.  Uses the transport specified by the kubeconfig file.
20=10
20|  -l, --selector='': Selector (label query) to filter on, not including uninitialized ones.
20=96
20|      --wait=true: If true, wait for resources to be gone before returning. This waits for finalizers.
27-36=123
27-36|	Delete all resources, in the namespace of the specified resource types.
|
27-36=150
27-36=151
27-36|
27-36=99
27-36=100
27-36|
27-36=17
27-36=18
27-36|
27-36=155
27-36=156
27-36|
27-36=21
27-36|	containing the resource to delete.
27-36|
27-36=104
27-36=105
27-36|
27-36=106
27-36=107
27-36|
27-36=157
27-36|	Treat "resource not found" as a successful delete. Defaults to "true" when --all is specified.
27-36|
29-36|    -i, --interactive=false:
29|	If true, delete resource only when user confirms. This flag is in Alpha.
30-36|	If true, delete resource only when user confirms.
29-36|
27-36=22
27-36=109
27-36|
27-36|    --now=false:
27-36|	If true, resources are signaled for immediate shutdown (same as --grace-period=1).
27-36|
27-36=24
27-36|	Output mode. Use "-o name" for shorter output (resource/name).
27-36|
27-36=27
27-36|	Raw URI to DELETE to the server.  Uses the transport specified by the kubeconfig file.
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=114
27-36=115
27-36|
27-36|    --wait=true:
27-36=118
27-36|
|Usage:
|  kubectl delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]
|
=1`,
  rollout: `20,27,28,29,30,31,32,33,36
20|Manage the rollout of a resource.
27-36|Manage the rollout of one or many resources.
20-27|  
28-36|        
| Valid resource types include:
|
|  *  deployments
|  *  daemonsets
|  *  statefulsets
|
|Examples:
=170
=171
|  
|  # Check the rollout status of a daemonset
|  kubectl rollout status daemonset/foo
27-36|  
27-36=172
27-36|  kubectl rollout restart deployment/abc
27-36|  
27=173
28-36|  # Restart deployments with the 'app=nginx' label
27-36=174
|
=3
20|  history     View rollout history
20|  pause       Mark the provided resource as paused
20|  restart     Restart a resource
20|  resume      Resume a paused resource
20|  status      Show the status of the rollout
20|  undo        Undo a previous rollout
27-36|  history       View rollout history
27-36|  pause         Mark the provided resource as paused
27-36|  restart       Restart a resource
27-36|  resume        Resume a paused resource
27-36|  status        Show the status of the rollout
27-36|  undo          Undo a previous rollout
|
|Usage:
|  kubectl rollout SUBCOMMAND [options]
|
20-27=0
28-36|Use "kubectl rollout <command> --help" for more information about a given command.
=1`,
  "rollout history": `20,27,28,29,30,31,32,33,36
|View previous rollout revisions and configurations.
|
|Examples:
|  # View the rollout history of a deployment
|  kubectl rollout history deployment/abc
|  
|  # View the details of daemonset revision 3
|  kubectl rollout history daemonset/abc --revision=3
|
|Options:
20=4
20=131
20=7
20=8
20=10
20|      --revision=0: See the details, including podTemplate of the revision specified
20=13
27-36=15
27-36=16
|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=175
27-36|	See the details, including podTemplate of the revision specified
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl rollout history (TYPE NAME | TYPE/NAME) [flags] [options]
|
=1`,
  "rollout pause": `20,27,28,29,30,31,32,33,36
20|Mark the provided resource as paused
27-36|Mark the provided resource as paused.
|
| Paused resources will not be reconciled by a controller. Use "kubectl rollout resume" to resume a paused resource. Currently only deployments support being paused.
|
|Examples:
20|  # Mark the nginx deployment as paused. Any current state of
20|  # the deployment will continue its function, new updates to the deployment will not
20|  # have an effect as long as the deployment is paused.
27-36|  # Mark the nginx deployment as paused
27-36|  # Any current state of the deployment will continue its function; new updates
27-36|  # to the deployment will not have an effect as long as the deployment is paused
|  kubectl rollout pause deployment/nginx
|
|Options:
20=4
20=176
20=131
20=7
20=8
20=10
20=13
27-36=15
27-36=16
|
27-36=177
27-36=20
27-36|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl rollout pause RESOURCE [options]
|
=1`,
  "rollout restart": `20,27,28,29,30,31,32,33,36
|Restart a resource.
|
20|     Resource will be rollout restarted.
27|  Resource rollout will be restarted.
28-36|        Resource rollout will be restarted.
|
|Examples:
29-30|  # Restart all deployments in test-namespace namespace
31-36|  # Restart all deployments in the test-namespace namespace
29-36|  kubectl rollout restart deployment -n test-namespace
29-36|  
=172
|  kubectl rollout restart deployment/nginx
|  
20|  # Restart a daemonset
27-36|  # Restart a daemon set
|  kubectl rollout restart daemonset/abc
27-36|  
27-36=173
27-36=174
|
|Options:
20=4
20=176
20=131
20=7
20=8
20=10
20=13
27-36=15
27-36=16
|
27-36=177
27-36=20
27-36|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl rollout restart RESOURCE [options]
|
=1`,
  "rollout resume": `20,27,28,29,30,31,32,33,36
20|Resume a paused resource
27-36|Resume a paused resource.
|
| Paused resources will not be reconciled by a controller. By resuming a resource, we allow it to be reconciled again. Currently only deployments support being resumed.
|
|Examples:
|  # Resume an already paused deployment
|  kubectl rollout resume deployment/nginx
|
|Options:
20=4
20=176
20=131
20=7
20=8
20=10
20=13
27-36=15
27-36=16
|
27-36=177
27-36=20
27-36|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl rollout resume RESOURCE [options]
|
=1`,
  "rollout status": `20,27,28,29,30,31,32,33,36
|Show the status of the rollout.
|
| By default 'rollout status' will watch the status of the latest rollout until it's done. If you don't want to wait for the rollout to finish then you can use --watch=false. Note that if a new rollout starts in-between, then 'rollout status' will continue watching the latest revision. If you want to pin to a specific revision and abort if it is rolled over by another revision, use --revision=N where N is the revision you need to watch for.
|
|Examples:
|  # Watch the rollout status of a deployment
|  kubectl rollout status deployment/nginx
|
|Options:
20=131
20=7
20=10
20|      --revision=0: Pin to a specific revision for showing its status. Defaults to 0 (last revision).
20|      --timeout=0s: The length of time to wait before ending watch, zero means never. Any other values should contain a corresponding time unit (e.g. 1s, 2m, 3h).
20|  -w, --watch=true: Watch the status of the rollout until it's done.
27-36=21
27-36=134
|
27-36=22
27-36=23
27-36|
27-36=28
27-36=29
27-36|
27-36=175
27-36|	Pin to a specific revision for showing its status. Defaults to 0 (last revision).
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=114
27-36|	The length of time to wait before ending watch, zero means never. Any other values should contain a corresponding time unit (e.g. 1s, 2m, 3h).
27-36|
27-36|    -w, --watch=true:
27-36|	Watch the status of the rollout until it's done.
27-36|
|Usage:
|  kubectl rollout status (TYPE NAME | TYPE/NAME) [flags] [options]
|
=1`,
  "rollout undo": `20,27,28,29,30,31,32,33,36
20|Rollback to a previous rollout.
27-36|Roll back to a previous rollout.
|
|Examples:
20=170
27-36|  # Roll back to the previous deployment
=171
|  
20|  # Rollback to daemonset revision 3
27-36|  # Roll back to daemonset revision 3
|  kubectl rollout undo daemonset/abc --to-revision=3
|  
20|  # Rollback to the previous deployment with dry-run
27-36|  # Roll back to the previous deployment with dry-run
|  kubectl rollout undo --dry-run=server deployment/abc
|
|Options:
20=4
20=5
20=131
20=7
20=8
20=10
20=13
20|      --to-revision=0: The revision to rollback to. Default to 0 (last revision).
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=21
27-36=134
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36|    --to-revision=0:
27-36|	The revision to rollback to. Default to 0 (last revision).
27-36|
|Usage:
|  kubectl rollout undo (TYPE NAME | TYPE/NAME) [flags] [options]
|
=1`,
  scale: `20,27,28,29,30,31,32,33,36
20|Set a new size for a Deployment, ReplicaSet, Replication Controller, or StatefulSet.
27-36|Set a new size for a deployment, replica set, replication controller, or stateful set.
|
| Scale also allows users to specify one or more preconditions for the scale action.
|
| If --current-replicas or --resource-version is specified, it is validated before the scale is attempted, and it is guaranteed that the precondition holds true when the scale is sent to the server.
|
|Examples:
20|  # Scale a replicaset named 'foo' to 3.
27-36|  # Scale a replica set named 'foo' to 3
|  kubectl scale --replicas=3 rs/foo
|  
20|  # Scale a resource identified by type and name specified in "foo.yaml" to 3.
27-36|  # Scale a resource identified by type and name specified in "foo.yaml" to 3
|  kubectl scale --replicas=3 -f foo.yaml
|  
20|  # If the deployment named mysql's current size is 2, scale mysql to 3.
27-36|  # If the deployment named mysql's current size is 2, scale mysql to 3
|  kubectl scale --current-replicas=2 --replicas=3 deployment/mysql
|  
20|  # Scale multiple replication controllers.
27-36|  # Scale multiple replication controllers
20-27|  kubectl scale --replicas=5 rc/foo rc/bar rc/baz
28-36|  kubectl scale --replicas=5 rc/example1 rc/example2 rc/example3
|  
20|  # Scale statefulset named 'web' to 3.
27-36|  # Scale stateful set named 'web' to 3
|  kubectl scale --replicas=3 statefulset/web
|
|Options:
20=136
20=4
20|      --current-replicas=-1: Precondition for current size. Requires that the current size of the resource match this value in order to scale.
20=5
20|  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to set a new size
20=7
20=8
20=9
20=10
20|      --replicas=0: The new desired number of replicas. Required.
20|      --resource-version='': Precondition for resource version. Requires that the current resource version match this value in order to scale.
20=12
20=13
20|      --timeout=0s: The length of time to wait before giving up on a scale operation, zero means don't wait. Any other values should contain a corresponding time unit (e.g. 1s, 2m, 3h).
27-36=123
27-36=140
|
27-36=15
27-36=16
27-36|
27-36|    --current-replicas=-1:
27-36|	Precondition for current size. Requires that the current size of the resource match this value in order to scale. -1 (default) for no condition.
27-36|
27-36=17
27-36=18
27-36|
27-36=21
27-36|	Filename, directory, or URL to files identifying the resource to set a new size
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36|    --replicas=0:
27-36|	The new desired number of replicas. Required.
27-36|
27-36=144
27-36|	Precondition for resource version. Requires that the current resource version match this value in order to scale.
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=114
27-36|	The length of time to wait before giving up on a scale operation, zero means don't wait. Any other values should contain a corresponding time unit (e.g. 1s, 2m, 3h).
27-36|
|Usage:
|  kubectl scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]
|
=1`,
  autoscale: `20,27,28,29,30,31,32,33,36
20|Creates an autoscaler that automatically chooses and sets the number of pods that run in a kubernetes cluster.
27-32|Creates an autoscaler that automatically chooses and sets the number of pods that run in a Kubernetes cluster.
33-36|Creates an autoscaler that automatically chooses and sets the number of pods that run in a Kubernetes cluster. The command will attempt to use the autoscaling/v2 API first, in case of an error, it will fall back to autoscaling/v1 API.
|
20| Looks up a Deployment, ReplicaSet, StatefulSet, or ReplicationController by name and creates an autoscaler that uses the given resource as a reference. An autoscaler can automatically increase or decrease number of pods deployed within the system as needed.
27-36| Looks up a deployment, replica set, stateful set, or replication controller by name and creates an autoscaler that uses the given resource as a reference. An autoscaler can automatically increase or decrease number of pods deployed within the system as needed.
|
|Examples:
20|  # Auto scale a deployment "foo", with the number of pods between 2 and 10, no target CPU utilization specified so a default autoscaling policy will be used:
27-36|  # Auto scale a deployment "foo", with the number of pods between 2 and 10, no target CPU utilization specified so a default autoscaling policy will be used
|  kubectl autoscale deployment foo --min=2 --max=10
|  
20|  # Auto scale a replication controller "foo", with the number of pods between 1 and 5, target CPU utilization at 80%:
27-36|  # Auto scale a replication controller "foo", with the number of pods between 1 and 5, target CPU utilization at 80%
20-33|  kubectl autoscale rc foo --max=5 --cpu-percent=80
36|  kubectl autoscale rc foo --max=5 --cpu=80%
36|  
36|  # Auto scale a deployment "bar", with the number of pods between 3 and 6, target average CPU of 500m and memory of 200Mi
36|  kubectl autoscale deployment bar --min=3 --max=6 --cpu=500m --memory=200Mi
36|  
36|  # Auto scale a deployment "bar", with the number of pods between 2 and 8, target CPU utilization 60% and memory utilization 70%
36|  kubectl autoscale deployment bar --min=3 --max=6 --cpu=60% --memory=70%
|
|Options:
20=4
20|      --cpu-percent=-1: The target average CPU utilization (represented as a percent of requested CPU) over all the pods. If it's not specified or negative, a default autoscaling policy will be used.
20=5
20|      --field-manager='kubectl-autoscale': Name of the manager used to track field ownership.
20|  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to autoscale.
20=7
20|      --max=-1: The upper limit for the number of pods that can be set by the autoscaler. Required.
20|      --min=-1: The lower limit for the number of pods that can be set by the autoscaler. If it's not specified or negative, the server will apply a default value.
20|      --name='': The name for the newly created object. If not specified, the name of the input resource will be used.
20=8
20=9
20=10
20=11
20=13
27-36=15
27-36=16
|
27-33|    --cpu-percent=-1:
27-33|	The target average CPU utilization (represented as a percent of requested CPU) over all the pods. If it's not specified or negative, a default autoscaling policy will be used.
36|    --cpu='':
36|	Target CPU utilization over all the pods. When specified as a percentage (e.g."70%" for 70% of requested CPU) it will target average utilization. When specified as quantity (e.g."500m" for 500 milliCPU) it will target average value. Value without units is treated as a quantity with miliCPU being the unit (e.g."500" is "500m").
27-36|
27-36=17
27-36=18
27-36|
27-36|    --field-manager='kubectl-autoscale':
27-36=20
27-36|
27-36=21
27-36|	Filename, directory, or URL to files identifying the resource to autoscale.
27-36|
27-36=22
27-36=23
27-36|
27-36|    --max=-1:
27-36|	The upper limit for the number of pods that can be set by the autoscaler. Required.
27-36|
36|    --memory='':
36|	Target memory utilization over all the pods. When specified  as a percentage (e.g."60%" for 60% of requested memory) it will target average utilization. When specified as quantity (e.g."200Mi" for 200 MiB, "1Gi" for 1 GiB) it will target average value. Value without units is treated as a quantity with mebibytes being the unit (e.g."200" is "200Mi").
36|
27-36|    --min=-1:
27-36|	The lower limit for the number of pods that can be set by the autoscaler. If it's not specified or negative, the server will apply a default value.
27-36|
27-36=81
27-36|	The name for the newly created object. If not specified, the name of the input resource will be used.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
20-33|  kubectl autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU] [options]
36|  kubectl autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY] [options]
|
=1`,
  certificate: `20,27,28,29,30,31,32,33,36
|Modify certificate resources.
|
=3
20|  approve     Approve a certificate signing request
20|  deny        Deny a certificate signing request
27-36|  approve       Approve a certificate signing request
27-36|  deny          Deny a certificate signing request
|
|Usage:
|  kubectl certificate SUBCOMMAND [options]
|
20-27=0
28-36|Use "kubectl certificate <command> --help" for more information about a given command.
=1`,
  "certificate approve": `20,27,28,29,30,31,32,33,36
|Approve a certificate signing request.
|
20-27| kubectl certificate approve allows a cluster admin to approve a certificate signing request (CSR). This action tells a certificate signing controller to issue a certificate to the requestor with the attributes requested in the CSR.
28-36| kubectl certificate approve allows a cluster admin to approve a certificate signing request (CSR). This action tells a certificate signing controller to issue a certificate to the requester with the attributes requested in the CSR.
|
| SECURITY NOTICE: Depending on the requested attributes, the issued certificate can potentially grant a requester access to cluster resources or to authenticate as a requested identity. Before approving a CSR, ensure you understand what the signed certificate can do.
|
27-36|Examples:
27-36|  # Approve CSR 'csr-sqgzp'
27-36|  kubectl certificate approve csr-sqgzp
27-36|
|Options:
20=4
20=178
20|      --force=false: Update the CSR even if it is already approved.
20=7
20=8
20=10
20=13
27-36=15
27-36=16
|
27-36=21
27-36=179
27-36|
27-36=104
27-36|	Update the CSR even if it is already approved.
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl certificate approve (-f FILENAME | NAME) [options]
|
=1`,
  "certificate deny": `20,27,28,29,30,31,32,33,36
|Deny a certificate signing request.
|
20-27| kubectl certificate deny allows a cluster admin to deny a certificate signing request (CSR). This action tells a certificate signing controller to not to issue a certificate to the requestor.
28-36| kubectl certificate deny allows a cluster admin to deny a certificate signing request (CSR). This action tells a certificate signing controller to not to issue a certificate to the requester.
|
27-36|Examples:
27-36|  # Deny CSR 'csr-sqgzp'
27-36|  kubectl certificate deny csr-sqgzp
27-36|
|Options:
20=4
20=178
20|      --force=false: Update the CSR even if it is already denied.
20=7
20=8
20=10
20=13
27-36=15
27-36=16
|
27-36=21
27-36=179
27-36|
27-36=104
27-36|	Update the CSR even if it is already denied.
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl certificate deny (-f FILENAME | NAME) [options]
|
=1`,
  "cluster-info": `20,27,28,29,30,31,32,33,36
20|Display addresses of the control plane and services with label kubernetes.io/cluster-service=true To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.
27-36|Display addresses of the control plane and services with label kubernetes.io/cluster-service=true. To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.
|
|Examples:
|  # Print the address of the control plane and cluster services
|  kubectl cluster-info
|
=3
20|  dump        Dump lots of relevant info for debugging and diagnosis
27-36|  dump          Dump relevant information for debugging and diagnosis
|
|Usage:
|  kubectl cluster-info [flags] [options]
|
20-27=0
28-36|Use "kubectl cluster-info <command> --help" for more information about a given command.
=1`,
  "cluster-info dump": `20,27,28,29,30,31,32,33,36
20|Dumps cluster info out suitable for debugging and diagnosing cluster problems.  By default, dumps everything to stdout. You can optionally specify a directory with --output-directory.  If you specify a directory, kubernetes will build a set of files in that directory.  By default only dumps things in the 'kube-system' namespace, but you can switch to a different namespace with the --namespaces flag, or specify --all-namespaces to dump all namespaces.
27-36|Dump cluster information out suitable for debugging and diagnosing cluster problems.  By default, dumps everything to stdout. You can optionally specify a directory with --output-directory.  If you specify a directory, Kubernetes will build a set of files in that directory.  By default, only dumps things in the current namespace and 'kube-system' namespace, but you can switch to a different namespace with the --namespaces flag, or specify --all-namespaces to dump all namespaces.
|
20| The command also dumps the logs of all of the pods in the cluster, these logs are dumped into different directories based on namespace and pod name.
27-36| The command also dumps the logs of all of the pods in the cluster; these logs are dumped into different directories based on namespace and pod name.
|
|Examples:
|  # Dump current cluster state to stdout
|  kubectl cluster-info dump
|  
|  # Dump current cluster state to /path/to/cluster-state
|  kubectl cluster-info dump --output-directory=/path/to/cluster-state
|  
|  # Dump all namespaces to stdout
|  kubectl cluster-info dump --all-namespaces
|  
|  # Dump a set of namespaces to /path/to/cluster-state
|  kubectl cluster-info dump --namespaces default,kube-system --output-directory=/path/to/cluster-state
|
|Options:
20|  -A, --all-namespaces=false: If true, dump all namespaces.  If true, --namespaces is ignored.
20=4
20|      --namespaces=[]: A comma separated list of namespaces to dump.
20|  -o, --output='json': Output format. One of: json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file.
20|      --output-directory='': Where to output the files.  If empty or '-' uses stdout, otherwise creates a directory hierarchy in that directory
20=180
20=13
27-36=150
27-36|	If true, dump all namespaces.  If true, --namespaces is ignored.
|
27-36=15
27-36=16
27-36|
27-36|    --namespaces=[]:
27-36|	A comma separated list of namespaces to dump.
27-36|
27-36|    -o, --output='json':
27-33=25
36=26
27-36|
27-36|    --output-directory='':
27-36|	Where to output the files.  If empty or '-' uses stdout, otherwise creates a directory hierarchy in that directory
27-36|
27-36=181
27-36=111
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl cluster-info dump [flags] [options]
|
=1`,
  top: `20,27,28,29,30,31,32,33,36
20|Display Resource (CPU/Memory/Storage) usage.
27|Display Resource (CPU/Memory) usage.
28-36|Display resource (CPU/memory) usage.
|
20-33| The top command allows you to see the resource consumption for nodes or pods.
36| This command provides a view of recent resource consumption for nodes and pods. It fetches metrics from the Metrics Server, which aggregates this data from the kubelet on each node. The Metrics Server must be installed and running in the cluster for this command to work.
|
20-33| This command requires Metrics Server to be correctly configured and working on the server.
36| The metrics shown are specifically optimized for Kubernetes autoscaling decisions, such as those made by the Horizontal Pod Autoscaler (HPA) and Vertical Pod Autoscaler (VPA). Because of this, the values may not match those from standard OS tools like 'top', as the metrics are designed to provide a stable signal for autoscalers rather than for pinpoint accuracy.
|
36| FAQ for Metrics Server: https://github.com/kubernetes-sigs/metrics-server/blob/master/FAQ.md
36|
36| When to use this command:
36|
36|  *  For on-the-fly spot-checks of resource usage (e.g. identify which pods are consuming the most resources at a glance, or get a quick sense of the load on your nodes)
36|  *  Understand current resource consumption patterns
36|  *  Validate the behavior of your HPA or VPA configurations by seeing the metrics they use for scaling decisions.
36|
36| It is not intended to be a replacement for full-featured monitoring solutions. Its primary design goal is to provide a low-overhead signal for autoscalers, not to be a perfectly accurate monitoring tool. For high-accuracy reporting, historical analysis, dashboarding, or alerting, you should use a dedicated monitoring solution.
36|
=3
20|  node        Display Resource (CPU/Memory/Storage) usage of nodes
20|  pod         Display Resource (CPU/Memory/Storage) usage of pods
27-36|  node          Display resource (CPU/memory) usage of nodes
27-36|  pod           Display resource (CPU/memory) usage of pods
|
|Usage:
|  kubectl top [flags] [options]
|
20-27=0
28-36|Use "kubectl top <command> --help" for more information about a given command.
=1`,
  "top node": `20,27,28,29,30,31,32,33,36
20|Display Resource (CPU/Memory/Storage) usage of nodes.
27-36|Display resource (CPU/memory) usage of nodes.
|
| The top-node command allows you to see the resource consumption of nodes.
|
|Aliases:
|node, nodes, no
|
|Examples:
|  # Show metrics for all nodes
|  kubectl top node
|  
|  # Show metrics for a given node
|  kubectl top node NODE_NAME
|
|Options:
20|      --no-headers=false: If present, print output without headers
20=12
20|      --sort-by='': If non-empty, sort nodes list using specified field. The field can be either 'cpu' or 'memory'.
27-36=158
27-36|	If present, print output without headers
|
27-36=32
27-32=33
33-36=34
27-36|
27-36|    --show-capacity=false:
27-36|	Print node resources based on Capacity instead of Allocatable(default) of the nodes.
27-36|
36=182
36|	Print node resources related to swap memory.
36|
27-36=160
27-36|	If non-empty, sort nodes list using specified field. The field can be either 'cpu' or 'memory'.
27-36|
27-36=183
27-36=184
27-36|
|Usage:
|  kubectl top node [NAME | -l label] [options]
|
=1`,
  "top pod": `20,27,28,29,30,31,32,33,36
20|Display Resource (CPU/Memory/Storage) usage of pods.
27-36|Display resource (CPU/memory) usage of pods.
|
| The 'top pod' command allows you to see the resource consumption of pods.
|
| Due to the metrics pipeline delay, they may be unavailable for a few minutes since pod creation.
|
|Aliases:
|pod, pods, po
|
|Examples:
|  # Show metrics for all pods in the default namespace
|  kubectl top pod
|  
|  # Show metrics for all pods in the given namespace
|  kubectl top pod --namespace=NAMESPACE
|  
|  # Show metrics for a given pod and its containers
|  kubectl top pod POD_NAME --containers
|  
|  # Show metrics for the pods defined by label name=myLabel
|  kubectl top pod -l name=myLabel
|
|Options:
20=147
20|      --containers=false: If present, print usage of containers within a pod.
20|      --no-headers=false: If present, print output without headers.
20=12
20|      --sort-by='': If non-empty, sort pods list using specified field. The field can be either 'cpu' or 'memory'.
27-36=150
27-36=151
|
27-36|    --containers=false:
27-36|	If present, print usage of containers within a pod.
27-36|
27-36=155
27-36=156
27-36|
27-36=158
27-36|	If present, print output without headers.
27-36|
27-36=32
27-32=33
33-36=34
27-36|
36=182
36|	Print pod resources related to swap memory.
36|
27-36=160
27-36|	If non-empty, sort pods list using specified field. The field can be either 'cpu' or 'memory'.
27-36|
27-36|    --sum=false:
27-36|	Print the sum of the resource usage
27-36|
27-36=183
27-36=184
27-36|
|Usage:
|  kubectl top pod [NAME | -l label] [options]
|
=1`,
  cordon: `20,27,28,29,30,31,32,33,36
|Mark node as unschedulable.
|
|Examples:
20|  # Mark node "foo" as unschedulable.
27-36|  # Mark node "foo" as unschedulable
|  kubectl cordon foo
|
|Options:
20=5
20=122
27-36=17
27-36=18
|
27-36=32
27-32=33
33-36=34
27-36|
|Usage:
|  kubectl cordon NODE [options]
|
=1`,
  uncordon: `20,27,28,29,30,31,32,33,36
|Mark node as schedulable.
|
|Examples:
20|  # Mark node "foo" as schedulable.
20|  $ kubectl uncordon foo
27-36|  # Mark node "foo" as schedulable
27-36|  kubectl uncordon foo
|
|Options:
20=5
20=122
27-36=17
27-36=18
|
27-36=32
27-32=33
33-36=34
27-36|
|Usage:
|  kubectl uncordon NODE [options]
|
=1`,
  drain: `20,27,28,29,30,31,32,33,36
|Drain node in preparation for maintenance.
|
20| The given node will be marked unschedulable to prevent new pods from arriving. 'drain' evicts the pods if the APIServer supports http://kubernetes.io/docs/admin/disruptions/ . Otherwise, it will use normal DELETE to delete the pods. The 'drain' evicts or deletes all pods except mirror pods (which cannot be deleted through the API server).  If there are DaemonSet-managed pods, drain will not proceed without --ignore-daemonsets, and regardless it will not delete any DaemonSet-managed pods, because those pods would be immediately replaced by the DaemonSet controller, which ignores unschedulable markings.  If there are any pods that are neither mirror pods nor managed by ReplicationController, ReplicaSet, DaemonSet, StatefulSet or Job, then drain will not delete any pods unless you use --force.  --force will also allow deletion to proceed if the managing resource of one or more pods is missing.
27-36| The given node will be marked unschedulable to prevent new pods from arriving. 'drain' evicts the pods if the API server supports https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ eviction https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ . Otherwise, it will use normal DELETE to delete the pods. The 'drain' evicts or deletes all pods except mirror pods (which cannot be deleted through the API server).  If there are daemon set-managed pods, drain will not proceed without --ignore-daemonsets, and regardless it will not delete any daemon set-managed pods, because those pods would be immediately replaced by the daemon set controller, which ignores unschedulable markings.  If there are any pods that are neither mirror pods nor managed by a replication controller, replica set, daemon set, stateful set, or job, then drain will not delete any pods unless you use --force.  --force will also allow deletion to proceed if the managing resource of one or more pods is missing.
|
| 'drain' waits for graceful termination. You should not operate on the machine until the command completes.
|
| When you are ready to put the node back into service, use kubectl uncordon, which will make the node schedulable again.
|
20| http://kubernetes.io/images/docs/kubectl_drain.svg
27-36|https://kubernetes.io/images/docs/kubectl_drain.svg Workflowhttps://kubernetes.io/images/docs/kubectl_drain.svg
|
|Examples:
20|  # Drain node "foo", even if there are pods not managed by a ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet on it.
20|  $ kubectl drain foo --force
27|  # Drain node "foo", even if there are pods not managed by a replication controller, replica set, job, daemon set or stateful set on it
28-36|  # Drain node "foo", even if there are pods not managed by a replication controller, replica set, job, daemon set, or stateful set on it
27-36|  kubectl drain foo --force
|  
20|  # As above, but abort if there are pods not managed by a ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet, and use a grace period of 15 minutes.
20|  $ kubectl drain foo --grace-period=900
27|  # As above, but abort if there are pods not managed by a replication controller, replica set, job, daemon set or stateful set, and use a grace period of 15 minutes
28-36|  # As above, but abort if there are pods not managed by a replication controller, replica set, job, daemon set, or stateful set, and use a grace period of 15 minutes
27-36|  kubectl drain foo --grace-period=900
|
|Options:
20|      --delete-emptydir-data=false: Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).
20|      --disable-eviction=false: Force drain to use delete, even if eviction is supported. This will bypass checking PodDisruptionBudgets, use with caution.
20=5
20|      --force=false: Continue even if there are pods not managed by a ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet.
20|      --grace-period=-1: Period of time in seconds given to each pod to terminate gracefully. If negative, the default value specified in the pod will be used.
20|      --ignore-daemonsets=false: Ignore DaemonSet-managed pods.
20|      --pod-selector='': Label selector to filter pods on the node
20=122
20|      --skip-wait-for-delete-timeout=0: If pod DeletionTimestamp older than N seconds, skip waiting for the pod.  Seconds must be greater than 0 to skip.
20|      --timeout=0s: The length of time to wait before giving up, zero means infinite
27-36=152
27-33=153
36=154
|
27-36|    --delete-emptydir-data=false:
27-36|	Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).
27-36|
27-36|    --disable-eviction=false:
27-36|	Force drain to use delete, even if eviction is supported. This will bypass checking PodDisruptionBudgets, use with caution.
27-36|
27-36=17
27-36=18
27-36|
27-36=104
27-36|	Continue even if there are pods that do not declare a controller.
27-36|
27-36=106
27-36|	Period of time in seconds given to each pod to terminate gracefully. If negative, the default value specified in the pod will be used.
27-36|
27-36|    --ignore-daemonsets=false:
27-36|	Ignore DaemonSet-managed pods.
27-36|
27-36|    --pod-selector='':
27-36|	Label selector to filter pods on the node
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36|    --skip-wait-for-delete-timeout=0:
27-36|	If pod DeletionTimestamp older than N seconds, skip waiting for the pod.  Seconds must be greater than 0 to skip.
27-36|
27-36=114
27-36|	The length of time to wait before giving up, zero means infinite
27-36|
|Usage:
|  kubectl drain NODE [options]
|
=1`,
  taint: `20,27,28,29,30,31,32,33,36
|Update the taints on one or more nodes.
|
|  *  A taint consists of a key, value, and effect. As an argument here, it is expressed as key=value:effect.
20|  *  The key must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to  253 characters.
20=185
20|  *  The value is optional. If given, it must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to  63 characters.
27-36|  *  The key must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 253 characters.
27-36=186
27-36|  *  The value is optional. If given, it must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 63 characters.
|  *  The effect must be NoSchedule, PreferNoSchedule or NoExecute.
|  *  Currently taint can only apply to node.
|
|Examples:
20|  # Update node 'foo' with a taint with key 'dedicated' and value 'special-user' and effect 'NoSchedule'.
20|  # If a taint with that key and effect already exists, its value is replaced as specified.
27-36|  # Update node 'foo' with a taint with key 'dedicated' and value 'special-user' and effect 'NoSchedule'
27-36|  # If a taint with that key and effect already exists, its value is replaced as specified
|  kubectl taint nodes foo dedicated=special-user:NoSchedule
|  
20|  # Remove from node 'foo' the taint with key 'dedicated' and effect 'NoSchedule' if one exists.
27-36|  # Remove from node 'foo' the taint with key 'dedicated' and effect 'NoSchedule' if one exists
|  kubectl taint nodes foo dedicated:NoSchedule-
|  
|  # Remove from node 'foo' all the taints with key 'dedicated'
|  kubectl taint nodes foo dedicated-
|  
20-27|  # Add a taint with key 'dedicated' on nodes having label mylabel=X
28-36|  # Add a taint with key 'dedicated' on nodes having label myLabel=X
|  kubectl taint node -l myLabel=X  dedicated=foo:PreferNoSchedule
|  
|  # Add to node 'foo' a taint with key 'bar' and no value
|  kubectl taint nodes foo bar:NoSchedule
|
|Options:
20|      --all=false: Select all nodes in the cluster
20=4
20=5
20|      --field-manager='kubectl-taint': Name of the manager used to track field ownership.
20=8
20|      --overwrite=false: If true, allow taints to be overwritten, otherwise reject taint updates that overwrite existing taints.
20=12
20=13
20=14
27-36=123
27-36|	Select all nodes in the cluster
|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36|    --field-manager='kubectl-taint':
27-36=20
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=187
27-36|	If true, allow taints to be overwritten, otherwise reject taint updates that overwrite existing taints.
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
|Usage:
|  kubectl taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]
|
=1`,
  describe: `20,27,28,29,30,31,32,33,36
20|Show details of a specific resource or group of resources
27-36|Show details of a specific resource or group of resources.
|
| Print a detailed description of the selected resources, including related resources such as events or controllers. You may select a single object by name, all objects of that type, provide a name prefix, or label selector. For example:
|
20-27|  $ kubectl describe TYPE NAME_PREFIX
20-27|  
28-36|        $ kubectl describe TYPE NAME_PREFIX
28-36|        
| will first check for an exact match on TYPE and NAME_PREFIX. If no such resource exists, it will output details for every resource that has a name prefixed with NAME_PREFIX.
|
=145
|
|Examples:
|  # Describe a node
|  kubectl describe nodes kubernetes-node-emt8.c.myproject.internal
|  
|  # Describe a pod
|  kubectl describe pods/nginx
|  
|  # Describe a pod identified by type and name in "pod.json"
|  kubectl describe -f pod.json
|  
|  # Describe all pods
|  kubectl describe pods
|  
|  # Describe pods by label name=myLabel
20-27|  kubectl describe po -l name=myLabel
28-36|  kubectl describe pods -l name=myLabel
|  
20|  # Describe all pods managed by the 'frontend' replication controller (rc-created pods
20|  # get the name of the rc as a prefix in the pod the name).
27-36|  # Describe all pods managed by the 'frontend' replication controller
27-36|  # (rc-created pods get the name of the rc as a prefix in the pod name)
|  kubectl describe pods frontend
|
|Options:
20=147
20|  -f, --filename=[]: Filename, directory, or URL to files containing the resource to describe
20=7
20=10
20=12
20|      --show-events=true: If true, display events related to the described object.
27-36=150
27-36=151
|
27-36=152
27-33=153
36=154
27-36|
27-36=21
27-36|	Filename, directory, or URL to files containing the resource to describe
27-36|
27-36=22
27-36=23
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36|    --show-events=true:
27-33|	If true, display events related to the described object.
36|	If true, display events related to the described object. Defaults to true for a single object, false for multiple objects and prefix matching.
27-36|
|Usage:
|  kubectl describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]
|
=1`,
  logs: `20,27,28,29,30,31,32,33,36
|Print the logs for a container in a pod or specified resource. If the pod has only one container, the container name is optional.
|
|Examples:
|  # Return snapshot logs from pod nginx with only one container
|  kubectl logs nginx
|  
32-36|  # Return snapshot logs from pod nginx, prefixing each line with the source pod and container name
32-36|  kubectl logs nginx --prefix
32-36|  
32-36|  # Return snapshot logs from pod nginx, limiting output to 500 bytes
32-36|  kubectl logs nginx --limit-bytes=500
32-36|  
32-36|  # Return snapshot logs from pod nginx, waiting up to 20 seconds for it to start running.
32-36|  kubectl logs nginx --pod-running-timeout=20s
32-36|  
|  # Return snapshot logs from pod nginx with multi containers
|  kubectl logs nginx --all-containers=true
|  
32-36|  # Return snapshot logs from all pods in the deployment nginx
32-36|  kubectl logs deployment/nginx --all-pods=true
32-36|  
|  # Return snapshot logs from all containers in pods defined by label app=nginx
20|  kubectl logs -lapp=nginx --all-containers=true
27-36|  kubectl logs -l app=nginx --all-containers=true
|  
32-36|  # Return snapshot logs from all pods defined by label app=nginx, limiting concurrent log requests to 10 pods
32-36|  kubectl logs -l app=nginx --max-log-requests=10
32-36|  
|  # Return snapshot of previous terminated ruby container logs from pod web-1
|  kubectl logs -p -c ruby web-1
|  
32-36|  # Begin streaming the logs from pod nginx, continuing even if errors occur
32-36|  kubectl logs nginx -f --ignore-errors=true
32-36|  
|  # Begin streaming the logs of the ruby container in pod web-1
|  kubectl logs -f -c ruby web-1
|  
|  # Begin streaming the logs from all containers in pods defined by label app=nginx
20|  kubectl logs -f -lapp=nginx --all-containers=true
27-36|  kubectl logs -f -l app=nginx --all-containers=true
|  
|  # Display only the most recent 20 lines of output in pod nginx
|  kubectl logs --tail=20 nginx
|  
|  # Show all logs from pod nginx written in the last hour
|  kubectl logs --since=1h nginx
|  
32-36|  # Show all logs with timestamps from pod nginx starting from August 30, 2024, at 06:00:00 UTC
32-36|  kubectl logs nginx --since-time=2024-08-30T06:00:00Z --timestamps=true
32-36|  
|  # Show logs from a kubelet with an expired serving certificate
|  kubectl logs --insecure-skip-tls-verify-backend nginx
|  
|  # Return snapshot logs from first container of a job named hello
|  kubectl logs job/hello
|  
|  # Return snapshot logs from container nginx-1 of a deployment named nginx
|  kubectl logs deployment/nginx -c nginx-1
|
|Options:
20|      --all-containers=false: Get all containers' logs in the pod(s).
20|  -c, --container='': Print the logs of this container
20|  -f, --follow=false: Specify if the logs should be streamed.
20|      --ignore-errors=false: If watching / following pod logs, allow for any errors that occur to be non-fatal
20|      --insecure-skip-tls-verify-backend=false: Skip verifying the identity of the kubelet that logs are requested from.  In theory, an attacker could provide invalid log content back. You might want to use this if your kubelet serving certificates have expired.
20|      --limit-bytes=0: Maximum bytes of logs to return. Defaults to no limit.
20|      --max-log-requests=5: Specify maximum number of concurrent logs to follow when using by a selector. Defaults to 5.
20=180
20|      --prefix=false: Prefix each log line with the log source (pod name and container name)
20|  -p, --previous=false: If true, print the logs for the previous instance of the container in a pod if it exists.
20|  -l, --selector='': Selector (label query) to filter on.
20|      --since=0s: Only return logs newer than a relative duration like 5s, 2m, or 3h. Defaults to all logs. Only one of since-time / since may be used.
20|      --since-time='': Only return logs after a specific date (RFC3339). Defaults to all logs. Only one of since-time / since may be used.
20|      --tail=-1: Lines of recent log file to display. Defaults to -1 with no selector, showing all log lines otherwise 10, if a selector is provided.
20|      --timestamps=false: Include timestamps on each line in the log output
27-36|    --all-containers=false:
27-36|	Get all containers' logs in the pod(s).
|
31-36|    --all-pods=false:
31-36|	Get logs from all pod(s). Sets prefix to true.
31-36|
27-36=188
27-36|	Print the logs of this container
27-36|
27-36|    -f, --follow=false:
27-36|	Specify if the logs should be streamed.
27-36|
27-36|    --ignore-errors=false:
27-36|	If watching / following pod logs, allow for any errors that occur to be non-fatal
27-36|
27-36|    --insecure-skip-tls-verify-backend=false:
27-36|	Skip verifying the identity of the kubelet that logs are requested from.  In theory, an attacker could provide invalid log content back. You might want to use this if your kubelet serving certificates have expired.
27-36|
27-36|    --limit-bytes=0:
27-36|	Maximum bytes of logs to return. Defaults to no limit.
27-36|
27-36|    --max-log-requests=5:
27-36|	Specify maximum number of concurrent logs to follow when using by a selector. Defaults to 5.
27-36|
27-36=181
27-36=111
27-36|
27-36|    --prefix=false:
27-36|	Prefix each log line with the log source (pod name and container name)
27-36|
27-36|    -p, --previous=false:
27-36|	If true, print the logs for the previous instance of the container in a pod if it exists.
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36|    --since=0s:
27-36|	Only return logs newer than a relative duration like 5s, 2m, or 3h. Defaults to all logs. Only one of since-time / since may be used.
27-36|
27-36|    --since-time='':
27-36|	Only return logs after a specific date (RFC3339). Defaults to all logs. Only one of since-time / since may be used.
27-36|
27-36|    --tail=-1:
27-36|	Lines of recent log file to display. Defaults to -1 with no selector, showing all log lines otherwise 10, if a selector is provided.
27-36|
27-36|    --timestamps=false:
27-36|	Include timestamps on each line in the log output
27-36|
|Usage:
|  kubectl logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]
|
=1`,
  attach: `20,27,28,29,30,31,32,33,36
|Attach to a process that is already running inside an existing container.
|
|Examples:
20|  # Get output from running pod mypod, using the first container by default
27-36|  # Get output from running pod mypod; use the 'kubectl.kubernetes.io/default-container' annotation
27-36|  # for selecting the container to be attached or the first container in the pod will be chosen
|  kubectl attach mypod
|  
|  # Get output from ruby-container from pod mypod
|  kubectl attach mypod -c ruby-container
|  
20=189
27-36=190
=191
|  kubectl attach mypod -c ruby-container -i -t
|  
20|  # Get output from the first pod of a ReplicaSet named nginx
27-36|  # Get output from the first pod of a replica set named nginx
|  kubectl attach rs/nginx
|
|Options:
20=192
20=93
20=193
20=194
27-36=188
27-36=195
|
36=101
36|	Override the key sequence for detaching a container
36|
27-36=110
27-36=111
27-36|
27-36=112
27-36=196
27-36|
27-36=113
27-36=197
27-36|
27-36=116
27-36=198
27-36|
|Usage:
|  kubectl attach (POD | TYPE/NAME) -c CONTAINER [options]
|
=1`,
  exec: `20,27,28,29,30,31,32,33,36
|Execute a command in a container.
|
|Examples:
20|  # Get output from running 'date' command from pod mypod, using the first container by default
27-36|  # Get output from running the 'date' command from pod mypod, using the first container by default
|  kubectl exec mypod -- date
|  
20|  # Get output from running 'date' command in ruby-container from pod mypod
27-36|  # Get output from running the 'date' command in ruby-container from pod mypod
|  kubectl exec mypod -c ruby-container -- date
|  
20=189
27-36=190
=191
|  kubectl exec mypod -c ruby-container -i -t -- bash -il
|  
20|  # List contents of /usr from the first container of pod mypod and sort by modification time.
27-36|  # List contents of /usr from the first container of pod mypod and sort by modification time
|  # If the command you want to execute in the pod has any flags in common (e.g. -i),
20|  # you must use two dashes (--) to separate your command's flags/arguments.
27-36|  # you must use two dashes (--) to separate your command's flags/arguments
|  # Also note, do not surround your command and its flags/arguments with quotes
20|  # unless that is how you would execute it normally (i.e., do ls -t /usr, not "ls -t /usr").
27-36|  # unless that is how you would execute it normally (i.e., do ls -t /usr, not "ls -t /usr")
|  kubectl exec mypod -i -t -- ls -t /usr
|  
|  # Get output from running 'date' command from the first pod of the deployment mydeployment, using the first container by default
|  kubectl exec deploy/mydeployment -- date
|  
|  # Get output from running 'date' command from the first pod of the service myservice, using the first container by default
|  kubectl exec svc/myservice -- date
|
|Options:
20=192
20|  -f, --filename=[]: to use to exec into the resource
20=93
20=193
20=194
27-36=188
27-36=195
|
27-36=21
27-36|	to use to exec into the resource
27-36|
27-36=110
27-36=111
27-36|
27-36=112
27-36=196
27-36|
27-36=113
27-36=197
27-36|
27-36=116
27-36=198
27-36|
|Usage:
|  kubectl exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]
|
=1`,
  "port-forward": `20,27,28,29,30,31,32,33,36
20|Forward one or more local ports to a pod. This command requires the node to have 'socat' installed.
27-36|Forward one or more local ports to a pod.
|
| Use resource type/name such as deployment/mydeployment to select a pod. Resource type defaults to 'pod' if omitted.
|
20| If there are multiple pods matching the criteria, a pod will be selected automatically. The forwarding session ends when the selected pod terminates, and rerun of the command is needed to resume forwarding.
27-36| If there are multiple pods matching the criteria, a pod will be selected automatically. The forwarding session ends when the selected pod terminates, and a rerun of the command is needed to resume forwarding.
|
|Examples:
|  # Listen on ports 5000 and 6000 locally, forwarding data to/from ports 5000 and 6000 in the pod
|  kubectl port-forward pod/mypod 5000 6000
|  
|  # Listen on ports 5000 and 6000 locally, forwarding data to/from ports 5000 and 6000 in a pod selected by the deployment
|  kubectl port-forward deployment/mydeployment 5000 6000
|  
|  # Listen on port 8443 locally, forwarding to the targetPort of the service's port named "https" in a pod selected by the service
|  kubectl port-forward service/myservice 8443:https
|  
|  # Listen on port 8888 locally, forwarding to 5000 in the pod
|  kubectl port-forward pod/mypod 8888:5000
|  
|  # Listen on port 8888 on all addresses, forwarding to 5000 in the pod
|  kubectl port-forward --address 0.0.0.0 pod/mypod 8888:5000
|  
|  # Listen on port 8888 on localhost and selected IP, forwarding to 5000 in the pod
|  kubectl port-forward --address localhost,10.19.21.23 pod/mypod 8888:5000
|  
|  # Listen on a random port locally, forwarding to 5000 in the pod
|  kubectl port-forward pod/mypod :5000
|
|Options:
20|      --address=[localhost]: Addresses to listen on (comma separated). Only accepts IP addresses or localhost as a value. When localhost is supplied, kubectl will try to bind on both 127.0.0.1 and ::1 and will fail if neither of these addresses are available to bind.
20=93
27-36|    --address=[localhost]:
27-36|	Addresses to listen on (comma separated). Only accepts IP addresses or localhost as a value. When localhost is supplied, kubectl will try to bind on both 127.0.0.1 and ::1 and will fail if neither of these addresses are available to bind.
|
27-36=110
27-36=111
27-36|
|Usage:
|  kubectl port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]
|
=1`,
  proxy: `20,27,28,29,30,31,32,33,36
20|Creates a proxy server or application-level gateway between localhost and the Kubernetes API Server. It also allows serving static content over specified HTTP path. All incoming data enters through one port and gets forwarded to the remote kubernetes API Server port, except for the path matching the static content path.
27-36|Creates a proxy server or application-level gateway between localhost and the Kubernetes API server. It also allows serving static content over specified HTTP path. All incoming data enters through one port and gets forwarded to the remote Kubernetes API server port, except for the path matching the static content path.
|
|Examples:
20|  # To proxy all of the kubernetes api and nothing else, use:
20|  
20|  $ kubectl proxy --api-prefix=/
20|  
20|  # To proxy only part of the kubernetes api and also some static files:
20|  
20|  $ kubectl proxy --www=/my/files --www-prefix=/static/ --api-prefix=/api/
20|  
20|  # The above lets you 'curl localhost:8001/api/v1/pods'.
20|  
20|  # To proxy the entire kubernetes api at a different root, use:
27-36|  # To proxy all of the Kubernetes API and nothing else
27-36|  kubectl proxy --api-prefix=/
|  
20|  $ kubectl proxy --api-prefix=/custom/
27-36|  # To proxy only part of the Kubernetes API and also some static files
27-36|  # You can get pods info with 'curl localhost:8001/api/v1/pods'
27-36|  kubectl proxy --www=/my/files --www-prefix=/static/ --api-prefix=/api/
|  
20|  # The above lets you 'curl localhost:8001/custom/api/v1/pods'
27-36|  # To proxy the entire Kubernetes API at a different root
27-36|  # You can get pods info with 'curl localhost:8001/custom/api/v1/pods'
27-36|  kubectl proxy --api-prefix=/custom/
|  
20|  # Run a proxy to kubernetes apiserver on port 8011, serving static content from ./local/www/
27-36|  # Run a proxy to the Kubernetes API server on port 8011, serving static content from ./local/www/
|  kubectl proxy --port=8011 --www=./local/www/
|  
20|  # Run a proxy to kubernetes apiserver on an arbitrary local port.
20|  # The chosen port for the server will be output to stdout.
27-36|  # Run a proxy to the Kubernetes API server on an arbitrary local port
27-36|  # The chosen port for the server will be output to stdout
|  kubectl proxy --port=0
|  
20|  # Run a proxy to kubernetes apiserver, changing the api prefix to k8s-api
20|  # This makes e.g. the pods api available at localhost:8001/k8s-api/v1/pods/
27-36|  # Run a proxy to the Kubernetes API server, changing the API prefix to k8s-api
27-36|  # This makes e.g. the pods API available at localhost:8001/k8s-api/v1/pods/
|  kubectl proxy --api-prefix=/k8s-api
|
|Options:
20|      --accept-hosts='^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$': Regular expression for hosts that the proxy should accept.
20|      --accept-paths='^.*': Regular expression for paths that the proxy should accept.
20|      --address='127.0.0.1': The IP address on which to serve on.
20|      --api-prefix='/': Prefix to serve the proxied API under.
20|      --disable-filter=false: If true, disable request filtering in the proxy. This is dangerous, and can leave you vulnerable to XSRF attacks, when used with an accessible port.
20|      --keepalive=0s: keepalive specifies the keep-alive period for an active network connection. Set to 0 to disable keepalive.
20|  -p, --port=8001: The port on which to run the proxy. Set to 0 to pick a random port.
20|      --reject-methods='^$': Regular expression for HTTP methods that the proxy should reject (example --reject-methods='POST,PUT,PATCH'). 
20|      --reject-paths='^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach': Regular expression for paths that the proxy should reject. Paths specified here will be rejected even accepted by --accept-paths.
20|  -u, --unix-socket='': Unix socket on which to run the proxy.
20|  -w, --www='': Also serve static files from the given directory under the specified prefix.
20|  -P, --www-prefix='/static/': Prefix to serve static files under, if static file directory is specified.
27-36|    --accept-hosts='^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$':
27-36|	Regular expression for hosts that the proxy should accept.
|
27-36|    --accept-paths='^.*':
27-36|	Regular expression for paths that the proxy should accept.
27-36|
27-36|    --address='127.0.0.1':
27-36|	The IP address on which to serve on.
27-36|
27-36|    --api-prefix='/':
27-36|	Prefix to serve the proxied API under.
27-36|
27-36|    --append-server-path=false:
27-36|	If true, enables automatic path appending of the kube context server path to each request.
27-36|
27-36|    --disable-filter=false:
27-36|	If true, disable request filtering in the proxy. This is dangerous, and can leave you vulnerable to XSRF attacks, when used with an accessible port.
27-36|
27-36|    --keepalive=0s:
27-36|	keepalive specifies the keep-alive period for an active network connection. Set to 0 to disable keepalive.
27-36|
27-36|    -p, --port=8001:
27-36|	The port on which to run the proxy. Set to 0 to pick a random port.
27-36|
27-36|    --reject-methods='^$':
27-36|	Regular expression for HTTP methods that the proxy should reject (example --reject-methods='POST,PUT,PATCH'). 
27-36|
27-36|    --reject-paths='^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach':
27-36|	Regular expression for paths that the proxy should reject. Paths specified here will be rejected even accepted by --accept-paths.
27-36|
27-36|    -u, --unix-socket='':
27-36|	Unix socket on which to run the proxy.
27-36|
27-36|    -w, --www='':
27-36|	Also serve static files from the given directory under the specified prefix.
27-36|
27-36|    -P, --www-prefix='/static/':
27-36|	Prefix to serve static files under, if static file directory is specified.
27-36|
|Usage:
|  kubectl proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]
|
=1`,
  cp: `20,27,28,29,30,31,32,33,36
|Copy files and directories to and from containers.
|
|Examples:
|  # !!!Important Note!!!
|  # Requires that the 'tar' binary is present in your container
|  # image.  If 'tar' is not present, 'kubectl cp' will fail.
|  #
|  # For advanced use cases, such as symlinks, wildcard expansion or
20|  # file mode preservation consider using 'kubectl exec'.
27-36|  # file mode preservation, consider using 'kubectl exec'.
|  
=199
|  tar cf - /tmp/foo | kubectl exec -i -n <some-namespace> <some-pod> -- tar xf - -C /tmp/bar
|  
=200
|  kubectl exec -n <some-namespace> <some-pod> -- tar cf - /tmp/foo | tar xf - -C /tmp/bar
|  
|  # Copy /tmp/foo_dir local directory to /tmp/bar_dir in a remote pod in the default namespace
|  kubectl cp /tmp/foo_dir <some-pod>:/tmp/bar_dir
|  
|  # Copy /tmp/foo local file to /tmp/bar in a remote pod in a specific container
|  kubectl cp /tmp/foo <some-pod>:/tmp/bar -c <specific-container>
|  
=199
|  kubectl cp /tmp/foo <some-namespace>/<some-pod>:/tmp/bar
|  
=200
|  kubectl cp <some-namespace>/<some-pod>:/tmp/foo /tmp/bar
|
|Options:
20=192
20|      --no-preserve=false: The copied file/directory's ownership and permissions will not be preserved in the container
27-36=188
27-36=195
|
27-36|    --no-preserve=false:
27-36|	The copied file/directory's ownership and permissions will not be preserved in the container
27-36|
27-36|    --retries=0:
27-36|	Set number of retries to complete a copy operation from a container. Specify 0 to disable or any negative value for infinite retrying. The default is 0 (no retry).
27-36|
|Usage:
|  kubectl cp <file-spec-src> <file-spec-dest> [options]
|
=1`,
  auth: `20,27,28,29,30,31,32,33,36
20-27|Inspect authorization
28-36|Inspect authorization.
|
=3
20|  can-i       Check whether an action is allowed
20|  reconcile   Reconciles rules for RBAC Role, RoleBinding, ClusterRole, and ClusterRole binding objects
27-36|  can-i         Check whether an action is allowed
27-36|  reconcile     Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects
27-36|  whoami        Experimental: Check self subject attributes
|
|Usage:
|  kubectl auth [flags] [options]
|
20-27=0
28-36|Use "kubectl auth <command> --help" for more information about a given command.
=1`,
  "auth can-i": `20,27,28,29,30,31,32,33,36
|Check whether an action is allowed.
|
20| VERB is a logical Kubernetes API verb like 'get', 'list', 'watch', 'delete', etc. TYPE is a Kubernetes resource. Shortcuts and groups will be resolved. NONRESOURCEURL is a partial URL starts with "/". NAME is the name of a particular Kubernetes resource.
27-36| VERB is a logical Kubernetes API verb like 'get', 'list', 'watch', 'delete', etc. TYPE is a Kubernetes resource. Shortcuts and groups will be resolved. NONRESOURCEURL is a partial URL that starts with "/". NAME is the name of a particular Kubernetes resource. This command pairs nicely with impersonation. See --as global flag.
|
|Examples:
|  # Check to see if I can create pods in any namespace
|  kubectl auth can-i create pods --all-namespaces
|  
|  # Check to see if I can list deployments in my current namespace
|  kubectl auth can-i list deployments.apps
|  
27-30|  # Check to see if service account "foo" of namespace "dev" can list pods
27-30|  # in the namespace "prod".
27-30|  # You must be allowed to use impersonation for the global option "--as".
31-36|  # Check to see if service account "foo" of namespace "dev" can list pods in the namespace "prod"
31-36|  # You must be allowed to use impersonation for the global option "--as"
27-36|  kubectl auth can-i list pods --as=system:serviceaccount:dev:foo -n prod
27-36|  
|  # Check to see if I can do everything in my current namespace ("*" means all)
|  kubectl auth can-i '*' '*'
|  
|  # Check to see if I can get the job named "bar" in namespace "foo"
|  kubectl auth can-i list jobs.batch/bar -n foo
|  
|  # Check to see if I can read pod logs
|  kubectl auth can-i get pods --subresource=log
|  
|  # Check to see if I can access the URL /logs/
|  kubectl auth can-i get /logs/
|  
31-36|  # Check to see if I can approve certificates.k8s.io
31-36|  kubectl auth can-i approve certificates.k8s.io
31-36|  
|  # List all allowed actions in namespace "foo"
|  kubectl auth can-i --list --namespace=foo
|
|Options:
20|  -A, --all-namespaces=false: If true, check the specified action in all namespaces.
20|      --list=false: If true, prints all allowed actions.
20|      --no-headers=false: If true, prints allowed actions without headers
20|  -q, --quiet=false: If true, suppress output and just return the exit code.
20|      --subresource='': SubResource such as pod/log or deployment/scale
27-36=150
27-36=201
|
27-36=127
27-36|	If true, prints all allowed actions.
27-36|
27-36=158
27-36|	If true, prints allowed actions without headers
27-36|
27-36=112
27-36|	If true, suppress output and just return the exit code.
27-36|
27-36=161
27-36|	SubResource such as pod/log or deployment/scale
27-36|
|Usage:
|  kubectl auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]
|
=1`,
  "auth reconcile": `20,27,28,29,30,31,32,33,36
20|Reconciles rules for RBAC Role, RoleBinding, ClusterRole, and ClusterRole binding objects.
27-36|Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects.
|
| Missing objects are created, and the containing namespace is created for namespaced objects, if required.
|
| Existing roles are updated to include the permissions in the input objects, and remove extra permissions if --remove-extra-permissions is specified.
|
| Existing bindings are updated to include the subjects in the input objects, and remove extra subjects if --remove-extra-subjects is specified.
|
| This is preferred to 'apply' for RBAC resources so that semantically-aware merging of rules and subjects is done.
|
|Examples:
20|  # Reconcile rbac resources from a file
27-36|  # Reconcile RBAC resources from a file
|  kubectl auth reconcile -f my-rbac-rules.yaml
|
|Options:
20=4
20=5
20|  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to reconcile.
20=7
20=8
20=10
20|      --remove-extra-permissions=false: If true, removes extra permissions added to roles
20|      --remove-extra-subjects=false: If true, removes extra subjects added to rolebindings
20=13
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36=21
27-36|	Filename, directory, or URL to files identifying the resource to reconcile.
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36|    --remove-extra-permissions=false:
27-36|	If true, removes extra permissions added to roles
27-36|
27-36|    --remove-extra-subjects=false:
27-36|	If true, removes extra subjects added to rolebindings
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl auth reconcile -f FILENAME [options]
|
=1`,
  debug: `20,27,28,29,30,31,32,33,36
|Debug cluster resources using interactive debugging containers.
|
| 'debug' provides automation for common debugging tasks for cluster objects identified by resource and name. Pods will be used by default if no resource is specified.
|
| The action taken by 'debug' varies depending on what resource is specified. Supported actions include:
|
|  *  Workload: Create a copy of an existing pod with certain attributes changed, for example changing the image tag to a new version.
|  *  Workload: Add an ephemeral container to an already running pod, for example to add debugging utilities without restarting the pod.
|  *  Node: Create a new pod that runs in the node's host namespaces and can access the node's filesystem.
|
33-36| Note: When a non-root user is configured for the entire target Pod, some capabilities granted by debug profile may not work.
33-36|
|Examples:
|  # Create an interactive debugging session in pod mypod and immediately attach to it.
20=202
|  kubectl debug mypod -it --image=busybox
|  
20=203
27-36|  # Create an interactive debugging session for the pod in the file pod.yaml and immediately attach to it.
=202
27-36|  kubectl debug -f pod.yaml -it --image=busybox
27-36|  
27-36=203
|  kubectl debug --image=myproj/debug-tools -c debugger mypod
|  
|  # Create a copy of mypod adding a debug container and attach to it
|  kubectl debug mypod -it --image=busybox --copy-to=my-debugger
|  
|  # Create a copy of mypod changing the command of mycontainer
|  kubectl debug mypod -it --copy-to=my-debugger --container=mycontainer -- sh
|  
|  # Create a copy of mypod changing all container images to busybox
|  kubectl debug mypod --copy-to=my-debugger --set-image=*=busybox
|  
|  # Create a copy of mypod adding a debug container and changing container images
|  kubectl debug mypod -it --copy-to=my-debugger --image=debian --set-image=app=app:debug,sidecar=sidecar:debug
|  
|  # Create an interactive debugging session on a node and immediately attach to it.
|  # The container will run in the host namespaces and the host's filesystem will be mounted at /host
|  kubectl debug node/mynode -it --image=busybox
|
|Options:
20|      --arguments-only=false: If specified, everything after -- will be passed to the new container as Args instead of Command.
20|      --attach=false: If true, wait for the container to start running, and then attach as if 'kubectl attach ...' were called.  Default false, unless '-i/--stdin' is set, in which case the default is true.
20|  -c, --container='': Container name to use for debug container.
20|      --copy-to='': Create a copy of the target Pod with this name.
20=88
20|      --image='': Container image to use for debug container.
20|      --image-pull-policy='': The image pull policy for the container. If left empty, this value will not be specified by the client and defaulted by the server.
20|      --quiet=false: If true, suppress informational messages.
20|      --replace=false: When used with '--copy-to', delete the original Pod.
20|      --same-node=false: When used with '--copy-to', schedule the copy of target Pod on the same node.
20|      --set-image=[]: When used with '--copy-to', a list of name=image pairs for changing container images, similar to how 'kubectl set image' works.
20|      --share-processes=true: When used with '--copy-to', enable process namespace sharing in the copy.
20=95
20|      --target='': When using an ephemeral container, target processes in this container name.
20|  -t, --tty=false: Allocate a TTY for the debugging container.
27-36|    --arguments-only=false:
27-36|	If specified, everything after -- will be passed to the new container as Args instead of Command.
|
27-36=98
27-36|	If true, wait for the container to start running, and then attach as if 'kubectl attach ...' were called.  Default false, unless '-i/--stdin' is set, in which case the default is true.
27-36|
27-36=188
27-36|	Container name to use for debug container.
27-36|
27-36|    --copy-to='':
27-36|	Create a copy of the target Pod with this name.
27-36|
31-36|    --custom='':
31-36|	Path to a JSON or YAML file containing a partial container spec to customize built-in debug profiles.
31-36|
27-36=102
27-36=103
27-36|
27-36=21
27-36|	identifying the resource to debug
27-36|
27-36=62
27-36|	Container image to use for debug container.
27-36|
27-36=108
27-36|	The image pull policy for the container. If left empty, this value will not be specified by the client and defaulted by the server.
27-36|
31-36|    --keep-annotations=false:
31-36|	If true, keep the original pod annotations.(This flag only works when used with '--copy-to')
31-36|
31-36|    --keep-init-containers=true:
31-36|	Run the init containers for the pod. Defaults to true.(This flag only works when used with '--copy-to')
31-36|
31-36|    --keep-labels=false:
31-36|	If true, keep the original pod labels.(This flag only works when used with '--copy-to')
31-36|
31-36|    --keep-liveness=false:
31-36|	If true, keep the original pod liveness probes.(This flag only works when used with '--copy-to')
31-36|
31-36|    --keep-readiness=false:
31-36|	If true, keep the original pod readiness probes.(This flag only works when used with '--copy-to')
31-36|
31-36|    --keep-startup=false:
31-36|	If true, keep the original startup probes.(This flag only works when used with '--copy-to')
31-36|
27-33|    --profile='legacy':
27-29|	Debugging profile. Options are "legacy", "general", "baseline", "netadmin", or "restricted".
30-33|	Options are "legacy", "general", "baseline", "netadmin", "restricted" or "sysadmin".
36|    --profile='general':
36|	Options are "general", "baseline", "restricted", "netadmin" or "sysadmin". Defaults to "general"
27-36|
27-36=112
27-36|	If true, suppress informational messages.
27-36|
27-36|    --replace=false:
27-36|	When used with '--copy-to', delete the original Pod.
27-36|
27-36|    --same-node=false:
27-36|	When used with '--copy-to', schedule the copy of target Pod on the same node.
27-36|
27-36|    --set-image=[]:
27-36|	When used with '--copy-to', a list of name=image pairs for changing container images, similar to how 'kubectl set image' works.
27-36|
27-36|    --share-processes=true:
27-36|	When used with '--copy-to', enable process namespace sharing in the copy.
27-36|
27-36=113
27-36|	Keep stdin open on the container(s) in the pod, even if nothing is attached.
27-36|
27-36|    --target='':
27-36|	When using an ephemeral container, target processes in this container name.
27-36|
27-36=116
27-36|	Allocate a TTY for the debugging container.
27-36|
|Usage:
|  kubectl debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]
|
=1`,
  diff: `20,27,28,29,30,31,32,33,36
20|Diff configurations specified by filename or stdin between the current online configuration, and the configuration as it would be if applied.
27-36|Diff configurations specified by file name or stdin between the current online configuration, and the configuration as it would be if applied.
|
20| Output is always YAML.
27-36| The output is always YAML.
|
| KUBECTL_EXTERNAL_DIFF environment variable can be used to select your own diff command. Users can use external commands with params too, example: KUBECTL_EXTERNAL_DIFF="colordiff -N -u"
|
20| By default, the "diff" command available in your path will be run with "-u" (unified diff) and "-N" (treat absent files as empty) options.
27-36| By default, the "diff" command available in your path will be run with the "-u" (unified diff) and "-N" (treat absent files as empty) options.
|
| Exit status: 0 No differences were found. 1 Differences were found. >1 Kubectl or diff failed with an error.
|
| Note: KUBECTL_EXTERNAL_DIFF, if used, is expected to follow that convention.
|
|Examples:
20|  # Diff resources included in pod.json.
27-36|  # Diff resources included in pod.json
|  kubectl diff -f pod.json
|  
|  # Diff file read from stdin
|  cat service.yaml | kubectl diff -f -
|
|Options:
20=204
20|  -f, --filename=[]: Filename, directory, or URL to files contains the configuration to diff
20=205
20=7
20=10
20=12
20=206
28-36|    --concurrency=1:
28-36|	Number of objects to process in parallel when diffing against the live version. Larger number = faster, but more memory, I/O and CPU over that shorter period of time.
28-36|
27-36=207
27-36=20
|
27-36=21
27-36|	Filename, directory, or URL to files contains the configuration to diff
27-36|
27-36=208
27-36=209
27-36|
27-36=22
27-36=23
27-36|
27-36=210
27-36|	Include resources that would be deleted by pruning. Can be used with -l and default shows all resources would be pruned
27-36|
27-36=211
27-29|	Overwrite the default whitelist with <group/version/kind> for --prune
30-36=212
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=213
27-36=214
27-36|
27-36=35
27-36|	If true, include managed fields in the diff.
27-36|
36|    --show-secrets=false:
36|	If true, do not mask secret values in the diff.
36|
|Usage:
|  kubectl diff -f FILENAME [options]
|
=1`,
  apply: `20,27,28,29,30,31,32,33,36
20|Apply a configuration to a resource by filename or stdin. The resource name must be specified. This resource will be created if it doesn't exist yet. To use 'apply', always create the resource initially with either 'apply' or 'create --save-config'.
27-36|Apply a configuration to a resource by file name or stdin. The resource name must be specified. This resource will be created if it doesn't exist yet. To use 'apply', always create the resource initially with either 'apply' or 'create --save-config'.
|
=2
|
| Alpha Disclaimer: the --prune functionality is not yet complete. Do not use unless you are aware of what the current state is. See https://issues.k8s.io/34274.
|
|Examples:
20|  # Apply the configuration in pod.json to a pod.
27-36|  # Apply the configuration in pod.json to a pod
|  kubectl apply -f ./pod.json
|  
20|  # Apply resources from a directory containing kustomization.yaml - e.g. dir/kustomization.yaml.
27-36|  # Apply resources from a directory containing kustomization.yaml - e.g. dir/kustomization.yaml
|  kubectl apply -k dir/
|  
20|  # Apply the JSON passed into stdin to a pod.
27-36|  # Apply the JSON passed into stdin to a pod
|  cat pod.json | kubectl apply -f -
|  
27|  # Apply the configuration from all files that end with '.json' - i.e. expand wildcard characters in file names
28-36|  # Apply the configuration from all files that end with '.json'
27-36|  kubectl apply -f '*.json'
27-36|  
|  # Note: --prune is still in Alpha
20|  # Apply the configuration in manifest.yaml that matches label app=nginx and delete all the other resources that are not in the file and match label app=nginx.
27-36|  # Apply the configuration in manifest.yaml that matches label app=nginx and delete all other resources that are not in the file and match label app=nginx
|  kubectl apply --prune -f manifest.yaml -l app=nginx
|  
20|  # Apply the configuration in manifest.yaml and delete all the other configmaps that are not in the file.
20|  kubectl apply --prune -f manifest.yaml --all --prune-whitelist=core/v1/ConfigMap
27-36|  # Apply the configuration in manifest.yaml and delete all the other config maps that are not in the file
27-36|  kubectl apply --prune -f manifest.yaml --all --prune-allowlist=core/v1/ConfigMap
|
=3
20|  edit-last-applied Edit latest last-applied-configuration annotations of a resource/object
20|  set-last-applied  Set the last-applied-configuration annotation on a live object to match the contents of a file.
20|  view-last-applied View latest last-applied-configuration annotations of a resource/object
27-36|  edit-last-applied   Edit latest last-applied-configuration annotations of a resource/object
27-36|  set-last-applied    Set the last-applied-configuration annotation on a live object to match the contents of a file
27-36|  view-last-applied   View the latest last-applied-configuration annotations of a resource/object
|
|Options:
20|      --all=false: Select all resources in the namespace of the specified resource types.
20=4
20=87
20=5
20=204
20|  -f, --filename=[]: that contains the configuration to apply
20=90
20=205
20=91
20=92
20|      --openapi-patch=true: If true, use openapi to calculate diff when the openapi presents and the resource can be found in the openapi spec. Otherwise, fall back to use baked-in types.
20=8
20|      --overwrite=true: Automatically resolve conflicts between the modified and live configuration by using values from the modified configuration
20|      --prune=false: Automatically delete resource objects, including the uninitialized ones, that do not appear in the configs and are created by either apply or create --save-config. Should be used with either -l or --all.
20|      --prune-whitelist=[]: Overwrite the default whitelist with <group/version/kind> for --prune
20=9
20=10
20=12
20=206
20=13
20=96
20=14
20=97
27-36=123
27-36|	Select all resources in the namespace of the specified resource types.
|
27-36=15
27-36=16
27-36|
27-36=99
27-36=100
27-36|
27-36=17
27-36=18
27-36|
27-36=207
27-36=20
27-36|
27-36=21
27-36|	The files that contain the configurations to apply.
27-36|
27-36=104
27-36=105
27-36|
27-36=208
27-36=209
27-36|
27-36=106
27-36=107
27-36|
27-36=22
27-36=109
27-36|
27-36|    --openapi-patch=true:
27-36|	If true, use openapi to calculate diff when the openapi presents and the resource can be found in the openapi spec. Otherwise, fall back to use baked-in types.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=129
27-36|	Automatically resolve conflicts between the modified and live configuration by using values from the modified configuration
27-36|
27-36=210
27-36|	Automatically delete resource objects, that do not appear in the configs and are created by either apply or create --save-config. Should be used with either -l or --all.
27-36|
27-36=211
27-36=212
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=213
27-36=214
27-36|
27-36=35
27-36=36
27-36|
32-36=161
32|	If specified, apply will operate on the subresource of the requested object.  Only allowed when using --server-side. This flag is beta and may change in the future.
33-36|	If specified, apply will operate on the subresource of the requested object.  Only allowed when using --server-side.
32-36|
27-36=37
27-36=38
27-36|
27-36=114
27-36=115
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36=117
27-36=118
27-36|
|Usage:
|  kubectl apply (-f FILENAME | -k DIRECTORY) [options]
|
20-27=0
28-36|Use "kubectl apply <command> --help" for more information about a given command.
=1`,
  "apply edit-last-applied": `20,27,28,29,30,31,32,33,36
|Edit the latest last-applied-configuration annotations of resources from the default editor.
|
20| The edit-last-applied command allows you to directly edit any API resource you can retrieve via the command line tools. It will open the editor defined by your KUBE_EDITOR, or EDITOR environment variables, or fall back to 'vi' for Linux or 'notepad' for Windows. You can edit multiple objects, although changes are applied one at a time. The command accepts filenames as well as command line arguments, although the files you point to must be previously saved versions of resources.
27-36| The edit-last-applied command allows you to directly edit any API resource you can retrieve via the command-line tools. It will open the editor defined by your KUBE_EDITOR, or EDITOR environment variables, or fall back to 'vi' for Linux or 'notepad' for Windows. You can edit multiple objects, although changes are applied one at a time. The command accepts file names as well as command-line arguments, although the files you point to must be previously saved versions of resources.
|
=163
|
=164
|
=165
|
|Examples:
20|  # Edit the last-applied-configuration annotations by type/name in YAML.
27-36|  # Edit the last-applied-configuration annotations by type/name in YAML
|  kubectl apply edit-last-applied deployment/nginx
|  
20|  # Edit the last-applied-configuration annotations by file in JSON.
27-36|  # Edit the last-applied-configuration annotations by file in JSON
|  kubectl apply edit-last-applied -f deploy.yaml -o json
|
|Options:
20=4
20=204
20=166
20=7
20=8
20=9
20=10
20=13
20=167
27-36=15
27-36=16
|
27-36=207
27-36=20
27-36|
27-36=21
27-36=168
27-36|
27-36=22
27-36=23
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=28
27-36=29
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36=42
27-36=169
27-36|
|Usage:
|  kubectl apply edit-last-applied (RESOURCE/NAME | -f FILENAME) [options]
|
=1`,
  "apply set-last-applied": `20,27,28,29,30,31,32,33,36
|Set the latest last-applied-configuration annotations by setting it to match the contents of a file. This results in the last-applied-configuration being updated as though 'kubectl apply -f<file> ' was run, without updating any other parts of the object.
|
|Examples:
20|  # Set the last-applied-configuration of a resource to match the contents of a file.
27-36|  # Set the last-applied-configuration of a resource to match the contents of a file
|  kubectl apply set-last-applied -f deploy.yaml
|  
20|  # Execute set-last-applied against each configuration file in a directory.
27-36|  # Execute set-last-applied against each configuration file in a directory
|  kubectl apply set-last-applied -f path/
|  
20|  # Set the last-applied-configuration of a resource to match the contents of a file, will create the annotation if it does not already exist.
27-36|  # Set the last-applied-configuration of a resource to match the contents of a file; will create the annotation if it does not already exist
|  kubectl apply set-last-applied -f deploy.yaml --create-annotation=true
|
|Options:
20=4
20|      --create-annotation=false: Will create 'last-applied-configuration' annotations if current objects doesn't have one
20=5
20=215
20=8
20=13
27-36=15
27-36=16
|
27-36|    --create-annotation=false:
27-36|	Will create 'last-applied-configuration' annotations if current objects doesn't have one
27-36|
27-36=17
27-36=18
27-36|
27-36=21
27-36=216
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl apply set-last-applied -f FILENAME [options]
|
=1`,
  "apply view-last-applied": `20,27,28,29,30,31,32,33,36
|View the latest last-applied-configuration annotations by type/name or file.
|
20| The default output will be printed to stdout in YAML format. One can use -o option to change output format.
27-36| The default output will be printed to stdout in YAML format. You can use the -o option to change the output format.
|
|Examples:
20|  # View the last-applied-configuration annotations by type/name in YAML.
27-36|  # View the last-applied-configuration annotations by type/name in YAML
|  kubectl apply view-last-applied deployment/nginx
|  
|  # View the last-applied-configuration annotations by file in JSON
|  kubectl apply view-last-applied -f deploy.yaml -o json
|
|Options:
20=136
20=215
20=7
20|  -o, --output='yaml': Output format. Must be one of yaml|json
20=10
20=12
27-36=123
27-36=140
|
27-36=21
27-36=216
27-36|
27-36=22
27-36=23
27-36|
27-36=217
27-36|	Output format. Must be one of (yaml, json)
27-36|
27-36=28
27-36=29
27-36|
27-36=32
27-32=33
33-36=34
27-36|
|Usage:
|  kubectl apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]
|
=1`,
  patch: `20,27,28,29,30,31,32,33,36
20|Update field(s) of a resource using strategic merge patch, a JSON merge patch, or a JSON patch.
27-36|Update fields of a resource using strategic merge patch, a JSON merge patch, or a JSON patch.
|
=2
|
27-36| Note: Strategic merge patch is not supported for custom resources.
27-36|
|Examples:
20|  # Partially update a node using a strategic merge patch. Specify the patch as JSON.
27-36|  # Partially update a node using a strategic merge patch, specifying the patch as JSON
|  kubectl patch node k8s-node-1 -p '{"spec":{"unschedulable":true}}'
|  
20|  # Partially update a node using a strategic merge patch. Specify the patch as YAML.
27-36|  # Partially update a node using a strategic merge patch, specifying the patch as YAML
|  kubectl patch node k8s-node-1 -p $'spec:\\n unschedulable: true'
|  
20|  # Partially update a node identified by the type and name specified in "node.json" using strategic merge patch.
27-36|  # Partially update a node identified by the type and name specified in "node.json" using strategic merge patch
|  kubectl patch -f node.json -p '{"spec":{"unschedulable":true}}'
|  
20|  # Update a container's image; spec.containers[*].name is required because it's a merge key.
27-36|  # Update a container's image; spec.containers[*].name is required because it's a merge key
|  kubectl patch pod valid-pod -p '{"spec":{"containers":[{"name":"kubernetes-serve-hostname","image":"new image"}]}}'
|  
20|  # Update a container's image using a json patch with positional arrays.
27-36|  # Update a container's image using a JSON patch with positional arrays
|  kubectl patch pod valid-pod --type='json' -p='[{"op": "replace", "path": "/spec/containers/0/image", "value":"new image"}]'
27-36|  
27|  # Update a deployment's replicas through the scale subresource using a merge patch.
28-36|  # Update a deployment's replicas through the 'scale' subresource using a merge patch
27-36|  kubectl patch deployment nginx-deployment --subresource='scale' --type='merge' -p '{"spec":{"replicas":2}}'
|
|Options:
20=4
20=5
20|      --field-manager='kubectl-patch': Name of the manager used to track field ownership.
20=178
20=7
20|      --local=false: If true, patch will operate on the content of the file, not the server-side resource.
20=8
20|  -p, --patch='': The patch to be applied to the resource JSON file.
20|      --patch-file='': A file containing a patch to be applied to the resource.
20=9
20=10
20=13
20|      --type='strategic': The type of patch being provided; one of [json merge strategic]
27-36=15
27-36=16
|
27-36=17
27-36=18
27-36|
27-36|    --field-manager='kubectl-patch':
27-36=20
27-36|
27-36=21
27-36=179
27-36|
27-36=22
27-36=23
27-36|
27-36=128
27-36|	If true, patch will operate on the content of the file, not the server-side resource.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36|    -p, --patch='':
27-36|	The patch to be applied to the resource JSON file.
27-36|
27-36|    --patch-file='':
27-36|	A file containing a patch to be applied to the resource.
27-36|
27-36=28
27-36=29
27-36|
27-36=35
27-36=36
27-36|
27-36=161
27-31|	If specified, patch will operate on the subresource of the requested object. Must be one of [status scale]. This flag is beta and may change in the future.
32|	If specified, patch will operate on the subresource of the requested object. This flag is beta and may change in the future.
33-36|	If specified, patch will operate on the subresource of the requested object.
27-36|
27-36=37
27-36=38
27-36|
27-36|    --type='strategic':
27-36|	The type of patch being provided; one of [json merge strategic]
27-36|
|Usage:
|  kubectl patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]
|
=1`,
  replace: `20,27,28,29,30,31,32,33,36
20|Replace a resource by filename or stdin.
27-36|Replace a resource by file name or stdin.
|
| JSON and YAML formats are accepted. If replacing an existing resource, the complete resource spec must be provided. This can be obtained by
|
20-27|  $ kubectl get TYPE NAME -o yaml
28-36|        $ kubectl get TYPE NAME -o yaml
|
|Examples:
20|  # Replace a pod using the data in pod.json.
27-36|  # Replace a pod using the data in pod.json
|  kubectl replace -f ./pod.json
|  
20|  # Replace a pod based on the JSON passed into stdin.
27-36|  # Replace a pod based on the JSON passed into stdin
|  cat pod.json | kubectl replace -f -
|  
|  # Update a single-container pod's image version (tag) to v4
|  kubectl get pod mypod -o yaml | sed 's/\\(image: myimage\\):.*$/\\1:v4/' | kubectl replace -f -
|  
|  # Force replace, delete and then re-create the resource
|  kubectl replace --force -f ./pod.json
|
|Options:
20=4
20=87
20=5
20|      --field-manager='kubectl-replace': Name of the manager used to track field ownership.
20=89
20=90
20=91
20=92
20=8
20|      --raw='': Raw URI to PUT to the server.  Uses the transport specified by the kubeconfig file.
20=10
20=11
20=13
20=96
20=14
20=97
27-36=15
27-36=16
|
27-36=99
27-36=100
27-36|
27-36=17
27-36=18
27-36|
27-36|    --field-manager='kubectl-replace':
27-36=20
27-36|
27-36=21
27-36|	The files that contain the configurations to replace.
27-36|
27-36=104
27-36=105
27-36|
27-36=106
27-36=107
27-36|
27-36=22
27-36=109
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=27
27-36|	Raw URI to PUT to the server.  Uses the transport specified by the kubeconfig file.
27-36|
27-36=28
27-36=29
27-36|
27-36=30
27-36=31
27-36|
27-36=35
27-36=36
27-36|
27-36=161
27-31|	If specified, replace will operate on the subresource of the requested object. Must be one of [status scale]. This flag is beta and may change in the future.
32|	If specified, replace will operate on the subresource of the requested object. This flag is beta and may change in the future.
33-36|	If specified, replace will operate on the subresource of the requested object.
27-36|
27-36=37
27-36=38
27-36|
27-36=114
27-36=115
27-36|
27-36=39
27-31=40
32-36=41
27-36|
27-36=117
27-36=118
27-36|
|Usage:
|  kubectl replace -f FILENAME [options]
|
=1`,
  wait: `20,27,28,29,30,31,32,33,36
20-33|Experimental: Wait for a specific condition on one or many resources.
36|Wait for a specific condition on one or many resources.
|
| The command takes multiple resources and waits until the specified condition is seen in the Status field of every given resource.
|
20-31| Alternatively, the command can wait for the given set of resources to be deleted by providing the "delete" keyword as the value to the --for flag.
32-36| Alternatively, the command can wait for the given set of resources to be created or deleted by providing the "create" or "delete" keyword as the value to the --for flag.
|
20| A successful message will be printed to stdout indicating when the specified condition has been met. One can use -o option to change to output destination.
27-36| A successful message will be printed to stdout indicating when the specified condition has been met. You can use -o option to change to output destination.
|
|Examples:
20|  # Wait for the pod "busybox1" to contain the status condition of type "Ready".
27-36|  # Wait for the pod "busybox1" to contain the status condition of type "Ready"
|  kubectl wait --for=condition=Ready pod/busybox1
|  
20|  # Wait for the pod "busybox1" to be deleted, with a timeout of 60s, after having issued the "delete" command.
27|  # The default value of status condition is true; you can wait for other targets after an equal delimiter (compared after Unicode simple case folding, which is a more general form of case-insensitivity):
28-36|  # The default value of status condition is true; you can wait for other targets after an equal delimiter (compared after Unicode simple case folding, which is a more general form of case-insensitivity)
27-36|  kubectl wait --for=condition=Ready=false pod/busybox1
27-36|  
27|  # Wait for the pod "busybox1" to contain the status phase to be "Running".
28-36|  # Wait for the pod "busybox1" to contain the status phase to be "Running"
27-36|  kubectl wait --for=jsonpath='{.status.phase}'=Running pod/busybox1
27-36|  
29-36|  # Wait for pod "busybox1" to be Ready
29-36|  kubectl wait --for='jsonpath={.status.conditions[?(@.type=="Ready")].status}=True' pod/busybox1
29-36|  
28-30|  # Wait for the service "loadbalancer" to have ingress.
31-36|  # Wait for the service "loadbalancer" to have ingress
28-36|  kubectl wait --for=jsonpath='{.status.loadBalancer.ingress}' service/loadbalancer
28-36|  
32-36|  # Wait for the secret "busybox1" to be created, with a timeout of 30s
32-36|  kubectl create secret generic busybox1
32-36|  kubectl wait --for=create secret/busybox1 --timeout=30s
32-36|  
27-36|  # Wait for the pod "busybox1" to be deleted, with a timeout of 60s, after having issued the "delete" command
|  kubectl delete pod/busybox1
|  kubectl wait --for=delete pod/busybox1 --timeout=60s
36|  
36|  # Wait for pod "busybox1" to be created AND reach the "Ready" status condition
36|  kubectl wait --for=condition=Ready --for=create pod/busybox1
36|  
36|  # Wait for pod "busybox1" to reach the "Ready" status OR for its containers to report a "False" readiness state
36|  until kubectl wait pod/busybox1 --for=condition=Ready --timeout=1s 2>/dev/null || \\
36|  kubectl wait pod/busybox1 --for=condition=ContainersReady=False --timeout=1s 2>/dev/null; \\
36|  do echo "Checking conditions..."; sleep 1; done
|
|Options:
20=136
20=147
20=4
20=148
20=137
20|      --for='': The condition to wait on: [delete|condition=condition-name].
20=138
20=8
20=139
20=12
20=13
20|      --timeout=30s: The length of time to wait before giving up.  Zero means check once and don't wait, negative means wait for a week.
27-36=123
27-36=140
|
27-36=150
27-36=151
27-36|
27-36=15
27-36=16
27-36|
27-36=155
27-36=156
27-36|
27-36=21
27-36=141
27-36|
27-33=218
27|	The condition to wait on: [delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=JSONPath Condition]. The default condition-value is true.  Condition values are compared after Unicode simple case folding, which is a more general form of case-insensitivity.
28-31|	The condition to wait on: [delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]]. The default condition-value is true.  Condition values are compared after Unicode simple case folding, which is a more general form of case-insensitivity.
32-33|	The condition to wait on: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]]. The default condition-value is true. Condition values are compared after Unicode simple case folding, which is a more general form of case-insensitivity.
36|    --for=[]:
36|	The condition to wait on: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]]. The default condition-value is true. Condition values are compared after Unicode simple case folding, which is a more general form of case-insensitivity. Multiple conditions are supported and AND'ed to each other in a sequential order. If --for=create is passed, it is always waited first.
27-36|
27-36=128
27-36=142
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=143
27-36=29
27-36|
27-36=32
27-36|	Selector (label query) to filter on, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2)
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
27-36|    --timeout=30s:
27-31|	The length of time to wait before giving up.  Zero means check once and don't wait, negative means wait for a week.
32-36|	The length of time to wait before giving up. Zero means check once and don't wait, negative means wait for a week.
27-36|
|Usage:
20|  kubectl wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=delete|--for condition=available] [options]
27|  kubectl wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=delete|--for condition=available|--for=jsonpath='{}'=value] [options]
28-31|  kubectl wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]
32-36|  kubectl wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]
|
=1`,
  kustomize: `20,27,28,29,30,31,32,33,36
20|Print a set of API resources generated from instructions in a kustomization.yaml file.
20|
20| The argument must be the path to the directory containing the file, or a git repository URL with a path suffix specifying same with respect to the repository root.
20|
20| kubectl kustomize somedir
27-36|Build a set of KRM resources using a 'kustomization.yaml' file. The DIR argument must be a path to a directory containing 'kustomization.yaml', or a git repository URL with a path suffix specifying same with respect to the repository root. If DIR is omitted, '.' is assumed.
|
|Examples:
20|  # Use the current working directory
20|  kubectl kustomize .
27-36|  # Build the current working directory
27-36|  kubectl kustomize
|  
20|  # Use some shared configuration directory
20|  kubectl kustomize /home/configuration/production
27-36|  # Build some shared configuration directory
27-36|  kubectl kustomize /home/config/production
|  
20|  # Use a URL
20|  kubectl kustomize github.com/kubernetes-sigs/kustomize.git/examples/helloWorld?ref=v1.0.6
27-36|  # Build from github
27-36|  kubectl kustomize https://github.com/kubernetes-sigs/kustomize.git/examples/helloWorld?ref=v1.0.6
|
27-36|Options:
27-36|    --as-current-user=false:
27-36|	use the uid and gid of the command executor to run the function in the container
27-36|
27-36|    --enable-alpha-plugins=false:
27-36|	enable kustomize plugins
27-36|
27-36|    --enable-helm=false:
27-36|	Enable use of the Helm chart inflator generator.
27-36|
27-36=125
27-36|	a list of environment variables to be used by functions
27-36|
31-36|    --helm-api-versions=[]:
31-36|	Kubernetes api versions used by Helm for Capabilities.APIVersions
31-36|
27-36|    --helm-command='helm':
27-36|	helm command (path to executable)
27-36|
32-36|    --helm-debug=false:
32-36|	Enable debug output from the Helm chart inflator generator.
32-36|
31-36|    --helm-kube-version='':
31-36|	Kubernetes version used by Helm for Capabilities.KubeVersion
31-36|
27-36|    --load-restrictor='LoadRestrictionsRootOnly':
27-36|	if set to 'LoadRestrictionsNone', local kustomizations may load files from outside their root. This does, however, break the relocatability of the kustomization.
27-36|
27-36|    --mount=[]:
27-36|	a list of storage options read from the filesystem
27-36|
27-36|    --network=false:
27-36|	enable network access for functions that declare it
27-36|
27-36|    --network-name='bridge':
27-36|	the docker network to run the container in
27-36|
27-36=24
27-36|	If specified, write output to this path.
27-36|
|Usage:
20|  kubectl kustomize <dir> [flags] [options]
27-36|  kubectl kustomize DIR [flags] [options]
|
=1`,
  label: `20,27,28,29,30,31,32,33,36
|Update the labels on a resource.
|
20|  *  A label key and value must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to  63 characters each.
20=185
27-36|  *  A label key and value must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 63 characters each.
27-36=186
|  *  If --overwrite is true, then existing labels can be overwritten, otherwise attempting to overwrite a label will result in an error.
|  *  If --resource-version is specified, then updates will use this resource version, otherwise the existing resource-version will be used.
|
|Examples:
20|  # Update pod 'foo' with the label 'unhealthy' and the value 'true'.
27-36|  # Update pod 'foo' with the label 'unhealthy' and the value 'true'
|  kubectl label pods foo unhealthy=true
|  
20|  # Update pod 'foo' with the label 'status' and the value 'unhealthy', overwriting any existing value.
27-36|  # Update pod 'foo' with the label 'status' and the value 'unhealthy', overwriting any existing value
|  kubectl label --overwrite pods foo status=unhealthy
|  
=219
|  kubectl label pods --all status=unhealthy
|  
|  # Update a pod identified by the type and name in "pod.json"
|  kubectl label -f pod.json status=unhealthy
|  
20=220
27-36=221
|  kubectl label pods foo status=unhealthy --resource-version=1
|  
20|  # Update pod 'foo' by removing a label named 'bar' if it exists.
20=222
27-36|  # Update pod 'foo' by removing a label named 'bar' if it exists
27-36=223
|  kubectl label pods foo bar-
|
|Options:
20=130
20=4
20=5
20|      --field-manager='kubectl-label': Name of the manager used to track field ownership.
20=148
20|  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to update the labels
20=7
20|      --list=false: If true, display the labels for a given resource.
20|      --local=false: If true, label will NOT contact api-server but run locally.
20=8
20|      --overwrite=false: If true, allow labels to be overwritten, otherwise reject label updates that overwrite existing labels.
20=9
20=10
20|      --resource-version='': If non-empty, the labels update will only succeed if this is the current resource-version for the object. Only valid when specifying a single resource.
20=224
20=13
27-36=123
27-36=133
|
27-36=150
27-36=201
27-36|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36|    --field-manager='kubectl-label':
27-36=20
27-36|
27-36=155
27-36=156
27-36|
27-36=21
27-36|	Filename, directory, or URL to files identifying the resource to update the labels
27-36|
27-36=22
27-36=23
27-36|
27-36=127
27-36|	If true, display the labels for a given resource.
27-36|
27-36=128
27-36|	If true, label will NOT contact api-server but run locally.
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=187
27-36|	If true, allow labels to be overwritten, otherwise reject label updates that overwrite existing labels.
27-36|
27-36=28
27-36=29
27-36|
27-36=144
27-36|	If non-empty, the labels update will only succeed if this is the current resource-version for the object. Only valid when specifying a single resource.
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]
|
=1`,
  annotate: `20,27,28,29,30,31,32,33,36
20|Update the annotations on one or more resources
27-36|Update the annotations on one or more resources.
|
| All Kubernetes objects support the ability to store additional data with the object as annotations. Annotations are key/value pairs that can be larger than labels and include arbitrary string values such as structured JSON. Tools and system extensions may use annotations to store their own data.
|
| Attempting to set an annotation that already exists will fail unless --overwrite is set. If --resource-version is specified and does not match the current resource version on the server the command will fail.
|
=145
|
|Examples:
20|  # Update pod 'foo' with the annotation 'description' and the value 'my frontend'.
27-36|  # Update pod 'foo' with the annotation 'description' and the value 'my frontend'
|  # If the same annotation is set multiple times, only the last value will be applied
|  kubectl annotate pods foo description='my frontend'
|  
|  # Update a pod identified by type and name in "pod.json"
|  kubectl annotate -f pod.json description='my frontend'
|  
20|  # Update pod 'foo' with the annotation 'description' and the value 'my frontend running nginx', overwriting any existing value.
27-36|  # Update pod 'foo' with the annotation 'description' and the value 'my frontend running nginx', overwriting any existing value
|  kubectl annotate --overwrite pods foo description='my frontend running nginx'
|  
=219
|  kubectl annotate pods --all description='my frontend running nginx'
|  
20=220
27-36=221
|  kubectl annotate pods foo description='my frontend running nginx' --resource-version=1
|  
20|  # Update pod 'foo' by removing an annotation named 'description' if it exists.
20=222
27-36|  # Update pod 'foo' by removing an annotation named 'description' if it exists
27-36=223
|  kubectl annotate pods foo description-
|
|Options:
20|      --all=false: Select all resources, including uninitialized ones, in the namespace of the specified resource types.
20=4
20=5
20|      --field-manager='kubectl-annotate': Name of the manager used to track field ownership.
20=148
20|  -f, --filename=[]: Filename, directory, or URL to files identifying the resource to update the annotation
20=7
20|      --list=false: If true, display the annotations for a given resource.
20=138
20=8
20|      --overwrite=false: If true, allow annotations to be overwritten, otherwise reject annotation updates that overwrite existing annotations.
20=9
20=10
20|      --resource-version='': If non-empty, the annotation update will only succeed if this is the current resource-version for the object. Only valid when specifying a single resource.
20=224
20=13
27-36=123
27-36|	Select all resources, in the namespace of the specified resource types.
|
27-36=150
27-36=201
27-36|
27-36=15
27-36=16
27-36|
27-36=17
27-36=18
27-36|
27-36|    --field-manager='kubectl-annotate':
27-36=20
27-36|
27-36=155
27-36=156
27-36|
27-36=21
27-36|	Filename, directory, or URL to files identifying the resource to update the annotation
27-36|
27-36=22
27-36=23
27-36|
27-36=127
27-36|	If true, display the annotations for a given resource.
27-36|
27-36=128
27-36=142
27-36|
27-36=24
27-33=25
36=26
27-36|
27-36=187
27-36|	If true, allow annotations to be overwritten, otherwise reject annotation updates that overwrite existing annotations.
27-36|
27-36=28
27-36=29
27-36|
27-36=144
27-36|	If non-empty, the annotation update will only succeed if this is the current resource-version for the object. Only valid when specifying a single resource.
27-36|
27-36=32
27-32=33
33-36=34
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]
|
=1`,
  completion: `20,27,28,29,30,31,32,33,36
20|Output shell completion code for the specified shell (bash or zsh). The shell code must be evaluated to provide interactive completion of kubectl commands.  This can be done by sourcing it from the .bash_profile.
27-36|Output shell completion code for the specified shell (bash, zsh, fish, or powershell). The shell code must be evaluated to provide interactive completion of kubectl commands.  This can be done by sourcing it from the .bash_profile.
|
20| Detailed instructions on how to do this are available here: https://kubernetes.io/docs/tasks/tools/install-kubectl/#enabling-shell-autocompletion
27-36| Detailed instructions on how to do this are available here:
|
20| Note for zsh users: [1] zsh completions are only supported in versions of zsh >= 5.2
27|  for macOS:
27|  https://kubernetes.io/docs/tasks/tools/install-kubectl-macos/#enable-shell-autocompletion
27|  
27|  for linux:
27|  https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/#enable-shell-autocompletion
27|  
27|  for windows:
27|  https://kubernetes.io/docs/tasks/tools/install-kubectl-windows/#enable-shell-autocompletion
27|  
28-36|        for macOS:
28-36|        https://kubernetes.io/docs/tasks/tools/install-kubectl-macos/#enable-shell-autocompletion
28-36|        
28-36|        for linux:
28-36|        https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/#enable-shell-autocompletion
28-36|        
28-36|        for windows:
28-36|        https://kubernetes.io/docs/tasks/tools/install-kubectl-windows/#enable-shell-autocompletion
28-36|        
27-36| Note for zsh users: [1] zsh completions are only supported in versions of zsh >= 5.2.
|
|Examples:
|  # Installing bash completion on macOS using homebrew
|  ## If running Bash 3.2 included with macOS
|  brew install bash-completion
|  ## or, if running Bash 4.1+
|  brew install bash-completion@2
20|  ## If kubectl is installed via homebrew, this should start working immediately.
27-36|  ## If kubectl is installed via homebrew, this should start working immediately
|  ## If you've installed via other means, you may need add the completion to your completion directory
|  kubectl completion bash > $(brew --prefix)/etc/bash_completion.d/kubectl
|  
|  
|  # Installing bash completion on Linux
20|  ## If bash-completion is not installed on Linux, please install the 'bash-completion' package
27-36|  ## If bash-completion is not installed on Linux, install the 'bash-completion' package
|  ## via your distribution's package manager.
|  ## Load the kubectl completion code for bash into the current shell
|  source <(kubectl completion bash)
20|  ## Write bash completion code to a file and source if from .bash_profile
27-36|  ## Write bash completion code to a file and source it from .bash_profile
|  kubectl completion bash > ~/.kube/completion.bash.inc
|  printf "
20-27|  # Kubectl shell completion
28-36|  # kubectl shell completion
|  source '$HOME/.kube/completion.bash.inc'
|  " >> $HOME/.bash_profile
|  source $HOME/.bash_profile
|  
|  # Load the kubectl completion code for zsh[1] into the current shell
|  source <(kubectl completion zsh)
|  # Set the kubectl completion code for zsh[1] to autoload on startup
|  kubectl completion zsh > "\${fpath[1]}/_kubectl"
27-36|  
27-36|  
27-36|  # Load the kubectl completion code for fish[2] into the current shell
27-36|  kubectl completion fish | source
27-36|  # To load completions for each session, execute once:
27-36|  kubectl completion fish > ~/.config/fish/completions/kubectl.fish
27-36|  
27-36|  # Load the kubectl completion code for powershell into the current shell
27-36=225
27-36|  # Set kubectl completion code for powershell to run on startup
27-36|  ## Save completion code to a script and execute in the profile
27-33|  kubectl completion powershell > $HOME\\.kube\\completion.ps1
27-33|  Add-Content $PROFILE "$HOME\\.kube\\completion.ps1"
36|  kubectl completion powershell > "$HOME\\.kube\\completion.ps1"
36|  Add-Content $PROFILE ". '$HOME\\.kube\\completion.ps1'"
27-36|  ## Execute completion code in the profile
27-36|  Add-Content $PROFILE "if (Get-Command kubectl -ErrorAction SilentlyContinue) {
27-36=225
27-36|  }"
27-36|  ## Add completion code directly to the $PROFILE script
27-36|  kubectl completion powershell >> $PROFILE
|
|Usage:
|  kubectl completion SHELL [options]
|
=1`,
  "api-resources": `20,27,28,29,30,31,32,33,36
20|Print the supported API resources on the server
27-36|Print the supported API resources on the server.
|
|Examples:
20|  # Print the supported API Resources
27-36|  # Print the supported API resources
|  kubectl api-resources
|  
20|  # Print the supported API Resources with more information
27-36|  # Print the supported API resources with more information
|  kubectl api-resources -o wide
|  
20|  # Print the supported API Resources sorted by a column
27-36|  # Print the supported API resources sorted by a column
|  kubectl api-resources --sort-by=name
|  
|  # Print the supported namespaced resources
|  kubectl api-resources --namespaced=true
|  
|  # Print the supported non-namespaced resources
|  kubectl api-resources --namespaced=false
|  
20|  # Print the supported API Resources with specific APIGroup
20|  kubectl api-resources --api-group=extensions
27-36|  # Print the supported API resources with a specific APIGroup
27-36|  kubectl api-resources --api-group=rbac.authorization.k8s.io
|
|Options:
20|      --api-group='': Limit to resources in the specified API group.
20|      --cached=false: Use the cached list of resources if available.
20|      --namespaced=true: If false, non-namespaced resources will be returned, otherwise returning namespaced resources by default.
20=149
20|  -o, --output='': Output format. One of: wide|name.
20|      --sort-by='': If non-empty, sort list of resources using specified field. The field can be either 'name' or 'kind'.
20|      --verbs=[]: Limit to resources that support the specified verbs.
27-36|    --api-group='':
27-36|	Limit to resources in the specified API group.
|
27-36|    --cached=false:
27-36|	Use the cached list of resources if available.
27-36|
27-36|    --categories=[]:
27|	Limit to resources that belong the the specified categories.
28-36|	Limit to resources that belong to the specified categories.
27-36|
27-36|    --namespaced=true:
27-36|	If false, non-namespaced resources will be returned, otherwise returning namespaced resources by default.
27-36|
27-36=158
27-36=159
27-36|
27-36=24
27-33|	Output format. One of: (wide, name).
36|	Output format. One of: (json, yaml, kyaml, name, wide).
27-36|
36=35
36=36
36|
27-36=160
27-36|	If non-empty, sort list of resources using specified field. The field can be either 'name' or 'kind'.
27-36|
27-36|    --verbs=[]:
27-36|	Limit to resources that support the specified verbs.
27-36|
|Usage:
|  kubectl api-resources [flags] [options]
|
=1`,
  "api-versions": `20,27,28,29,30,31,32,33,36
20|Print the supported API versions on the server, in the form of "group/version"
27-36|Print the supported API versions on the server, in the form of "group/version".
|
|Examples:
|  # Print the supported API versions
|  kubectl api-versions
|
|Usage:
|  kubectl api-versions [options]
|
=1`,
  config: `20,27,28,29,30,31,32,33,36
20-27|Modify kubeconfig files using subcommands like "kubectl config set current-context my-context"
28-36|Modify kubeconfig files using subcommands like "kubectl config set current-context my-context".
|
| The loading order follows these rules:
|
|  1.  If the --kubeconfig flag is set, then only that file is loaded. The flag may only be set once and no merging takes place.
|  2.  If $KUBECONFIG environment variable is set, then it is used as a list of paths (normal path delimiting rules for your system). These paths are merged. When a value is modified, it is modified in the file that defines the stanza. When a value is created, it is created in the first file that exists. If no files in the chain exist, then it creates the last file in the list.
|  3.  Otherwise, \${HOME}/.kube/config is used and no merging takes place.
|
=3
20|  current-context Displays the current-context
20|  delete-cluster  Delete the specified cluster from the kubeconfig
20|  delete-context  Delete the specified context from the kubeconfig
20|  delete-user     Delete the specified user from the kubeconfig
20|  get-clusters    Display clusters defined in the kubeconfig
20|  get-contexts    Describe one or many contexts
20|  get-users       Display users defined in the kubeconfig
20|  rename-context  Renames a context from the kubeconfig file.
20|  set             Sets an individual value in a kubeconfig file
20|  set-cluster     Sets a cluster entry in kubeconfig
20|  set-context     Sets a context entry in kubeconfig
20|  set-credentials Sets a user entry in kubeconfig
20|  unset           Unsets an individual value in a kubeconfig file
20|  use-context     Sets the current-context in a kubeconfig file
20|  view            Display merged kubeconfig settings or a specified kubeconfig file
27-36|  current-context   Display the current-context
27-36|  delete-cluster    Delete the specified cluster from the kubeconfig
27-36|  delete-context    Delete the specified context from the kubeconfig
27-36|  delete-user       Delete the specified user from the kubeconfig
27-36|  get-clusters      Display clusters defined in the kubeconfig
27-36|  get-contexts      Describe one or many contexts
27-36|  get-users         Display users defined in the kubeconfig
27-36|  rename-context    Rename a context from the kubeconfig file
27-36|  set               Set an individual value in a kubeconfig file
27-36|  set-cluster       Set a cluster entry in kubeconfig
27-36|  set-context       Set a context entry in kubeconfig
27-36|  set-credentials   Set a user entry in kubeconfig
27-36|  unset             Unset an individual value in a kubeconfig file
27-36|  use-context       Set the current-context in a kubeconfig file
27-36|  view              Display merged kubeconfig settings or a specified kubeconfig file
|
|Usage:
|  kubectl config SUBCOMMAND [options]
|
20-27=0
28-36|Use "kubectl config <command> --help" for more information about a given command.
=1`,
  "config current-context": `20,27,28,29,30,31,32,33,36
20|Displays the current-context
27-36|Display the current-context.
|
|Examples:
|  # Display the current-context
|  kubectl config current-context
|
|Usage:
|  kubectl config current-context [flags] [options]
|
=1`,
  "config delete-cluster": `20,27,28,29,30,31,32,33,36
20|Delete the specified cluster from the kubeconfig
27-36|Delete the specified cluster from the kubeconfig.
|
|Examples:
|  # Delete the minikube cluster
|  kubectl config delete-cluster minikube
|
|Usage:
|  kubectl config delete-cluster NAME [options]
|
=1`,
  "config delete-context": `20,27,28,29,30,31,32,33,36
20|Delete the specified context from the kubeconfig
27-36|Delete the specified context from the kubeconfig.
|
|Examples:
|  # Delete the context for the minikube cluster
|  kubectl config delete-context minikube
|
|Usage:
|  kubectl config delete-context NAME [options]
|
=1`,
  "config delete-user": `20,27,28,29,30,31,32,33,36
20|Delete the specified user from the kubeconfig
27-36|Delete the specified user from the kubeconfig.
|
|Examples:
|  # Delete the minikube user
|  kubectl config delete-user minikube
|
|Usage:
|  kubectl config delete-user NAME [options]
|
=1`,
  "config get-clusters": `20,27,28,29,30,31,32,33,36
|Display clusters defined in the kubeconfig.
|
|Examples:
20|  # List the clusters kubectl knows about
27-36|  # List the clusters that kubectl knows about
|  kubectl config get-clusters
|
|Usage:
|  kubectl config get-clusters [flags] [options]
|
=1`,
  "config get-contexts": `20,27,28,29,30,31,32,33,36
20|Displays one or many contexts from the kubeconfig file.
27-36|Display one or many contexts from the kubeconfig file.
|
|Examples:
|  # List all the contexts in your kubeconfig file
|  kubectl config get-contexts
|  
20|  # Describe one context in your kubeconfig file.
27-36|  # Describe one context in your kubeconfig file
|  kubectl config get-contexts my-context
|
|Options:
20=149
20|  -o, --output='': Output format. One of: name
27-36=158
27-36=159
|
27-36=24
27-36|	Output format. One of: (name).
27-36|
|Usage:
|  kubectl config get-contexts [(-o|--output=)name)] [options]
|
=1`,
  "config get-users": `20,27,28,29,30,31,32,33,36
|Display users defined in the kubeconfig.
|
|Examples:
20|  # List the users kubectl knows about
27-36|  # List the users that kubectl knows about
|  kubectl config get-users
|
|Usage:
|  kubectl config get-users [flags] [options]
|
=1`,
  "config rename-context": `20,27,28,29,30,31,32,33,36
|Renames a context from the kubeconfig file.
|
20| CONTEXT_NAME is the context name that you wish to change.
27-36| CONTEXT_NAME is the context name that you want to change.
|
20| NEW_NAME is the new name you wish to set.
27-36| NEW_NAME is the new name you want to set.
|
20| Note: In case the context being renamed is the 'current-context', this field will also be updated.
27-36| Note: If the context being renamed is the 'current-context', this field will also be updated.
|
|Examples:
|  # Rename the context 'old-name' to 'new-name' in your kubeconfig file
|  kubectl config rename-context old-name new-name
|
|Usage:
|  kubectl config rename-context CONTEXT_NAME NEW_NAME [options]
|
=1`,
  "config set": `20,27,28,29,30,31,32,33,36
20|Sets an individual value in a kubeconfig file
27-36|Set an individual value in a kubeconfig file.
|
=226
|
20| PROPERTY_VALUE is the new value you wish to set. Binary fields such as 'certificate-authority-data' expect a base64 encoded string unless the --set-raw-bytes flag is used.
27-36| PROPERTY_VALUE is the new value you want to set. Binary fields such as 'certificate-authority-data' expect a base64 encoded string unless the --set-raw-bytes flag is used.
|
20| Specifying a attribute name that already exists will merge new fields on top of existing values.
27-36| Specifying an attribute name that already exists will merge new fields on top of existing values.
|
|Examples:
20|  # Set server field on the my-cluster cluster to https://1.2.3.4
27-36|  # Set the server field on the my-cluster cluster to https://1.2.3.4
|  kubectl config set clusters.my-cluster.server https://1.2.3.4
|  
20|  # Set certificate-authority-data field on the my-cluster cluster.
27-36|  # Set the certificate-authority-data field on the my-cluster cluster
|  kubectl config set clusters.my-cluster.certificate-authority-data $(echo "cert_data_here" | base64 -i -)
|  
20|  # Set cluster field in the my-context context to my-cluster.
27-36|  # Set the cluster field in the my-context context to my-cluster
|  kubectl config set contexts.my-context.cluster my-cluster
|  
20|  # Set client-key-data field in the cluster-admin user using --set-raw-bytes option.
27-36|  # Set the client-key-data field in the cluster-admin user using --set-raw-bytes option
|  kubectl config set users.cluster-admin.client-key-data cert_data_here --set-raw-bytes=true
|
|Options:
20|      --set-raw-bytes=false: When writing a []byte PROPERTY_VALUE, write the given string directly without base64 decoding.
27-36|    --set-raw-bytes=false:
27-36|	When writing a []byte PROPERTY_VALUE, write the given string directly without base64 decoding.
|
|Usage:
|  kubectl config set PROPERTY_NAME PROPERTY_VALUE [options]
|
=1`,
  "config set-cluster": `20,27,28,29,30,31,32,33,36
20|Sets a cluster entry in kubeconfig.
27-36|Set a cluster entry in kubeconfig.
|
=227
|
|Examples:
20|  # Set only the server field on the e2e cluster entry without touching other values.
27-36|  # Set only the server field on the e2e cluster entry without touching other values
|  kubectl config set-cluster e2e --server=https://1.2.3.4
|  
|  # Embed certificate authority data for the e2e cluster entry
|  kubectl config set-cluster e2e --embed-certs --certificate-authority=~/.kube/e2e/kubernetes.ca.crt
|  
20|  # Disable cert checking for the dev cluster entry
27-36|  # Disable cert checking for the e2e cluster entry
|  kubectl config set-cluster e2e --insecure-skip-tls-verify=true
|  
20-27|  # Set custom TLS server name to use for validation for the e2e cluster entry
28-36|  # Set the custom TLS server name to use for validation for the e2e cluster entry
|  kubectl config set-cluster e2e --tls-server-name=my-cluster-name
27-36|  
27|  # Set proxy url for the e2e cluster entry
28-36|  # Set the proxy URL for the e2e cluster entry
27-36|  kubectl config set-cluster e2e --proxy-url=https://1.2.3.4
|
|Options:
20|      --embed-certs=false: embed-certs for the cluster entry in kubeconfig
27-36|    --certificate-authority='':
27-36|	Path to certificate-authority file for the cluster entry in kubeconfig
|
27-36=228
27-36|	embed-certs for the cluster entry in kubeconfig
27-36|
27-36|    --insecure-skip-tls-verify=false:
27-36|	insecure-skip-tls-verify for the cluster entry in kubeconfig
27-36|
27-36|    --proxy-url='':
27-36|	proxy-url for the cluster entry in kubeconfig
27-36|
27-36|    --server='':
27-36|	server for the cluster entry in kubeconfig
27-36|
27-36|    --tls-server-name='':
27-36|	tls-server-name for the cluster entry in kubeconfig
27-36|
|Usage:
|  kubectl config set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]
|
=1`,
  "config set-context": `20,27,28,29,30,31,32,33,36
20|Sets a context entry in kubeconfig
27-36|Set a context entry in kubeconfig.
|
=227
|
|Examples:
|  # Set the user field on the gce context entry without touching other values
|  kubectl config set-context gce --user=cluster-admin
|
|Options:
20|      --current=false: Modify the current context
27-36|    --cluster='':
27-36|	cluster for the context entry in kubeconfig
|
27-36|    --current=false:
27-36|	Modify the current context
27-36|
27-33|    --namespace='':
36|    -n, --namespace='':
27-36|	namespace for the context entry in kubeconfig
27-36|
27-36|    --user='':
27-36|	user for the context entry in kubeconfig
27-36|
|Usage:
|  kubectl config set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]
|
=1`,
  "config set-credentials": `20,27,28,29,30,31,32,33,36
20|Sets a user entry in kubeconfig
27-36|Set a user entry in kubeconfig.
|
| Specifying a name that already exists will merge new fields on top of existing values.
|
20-27|  Client-certificate flags:
20-27|  --client-certificate=certfile --client-key=keyfile
20-27|  
20-27|  Bearer token flags:
20|    --token=bearer_token
27|  --token=bearer_token
20-27|  
20-27|  Basic auth flags:
20|    --username=basic_user --password=basic_password
27|  --username=basic_user --password=basic_password
20-27|  
28-36|        Client-certificate flags:
28-36|        --client-certificate=certfile --client-key=keyfile
28-36|        
28-36|        Bearer token flags:
28-36|        --token=bearer_token
28-36|        
28-36|        Basic auth flags:
28-36|        --username=basic_user --password=basic_password
28-36|        
| Bearer token and basic auth are mutually exclusive.
|
|Examples:
|  # Set only the "client-key" field on the "cluster-admin"
20|  # entry, without touching other values:
27-36|  # entry, without touching other values
|  kubectl config set-credentials cluster-admin --client-key=~/.kube/admin.key
|  
|  # Set basic auth for the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --username=admin --password=uXFGweU9l35qcif
|  
|  # Embed client certificate data in the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --client-certificate=~/.kube/admin.crt --embed-certs=true
|  
|  # Enable the Google Compute Platform auth provider for the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --auth-provider=gcp
|  
20-27|  # Enable the OpenID Connect auth provider for the "cluster-admin" entry with additional args
28-36|  # Enable the OpenID Connect auth provider for the "cluster-admin" entry with additional arguments
|  kubectl config set-credentials cluster-admin --auth-provider=oidc --auth-provider-arg=client-id=foo --auth-provider-arg=client-secret=bar
|  
|  # Remove the "client-secret" config value for the OpenID Connect auth provider for the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --auth-provider=oidc --auth-provider-arg=client-secret-
|  
|  # Enable new exec auth plugin for the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --exec-command=/path/to/the/executable --exec-api-version=client.authentication.k8s.io/v1beta1
|  
20-27|  # Define new exec auth plugin args for the "cluster-admin" entry
30-36|  # Enable new exec auth plugin for the "cluster-admin" entry with interactive mode
30-36|  kubectl config set-credentials cluster-admin --exec-command=/path/to/the/executable --exec-api-version=client.authentication.k8s.io/v1beta1 --exec-interactive-mode=Never
30-36|  
28-36|  # Define new exec auth plugin arguments for the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --exec-arg=arg1 --exec-arg=arg2
|  
|  # Create or update exec auth plugin environment variables for the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --exec-env=key1=val1 --exec-env=key2=val2
|  
|  # Remove exec auth plugin environment variables for the "cluster-admin" entry
|  kubectl config set-credentials cluster-admin --exec-env=var-to-remove-
|
|Options:
20|      --auth-provider='': Auth provider for the user entry in kubeconfig
20|      --auth-provider-arg=[]: 'key=value' arguments for the auth provider
20|      --embed-certs=false: Embed client cert/key for the user entry in kubeconfig
20|      --exec-api-version='': API version of the exec credential plugin for the user entry in kubeconfig
20|      --exec-arg=[]: New arguments for the exec credential plugin command for the user entry in kubeconfig
20|      --exec-command='': Command for the exec credential plugin for the user entry in kubeconfig
20|      --exec-env=[]: 'key=value' environment values for the exec credential plugin
27-36|    --auth-provider='':
27-36|	Auth provider for the user entry in kubeconfig
|
27-36|    --auth-provider-arg=[]:
27-36|	'key=value' arguments for the auth provider
27-36|
27-36|    --client-certificate='':
27-36|	Path to client-certificate file for the user entry in kubeconfig
27-36|
27-36|    --client-key='':
27-36|	Path to client-key file for the user entry in kubeconfig
27-36|
27-36=228
27-36|	Embed client cert/key for the user entry in kubeconfig
27-36|
27-36|    --exec-api-version='':
27-36|	API version of the exec credential plugin for the user entry in kubeconfig
27-36|
27-36|    --exec-arg=[]:
27-36|	New arguments for the exec credential plugin command for the user entry in kubeconfig
27-36|
27-36|    --exec-command='':
27-36|	Command for the exec credential plugin for the user entry in kubeconfig
27-36|
27-36|    --exec-env=[]:
27-36|	'key=value' environment values for the exec credential plugin
27-36|
30-36|    --exec-interactive-mode='':
30-36|	InteractiveMode of the exec credentials plugin for the user entry in kubeconfig
30-36|
30-36|    --exec-provide-cluster-info=false:
30-36|	ProvideClusterInfo of the exec credentials plugin for the user entry in kubeconfig
30-36|
27-36|    --password='':
27-36|	password for the user entry in kubeconfig
27-36|
27-36|    --token='':
27-36|	token for the user entry in kubeconfig
27-36|
27-36|    --username='':
27-36|	username for the user entry in kubeconfig
27-36|
|Usage:
|  kubectl config set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value] [options]
|
=1`,
  "config unset": `20,27,28,29,30,31,32,33,36
20|Unsets an individual value in a kubeconfig file
27-36|Unset an individual value in a kubeconfig file.
|
=226
|
|Examples:
20|  # Unset the current-context.
27-36|  # Unset the current-context
|  kubectl config unset current-context
|  
20|  # Unset namespace in foo context.
27-36|  # Unset namespace in foo context
|  kubectl config unset contexts.foo.namespace
|
|Usage:
|  kubectl config unset PROPERTY_NAME [options]
|
=1`,
  "config use-context": `20,27,28,29,30,31,32,33,36
20|Sets the current-context in a kubeconfig file
27-36|Set the current-context in a kubeconfig file.
|
|Aliases:
|use-context, use
|
|Examples:
|  # Use the context for the minikube cluster
|  kubectl config use-context minikube
|
|Usage:
|  kubectl config use-context CONTEXT_NAME [options]
|
=1`,
  "config view": `20,27,28,29,30,31,32,33,36
|Display merged kubeconfig settings or a specified kubeconfig file.
|
| You can use --output jsonpath={...} to extract specific values using a jsonpath expression.
|
|Examples:
20|  # Show merged kubeconfig settings.
27-36|  # Show merged kubeconfig settings
|  kubectl config view
|  
20|  # Show merged kubeconfig settings and raw certificate data.
27|  # Show merged kubeconfig settings and raw certificate data and exposed secrets
28-36|  # Show merged kubeconfig settings, raw certificate data, and exposed secrets
|  kubectl config view --raw
|  
|  # Get the password for the e2e user
|  kubectl config view -o jsonpath='{.users[?(@.name == "e2e")].user.password}'
|
|Options:
20=4
20|      --flatten=false: Flatten the resulting kubeconfig file into self-contained output (useful for creating portable kubeconfig files)
20|      --merge=true: Merge the full hierarchy of kubeconfig files
20|      --minify=false: Remove all information not used by current-context from the output
20|  -o, --output='yaml': Output format. One of: json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file.
20|      --raw=false: Display raw byte data
20=13
27-36=15
27-36=16
|
27-36|    --flatten=false:
27-36|	Flatten the resulting kubeconfig file into self-contained output (useful for creating portable kubeconfig files)
27-36|
27-36|    --merge=true:
27-36|	Merge the full hierarchy of kubeconfig files
27-36|
27-36|    --minify=false:
27-36|	Remove all information not used by current-context from the output
27-36|
27-36=217
27-33=25
36=26
27-36|
27-36|    --raw=false:
27-36|	Display raw byte data and sensitive data
27-36|
27-36=35
27-36=36
27-36|
27-36=37
27-36=38
27-36|
|Usage:
|  kubectl config view [flags] [options]
|
=1`,
  plugin: `20,27,28,29,30,31,32,33,36
|Provides utilities for interacting with plugins.
|
| Plugins provide extended functionality that is not part of the major command-line distribution. Please refer to the documentation and examples for more information about how write your own plugins.
|
20| The easiest way to discover and install plugins is via the kubernetes sub-project krew. To install krew, visit https://krew.sigs.k8s.io/docs/user-guide/setup/install/
27-30| The easiest way to discover and install plugins is via the kubernetes sub-project krew. To install krew, visit https://krew.sigs.k8s.io/docs/user-guide/setup/install/ krew.sigs.k8s.io https://krew.sigs.k8s.io/docs/user-guide/setup/install/
31-36| The easiest way to discover and install plugins is via the kubernetes sub-project krew: [krew.sigs.k8s.io]. To install krew, visit https://krew.sigs.k8s.io/docs/user-guide/setup/install
|
31-36|Examples:
31-36=229
31-36=230
31-36|  
31-36=231
31-36=232
31-36|
=3
20|  list        list all visible plugin executables on a user's PATH
27-36|  list          List all visible plugin executables on a user's PATH
|
|Usage:
|  kubectl plugin [flags] [options]
|
20-27=0
28-36|Use "kubectl plugin <command> --help" for more information about a given command.
=1`,
  "plugin list": `20,27,28,29,30,31,32,33,36
20-30|List all available plugin files on a user's PATH.
31-36|List all available plugin files on a user's PATH. To see plugins binary names without the full path use --name-only flag.
|
| Available plugin files are those that are: - executable - anywhere on the user's PATH - begin with "kubectl-"
|
27-36|Examples:
27-36=229
27-36=230
31-36|  
31-36=231
31-36=232
27-36|
|Options:
20|      --name-only=false: If true, display only the binary name of each plugin, rather than its full path
27-36|    --name-only=false:
27-36|	If true, display only the binary name of each plugin, rather than its full path
|
|Usage:
|  kubectl plugin list [flags] [options]
|
=1`,
  version: `20,27,28,29,30,31,32,33,36
20|Print the client and server version information for the current context
27-36|Print the client and server version information for the current context.
|
|Examples:
|  # Print the client and server versions for the current context
|  kubectl version
|
|Options:
20|      --client=false: If true, shows client version only (no server required).
20|  -o, --output='': One of 'yaml' or 'json'.
20|      --short=false: If true, print just the version number.
27-36|    --client=false:
27-36|	If true, shows client version only (no server required).
|
27-36=24
27-36|	One of 'yaml' or 'json'.
27-36|
|Usage:
|  kubectl version [flags] [options]
|
=1`,
  help: `20,27,28,29,30,31,32,33,36
|Help provides help for any command in the application.
|Simply type kubectl help [path to command] for full details.
|
|Usage:
|  kubectl help [command] [flags] [options]
|
=1`,
  options: `20,27,28,29,30,31,32,33,36`,
  alpha: `20,27,28,29,30,31,32,33,36
20|These commands correspond to alpha features that are not enabled in Kubernetes clusters by default.
20|
20=0
27-36|No alpha commands are available in this version of kubectl`,
  "create token": `27,28,29,30,31,32,33,36
|Request a service account token.
|
|Examples:
|  # Request a token to authenticate to the kube-apiserver as the service account "myapp" in the current namespace
|  kubectl create token myapp
|  
|  # Request a token for a service account in a custom namespace
|  kubectl create token myapp --namespace myns
|  
|  # Request a token with a custom expiration
|  kubectl create token myapp --duration 10m
|  
|  # Request a token with a custom audience
|  kubectl create token myapp --audience https://example.com
|  
|  # Request a token bound to an instance of a Secret object
|  kubectl create token myapp --bound-object-kind Secret --bound-object-name mysecret
|  
27|  # Request a token bound to an instance of a Secret object with a specific uid
28-36|  # Request a token bound to an instance of a Secret object with a specific UID
|  kubectl create token myapp --bound-object-kind Secret --bound-object-name mysecret --bound-object-uid 0d4691ed-659b-4935-a832-355f77ee47cc
|
|Options:
=15
=16
|
|    --audience=[]:
|	Audience of the requested token. If unset, defaults to requesting a token for use with the Kubernetes API server. May be repeated to request a token valid for multiple audiences.
|
|    --bound-object-kind='':
27-30|	Kind of an object to bind the token to. Supported kinds are Pod, Secret. If set, --bound-object-name must be provided.
31-36|	Kind of an object to bind the token to. Supported kinds are Node, Pod, Secret. If set, --bound-object-name must be provided.
|
|    --bound-object-name='':
|	Name of an object to bind the token to. The token will expire when the object is deleted. Requires --bound-object-kind.
|
|    --bound-object-uid='':
|	UID of an object to bind the token to. Requires --bound-object-kind and --bound-object-name. If unset, the UID of the existing object is used.
|
|    --duration=0s:
27-28|	Requested lifetime of the issued token. The server may return a token with a longer or shorter lifetime.
29|	Requested lifetime of the issued token. If not set, the lifetime will be determined by the server automatically. The server may return a token with a longer or shorter lifetime.
30-36|	Requested lifetime of the issued token. If not set or if set to 0, the lifetime will be determined by the server automatically. The server may return a token with a longer or shorter lifetime.
|
=24
27-33=25
36=26
|
=35
=36
|
=37
=38
|
|Usage:
|  kubectl create token SERVICE_ACCOUNT_NAME [options]
|
=1`,
  "auth whoami": `27,28,29,30,31,32,33,36
|Experimental: Check who you are and your attributes (groups, extra).
|
27|  This command is helpful to get yourself aware of the current user attributes,
27|  especially when dynamic authentication, e.g., token webhook, auth proxy, or OIDC provider,
27|  is enabled in the Kubernetes cluster.
28-36|        This command is helpful to get yourself aware of the current user attributes,
28-36|        especially when dynamic authentication, e.g., token webhook, auth proxy, or OIDC provider,
28-36|        is enabled in the Kubernetes cluster.
|
|Examples:
27-30|  # Get your subject attributes.
31-36|  # Get your subject attributes
|  kubectl auth whoami
|  
27-30|  # Get your subject attributes in JSON format.
31-36|  # Get your subject attributes in JSON format
|  kubectl auth whoami -o json
|
|Options:
=15
=16
|
=24
27-33=25
36=26
|
=35
=36
|
=37
=38
|
|Usage:
|  kubectl auth whoami [options]
|
=1`,
  events: `27,28,29,30,31,32,33,36
27|Display events
28-36|Display events.
|
| Prints a table of the most important information about events. You can request events for a namespace, for all namespace, or filtered to only those pertaining to a specified resource.
|
|Examples:
27|  # List recent events in the default namespace.
28-36|  # List recent events in the default namespace
|  kubectl events
|  
27|  # List recent events in all namespaces.
28-36|  # List recent events in all namespaces
|  kubectl events --all-namespaces
|  
27|  # List recent events for the specified pod, then wait for more events and list them as they arrive.
28-36|  # List recent events for the specified pod, then wait for more events and list them as they arrive
|  kubectl events --for pod/web-pod-13je7 --watch
|  
27|  # List recent events in given format. Supported ones, apart from default, are json and yaml.
28-36|  # List recent events in YAML format
|  kubectl events -oyaml
|  
27|  # List recent only events in given event types
28-36|  # List recent only events of type 'Warning' or 'Normal'
|  kubectl events --types=Warning,Normal
|
|Options:
=150
=151
|
=15
=16
|
=152
27-33=153
36=154
|
=218
|	Filter events to only those pertaining to the specified resource.
|
=158
|	When using the default output format, don't print headers.
|
=24
27-33=25
36=26
|
=35
=36
|
=37
=38
|
|    --types=[]:
|	Output only events of given types.
|
=162
|	After listing the requested events, watch for more events.
|
|Usage:
27-28|  kubectl events [(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--event=Normal,Warning] [options]
29-33|  kubectl events [(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]
36|  kubectl events [(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]
|
=1`,
  kuberc: `36
|Manage user preferences (kuberc) file.
|
| The kuberc file allows you to customize your kubectl experience.
|
|Examples:
|  # View the current kuberc configuration
=233
|  
|  # Set a default value for a command flag
=234
|  
|  # Create an alias for a command
=235
|
=3
|  set           Set values in the kuberc configuration
|  view          Display the current kuberc configuration
|
|Usage:
|  kubectl kuberc SUBCOMMAND [options]
|
|Use "kubectl kuberc <command> --help" for more information about a given command.
=1`,
  "kuberc set": `36
|Set values in the kuberc configuration file.
|
| Use --section to specify whether to set defaults or aliases.
|
| For defaults: Sets default flag values for kubectl commands. The --command flag should specify only the command (e.g., "get", "create", "set env"), not resources.
|
| For aliases: Creates command aliases with optional default flag values and arguments. Use --prependarg and --appendarg to include resources or other arguments.
|
|Examples:
|  # Set default output format for 'get' command
=234
|  
|  # Set default output format for a subcommand
|  kubectl kuberc set --section defaults --command "set env" --option output=yaml
|  
|  # Create an alias 'getn' for 'get' command with prepended 'nodes' resource
=235
|  
|  # Create an alias 'runx' for 'run' command with appended arguments
|  kubectl kuberc set --section aliases --name runx --command run --option image=nginx --appendarg "--" --appendarg custom-arg1
|  
|  # Overwrite an existing default
|  kubectl kuberc set --section defaults --command get --option output=json --overwrite
|  
|  # Set the credential plugin policy and allowlist
|  kubectl kuberc set --section credentialplugin --policy Allowlist --allowlist-entry command=cloud-credential-helper
|
|Options:
|    --allowlist-entry=[]:
|	Allowlist entry the form field=value (can be specified multiple times)
|
|    --appendarg=[]:
|	Argument to append to the command (can be specified multiple times, for aliases only)
|
|    --command='':
|	Command to configure (e.g., 'get', 'create', 'set env')
|
=236
=237
|
=81
|	Alias name (required for --section=aliases)
|
|    --option=[]:
|	Flag option in the form flag=value (can be specified multiple times)
|
=187
|	Allow overwriting existing entries
|
|    --policy='':
|	Plugin policy to use for exec credential plugins, must be one of 'AllowAll', 'DenyAll' or 'Allowlist'
|
|    --prependarg=[]:
|	Argument to prepend to the command (can be specified multiple times, for aliases only)
|
|    --section='':
|	Section to modify: 'defaults', 'aliases', or 'credentialplugin'
|
|Usage:
|  kubectl kuberc set --section (defaults|aliases) --command COMMAND [options]
|
=1`,
  "kuberc view": `36
|Display the contents of the kuberc file in the specified output format.
|
|Examples:
|  # View kuberc configuration in YAML format (default)
=233
|  
|  # View kuberc configuration in JSON format
|  kubectl kuberc view --output json
|  
|  # View a specific kuberc file
|  kubectl kuberc view --kuberc /path/to/kuberc
|
|Options:
=15
=16
|
=236
=237
|
=217
=26
|
=35
=36
|
=37
=38
|
|Usage:
|  kubectl kuberc view [options]
|
=1`,
};
