/** Container logs: the CRI's format (kubernetes/design-proposals: kubelet-cri-logging.md), `TIME STREAM F LINE`, and docker's (json-file). */
import { SinkFile } from "../kernel/file.ts";
import type { Machine } from "../kernel/machine.ts";

/** The kubelet's containerLogMaxSize and containerLogMaxFiles. */
const maxSize = 10 * 1024 * 1024;
const maxFiles = 5;

/** RFC 3339 with nanoseconds; several lines within a millisecond keep their order by these. */
function timeOfLine(machine: Machine): string {
  const now = machine.world.timeline.now;
  const last = machine.layer("cri-log", () => ({ at: 0, n: 0 }));
  last.n = last.at === now ? last.n + 1 : 0;
  last.at = now;
  return new Date(now).toISOString().replace("Z", `${String((last.n * 1237) % 1_000_000).padStart(6, "0")}Z`);
}

/** docker's json-file driver: an object a line (daemon/logger/jsonfilelog). */
export function openJsonLog(machine: Machine, path: string, stream: "stdout" | "stderr"): SinkFile {
  const fs = machine.rootFs();
  return new SinkFile((line) => {
    if (!fs.isDir(path.slice(0, path.lastIndexOf("/")))) return;
    const text = JSON.stringify({ log: `${line}\n`, stream, time: timeOfLine(machine) });
    fs.write(path, `${text}\n`, { append: true, mode: 0o640 });
  });
}

/** Where the output of a container's process goes. */
export function openCriLog(machine: Machine, path: string, stream: "stdout" | "stderr"): SinkFile {
  const fs = machine.rootFs();
  return new SinkFile((line) => {
    const time = timeOfLine(machine);
    if (!fs.isDir(path.slice(0, path.lastIndexOf("/")))) return;
    const text =
      line.length <= 16384
        ? `${time} ${stream} F ${line}\n`
        : (line.match(/.{1,16384}/gs) ?? [])
            .map((part, i, all) => `${time} ${stream} ${i < all.length - 1 ? "P" : "F"} ${part}\n`)
            .join("");
    fs.write(path, text, { append: true, mode: 0o640 });
    if ((fs.tryStat(path)?.size ?? 0) > maxSize) rotate(machine, path);
  });
}

function rotate(machine: Machine, path: string): void {
  const fs = machine.rootFs();
  const stamp = new Date(machine.world.timeline.now)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, "")
    .replace("T", "-");
  fs.rename(path, `${path}.${stamp}`);
  fs.write(path, "", { mode: 0o640 });
  const dir = path.slice(0, path.lastIndexOf("/"));
  const name = path.slice(dir.length + 1);
  const old = fs
    .readdir(dir)
    .filter((n) => n.startsWith(`${name}.`))
    .sort();
  for (const n of old.slice(0, Math.max(0, old.length - (maxFiles - 1)))) fs.unlink(`${dir}/${n}`);
}

export interface LogEntry {
  time: string;
  stream: "stdout" | "stderr";
  text: string;
}

/** Parses a log file of either format, as the kubelet does. Partial lines are joined. */
export function parseCriLog(text: string): LogEntry[] {
  const out: LogEntry[] = [];
  let part = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("{")) {
      const entry = dockerLine(line);
      if (entry) out.push(entry);
      continue;
    }
    const m = /^(\S+) (stdout|stderr) ([FP]) ?(.*)$/s.exec(line);
    if (!m) continue;
    part += m[4]!;
    if (m[3] === "P") continue;
    out.push({ time: m[1]!, stream: m[2] as "stdout", text: part });
    part = "";
  }
  return out;
}

function dockerLine(line: string): LogEntry | undefined {
  try {
    const { log, stream, time } = JSON.parse(line) as { log: string; stream: "stdout" | "stderr"; time: string };
    return { time, stream, text: log.replace(/\n$/, "") };
  } catch {
    return undefined;
  }
}
