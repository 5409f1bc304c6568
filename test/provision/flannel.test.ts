/** The regular expression by which flanneld finds the private network's interface. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broadcastOf, formatAddress, formatCidr, overlaps } from "../../src/cluster/cidr.ts";
import { addressPattern } from "../../src/provision/flannel.ts";

describe("addressPattern", () => {
  it("is readable for the usual networks", () => {
    expect(addressPattern("192.168.56.0/24")).toBe("^192\\.168\\.56\\.");
    expect(addressPattern("10.20.0.0/22")).toBe("^10\\.20\\.(0|1|2|3)\\.");
    expect(addressPattern("10.1.10.64/26")).toBe("^10\\.1\\.10\\.");
    expect(addressPattern("172.16.0.0/12")).toBe(`^172\\.(${Array.from({ length: 16 }, (_, i) => 16 + i).join("|")})\\.`);
  });

  it("matches every address of the network, and none of another network of whole octets", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.integer({ min: 8, max: 29 }), fc.nat(0xffffffff), fc.nat(0xffffffff), (ip, prefix, at, other) => {
        const size = 2 ** (32 - prefix);
        const network = { base: ip - (ip % size), prefix };
        const pattern = new RegExp(addressPattern(formatCidr(network)));
        for (const address of [network.base, network.base + (at % size), broadcastOf(network)])
          expect(formatAddress(address)).toMatch(pattern);
        const wide = { base: network.base - (network.base % 2 ** (32 - Math.min(prefix, 24))), prefix: Math.min(prefix, 24) };
        if (!overlaps(wide, { base: other, prefix: 32 })) expect(formatAddress(other)).not.toMatch(pattern);
      }),
    );
    expect("10.0.2.15").not.toMatch(new RegExp(addressPattern("10.0.0.0/23")));
  });
});
