/** What no host tool can be asked: transfers in the simulated network, terminals, virtual time, the simulated disk. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { layers } from "../../../src/sim/assemble.ts";
import { elfHeader, type DaemonProgram } from "../../../src/sim/kernel/program.ts";
import { openPty } from "../../../src/sim/kernel/tty.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { serveHttp, textResponse } from "../../../src/sim/net/http.ts";
import { createCertificate, createKey } from "../../../src/sim/pki/index.ts";
import { World } from "../../../src/sim/world.ts";
import { run, start } from "../support.ts";
import { hostHas, inSimulator, onHost } from "./differential.ts";

/** Listens on 8443 with the certificate in /srv/cert.pem, and on 8080 without one. */
const testServer: DaemonProgram = {
  name: "text-test-server",
  start(p) {
    p.data.secure = p.net.listen("tcp", "0.0.0.0", 8443, { accept: "serve" });
    p.net.listen("tcp", "0.0.0.0", 8080, { accept: "serve" });
  },
  on() {
    // answers only
  },
  serve(p, incoming) {
    const certificate = incoming.local.port === 8443 ? p.fs.readText("/srv/cert.pem") : undefined;
    return serveHttp(p, incoming, { certificate }, (request) => {
      if (request.path === "/move") return { status: 302, headers: { location: "/ok" }, body: "" };
      if (request.path === "/missing") return textResponse(404, "no such page\n");
      if (request.method === "POST")
        return textResponse(200, `${request.headers["content-type"]} ${Buffer.from(request.body as string).toString()}\n`);
      return textResponse(200, "hello\n");
    });
  },
};

let world: World;
let machine: Machine;
beforeAll(async () => {
  const base = layers();
  world = World.create({ ...base, programs: [...base.programs, testServer] }, "text", start);
  machine = world.addMachine({ name: "node1", image: "ubuntu-24.04", cpus: 2, memory: 2048, disk: 40, address: "192.168.56.10/24" });
  machine.powerOn();
  await world.until(() => false, 20_000);
  const key = createKey(world.random("test-key"));
  const certificate = createCertificate({
    subject: { commonName: "test-ca" },
    spki: key.spki,
    keyPem: key.privatePem,
    ca: true,
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
    notBefore: start - 1000,
    notAfter: start + 86_400_000,
    serial: Uint8Array.of(1),
  });
  const fs = machine.rootFs();
  fs.mkdirp("/srv");
  fs.write("/srv/cert.pem", certificate);
  fs.write("/srv/server", elfHeader("text-test-server", ""), { mode: 0o755 });
  fs.chmod("/srv/server", 0o755);
  machine.spawn({ argv: ["/srv/server"], session: true });
  await world.advance(100);
});

describe("curl", () => {
  test("fetches, follows, posts and fails with curl's codes", async () => {
    expect(await run(machine, "curl -s http://127.0.0.1:8080/ok")).toEqual({ stdout: "hello\n", stderr: "", status: 0 });
    expect((await run(machine, "curl -s -o /dev/null -w '%{http_code} %{redirect_url}' http://127.0.0.1:8080/move")).stdout).toBe(
      "302 http://127.0.0.1:8080/ok",
    );
    expect((await run(machine, "curl -sL http://127.0.0.1:8080/move")).stdout).toBe("hello\n");
    expect((await run(machine, "curl -s -d a=1 -d b=2 http://127.0.0.1:8080/")).stdout).toBe("application/x-www-form-urlencoded a=1&b=2\n");
    expect(await run(machine, "curl -fsS http://127.0.0.1:8080/missing")).toEqual({
      stdout: "",
      stderr: "curl: (22) The requested URL returned error: 404\n",
      status: 22,
    });
    expect(await run(machine, "curl -sS http://127.0.0.1:81/")).toEqual({
      stdout: "",
      stderr: "curl: (7) Failed to connect to 127.0.0.1 port 81 after 0 ms: Couldn't connect to server\n",
      status: 7,
    });
  });

  test("judges certificates, and says when a server speaks another protocol", async () => {
    const strict = await run(machine, "curl -sS https://127.0.0.1:8443/");
    expect(strict.status).toBe(machine.rootFs().exists("/etc/ssl/certs/ca-certificates.crt") ? 60 : 77);
    expect((await run(machine, "curl -ks https://127.0.0.1:8443/")).stdout).toBe("hello\n");
    expect((await run(machine, "curl -s --cacert /srv/cert.pem https://localhost:8443/")).stdout).toBe("hello\n");
    const wrong = await run(machine, "curl -sS --cacert /srv/cert.pem --resolve other.example:8443:127.0.0.1 https://other.example:8443/");
    expect(wrong.stderr).toContain("SSL: no alternative certificate subject name matches target host name 'other.example'");
    expect(wrong.status).toBe(60);
    expect((await run(machine, "curl -sSk https://127.0.0.1:8080/")).stderr).toContain("wrong version number");
    expect((await run(machine, "curl -s http://127.0.0.1:8443/")).stdout).toBe("Client sent an HTTP request to an HTTPS server.\n");
  });

  test("waits in virtual time for an answer that never comes", async () => {
    await run(machine, "iptables -A INPUT -p tcp --dport 8080 -j DROP");
    const before = world.timeline.now;
    const lost = await run(machine, "curl -sS --connect-timeout 2 http://127.0.0.1:8080/");
    expect(lost).toEqual({
      stdout: "",
      stderr: "curl: (28) Failed to connect to 127.0.0.1 port 8080 after 2000 ms: Timeout was reached\n",
      status: 28,
    });
    expect(world.timeline.now - before).toBeGreaterThanOrEqual(2000);
    await run(machine, "iptables -D INPUT -p tcp --dport 8080 -j DROP");
    expect((await run(machine, "wget -qO- http://127.0.0.1:8080/")).stdout).toBe("hello\n");
  });
});

test("openssl hashes a public key as kubeadm wants it", async () => {
  const done = await run(
    machine,
    "openssl x509 -pubkey -noout -in /srv/cert.pem | openssl pkey -pubin -outform der | openssl dgst -sha256 -hex | sed 's/^.* //'",
  );
  expect(done.stdout).toMatch(/^[0-9a-f]{64}\n$/);
  expect((await run(machine, "openssl x509 -in /srv/cert.pem -noout -subject -enddate")).stdout).toBe(
    "subject=CN = test-ca\nnotAfter=Nov 21 09:00:00 2026 GMT\n",
  );
  expect((await run(machine, "openssl verify -CAfile /srv/cert.pem /srv/cert.pem")).stdout).toBe("/srv/cert.pem: OK\n");
});

/** Runs a program on a terminal and types. */
async function type(argv: string[], keys: string[]): Promise<string> {
  const pty = openPty(machine, { cols: 80, rows: 24 });
  let screen = "";
  pty.onOutput((bytes) => void (screen += Buffer.from(bytes).toString("utf8")));
  const p = machine.spawn({
    argv,
    session: true,
    tty: pty.name,
    env: { PATH: "/usr/bin:/bin", TERM: "xterm-256color" },
    fds: new Map([0, 1, 2].map((fd) => [fd, pty.slave])),
  });
  pty.terminal.foreground = p.state.pgid;
  for (const key of keys) {
    await world.advance(20);
    pty.input(Buffer.from(key));
  }
  if (!(await world.until(() => p.status !== undefined, 5000))) throw new Error(`still running: ${argv.join(" ")}\n${screen}`);
  return screen;
}

describe("editors on a terminal", () => {
  const fs = () => machine.rootFs();
  test("vi edits and writes", async () => {
    fs().write("/root/v.txt", "one\ntwo\nthree\n");
    await type(["vi", "/root/v.txt"], ["j", "dd", "p", "ggcwONE", "\x1b", "oadded", "\x1b", ":%s/t/T/g\r", ":wq\r"]);
    expect(fs().readText("/root/v.txt")).toBe("ONE\nadded\nThree\nTwo\n");
    const screen = await type(["vi", "/root/v.txt"], ["x", ":q\r", "u", ":q!\r"]);
    expect(screen).toContain("E37: No write since last change (add ! to override)");
  });
  test("vi indents as its vimrc or the file's type says, and says what it does not know", async () => {
    const keys = ["ispec:", "\r", "\tcontainers:", "\r", "\tname: x", "\x1b", ">>", ":wq\r"];
    await type(["vi", "/root/plain"], keys);
    expect(fs().readText("/root/plain")).toBe("spec:\n\tcontainers:\n\t\tname: x\n");
    await type(["vi", "/root/pod.yaml"], keys);
    expect(fs().readText("/root/pod.yaml")).toBe("spec:\n  containers:\n    name: x\n");
    fs().write("/root/.vimrc", '" mine\nset et ts=4 sw=4 ai\nsyntax on\n');
    await type(["env", "HOME=/root", "vi", "/root/own"], keys);
    expect(fs().readText("/root/own")).toBe("spec:\n    containers:\n            name: x\n");
    const screen = await type(["vi", "/root/own"], [":set ts? nolist\r", ":set list\r", ":t.\r", ":q\r"]);
    expect(screen).toContain("  tabstop=8");
    expect(screen).toContain("kubemend: not simulated: vi's :set list");
    expect(screen).toContain("kubemend: not simulated: vi's :t");
  });
  test("nano edits and writes", async () => {
    fs().write("/root/n.txt", "alpha\nbeta\n");
    await type(["nano", "/root/n.txt"], ["X", "\x0b", "\x15", "\x18", "y", "\r"]);
    expect(fs().readText("/root/n.txt")).toBe("Xalpha\nbeta\n");
  });
  test("less pages and quits", async () => {
    fs().write("/root/l.txt", Array.from({ length: 100 }, (_, i) => `line ${i + 1}\n`).join(""));
    const screen = await type(["less", "/root/l.txt"], [" ", "G", "q"]);
    expect(screen).toContain("line 24");
    expect(screen).toContain("(END)");
  });
});

test("tail -f shows what is added", async () => {
  const done = await run(machine, "cd /tmp; echo a > f; (sleep 1; echo b >> f; sleep 1; echo c >> f) & timeout 4 tail -f f; true");
  expect(done.stdout).toBe("a\nb\nc\n");
});

test("ten gigabytes of zeros take no memory, and a full disk says so", async () => {
  const before = process.memoryUsage().rss;
  expect(
    (
      await run(
        machine,
        "dd if=/dev/zero of=/root/big bs=1M count=10240 status=none; stat -c %s /root/big; head -c 3 /root/big | od -An -tx1",
      )
    ).stdout,
  ).toBe("10737418240\n 00 00 00\n");
  const full = await run(machine, "dd if=/dev/zero of=/root/full bs=1M count=100000 status=none; rm -f /root/big /root/full");
  expect(full.stderr).toBe("dd: error writing '/root/full': No space left on device\n");
  // all that df calls free can be had, and no byte more
  const rest = await run(
    machine,
    "free=$(df -B1 / | awk 'END { print $4 }'); fallocate -l $((free + 1)) /root/rest; fallocate -v -l $free /root/rest >/dev/null && df -B1 / | awk 'END { print $4 }'; rm /root/rest",
  );
  expect(rest).toMatchObject({
    stdout: expect.stringMatching(/^0\n$/),
    stderr: "fallocate: fallocate failed: No space left on device\n",
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
});

test("df shows the columns asked for, and their sum", async () => {
  expect((await run(machine, "df --total --output=target,fstype -t ext4")).stdout).toBe("Mounted on Type\n/          ext4\ntotal      -\n");
  expect((await run(machine, "df -P -B1M / | head -n 1")).stdout).toBe(
    "Filesystem     1048576-blocks  Used Available Capacity Mounted on\n",
  );
});

test("a program of Ubuntu that nobody has simulated says so", async () => {
  expect(await run(machine, "vmstat")).toEqual({ stdout: "", stderr: "kubemend: not simulated: vmstat\n", status: 125 });
});

describe.runIf(hostHas("mawk"))("random input, as the real tools", () => {
  const text = fc.array(fc.stringMatching(/^[ab0-9 .]{0,6}$/), { maxLength: 6 }).map((lines) => lines.map((line) => `${line}\n`).join(""));
  const same =
    (line: string) =>
    async (input: string): Promise<void> => {
      expect(await inSimulator(machine, line, { f: input })).toEqual(onHost(line, { f: input }));
    };
  const few = { numRuns: 5, seed: 7 };
  test("sort and uniq", () => fc.assert(fc.asyncProperty(text, same("sort -n f; sort -k2 f; sort -u f; sort f | uniq -c")), few));
  test("sed", () =>
    fc.assert(
      fc.asyncProperty(text, same("sed 's/a*/x/g' f; sed -E 's/(a|ab)(b|0)?/<\\1>/' f; sed -n '$!{N;P;D}' f; sed '2,3d;s/[0-9]\\+$/N/' f")),
      few,
    ));
  test("grep", () =>
    fc.assert(fc.asyncProperty(text, same("grep -n 'a[b0-9]*' f; grep -oE '(a|ab)+|[0-9]{2}' f; grep -vc '^$' f; grep -w a f")), few));
  test("awk", () =>
    fc.assert(
      fc.asyncProperty(
        text,
        same("awk '{s+=$1; n[$2]++} END {print s, length(n)}' f; awk -F. '{print NF, $2}' f; awk '{gsub(/[0-9]+/,\"<&>\")} 1' f"),
      ),
      few,
    ));
});
