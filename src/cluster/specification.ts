/** The cluster specification: its schema, defaults, and reading it from YAML with the place of every problem. */
import { isDeepStrictEqual } from "node:util";
import { isMap, isNode, isPair, isScalar, type Document } from "yaml";
import { z } from "zod";
import type { Finding, Location } from "./finding.ts";
import { dnsLabel, labelFrom } from "./name.ts";
import { nearest } from "./nearest.ts";
import { providers } from "./providers.ts";
import { readYaml, readable } from "../yaml.ts";
import { defaultBox, defaultKubernetes, newestMinor, oldestMinor } from "./versions.ts";

const machine = z.strictObject({
  cpus: z.int().min(1).max(64).default(2).describe("Virtual processors; kubeadm wants two."),
  memory: z.int().min(512).max(1_048_576).default(2048).describe("Memory in MiB; kubeadm wants 1700."),
  disk: z.int().min(8).max(4096).default(40).describe("Size of the root disk in GiB (the simulator; a box's own disk elsewhere)."),
  box: z.string().min(1).default(defaultBox).describe("Vagrant box."),
  boxVersion: z.string().min(1).optional().describe("Version of the box; the newest installed one when missing."),
});

const override = z.strictObject({
  ip: z.string().optional().describe("Address on the private network."),
  cpus: machine.shape.cpus.unwrap().optional(),
  memory: machine.shape.memory.unwrap().optional(),
  ssh: z
    .strictObject({
      host: z.string().min(1).describe("Name or address under which this host reaches the machine."),
      port: z.int().min(1).max(65535).default(22).describe("Port of its SSH server."),
      user: z.string().min(1).default("root").describe("User who is root or may use sudo without a password."),
      identityFile: z.string().min(1).optional().describe("Private key, relative to this file; the usual ones of ~/.ssh when missing."),
    })
    .optional()
    .describe("How to reach a machine that exists already (provider: ssh)."),
});

export const schema = z
  .strictObject({
    name: z
      .string()
      .regex(dnsLabel, "must be a DNS label: lower-case letters, digits and hyphens")
      .optional()
      .describe("Name of the cluster; the folder's name when missing."),
    provider: z.enum(providers).default("sim").describe("Where the machines run; the simulator needs nothing but Node.js."),
    kubernetes: z
      .string()
      .regex(/^1\.\d{1,2}(\.\d{1,3})?$/, 'must be a version such as "1.35" or "1.35.2"')
      .refine(
        (v) => Number(v.split(".")[1]) >= oldestMinor && Number(v.split(".")[1]) <= newestMinor,
        `must be between 1.${oldestMinor} and 1.${newestMinor}`,
      )
      .default(defaultKubernetes)
      .describe('Kubernetes version, quoted: "1.35", or with a patch level "1.35.2".'),
    controlplanes: z.int().min(1).max(7).default(1).describe("Number of control planes; odd, because etcd needs a majority."),
    controlPlaneEndpoint: z
      .string()
      .regex(/^[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:\d{1,5})?$/, 'must be HOST or HOST:PORT, such as "10.1.10.100:6443"')
      .optional()
      .describe("HOST:PORT of a load balancer that exists already; none is made then. Port 6443 when missing."),
    workers: z.int().min(0).max(50).default(2).describe("Number of workers."),
    runtime: z.enum(["containerd", "cri-o", "docker"]).default("containerd").describe("Container runtime."),
    cni: z
      .strictObject({
        name: z.enum(["calico", "flannel", "bridge", "none"]).default("calico").describe("Pod network."),
        install: z.enum(["manifest", "operator", "typha"]).default("manifest").describe("How Calico is installed."),
        encapsulation: z
          .enum(["IPIPCrossSubnet", "IPIP", "VXLANCrossSubnet", "VXLAN", "None"])
          .default("IPIPCrossSubnet")
          .describe("Calico's encapsulation between nodes."),
        blockSize: z.int().min(20).max(32).default(26).describe("Prefix length of Calico's per-node IPAM blocks."),
        routes: z.enum(["static", "bird"]).optional().describe("How the bridge network's routes get to the other nodes."),
      })
      .prefault({})
      .describe("Pod network."),
    network: z
      .strictObject({
        nodes: z.string().default("192.168.56.0/24").describe("Private network of the machines."),
        pods: z.string().default("10.244.0.0/16").describe("Pod addresses (kubeadm's podSubnet)."),
        services: z.string().default("10.96.0.0/12").describe("Service addresses (kubeadm's serviceSubnet)."),
      })
      .prefault({})
      .describe("Address ranges; all disjoint."),
    containerd: z
      .strictObject({
        sandboxImage: z.string().min(1).optional().describe("Image of the pause container; containerd's own default when missing."),
        restrictOomScoreAdj: z
          .boolean()
          .default(false)
          .describe("Never ask for a lower oom_score_adj than containerd has: needed on machines without CAP_SYS_RESOURCE, such as LXC's."),
      })
      .prefault({})
      .describe("Settings of containerd's CRI plugin."),
    kubeProxy: z
      .strictObject({
        mode: z.enum(["iptables", "ipvs"]).default("iptables").describe("How kube-proxy programs Services."),
        conntrackMaxPerCore: z
          .int()
          .min(0)
          .optional()
          .describe(
            "KubeProxyConfiguration's conntrack.maxPerCore; 0 leaves nf_conntrack_max alone, as machines that share the host's kernel need.",
          ),
      })
      .prefault({})
      .describe("Settings of kube-proxy."),
    libvirt: z
      .strictObject({
        driver: z
          .enum(["kvm", "qemu"])
          .default("kvm")
          .describe("kvm uses the processor's virtualisation; qemu emulates the processor, ten times slower, where there is none."),
      })
      .optional()
      .describe("Settings of provider libvirt."),
    mirror: z
      .union([
        z.string().min(1),
        z.strictObject({
          packages: z.string().min(1).optional().describe("Folder or URL of an apt repository with kubeadm, kubelet, kubectl."),
          images: z.string().min(1).optional().describe("Folder of image archives (*.tar), or HOST[:PORT]/PATH of a registry."),
          manifests: z.string().min(1).optional().describe("Folder or URL with the pod network's manifests."),
        }),
      ])
      .optional()
      .describe(
        "Where packages, images and manifests come from instead of the Internet; one folder means its apt/, images/ and manifests/.",
      ),
    machine: machine.prefault({}).describe("What every machine is."),
    machines: z.record(z.string(), override).default({}).describe("Differences for single machines, by name."),
  })
  .describe("A Kubemend cluster.");

export type Specification = z.infer<typeof schema> & { name: string };

/** A specification and how its fields are found again in the file. */
export interface ReadSpecification {
  specification?: Specification;
  /**
   * Where the form is wrong: what is left without the fields named in `findings`, which have their defaults here. It is for finding
   * the other problems at once, never for building.
   */
  rest?: Specification;
  findings: Finding[];
  locate: (path: string) => Location | undefined;
}

/**
 * Reads a specification. All problems of form are reported at once; the specification is missing when there are any.
 * `fallbackName`: the cluster's name when the file gives none.
 */
export function readSpecification(text: string, file: string, fallbackName: string): ReadSpecification {
  const { document, value, problems, place } = readYaml(text);
  const locate = (path: string): Location | undefined => {
    const offset = offsetOf(document, path === "" ? [] : path.split("."));
    return offset === undefined ? undefined : { file, ...place(offset) };
  };
  const findings: Finding[] = problems.map(({ message, line, column }) => ({
    severity: "error",
    code: "yaml",
    field: "",
    value: "",
    message,
    fix: "Mend the YAML; `kubemend plan --help` shows a complete example.",
    at: { file, line, column },
  }));
  if (findings.length > 0) return { findings, locate };

  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) {
    const keyPlace = (path: string[]): Location | undefined => {
      const offset = offsetOf(document, path, true);
      return offset === undefined ? undefined : { file, ...place(offset) };
    };
    // of several about one value the first says enough
    const issues = parsed.error.issues.filter((issue, i, all) => all.findIndex((other) => isDeepStrictEqual(other.path, issue.path)) === i);
    for (const issue of issues) findings.push(...explain(issue, value, locate, keyPlace));
    const rest = schema.safeParse(without(document.toJS(), findings));
    return { ...(rest.success ? { rest: { ...rest.data, name: rest.data.name ?? fallbackName } } : {}), findings, locate };
  }
  return { specification: { ...parsed.data, name: parsed.data.name ?? fallbackName }, findings, locate };
}

/** The input without the fields of the findings. */
function without(input: unknown, findings: readonly Finding[]): unknown {
  for (const { field } of findings) {
    if (field === "") return {};
    const path = field.split(".");
    const holder = at(input, path.slice(0, -1));
    if (holder !== null && typeof holder === "object") delete (holder as Record<string, unknown>)[path.at(-1)!];
  }
  return input;
}

function explain(
  issue: z.core.$ZodIssue,
  input: unknown,
  locate: (path: string) => Location | undefined,
  keyPlace: (path: string[]) => Location | undefined,
): Finding[] {
  const path = issue.path.map(String);
  const value = at(input, path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        severity: "error",
        code: "unknown-key",
        field: [...path, key].join("."),
        value: key,
        message: `unknown key "${readable(key)}"`,
        fix: near ? `Did you mean "${near}"? Known here: ${known.join(", ")}.` : `Known here: ${known.join(", ")}.`,
        at: keyPlace([...path, key]),
      };
    });
  }
  const node = schemaAt(path);
  const written = value === undefined ? "" : readable(JSON.stringify(value));
  return [
    {
      severity: "error",
      code: issue.code === "invalid_type" ? "wrong-type" : "invalid-value",
      field: path.join("."),
      value: written,
      message: value === undefined ? issue.message : `${written} is not valid: ${lowerFirst(issue.message)}`,
      fix: suggestion(issue, node, value),
      at: locate(path.join(".")),
    },
  ];
}

function suggestion(issue: z.core.$ZodIssue, node: z.ZodType | undefined, value: unknown): string {
  if (issue.code === "invalid_value") {
    const near = typeof value === "string" ? nearest(value, issue.values.map(String)) : undefined;
    return `Use ${near ? `"${near}", or ` : ""}one of: ${issue.values.map(String).join(", ")}.`;
  }
  if (issue.path.at(-1) === "kubernetes")
    return `Write a quoted version between "1.${oldestMinor}" and "1.${newestMinor}", such as kubernetes: "${defaultKubernetes}".`;
  if (issue.path.join(".") === "name" && typeof value === "string") return `For example: ${labelFrom(value)}.`;
  const fallback = node?.safeParse(undefined);
  if (fallback?.success && fallback.data !== undefined) return `For example: ${JSON.stringify(fallback.data)} (the default).`;
  return issue.code === "too_small" || issue.code === "too_big"
    ? "Use a value inside that range."
    : "See `kubemend plan --help` for a complete example.";
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function at(input: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === "object" ? (value as Record<string, unknown>)[key] : undefined),
    input,
  );
}

function unwrap(node: z.ZodType | undefined): z.ZodType | undefined {
  let here = node;
  while (here instanceof z.ZodDefault || here instanceof z.ZodPrefault || here instanceof z.ZodOptional) here = here.unwrap() as z.ZodType;
  return here;
}

function schemaAt(path: string[]): z.ZodType | undefined {
  let here: z.ZodType | undefined = schema;
  for (const [i, key] of path.entries()) {
    const open = unwrap(here);
    if (open instanceof z.ZodObject) here = open.shape[key] as z.ZodType | undefined;
    else if (open instanceof z.ZodRecord) here = open.valueType as z.ZodType;
    else return undefined;
    if (i === path.length - 1) return here;
  }
  return here;
}

function keysAt(path: string[]): string[] {
  const open = unwrap(path.length === 0 ? schema : schemaAt(path));
  return open instanceof z.ZodObject ? Object.keys(open.shape) : [];
}

/** Where a field's value (with `ofKey`: its key), or the nearest parent that is written, begins. */
function offsetOf(document: Document, path: string[], ofKey = false): number | undefined {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : undefined;
  for (const [i, key] of path.entries()) {
    if (!isMap(node)) return offset;
    const pair: unknown = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
    if (!isPair(pair)) return offset;
    node = pair.value;
    const start = isNode(node) && node.range ? node.range[0] : isNode(pair.key) ? pair.key.range?.[0] : undefined;
    offset = (isMap(node) || (ofKey && i === path.length - 1)) && isNode(pair.key) ? pair.key.range?.[0] : start;
  }
  return offset;
}
