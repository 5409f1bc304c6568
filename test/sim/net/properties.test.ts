import fc from "fast-check";
import { expect, test } from "vitest";
import { inPrefix, ipText, networkOf, prefixText } from "../../../src/sim/net/ip.ts";
import { makePacket, newWalk } from "../../../src/sim/net/packet.ts";
import { outputPacket } from "../../../src/sim/net/walk.ts";
import { bareWorld } from "./world.ts";

const ip = fc.integer({ min: 0, max: 255 }).chain((d) => fc.integer({ min: 0, max: 3 }).map((c) => (10 * 2 ** 24 + c * 256 + d) >>> 0));

test("a route decision is the longest prefix, then the lowest metric", () => {
  const routes = fc.uniqueArray(fc.record({ at: ip, len: fc.integer({ min: 8, max: 32 }), metric: fc.integer({ min: 0, max: 3 }) }), {
    selector: (r) => `${networkOf(r.at, r.len)}/${r.len}/${r.metric}`,
    maxLength: 12,
  });
  fc.assert(
    fc.property(routes, fc.array(ip, { maxLength: 20 }), (list, targets) => {
      const ns = bareWorld(["a"]).network.ns("a");
      list.forEach((r, i) =>
        ns.addRoute({ dst: prefixText(networkOf(r.at, r.len), r.len), via: `192.168.56.${20 + i}`, metric: r.metric }),
      );
      for (const target of targets) {
        const best = list
          .map((r, i) => ({ ...r, i }))
          .filter((r) => inPrefix(target, networkOf(r.at, r.len), r.len))
          .sort((x, y) => y.len - x.len || x.metric - y.metric)[0];
        // 10.0.2.0/24 (the NAT network) is routed by the machine itself and more specific than most
        if (inPrefix(target, (10 * 2 ** 24 + 512) >>> 0, 24) && (best === undefined || best.len <= 24 || [15, 255].includes(target & 255)))
          continue;
        const got = ns.lookup({ dst: target });
        if (best === undefined) expect(got).toMatchObject({ kind: "unicast", link: { name: "enp0s3" } });
        else expect(got.kind === "unicast" ? ipText(got.via ?? 0) : got.kind).toBe(`192.168.56.${20 + best.i}`);
      }
    }),
    { numRuns: 60 },
  );
});

interface Rule {
  src?: number;
  dport?: number;
  proto?: "tcp" | "udp";
  not: boolean;
  target: string;
}

test("a chain gives the verdict that reading its rules in order gives", () => {
  const rule = fc.record({
    src: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    dport: fc.option(fc.integer({ min: 80, max: 83 }), { nil: undefined }),
    not: fc.boolean(),
    proto: fc.constantFrom("tcp" as const, "udp" as const),
    target: fc.constantFrom("ACCEPT", "DROP", "RETURN", "A", "B"),
  });
  const chains = fc.record({
    OUTPUT: fc.array(rule, { maxLength: 6 }),
    A: fc.array(rule, { maxLength: 4 }),
    B: fc.array(fc.record({ ...ruleLeaf() }), { maxLength: 4 }),
    policy: fc.constantFrom("ACCEPT", "DROP"),
  });
  const naive = (all: Record<string, Rule[]>, name: string, p: { d: number; dport: number; proto: string }): string | undefined => {
    for (const r of all[name]!) {
      const hit =
        r.proto === p.proto && (r.src === undefined || (r.src === p.d) !== r.not) && (r.dport === undefined || r.dport === p.dport);
      if (!hit) continue;
      if (r.target === "ACCEPT" || r.target === "DROP") return r.target;
      if (r.target === "RETURN") return undefined;
      const inner = naive(all, r.target, p);
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  fc.assert(
    fc.property(chains, ({ policy, ...all }) => {
      // A may call B, B nobody
      const lists: Record<string, Rule[]> = { OUTPUT: all.OUTPUT, A: all.A.filter((r) => r.target !== "A"), B: all.B };
      const ns = bareWorld(["a"]).network.ns("a");
      const text = Object.entries(lists).flatMap(([name, rules]) =>
        rules.map(
          (r) =>
            `-A ${name} -p ${r.proto}${r.src === undefined ? "" : ` ${r.not ? "! " : ""}-d 192.168.56.${200 + r.src}`}${r.dport === undefined ? "" : ` --dport ${r.dport}`} -j ${r.target}`,
        ),
      );
      ns.iptablesRestore(`*filter\n:OUTPUT ${policy} [0:0]\n:A - [0:0]\n:B - [0:0]\n${text.join("\n")}\nCOMMIT`);
      // what is saved says the same again
      expect(ns.iptablesSave("filter")).toBe((ns.iptablesRestore(ns.iptablesSave("filter")), ns.iptablesSave("filter")));
      for (const proto of ["tcp", "udp"])
        for (let d = 1; d <= 3; d++)
          for (let dport = 80; dport <= 83; dport++) {
            const expected = naive(lists, "OUTPUT", { d, dport, proto }) ?? policy;
            const failure = outputPacket(
              ns,
              makePacket({
                src: ns.sourceFor(0xc0a83801)!,
                dst: 0xc0a83800 + 200 + d,
                proto: proto === "tcp" ? 6 : 17,
                sport: 1,
                dport,
                flags: 2,
              }),
              newWalk(),
              {},
            );
            expect(failure === "EPERM" ? "DROP" : "ACCEPT").toBe(expected);
          }
    }),
    { numRuns: 80 },
  );
});

function ruleLeaf(): Record<keyof Required<Rule>, fc.Arbitrary<never>> {
  return {
    src: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    dport: fc.option(fc.integer({ min: 80, max: 83 }), { nil: undefined }),
    not: fc.boolean(),
    proto: fc.constantFrom("tcp", "udp"),
    target: fc.constantFrom("ACCEPT", "DROP", "RETURN"),
  } as never;
}
