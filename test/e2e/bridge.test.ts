/** The bridge network, with routes that are set and routes that are learnt. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useScratch } from "./support.ts";

const fetchFrom = (pod: string, from: string): string =>
  `kubectl exec ${from} -- curl -s -m 3 http://$(kubectl get pod ${pod} -o jsonpath={.status.podIP}) | grep -c "<title>"`;
const pods = ["worker1", "worker2"]
  .map((node) => `kubectl run on-${node} --image=nginx --overrides='{"spec":{"nodeName":"${node}"}}'`)
  .concat("kubectl wait --for=condition=Ready pod --all --timeout=60s")
  .join(" && ");

describe.each(["static", "bird"])("routes: %s", (routes) => {
  const { cwd, kubemend, on } = useScratch(`bridge-${routes}`);

  it("lets pods of all nodes reach each other, also after a reboot; a pod keeps its address on the way", async () => {
    writeFileSync(join(cwd, "kubemend.yaml"), `name: bridge-${routes}\ncni: { name: bridge, routes: ${routes} }\n`);
    const result = await kubemend(["up"]);
    expect(result.exitCode, String(result.stderr)).toBe(0);
    expect((await on("controlplane", pods)).exitCode).toBe(0);
    expect((await on("controlplane", fetchFrom("on-worker1", "on-worker2"))).stdout).toBe("1");
    const logged = await on(
      "controlplane",
      'kubectl logs on-worker1 | grep -c "$(kubectl get pod on-worker2 -o jsonpath={.status.podIP}) "',
    );
    expect(logged.stdout).toBe("1");
    expect((await on("controlplane", "kubectl exec on-worker1 -- curl -s http://example.com | grep -c '<title>'")).stdout).toBe("1");

    const listed = async (): Promise<string[]> =>
      String((await on("worker1", "ip route | grep -v cni0 | grep '^10.244'")).stdout)
        .split("\n")
        .map((line) => line.trim().replace(/^10\.244\.\d\.0/, "10.244.N.0"));
    const expected = ["192.168.56.11", "192.168.56.22"].map(
      (ip) => `10.244.N.0/24 via ${ip} dev enp0s8${routes === "bird" ? " proto bird metric 32" : ""}`,
    );
    expect((await listed()).toSorted()).toEqual(expected);
    await kubemend(["halt"]);
    expect((await kubemend(["up"])).exitCode).toBe(0);
    expect((await listed()).toSorted()).toEqual(expected);
  });

  it.runIf(routes === "bird")("loses a route when its session loses its hold timer, and gets it back", async () => {
    await on("worker1", "sudo iptables -I INPUT -p tcp --dport 179 -j DROP; sudo iptables -I INPUT -p tcp --sport 179 -j DROP");
    await kubemend(["settle", "--for", "6m"]);
    const session = async (): Promise<unknown> =>
      (await on("worker2", "sudo birdc show protocols | awk '$1 == \"worker1\" { print $4 }'")).stdout;
    expect(await session()).toBe("start");
    expect((await on("worker2", "ip route | grep -c 'proto bird'")).stdout).toBe("1");
    expect((await on("worker2", "sudo journalctl -u bird -o cat | tail -n 1")).stdout).toBe("worker1: Error: Hold timer expired");
    expect((await on("controlplane", fetchFrom("on-worker1", "on-worker2"))).exitCode).not.toBe(0);
    await on("worker1", "sudo iptables -F INPUT");
    await kubemend(["settle", "--for", "6m"]);
    expect(await session()).toBe("up");
    expect((await on("controlplane", fetchFrom("on-worker1", "on-worker2"))).stdout).toBe("1");
  });
});
