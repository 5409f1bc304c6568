/** kube-proxy's rules and coredns' answers, computed from objects. */
import { describe, expect, test } from "vitest";
import { parseCorefile } from "../../../src/sim/kube/node/dns/corefile.ts";
import { answerForward, answerReverse } from "../../../src/sim/kube/node/dns/records.ts";
import { rulesText, servicePorts } from "../../../src/sim/kube/node/proxy/rules.ts";
import { parseToml, TomlError } from "../../../src/sim/cri/toml.ts";

const service = (namespace: string, name: string, clusterIP: string, ports: object[], more: object = {}): Record<string, unknown> => ({
  metadata: { namespace, name },
  spec: { clusterIP, ports, ...more },
});
const slice = (namespace: string, name: string, ips: string[], ports: object[]): Record<string, unknown> => ({
  metadata: { namespace, name: `${name}-x`, labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports,
  endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
});
const settings = { clusterCIDR: "10.244.0.0/16", masqueradeAll: false, masqueradeMark: "0x4000", nodeIps: [], nodeName: "node1" };

const services = [
  service("default", "kubernetes", "10.96.0.1", [{ name: "https", port: 443 }]),
  service("kube-system", "kube-dns", "10.96.0.10", [
    { name: "dns", port: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53 },
  ]),
  service("default", "none", "10.96.1.1", [{ port: 80 }]),
  service("default", "db", "None", [{ name: "sql", port: 5432 }]),
];
const slices = [
  slice("default", "kubernetes", ["192.168.56.10"], [{ name: "https", port: 6443 }]),
  slice(
    "kube-system",
    "kube-dns",
    ["10.244.0.2", "10.244.0.3"],
    [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53, protocol: "TCP" },
    ],
  ),
  slice("default", "db", ["10.244.1.7"], [{ name: "sql", port: 5432 }]),
];

describe("kube-proxy", () => {
  const text = rulesText(servicePorts(services, slices, "node1"), settings, ["KUBE-SVC-OLDOLDOLDOLDOLD1", "KUBE-SERVICES"]);

  test("chains are named as everywhere", () => {
    // these names are the same in every cluster
    for (const name of ["KUBE-SVC-NPX46M4PTMTKRN6Y", "KUBE-SVC-TCOU7JCQXEZGVUNU", "KUBE-SVC-ERIFXISQEP7F7OF4"])
      expect(text).toContain(`:${name} - [0:0]`);
  });

  test("endpoints share the load; a service without any is refused; chains that nobody needs go", () => {
    expect(text).toMatch(
      /-A KUBE-SVC-TCOU7JCQXEZGVUNU .*"kube-system\/kube-dns:dns -> 10\.244\.0\.2:53" -m statistic --mode random --probability 0\.5000000000 -j KUBE-SEP-/,
    );
    expect(text).toContain(
      '-A KUBE-SERVICES -m comment --comment "default/none has no endpoints" -m tcp -p tcp -d 10.96.1.1 --dport 80 -j REJECT',
    );
    expect(text).toContain("-X KUBE-SVC-OLDOLDOLDOLDOLD1");
    expect(text).not.toContain("-X KUBE-SERVICES");
    expect(text).not.toContain("default/db");
  });
});

describe("coredns", () => {
  const data = { services, slices, namespaces: new Set(["default", "kube-system"]) };
  const a = (name: string): [string, string[]] => {
    const r = answerForward(data, "cluster.local", name, "A", 30, "insecure");
    return [r.rcode, r.answers.map((x) => x.data)];
  };

  test("services, headless services, pods, and names that are none", () => {
    expect(a("kubernetes.default.svc.cluster.local")).toEqual(["NOERROR", ["10.96.0.1"]]);
    expect(a("db.default.svc.cluster.local")).toEqual(["NOERROR", ["10.244.1.7"]]);
    expect(a("10-244-1-7.db.default.svc.cluster.local")).toEqual(["NOERROR", ["10.244.1.7"]]);
    expect(a("10-244-1-9.default.pod.cluster.local")).toEqual(["NOERROR", ["10.244.1.9"]]);
    expect(a("nothing.default.svc.cluster.local")).toEqual(["NXDOMAIN", []]);
    expect(a("kubernetes.nowhere.svc.cluster.local")).toEqual(["NXDOMAIN", []]);
    expect(a("default.svc.cluster.local")).toEqual(["NOERROR", []]);
    expect(
      answerForward(data, "cluster.local", "_https._tcp.kubernetes.default.svc.cluster.local", "SRV", 30, "disabled").answers[0]!.data,
    ).toBe("0 100 443 kubernetes.default.svc.cluster.local");
    expect(answerReverse(data, "cluster.local", "10.0.96.10.in-addr.arpa", 30)!.answers[0]!.data).toBe(
      "kube-dns.kube-system.svc.cluster.local",
    );
  });

  test("a directive that no plugin has", () => {
    expect(() => parseCorefile(".:53 {\n    errors\n    kubernets cluster.local\n}\n", "/etc/coredns/Corefile")).toThrow(
      "/etc/coredns/Corefile:3 - Error during parsing: Unknown directive 'kubernets'",
    );
    expect(
      parseCorefile(
        ".:53 {\n    forward . 1.1.1.1 { # up\n      max_concurrent 1000\n    }\n}\nexample.org:5300 { errors\n}\n",
        "Corefile",
      ).map((b) => [b.zones, b.port]),
    ).toEqual([
      [[""], 53],
      [["example.org"], 5300],
    ]);
  });
});

describe("TOML", () => {
  test("errors are placed and worded as containerd 1.6 placed them", () => {
    const error = (text: string): string => {
      try {
        parseToml(text);
      } catch (e) {
        if (e instanceof TomlError) return `(${e.line}, ${e.column}): ${e.message}`;
      }
      return "";
    };
    // recorded: containerd 1.6.20 -c FILE
    expect(error("version = 2\n[plugins\nfoo=1\n")).toBe("(2, 2): unexpected token unclosed table key, was expecting a table key");
    expect(error("a = 1\na = 2\n")).toContain("was defined twice");
    expect(parseToml('[a."b.c"]\nx = [\'1\', "2"] # end\n[[t]]\nn = 1_000\n[[t]]\nn = 2\n')).toEqual({
      a: { "b.c": { x: ["1", "2"] } },
      t: [{ n: 1000 }, { n: 2 }],
    });
  });
});
