/** A range that is suggested is one that works. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlaps, parseCidr } from "../../src/cluster/cidr.ts";
import { makePlan } from "../../src/cluster/plan.ts";
import { hostFindings, type HostFacts } from "../../src/host/index.ts";
import { linux, planOf } from "./support.ts";

const octet = fc.integer({ min: 0, max: 255 });
/** Private ranges mostly, since those are what hosts route. */
const cidr = fc
  .oneof(
    fc.tuple(fc.constant(192), fc.constant(168), octet, fc.integer({ min: 16, max: 30 })),
    fc.tuple(fc.constant(10), octet, octet, fc.integer({ min: 9, max: 30 })),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, fc.integer({ min: 13, max: 30 })),
  )
  .map(([a, b, c, prefix]) => `${a}.${b}.${c}.0/${prefix}`);
const route = fc.record({
  cidr,
  device: fc.constantFrom("eth0", "tun0", "docker0", "vboxnet0"),
  gateway: fc.option(fc.constant("10.8.0.1"), { nil: undefined }),
});
const withoutUndefined = ({ cidr: range, device, gateway }: { cidr: string; device: string; gateway: string | undefined }) => ({
  cidr: range,
  device,
  ...(gateway === undefined ? {} : { gateway }),
});

describe("the range that a finding suggests", () => {
  it("clashes with nothing on the host and nothing in the plan, and raises no finding itself", () => {
    let suggested = 0;
    fc.assert(
      fc.property(
        fc.array(route, { minLength: 1, maxLength: 12 }),
        fc.constantFrom("virtualbox", "libvirt", "lxc"),
        fc.constantFrom("192.168.56.0/24", "192.168.1.0/24", "10.10.0.0/16"),
        fc.constantFrom("10.244.0.0/16", "172.16.0.0/12", "192.168.128.0/17"),
        fc.constantFrom(undefined, "* 192.168.0.0/16\n", "* 10.0.0.0/8\n", "* 10.99.0.0/20\n"),
        (routes, provider, nodes, pods, networks) => {
          const facts: HostFacts = {
            ...linux,
            routes: routes.map(withoutUndefined),
            virtualbox: { found: true, version: "7.1.4", ...(networks === undefined ? {} : { networks }) },
          };
          const text = (range: string) => `provider: ${provider}\nworkers: 9\nnetwork: { nodes: ${range}, pods: ${pods} }\n`;
          const findings = hostFindings(planOf(text(nodes)).plan, facts);
          const fix = findings.find((finding) => finding.code === "subnet-routed")?.fix ?? "";
          const range = /network\.nodes: ([\d./]+\d)/.exec(fix)?.[1];
          if (range === undefined) return;
          suggested++;
          for (const used of facts.routes!)
            expect(overlaps(parseCidr(used.cidr)!, parseCidr(range)!), `${range} and ${used.cidr}`).toBe(false);
          // with the line for VirtualBox where one is told to add it
          const line = /"(\* [\d./]+)"/.exec(fix)?.[1];
          const mended: HostFacts = line === undefined ? facts : { ...facts, virtualbox: { ...facts.virtualbox!, networks: line } };
          const { plan } = planOf(text(range));
          expect(hostFindings(plan, mended).filter((finding) => finding.field === "network.nodes")).toEqual([]);
          expect(makePlan(plan.specification).findings).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
    expect(suggested).toBeGreaterThan(100);
  });
});
