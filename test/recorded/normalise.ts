/** What differs between two runs of the same command on the same machine, and nothing else. */

const rules: [RegExp, string][] = [
  // klog: header with time and process id, source file's line
  [/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ([a-z_]+\.go):\d+\]/gm, "$1 TIME PID $2:LINE]"],
  [/^\w{3} \d\d \d\d:\d\d:\d\d (\S+) ([\w.()-]+)\[\d+\]:/gm, "DATE $1 $2[PID]:"],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d{4}(?: UTC)?)?/g, "TIME"],
  [/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "TIME"],
  [/\b\w{3} \d\d, \d{4} \d\d:\d\d UTC\b/g, "TIME"],
  [/\b\d\d:\d\d:\d\d\.\d{3}\b/g, "TIME"],
  [/\b(?:real|user|sys)\t\d+m[\d.]+s/g, "ELAPSED"],
  [/after \d+\.\d+ seconds/g, "after N seconds"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "UID"],
  [/\bsha256:[0-9a-f]{64}\b/g, "sha256:HASH"],
  [/\b[0-9a-f]{64}\b/g, "HASH"],
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, "TOKEN"],
  [/(resourceVersion"?: )"\d+"/g, '$1"N"'],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, "MAC"],
  [/\b[0-9a-f]{40}\b/g, "COMMIT"],
  [/GoVersion:"go[\d.]+"/g, 'GoVersion:"GO"'],
  // a ReplicaSet's name ends in a hash of its template, a pod of a DaemonSet in five random characters
  [/pod-template-hash=[a-z0-9]+/g, "pod-template-hash=RS"],
  [/\b(web\d?|d|x|y|z|coredns)-[bcdf0-9][bcdfghjklmnpqrstvwxz2456789]{5,9}\b/g, "$1-RS"],
  [/-RS-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "-RS-POD"],
  [/\b(agent|kube-proxy)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "$1-POD"],
  [/\bdefault-token-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "default-token-SECRET"],
  // what the machine is: distribution, kernel and the container runtime's version
  [/(?:Debian GNU\/Linux 12 \(bookworm\)|Ubuntu 24\.04\.\d LTS)/g, "DISTRIBUTION"],
  [/\b(?:6\.18\.44-fc-v669|6\.8\.0-\d+-generic)\b/g, "KERNEL"],
  [/containerd:\/\/1\.[67]\.\d+/g, "containerd://VERSION"],
  // addresses and node ports that are drawn, or count up from whatever ran before; the two that are fixed stay
  [/\b(?!10\.96\.0\.10?\b)10\.(?:9[6-9]|10\d|11[01])\.\d+\.\d+\b/g, "SERVICE-IP"],
  [/\b172\.16\.\d+\.(?!0\/)\d+\b/g, "POD-IP"],
  [/\b80:3\d{4}\/TCP/g, "80:NODEPORT/TCP"],
  [/(NodePort: +\S+ +)3\d{4}\//g, "$1NODEPORT/"],
  [/\b(web|web-np)-[bcdfghjklmnpqrstvwxz2456789]{5}(?= +IPv4)/g, "$1-SLICE"],
  // random suffixes: of pods (ReplicaSet hash and five characters), of temporary folders
  [/(dryrun|LIVE-|MERGED-)\d{6,}/g, "$1N"],
  [/kubectl-edit-[a-z0-9]+\.yaml/g, "kubectl-edit-N.yaml"],
  [/(\bpid|PID:?) \d+/g, "$1 N"],
];

/** Ages: `25m`, `3m12s`, `<unknown>` stays. Only a whole word, so that quantities such as 100m in text stay comparable per table column. */
const ages = /(?<=\s)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?=\s|$)/g;

export function normalise(text: string, machineWords: [RegExp, string][] = []): string {
  let out = text;
  for (const [what, by] of [...machineWords, ...rules]) out = out.replace(what, by);
  // a table's columns are as wide as their widest cell, so runs of blanks shrink with what was replaced
  return out
    .split("\n")
    .map((line) => line.replace(ages, (age) => (age === "" ? "" : "AGE")).replace(/ {2,}/g, "  ").trimEnd())
    .join("\n");
}
