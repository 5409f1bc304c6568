import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { compareVersions } from "../../../src/sim/bin/system/apt/version.ts";
import { nextElapse } from "../../../src/sim/systemd/calendar.ts";
import { relative, parseTime } from "../../../src/sim/systemd/dates.ts";
import {
  environmentFile,
  escapePath,
  execCommands,
  expandArguments,
  formatSpan,
  parseUnit,
  timeSpan,
  values,
} from "../../../src/sim/systemd/unit-file.ts";

const real = (command: string, args: string[]): string | undefined => {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
};

describe("unit files", () => {
  it("join continued lines around comments and reset lists", () => {
    const { sections } = parseUnit("[Service]\nExecStart=/bin/a \\\n  # comment\n  b\nExecStartPre=/x\nExecStartPre=\nExecStartPre=/y\n");
    expect(values(sections, "Service", "ExecStart")).toEqual(["/bin/a    b"]);
    expect(values(sections, "Service", "ExecStartPre")).toEqual(["/y"]);
  });

  it("split command lines with prefixes, quotes and variables", () => {
    const [command] = execCommands(`-/bin/sh -c 'a "b" $X' "$X y" \${X}z`);
    expect(command).toMatchObject({ path: "/bin/sh", ignoreFailure: true });
    expect(expandArguments(["p", "$X", "${X}z", "$$X"], { X: "1 2" })).toEqual(["p", "1", "2", "1 2z", "$X"]);
    expect(environmentFile("A=\"x y\"\n#B=1\nC='z'\n")).toEqual({ A: "x y", C: "z" });
  });

  const spans = ["1min 30s", "100ms", "2h", "5", "1d", "1w 2d"];
  it.runIf(real("systemd-analyze", ["--version"]))("read and print time spans as systemd-analyze does", () => {
    for (const text of spans) {
      const out = real("systemd-analyze", ["timespan", text])!;
      expect(formatSpan(timeSpan(text)!), text).toBe(/Human: (.*)/.exec(out)![1]!);
    }
  });

  it.runIf(real("systemd-analyze", ["--version"]))("find the next time of calendar events as systemd-analyze does", () => {
    for (const text of ["weekly", "daily", "*-*-* 06,18:00:00", "Mon..Fri 03:10", "*-*-01 00:00:00"]) {
      const out = real("systemd-analyze", ["calendar", "--base-time=2026-11-20 09:00:00 UTC", text])!;
      const iso = /(?:\(in UTC\)|Next elapse): \w+ (\d+-\d+-\d+ \d+:\d+:\d+) UTC/.exec(out)![1]!;
      expect(new Date(nextElapse(text, Date.UTC(2026, 10, 20, 9))!).toISOString().slice(0, 19).replace("T", " "), text).toBe(iso);
    }
  });

  it.runIf(real("systemd-escape", ["--version"]))("escape paths as systemd-escape does", () => {
    for (const path of ["/swap.img", "/var/lib/my-data", "/", "/a b/ü", "/.hidden"])
      expect(escapePath(path), path).toBe(real("systemd-escape", ["--path", path])!.trim());
  });

  it("say how long ago something was", () => {
    const now = 1_000_000_000_000;
    const ago = (s: number) => relative(now - s * 1000, now);
    expect([ago(5), ago(65), ago(400), ago(3700), ago(90_000), ago(200_000)]).toEqual([
      "5s ago",
      "1min 5s ago",
      "6min ago",
      "1h 1min ago",
      "1 day 1h ago",
      "2 days ago",
    ]);
    expect(parseTime("-5min", now)).toBe(now - 300_000);
    expect(parseTime("10 min ago", now)).toBe(now - 600_000);
    expect(parseTime("2026-11-20 09:00", now)).toBe(Date.UTC(2026, 10, 20, 9));
  });

  it.runIf(real("dpkg", ["--version"]))("compare versions as dpkg does", () => {
    const versions = [
      "1.35.2-1.1",
      "1.35.10-1.1",
      "1:1.0",
      "2.0~rc1",
      "2.0",
      "2.0-0ubuntu1~24.04.1",
      "2.0-0ubuntu1",
      "1.0+dfsg-1",
      "1.0-1",
      "1.0a",
    ];
    for (const a of versions)
      for (const b of versions) {
        const wanted = real("dpkg", ["--compare-versions", a, "lt", b]) !== undefined;
        expect(compareVersions(a, b) < 0, `${a} < ${b}`).toBe(wanted);
      }
  });
});
