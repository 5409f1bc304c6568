/** Packets that take a remembered way leave the same world behind as packets for which every rule and route was looked at. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { executable } from "../../../src/sim/fs/image.ts";
import type { Proc } from "../../../src/sim/kernel/proc.ts";
import type { World } from "../../../src/sim/world.ts";
import { bareWorld } from "./world.ts";

function server(world: World, name: string): Proc {
  const machine = world.machine(name);
  const fs = machine.rootFs();
  fs.write("/test-echo", "", { mode: 0o755 });
  fs.setContent("/test-echo", executable("test-echo"));
  machine.state.nextPid = 100;
  return machine.spawn({ argv: ["/test-echo", "80"], sinks: { out: { kind: "null" }, err: { kind: "null" } } });
}

const rule = fc
  .record({
    chain: fc.constantFrom("INPUT", "OUTPUT", "X"),
    port: fc.constantFrom("", " --dport 80", " --sport 80", " --sport 40000:50000", " --dport 32768:60999"),
    match: fc.constantFrom("", " -m conntrack --ctstate NEW", " -m conntrack --ctstate RELATED,ESTABLISHED", " -m mark --mark 0x1/0x1"),
    more: fc.constantFrom("", "", " -m limit --limit 30/min --limit-burst 3", " -m statistic --mode nth --every 3"),
    target: fc.constantFrom("ACCEPT", "DROP", "RETURN", "REJECT", "REJECT --reject-with tcp-reset", "MARK --set-xmark 0x1/0x1", "X"),
  })
  .filter((r) => r.chain !== "X" || r.target !== "X")
  .map((r) => `-A ${r.chain} -p tcp${r.port === "" ? "" : ` -m tcp${r.port}`}${r.match}${r.more} -j ${r.target}`);

const translation = fc.constantFrom(
  "",
  "-A OUTPUT -d 192.168.56.200/32 -j DNAT --to-destination 192.168.56.11",
  "-A POSTROUTING -p tcp -j MASQUERADE",
  "-A INPUT -p tcp -j SNAT --to-source 192.168.56.77",
  "-A PREROUTING -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 80",
);

type Act =
  | { what: "call"; to: string; port: number }
  | { what: "rule"; on: string; text: string }
  | { what: "wait"; ms: number }
  | { what: "look"; on: string };
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("call" as const),
      to: fc.constantFrom("192.168.56.11", "192.168.56.11", "192.168.56.200", "127.0.0.1"),
      port: fc.constantFrom(80, 80, 8080),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("rule" as const), on: fc.constantFrom("a", "b"), text: rule }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("wait" as const), ms: fc.constantFrom(50, 5000, 40_000, 130_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("look" as const), on: fc.constantFrom("a", "b") }) },
);

test("the same counters, connections and answers", async () => {
  const run = async (rules: string[], nat: string, acts: Act[], forget: boolean): Promise<{ seen: unknown[]; saved: string }> => {
    const world = bareWorld(["a", "b"]);
    const client = server(world, "a");
    server(world, "b");
    await world.advance(10);
    const spaces = ["a", "b"].map((name) => world.network.ns(name));
    const fresh = (): void => {
      if (forget) for (const ns of spaces) ns.touched();
    };
    for (const ns of spaces) ns.iptablesRestore(`*filter\n:X - [0:0]\n${rules.join("\n")}\nCOMMIT\n*nat\n${nat}\nCOMMIT\n`);
    const seen: unknown[] = [];
    for (const a of acts) {
      if (a.what === "rule") world.network.ns(a.on).iptablesRestore(`*filter\n${a.text}\nCOMMIT\n`, { noflush: true });
      else if (a.what === "wait") await world.advance(a.ms);
      else if (a.what === "look") seen.push(world.network.ns(a.on).iptablesSave(undefined, true));
      else {
        fresh();
        const met = client.net.connect(a.to, a.port);
        seen.push(met);
        for (let i = 0; met.ok && i < 3; i++) {
          fresh();
          seen.push(client.net.exchange(met.conn, "x"));
        }
        fresh();
        if (met.ok) client.net.shut(met.conn);
      }
    }
    return { seen, saved: world.save() };
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 5 }),
      translation,
      fc.array(act, { minLength: 4, maxLength: 14 }),
      async (rules, nat, acts) => {
        const remembered = await run(rules, nat, acts, false);
        const looked = await run(rules, nat, acts, true);
        expect(remembered.seen).toEqual(looked.seen);
        expect(remembered.saved === looked.saved).toBe(true);
      },
    ),
    { numRuns: 120 },
  );
}, 120_000);

test.each(["", "-A OUTPUT -d 192.168.56.200/32 -j DNAT --to-destination 192.168.56.11", "-A POSTROUTING -p tcp -j MASQUERADE"])(
  "a flow is remembered once, also when it is translated on its way (%s)",
  async (nat) => {
    const world = bareWorld(["a", "b"]);
    const client = server(world, "a");
    server(world, "b");
    await world.advance(10);
    const spaces = ["a", "b"].map((name) => world.network.ns(name));
    for (const ns of spaces) ns.iptablesRestore(`*nat\n${nat}\nCOMMIT\n`);
    const call = (): void => {
      const met = client.net.connect(nat.includes("DNAT") ? "192.168.56.200" : "192.168.56.11", 80);
      expect(met.ok).toBe(true);
      if (!met.ok) return;
      client.net.exchange(met.conn, "x");
      client.net.shut(met.conn);
    };
    // the first packets ask for hardware addresses, too
    for (let i = 0; i < 3; i++) call();
    const first = spaces.map((ns) => ns.flows.size);
    expect(Math.min(...first)).toBeGreaterThan(0);
    for (let i = 0; i < 20; i++) call();
    expect(spaces.map((ns) => ns.flows.size)).toEqual(first);
  },
);
