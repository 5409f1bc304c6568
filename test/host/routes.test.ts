/** Routing tables as the platforms print them. */
import { describe, expect, it } from "vitest";
import { linkRoutes, linuxRoutes, macRoutes, procRoutes, windowsRoutes } from "../../src/host/routes.ts";

describe("Linux", () => {
  it("ip -j route: recorded with iproute2 6.1 on a host with LXC's bridge", () => {
    const text =
      '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0","flags":[]},{"dst":"10.0.3.0/24","dev":"lxcbr0","protocol":"kernel","scope":"link","prefsrc":"10.0.3.1","flags":["linkdown"]},{"dst":"192.0.2.0/24","dev":"eth0","protocol":"kernel","scope":"link","prefsrc":"192.0.2.2","flags":[]},{"type":"local","dst":"10.0.3.1","dev":"lxcbr0","table":"local","protocol":"kernel","scope":"host","prefsrc":"10.0.3.1","flags":[]},{"type":"broadcast","dst":"10.0.3.255","dev":"lxcbr0","table":"local","protocol":"kernel","scope":"link","prefsrc":"10.0.3.1","flags":["linkdown"]},{"type":"local","dst":"127.0.0.0/8","dev":"lo","table":"local","protocol":"kernel","scope":"host","prefsrc":"127.0.0.1","flags":[]}]';
    expect(linuxRoutes(text)).toEqual([
      { cidr: "10.0.3.0/24", device: "lxcbr0" },
      { cidr: "192.0.2.0/24", device: "eth0" },
    ]);
  });
  it("/proc/net/route: recorded on the same host", () => {
    const text = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
lxcbr0	0003000A	00000000	0001	0	0	0	00FFFFFF	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
`;
    expect(procRoutes(text)).toEqual([
      { cidr: "10.0.3.0/24", device: "lxcbr0" },
      { cidr: "192.0.2.0/24", device: "eth0" },
    ]);
  });
});

describe("macOS", () => {
  it("netstat -rn -f inet, whose networks lose their last zeros (netstat(1) of macOS)", () => {
    const text = `Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.1.1        UGScg                 en0
10.8/16            10.8.0.5           UGSc                utun4
10.8.0.5           10.8.0.6           UH                  utun4
127                127.0.0.1          UCS                   lo0
169.254            link#14            UCS                   en0      !
192.168.1          link#14            UCS                   en0      !
192.168.1.1/32     link#14            UCS                   en0      !
192.168.1.23       a4:5e:60:c1:22:33  UHLWI                 en0   1179
192.168.64         link#21            UC              bridge100      !
224.0.0/4          link#14            UmCS                  en0      !
255.255.255.255/32 link#14            UCS                   en0      !
`;
    expect(macRoutes(text)).toEqual([
      { cidr: "10.8.0.0/16", device: "utun4", gateway: "10.8.0.5" },
      { cidr: "10.8.0.5/32", device: "utun4", gateway: "10.8.0.6" },
      { cidr: "192.168.1.0/24", device: "en0" },
      { cidr: "192.168.64.0/24", device: "bridge100" },
    ]);
  });
});

describe("Windows", () => {
  it("Get-NetRoute as JSON; one route alone is no list", () => {
    const entry = (DestinationPrefix: string, NextHop: string, InterfaceAlias: string) => ({ DestinationPrefix, NextHop, InterfaceAlias });
    expect(
      windowsRoutes(
        JSON.stringify([
          entry("255.255.255.255/32", "0.0.0.0", "Wi-Fi"),
          entry("224.0.0.0/4", "0.0.0.0", "Wi-Fi"),
          entry("192.168.56.0/24", "0.0.0.0", "VirtualBox Host-Only Network"),
          entry("192.168.56.1/32", "0.0.0.0", "VirtualBox Host-Only Network"),
          entry("10.0.0.0/8", "10.20.0.1", "Company VPN"),
          entry("0.0.0.0/0", "192.168.1.1", "Wi-Fi"),
        ]),
      ),
    ).toEqual([
      { cidr: "192.168.56.0/24", device: "VirtualBox Host-Only Network" },
      { cidr: "10.0.0.0/8", device: "Company VPN", gateway: "10.20.0.1" },
    ]);
    expect(windowsRoutes(JSON.stringify(entry("10.0.0.0/8", "10.20.0.1", "Company VPN")))).toHaveLength(1);
  });
});

it("ranges on the link, from the interfaces' addresses", () => {
  expect(
    linkRoutes({
      lo: [{ family: "IPv4", internal: true, cidr: "127.0.0.1/8" }],
      eth0: [
        { family: "IPv4", internal: false, cidr: "192.168.1.7/24" },
        { family: "IPv6", internal: false, cidr: "fe80::1/64" },
      ],
      tun0: undefined,
    }),
  ).toEqual([{ cidr: "192.168.1.0/24", device: "eth0" }]);
});
