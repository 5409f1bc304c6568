/** What every provider has to do, in every world that this host has. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commands, preamble } from "./commands.ts";
import { differences, type Transcript } from "./compare.ts";
import { hostKernel, known, olderKernel } from "./known.ts";
import { worlds, type Bench } from "./worlds.ts";

/** Real machines boot, and install packages; emulated ones do so ten times slower. */
const patience = 1_800_000;

/** What each world printed. */
const transcripts = new Map<string, Transcript>();

describe.each(worlds.filter((world) => world.there))("$name", ({ name: world, bench: make }) => {
  let bench: Bench;
  beforeAll(() => {
    bench = make();
  });
  afterAll(() => bench?.remove(), patience);
  const machines = ["controlplane", "worker1"];
  const address = { controlplane: "192.168.61.11", worker1: "192.168.61.21" };

  describe("lifecycle", () => {
    it("has no machines before `up`, and nothing to destroy or halt", async () => {
      expect(await bench.provider.machines()).toEqual([]);
      await bench.provider.destroy();
      await bench.provider.halt();
    });

    it(
      "boots every machine, and says that it made them",
      async () => {
        expect(await bench.up()).toEqual({ made: true });
        const found = await bench.provider.machines();
        expect(found.map((m) => [m.name, m.state])).toEqual(machines.map((name) => [name, "running"]));
        for (const { ssh, api } of found) {
          expect(readFileSync(ssh!.keyFile!, "utf8")).toContain("PRIVATE KEY");
          expect(api).toMatch(/^https:\/\/[\d.]+:\d+$/);
        }
      },
      patience,
    );

    it(
      "leaves running machines alone",
      async () => {
        const boots = await bench.says("worker1", "cat /proc/sys/kernel/random/boot_id");
        expect(await bench.up()).toEqual({ made: false });
        expect(await bench.says("worker1", "cat /proc/sys/kernel/random/boot_id")).toBe(boots);
      },
      patience,
    );
  });

  describe("SSH", () => {
    it("logs in as a user who may become root, on a machine with its own name", async () => {
      for (const machine of machines)
        expect(await bench.says(machine, "hostname; whoami; sudo -n whoami")).toBe(`${machine}\nvagrant\nroot`);
    });

    it("keeps streams and status apart", async () => {
      expect(await bench.on("worker1", "echo out; echo err >&2; exit 7")).toEqual({ status: 7, stdout: "out\n", stderr: "err\n" });
      expect((await bench.on("worker1", "kill -TERM $$")).status).toBe(143);
    });

    it("feeds a command's input, and carries much output and any letter", async () => {
      expect((await bench.on("worker1", "wc -c", "x".repeat(300_000))).stdout.trim()).toBe("300000");
      expect((await bench.on("worker1", "seq 100000")).stdout).toHaveLength(588_895);
      expect(await bench.says("worker1", "echo 'Grüße – 世界'")).toBe("Grüße – 世界");
    });

    it("runs many commands at once", async () => {
      const results = await Promise.all(Array.from({ length: 8 }, (_, i) => bench.on("controlplane", `echo ${i}`)));
      expect(results.map((r) => r.stdout)).toEqual(Array.from({ length: 8 }, (_, i) => `${i}\n`));
    });
  });

  it("copies files to a machine and back without changing a byte", async () => {
    const bytes = randomBytes(200_000);
    const [there, back] = ["there.bin", "back.bin"].map((name) => join(bench.dir, name)) as [string, string];
    writeFileSync(there, bytes);
    const connection = await bench.ssh.connection("worker1");
    await connection.upload(there, "/tmp/copied.bin");
    await connection.download("/tmp/copied.bin", back);
    expect(readFileSync(back).equals(bytes)).toBe(true);
    await expect(connection.upload(there, "/etc/copied.bin")).rejects.toMatchObject({ code: "copy-failed" });
  });

  describe("preparation with the scripts of bring-up", () => {
    it(
      "finds the private interface by its address, and names every node",
      async () => {
        for (const machine of machines)
          for (const again of [false, true])
            for (const script of ["hosts.sh", "prepare.sh"]) {
              const result = await bench.step(machine, bench.preparation(machine, script));
              expect(result, `${machine} ${again}: ${result.stdout}${result.stderr}`).toMatchObject({ status: 0 });
            }
        // the default route is on another interface, with an address that cannot tell machines apart
        const [nat, own] = [
          await bench.says("worker1", "ip route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -1"),
          await bench.says("worker1", `ip -o -4 address show | awk '$4 ~ /^${address.worker1}\\// { print $2 }'`),
        ];
        expect(own).toMatch(/^[a-z]+\w+$/);
        expect(own).not.toBe(nat);
        expect(await bench.says("controlplane", "getent hosts worker1")).toMatch(/^192\.168\.61\.21\s+worker1$/);
        expect(await bench.says("worker1", "getent hosts worker1")).toMatch(/^192\.168\.61\.21\s/);
        expect(await bench.says("worker1", "grep -c kubemend /etc/hosts")).toBe("2");
        expect(await bench.says("worker1", "ping -c 1 -W 2 controlplane | tail -2 | head -1")).toContain("1 received");
      },
      patience,
    );

    it(
      "refuses a machine without the plan's address",
      async () => {
        const hosts = bench.preparation("worker1", "hosts.sh");
        const result = await bench.step("worker1", { ...hosts, environment: { ...hosts.environment, MACHINE_IP: "192.168.61.99" } });
        expect(result.status).toBe(1);
        expect(result.stderr).toContain("no interface has the address 192.168.61.99");
        expect(result.stderr).toContain("192.168.61.21/24");
      },
      patience,
    );

    it(
      "switches off the swap that a machine has, and loads what its kernel lacks",
      async () => {
        // containers share their host's
        if (!bench.provider.capabilities.ownKernel) return;
        await bench.says(
          "worker1",
          "sudo dd if=/dev/zero of=/swapfile bs=1M count=16 2>/dev/null && sudo chmod 600 /swapfile && sudo mkswap /swapfile >/dev/null && sudo swapon /swapfile && echo '/swapfile none swap sw 0 0' | sudo tee -a /etc/fstab >/dev/null",
        );
        expect(await bench.says("worker1", "sed 1d /proc/swaps")).toMatch(/^\/swapfile\s+file\s/);
        await bench.on("worker1", "sudo modprobe -r br_netfilter");
        expect(await bench.says("worker1", "ls /proc/sys/net/bridge 2>/dev/null | wc -l")).toBe("0");
        expect(await bench.step("worker1", bench.preparation("worker1", "prepare.sh"))).toMatchObject({ status: 0 });
        expect(await bench.says("worker1", "grep swapfile /etc/fstab")).toBe("# /swapfile none swap sw 0 0");
        expect(await bench.says("worker1", "grep -c '^br_netfilter ' /proc/modules")).toBe("1");
      },
      patience,
    );

    it("has the kernel that the kubelet wants", async () => {
      for (const key of ["net.bridge.bridge-nf-call-iptables", "net.ipv4.ip_forward"])
        expect(await bench.says("worker1", `sudo sysctl -n ${key}`)).toBe("1");
      expect(await bench.says("worker1", "grep -w overlay /proc/filesystems")).toMatch(/^nodev\s+overlay$/);
      expect(await bench.says("worker1", "cat /proc/swaps | wc -l")).toBe("1");
    });
  });

  it(
    "runs the commands that both worlds are compared by",
    async () => {
      const transcript: Transcript = new Map();
      for (const command of commands) transcript.set(command, await bench.on("worker1", preamble + command));
      transcripts.set(world, transcript);
      expect(new Set(commands).size).toBe(commands.length);
      // a simulator that refuses is not one that agrees
      const refused = [...transcript].filter(([, { status, stderr }]) => status === 125 || stderr.includes("not simulated"));
      expect(refused.map(([command, { stderr }]) => `${command}: ${stderr}`)).toEqual([]);
    },
    patience,
  );

  it("changes a network sysctl, for the one machine", async () => {
    const key = "net.ipv4.conf.all.rp_filter";
    const before = await bench.says("controlplane", `sudo sysctl -n ${key}`);
    const other = before === "2" ? "1" : "2";
    expect(await bench.says("worker1", `sudo sysctl -w ${key}=${other}`)).toBe(`${key} = ${other}`);
    expect(await bench.says("worker1", `cat /proc/sys/${key.replaceAll(".", "/")}`)).toBe(other);
    expect(await bench.says("controlplane", `sudo sysctl -n ${key}`)).toBe(before);
    expect((await bench.on("worker1", "sudo sysctl -w net.ipv4.no_such=1")).status).not.toBe(0);
  });

  describe("BGP between the machines, with BIRD", () => {
    const peer = { controlplane: "worker1", worker1: "controlplane" } as const;
    const configuration = (machine: keyof typeof peer): string => `log syslog all;
router id ${address[machine]};
protocol device {
}
protocol kernel {
  ipv4 { import none; export where source = RTS_BGP; };
}
protocol static pods {
  ipv4;
  route 10.244.${machine === "worker1" ? 21 : 11}.0/26 blackhole;
}
protocol bgp peer {
  local ${address[machine]} as 64512;
  neighbor ${address[peer[machine]]} as 64512;
  direct;
  hold time 9;
  keepalive time 3;
  connect delay time 1;
  connect retry time 5;
  error wait time 1, 5;
  ipv4 { import all; export where source = RTS_STATIC; };
}
`;
    const session = (state: string): string =>
      `for i in $(seq 60); do sudo birdc show protocols peer | grep -q '${state}' && break; sleep 1; done; sudo birdc show protocols peer | tail -1`;

    it(
      "installs BIRD from the distribution's archive, and brings the session up",
      async () => {
        const install = await Promise.all(
          machines.map((machine) =>
            bench.on(machine, "sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq bird2 >/dev/null"),
          ),
        );
        for (const { status, stderr } of install) expect(status, stderr).toBe(0);
        for (const machine of ["controlplane", "worker1"] as const) {
          expect(
            (await bench.on(machine, "sudo tee /etc/bird/bird.conf >/dev/null && sudo systemctl restart bird", configuration(machine)))
              .status,
          ).toBe(0);
        }
        expect(await bench.says("worker1", session("Established"))).toMatch(/^peer\s+BGP\s+---\s+up\s.*Established/);
        expect(await bench.says("worker1", "ip route show proto bird")).toMatch(
          /^10\.244\.11\.0\/26 via 192\.168\.61\.11 dev \S+ metric 32\s*$/,
        );
      },
      patience,
    );

    it(
      "loses the session when one side drops TCP 179, and its routes with it",
      async () => {
        const rules = ["-A INPUT -p tcp -m tcp --dport 179 -j DROP", "-A INPUT -p tcp -m tcp --sport 179 -j DROP"];
        for (const rule of rules) await bench.says("worker1", `sudo iptables ${rule}`);
        expect((await bench.says("worker1", "sudo iptables -S INPUT")).split("\n")).toEqual(["-P INPUT ACCEPT", ...rules]);
        for (const machine of machines) {
          await bench.says(machine, "for i in $(seq 60); do ip route show proto bird | grep -q . || break; sleep 1; done");
          expect(await bench.says(machine, "ip route show proto bird")).toBe("");
          expect(await bench.says(machine, "sudo birdc show protocols peer | tail -1")).not.toContain("Established");
        }
        // the rest of the machine goes on
        expect(await bench.says("controlplane", "ping -c 1 -W 2 worker1 | tail -2 | head -1")).toContain("1 received");
        expect((await bench.on("controlplane", "nc -z -w 2 192.168.61.21 179")).status).toBe(1);
        expect(await bench.says("worker1", "sudo iptables -L INPUT -n -v -x | awk 'NR > 2 { sum += $1 } END { print (sum > 0) }'")).toBe(
          "1",
        );
      },
      patience,
    );

    it(
      "has it back when the rules are gone",
      async () => {
        await bench.says("worker1", "sudo iptables -F INPUT");
        for (const machine of machines) expect(await bench.says(machine, session("Established"))).toContain("Established");
        expect(await bench.says("worker1", "for i in $(seq 20); do ip route show proto bird | grep . && break; sleep 1; done")).toContain(
          "10.244.11.0/26 via 192.168.61.11",
        );
      },
      patience,
    );
  });

  describe("systemd", () => {
    it("starts a unit, and sees it fail when its file is broken", async () => {
      const unit = "[Unit]\nDescription=Greeter\n[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";
      await bench.on("worker1", "sudo tee /etc/systemd/system/greeter.service >/dev/null", unit);
      await bench.says(
        "worker1",
        "sudo systemctl daemon-reload && sudo systemctl enable --now greeter 2>/dev/null; systemctl is-active greeter",
      );
      expect(await bench.says("worker1", "systemctl is-active greeter; systemctl is-enabled greeter")).toBe("active\nenabled");

      await bench.says("worker1", "sudo sed -i 's|/usr/bin/sleep infinity|/usr/bin/false|' /etc/systemd/system/greeter.service");
      await bench.says("worker1", "sudo systemctl daemon-reload; sudo systemctl restart greeter; sleep 1");
      expect(await bench.on("worker1", "systemctl is-failed greeter")).toMatchObject({ status: 0, stdout: "failed\n" });
      expect(await bench.says("worker1", "systemctl show greeter -p Result -p ExecMainStatus -p ActiveState")).toBe(
        "Result=exit-code\nExecMainStatus=1\nActiveState=failed",
      );
      expect(await bench.says("worker1", "sudo journalctl -u greeter --no-pager -o cat | tail -2")).toContain(
        "greeter.service: Failed with result 'exit-code'.",
      );

      await bench.says("worker1", "sudo sed -i 's|/usr/bin/false|/usr/bin/sleep infinity|' /etc/systemd/system/greeter.service");
      await bench.says("worker1", "sudo systemctl daemon-reload && sudo systemctl restart greeter");
      expect(await bench.says("worker1", "systemctl is-active greeter")).toBe("active");
    });
  });

  it(
    "installs containerd, which fails with a broken config.toml and comes back with a mended one",
    async () => {
      const containerd = bench.preparation("worker1", "containerd.sh");
      const result = await bench.step("worker1", containerd);
      expect(result, result.stderr).toMatchObject({ status: 0 });
      expect(
        await bench.says("worker1", "grep -c 'SystemdCgroup = true' /etc/containerd/config.toml; systemctl is-active containerd"),
      ).toBe("1\nactive");
      await bench.says("worker1", "sudo cp /etc/containerd/config.toml /root/good.toml");
      await bench.says("worker1", "sudo sed -i '1i this is [no TOML' /etc/containerd/config.toml");
      expect((await bench.on("worker1", "sudo systemctl restart containerd")).status).toBe(1);
      await bench.says("worker1", "sleep 2");
      expect((await bench.on("worker1", "systemctl is-active containerd")).stdout).toMatch(/^(activating|failed)\n$/);
      expect(await bench.says("worker1", "sudo journalctl -u containerd --no-pager -o cat | grep -c 'failed to load TOML'")).not.toBe("0");
      await bench.says("worker1", "sudo cp /root/good.toml /etc/containerd/config.toml");
      await bench.says("worker1", "sudo systemctl reset-failed containerd; sudo systemctl restart containerd");
      expect(await bench.says("worker1", "systemctl is-active containerd; sudo ctr version | grep -c Version")).toBe("active\n2");
    },
    patience,
  );

  it(
    "goes back to a snapshot, and boots from there",
    async () => {
      await bench.says("worker1", "echo before | sudo tee /root/kept >/dev/null; sync");
      await bench.provider.snapshotSave("clean");
      expect((await bench.provider.snapshotList()).map((s) => s.name)).toEqual(["clean"]);
      await bench.says("worker1", "sudo rm /root/kept; sudo touch /root/after");
      await bench.provider.snapshotRestore("clean");
      await bench.refresh();
      expect(await bench.says("worker1", "sudo cat /root/kept; sudo ls /root")).toBe("before\ngood.toml\nkept");
      await expect(bench.provider.snapshotRestore("nope")).rejects.toMatchObject({ code: "snapshot-missing" });
      await bench.provider.snapshotDelete("clean");
      expect(await bench.provider.snapshotList()).toEqual([]);
    },
    patience,
  );

  it(
    "keeps the disks over halt and up, and starts what is enabled",
    async () => {
      const before = await bench.says("worker1", "cat /proc/sys/kernel/random/boot_id; echo kept > ~/file; sync");
      await bench.ssh.close();
      await bench.provider.halt();
      expect((await bench.provider.machines()).map((m) => [m.name, m.state, m.ssh])).toEqual(
        machines.map((m) => [m, "stopped", undefined]),
      );
      await bench.provider.halt();
      expect(await bench.up()).toEqual({ made: false });
      expect(await bench.says("worker1", "cat ~/file")).toBe("kept");
      expect(await bench.says("worker1", "cat /proc/sys/kernel/random/boot_id")).not.toBe(before);
      expect(await bench.says("worker1", `ip -o -4 address show | grep -c ' ${address.worker1}/'`)).toBe("1");
      expect(
        await bench.says(
          "worker1",
          "for i in $(seq 30); do systemctl is-active -q greeter containerd bird && break; sleep 1; done; systemctl is-active greeter containerd bird",
        ),
      ).toBe("active\nactive\nactive");
      for (const key of ["net.bridge.bridge-nf-call-iptables", "net.ipv4.ip_forward"])
        expect(await bench.says("worker1", `sudo sysctl -n ${key}`)).toBe("1");
      expect(await bench.says("worker1", "wc -l < /proc/swaps")).toBe("1");
    },
    patience,
  );

  it(
    "removes everything, twice",
    async () => {
      await bench.ssh.close();
      await bench.provider.destroy();
      expect((await bench.provider.machines()).filter((m) => m.state !== "missing")).toEqual([]);
      await bench.provider.destroy();
    },
    patience,
  );
});

describe.each(worlds.slice(1).filter((world) => world.there))("the simulator and $name", ({ name: world, known: excused }) => {
  it("print the same, but for the known differences", () => {
    const found = differences(transcripts.get("simulator")!, transcripts.get(world)!);
    if (process.env.KUBEMEND_DIFFERENCES) writeFileSync(process.env.KUBEMEND_DIFFERENCES, JSON.stringify(found, null, 2));
    expect(found.filter(({ command }) => !excused.has(command))).toEqual([]);
    // what is no difference any more must not be excused any longer
    expect([...excused.keys()].filter((command) => !found.some((difference) => difference.command === command))).toEqual([]);
  });
});

it("the worlds are known to differ only where the documentation says so", () => {
  const page = readFileSync(new URL("../../docs/known-differences.md", import.meta.url), "utf8");
  for (const [command, reason] of [...known, ...hostKernel, ...olderKernel]) expect(page, command).toContain(reason);
});
