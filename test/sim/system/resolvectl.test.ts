/** Forms of what is printed: systemd 255's resolvectl on Ubuntu 24.04. */
import { expect, it } from "vitest";
import { run, useWorld } from "../support.ts";

it("resolvectl gives a link servers and domains, which the stub asks, and takes them back", async () => {
  const world = await useWorld(["node1", "node2"]);
  const m = world.machine("node1");
  const sh = async (line: string): Promise<string> => {
    const { stdout, stderr, status } = await run(m, line);
    return `${stdout}${stderr}${status === 0 ? "" : `[${status}]`}`;
  };
  const before = await sh("resolvectl dns enp0s3");
  expect(before).toBe("Link 2 (enp0s3): 10.0.2.3\n");
  expect(await sh("getent hosts registry.k8s.io")).toContain("registry.k8s.io");
  expect(await sh("resolvectl dns enp0s3 192.168.56.99 && resolvectl dns enp0s3 && resolvectl domain enp0s3 lab.test example.test")).toBe(
    "Link 2 (enp0s3): 192.168.56.99\n",
  );
  expect(await sh("grep ^search /etc/resolv.conf; grep ^nameserver /run/systemd/resolve/resolv.conf")).toBe(
    "search lab.test example.test\nnameserver 192.168.56.99\n",
  );
  expect(await sh("resolvectl domain")).toContain("Link 2 (enp0s3): lab.test example.test\n");
  expect(await sh("getent hosts registry.k8s.io")).toBe("[2]");
  // the link is networkd's: a new resolved hears of it
  await run(m, "systemctl restart systemd-resolved");
  expect(await sh("resolvectl dns enp0s3")).toBe("Link 2 (enp0s3): 192.168.56.99\n");
  expect(await sh("resolvectl revert enp0s3; resolvectl dns enp0s3")).toBe(before);
  expect(await sh("getent hosts registry.k8s.io")).toContain("registry.k8s.io");
  await run(m, "ip link add br9 type bridge");
  expect(await sh("resolvectl dns br9 192.168.56.1; resolvectl dns br9; resolvectl dns br9 ''; resolvectl dns br9")).toMatch(
    /^Link \d+ \(br9\): 192\.168\.56\.1\nLink \d+ \(br9\):\n$/,
  );
  expect(await sh("resolvectl dns nope 1.1.1.1")).toBe('Failed to resolve interface "nope": No such device\n[1]');
  expect(await sh("resolvectl dns enp0s3 1.1.1")).toBe("Failed to set DNS configuration: Invalid argument\n[1]");
  expect(await sh("resolvectl domain enp0s3 '~.'")).toContain("not simulated");
});
