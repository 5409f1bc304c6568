/** docker ps, images, network ls, top, port. */
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { humanDuration, humanSize } from "../../bin/format.ts";
import { familiar } from "../store.ts";
import { CliError, type Flags } from "./flags.ts";
import { must } from "./call.ts";
import { render } from "./template.ts";

/** Columns three blanks apart, at least ten wide in all (docker/cli, text/tabwriter with padding 3, minimal width 10). */
function columns(rows: string[][]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 10, cell.length + 3);
  return rows.map((row) => `${row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i]!) : cell)).join("")}\n`).join("");
}

const short = (id: string): string => id.replace(/^sha256:/, "").slice(0, 12);
const shorten = (text: string, to: number): string => (text.length > to ? `${text.slice(0, to - 1)}…` : text);
const ago = (p: Proc, at: number): string => `${humanDuration(p.now - at)} ago`;

const portText = (port: Obj): string => {
  const to = `${port.container as number}/${port.protocol as string}`;
  return `${(port.ip as string) || "0.0.0.0"}:${port.host as number}->${to}${port.ip ? "" : `, :::${port.host as number}->${to}`}`;
};

/** pkg/stringutils, ShellQuoteArguments. */
const shellQuote = (word: string): string => (/[^\w@%+=:,./-]/.test(word) || word === "" ? `'${word.replaceAll("'", `'"'"'`)}'` : word);

function statusText(p: Proc, c: Obj): string {
  if (c.State === "running") return `Up ${humanDuration(p.now - (c.StartedAt as number))}`;
  if (c.State === "created") return "Created";
  return `Exited (${c.ExitCode as number}) ${ago(p, c.FinishedAt as number)}`;
}

function matches(c: Obj, filters: string[]): boolean {
  for (const filter of filters) {
    const key = filter.slice(0, filter.indexOf("="));
    const value = filter.slice(filter.indexOf("=") + 1);
    const names = c.Names as string[];
    const labels = c.Labels as Record<string, string>;
    if (key === "name" && !names.some((n) => n.includes(value))) return false;
    if (key === "id" && !(c.Id as string).startsWith(value)) return false;
    if (key === "status" && c.State !== value) return false;
    if (key === "ancestor" && c.Image !== value && familiar(`${c.Image as string}`) !== value) return false;
    if (key === "label") {
      const [k, v] = value.split("=") as [string, string?];
      if (!(k in labels) || (v !== undefined && labels[k] !== v)) return false;
    }
    if (key === "exited" && (c.State !== "exited" || String(c.ExitCode) !== value)) return false;
  }
  return true;
}

export async function ps(p: Proc, f: Flags): Promise<number> {
  const filters = f.values.filter ?? [];
  for (const filter of filters)
    if (!/^(name|id|status|ancestor|label|exited)=/.test(filter)) {
      if (/^(before|since|health|network|volume|publish|expose|is-task|isolation)=/.test(filter))
        p.notSimulated(`docker ps --filter ${filter}`);
      throw new CliError(
        filter.includes("=")
          ? `Error response from daemon: Invalid filter '${filter.split("=")[0]!}'`
          : `invalid argument "${filter}" for "-f, --filter" flag: bad format of filter (expected name=value)\nSee 'docker ps --help'.`,
        filter.includes("=") ? 1 : 125,
      );
    }
  const last = f.on.has("latest") ? 1 : Number(f.values.last?.[0] ?? -1);
  const all = f.on.has("all") || last >= 0 || filters.some((x) => /^(status|exited)=/.test(x));
  let items = ((await must(p, "containers/list", { all })).items as Obj[]).filter((c) => matches(c, filters));
  if (last >= 0) items = items.slice(0, last);
  const wide = f.on.has("no-trunc");
  const id = (c: Obj): string => (wide ? (c.Id as string) : short(c.Id as string));
  if (f.on.has("quiet")) return p.out(items.map((c) => `${id(c)}\n`).join("")).then(() => 0);
  const view = (c: Obj): Obj => {
    const command = (c.Argv as string[]).map(shellQuote).join(" ");
    return {
      ID: id(c),
      // an image that was named by its id, as the kubelet does, is shown like any id (cli/command/formatter/container.go)
      Image: !wide && c.Image === c.ImageID ? short(c.Image) : (c.Image as string),
      Command: `"${wide ? command : shorten(command, 20)}"`,
      CreatedAt: new Date(c.Created as number).toISOString().replace("T", " ").replace(/\..*/, " +0000 UTC"),
      RunningFor: ago(p, c.Created as number),
      Status: statusText(p, c),
      State: c.State as string,
      Ports: (c.Ports as Obj[]).map(portText).join(", "),
      Names: (c.Names as string[])[0]!.slice(1),
      Labels: Object.entries(c.Labels as Obj)
        .map(([k, v]) => `${k}=${String(v)}`)
        .join(","),
      Networks: c.NetworkMode as string,
    };
  };
  const rows = items.map(view);
  const format = f.values.format?.at(-1);
  if (format === "json") return p.out(rows.map((r) => `${JSON.stringify(r)}\n`).join("")).then(() => 0);
  if (format !== undefined && !format.startsWith("table"))
    return p.out(rows.map((r) => `${render(p, format, r, "*formatter.ContainerContext")}\n`).join("")).then(() => 0);
  if (format !== undefined) {
    const template = format.replace(/^table\s+/, "");
    const heads: Record<string, string> = {
      ID: "CONTAINER ID",
      Image: "IMAGE",
      Command: "COMMAND",
      CreatedAt: "CREATED AT",
      RunningFor: "CREATED",
      Status: "STATUS",
      State: "STATE",
      Ports: "PORTS",
      Names: "NAMES",
      Labels: "LABELS",
      Networks: "NETWORKS",
    };
    const line = (r: Obj): string[] => render(p, template, r, "*formatter.ContainerContext").split("\t");
    return p.out(columns([line(heads), ...rows.map(line)])).then(() => 0);
  }
  return p
    .out(
      columns([
        ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"],
        ...rows.map((r) => ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"].map((k) => r[k] as string)),
      ]),
    )
    .then(() => 0);
}

export async function images(p: Proc, f: Flags): Promise<number> {
  const items = (await must(p, "images/list")).items as Obj[];
  const wide = f.on.has("no-trunc");
  const [only] = f.rest;
  const rows: { repository: string; tag: string; digest: string; id: string; created: number; size: number }[] = [];
  for (const i of items) {
    const common = { id: wide ? (i.Id as string) : short(i.Id as string), created: i.CreatedAt as number, size: i.Size as number };
    const digest = ((i.digests ?? []) as string[])[0]?.split("@")[1] ?? "<none>";
    const tags = i.tags as string[];
    for (const t of tags.map(familiar))
      rows.push({ repository: t.slice(0, t.lastIndexOf(":")), tag: t.slice(t.lastIndexOf(":") + 1), digest, ...common });
    if (tags.length === 0)
      rows.push({
        repository: ((i.digests ?? []) as string[]).map(familiar)[0]?.split("@")[0] ?? "<none>",
        tag: "<none>",
        digest,
        ...common,
      });
  }
  const shown = rows
    .filter((r) => only === undefined || r.repository === only || `${r.repository}:${r.tag}` === only)
    .sort((a, b) => b.created - a.created || (a.repository < b.repository ? -1 : 1));
  if (f.on.has("quiet")) return p.out(shown.map((r) => `${r.id}\n`).join("")).then(() => 0);
  const format = f.values.format?.at(-1);
  if (format !== undefined && !format.startsWith("table")) {
    const view = shown.map((r) => ({
      ID: r.id,
      Repository: r.repository,
      Tag: r.tag,
      Digest: r.digest,
      CreatedSince: ago(p, r.created),
      Size: humanSize(r.size),
    }));
    return p
      .out(view.map((v) => `${format === "json" ? JSON.stringify(v) : render(p, format, v, "*formatter.imageContext")}\n`).join(""))
      .then(() => 0);
  }
  if (format !== undefined) p.notSimulated("docker images --format table");
  const digests = f.on.has("digests");
  return p
    .out(
      columns([
        ["REPOSITORY", "TAG", ...(digests ? ["DIGEST"] : []), "IMAGE ID", "CREATED", "SIZE"],
        ...shown.map((r) => [r.repository, r.tag, ...(digests ? [r.digest] : []), r.id, ago(p, r.created), humanSize(r.size)]),
      ]),
    )
    .then(() => 0);
}

export async function networks(p: Proc, f: Flags): Promise<number> {
  const items = (await must(p, "networks/list")).items as Obj[];
  if (f.on.has("quiet")) return p.out(items.map((n) => `${short(n.Id as string)}\n`).join("")).then(() => 0);
  return p
    .out(
      columns([
        ["NETWORK ID", "NAME", "DRIVER", "SCOPE"],
        ...items.map((n) => [short(n.Id as string), n.Name as string, n.Driver as string, n.Scope as string]),
      ]),
    )
    .then(() => 0);
}

export async function top(p: Proc, f: Flags): Promise<number> {
  if (f.rest.length > 1) p.notSimulated("docker top with options of ps");
  const all = (await must(p, "containers/top", { id: f.rest[0]! })).processes as Obj[];
  const name = (uid: number): string =>
    /^([^:]*):/m.exec((p.fs.tryReadText("/etc/passwd") ?? "").split("\n").find((l) => Number(l.split(":")[2]) === uid) ?? "")?.[1] ??
    String(uid);
  const rows = all.map((x) => [
    name(x.uid as number),
    String(x.pid),
    String(x.ppid),
    "0",
    new Date(x.startedAt as number).toISOString().slice(11, 16),
    "?",
    "00:00:00",
    x.command as string,
  ]);
  const widths = 20;
  return p
    .out(
      [["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"], ...rows]
        .map((r) => `${r.map((cell, i) => (i < 7 ? cell.padEnd(widths) : cell)).join("")}\n`)
        .join(""),
    )
    .then(() => 0);
}

export async function port(p: Proc, f: Flags): Promise<number> {
  const i = await must(p, "containers/inspect", { id: f.rest[0]! });
  const lines: string[] = [];
  for (const [to, list] of Object.entries(i.NetworkSettings.Ports as Record<string, Obj[]>))
    for (const at of list) {
      lines.push(`${to} -> ${at.HostIp as string}:${at.HostPort as string}\n`);
      if (at.HostIp === "0.0.0.0") lines.push(`${to} -> :::${at.HostPort as string}\n`);
    }
  return p.out(lines.join("")).then(() => 0);
}
