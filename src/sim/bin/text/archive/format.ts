/** The ustar format with GNU's long names (tar(5)). */
import type { Stat } from "../../../fs/view.ts";

export interface Member {
  name: string;
  type: "file" | "dir" | "symlink" | "hardlink" | "fifo" | "char" | "block";
  mode: number;
  uid: number;
  gid: number;
  user: string;
  group: string;
  /** Seconds since the epoch. */
  mtime: number;
  link: string;
  data: Buffer;
}

const flags: Record<Member["type"], string> = { file: "0", hardlink: "1", symlink: "2", char: "3", block: "4", dir: "5", fifo: "6" };

function header(m: {
  name: string;
  flag: string;
  mode: number;
  uid: number;
  gid: number;
  user: string;
  group: string;
  mtime: number;
  link: string;
  size: number;
}): Buffer {
  const b = Buffer.alloc(512);
  const octal = (n: number, at: number, length: number): void => void b.write(`${n.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  b.write(m.name, 0, 100, "utf8");
  octal(m.mode & 0o7777, 100, 8);
  octal(m.uid, 108, 8);
  octal(m.gid, 116, 8);
  octal(m.size, 124, 12);
  octal(Math.max(0, m.mtime), 136, 12);
  b.write("        ", 148, "latin1");
  b.write(m.flag, 156, "latin1");
  b.write(m.link, 157, 100, "utf8");
  b.write("ustar  \0", 257, "latin1");
  b.write(m.user, 265, 32, "utf8");
  b.write(m.group, 297, 32, "utf8");
  const sum = b.reduce((a, x) => a + x, 0);
  b.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return b;
}

const padded = (data: Buffer): Buffer => (data.length % 512 === 0 ? data : Buffer.concat([data, Buffer.alloc(512 - (data.length % 512))]));

export function encodeMember(m: Member): Buffer {
  const parts: Buffer[] = [];
  for (const [flag, text] of [
    ["L", m.name],
    ["K", m.link],
  ] as const) {
    if (Buffer.byteLength(text) <= 100) continue;
    const data = Buffer.from(`${text}\0`, "utf8");
    parts.push(
      header({
        name: "././@LongLink",
        flag,
        mode: 0o644,
        uid: 0,
        gid: 0,
        user: "root",
        group: "root",
        mtime: 0,
        link: "",
        size: data.length,
      }),
      padded(data),
    );
  }
  parts.push(header({ ...m, flag: flags[m.type], size: m.data.length }), padded(m.data));
  return Buffer.concat(parts);
}

/** Two empty blocks, up to a full record of ten kilobytes. */
export function encodeArchive(members: Buffer[]): Buffer {
  const all = Buffer.concat([...members, Buffer.alloc(1024)]);
  return Buffer.concat([all, Buffer.alloc((10240 - (all.length % 10240)) % 10240)]);
}

/** undefined: not a tar archive. */
export function decodeArchive(data: Buffer): Member[] | undefined {
  if (data.length < 512) return undefined;
  const out: Member[] = [];
  let longName: string | undefined;
  let longLink: string | undefined;
  let pax: Record<string, string> = {};
  for (let at = 0; at + 512 <= data.length;) {
    const b = data.subarray(at, at + 512);
    if (b.every((x) => x === 0)) break;
    const text = (from: number, length: number): string => b.toString("utf8", from, from + length).replace(/\0.*$/s, "");
    const octal = (from: number, length: number): number =>
      b[from]! & 0x80 ? Number(BigInt(`0x${b.toString("hex", from + 1, from + length)}`)) : parseInt(text(from, length).trim() || "0", 8);
    const sum = b.reduce((a, x, i) => a + (i >= 148 && i < 156 ? 32 : x), 0);
    if (octal(148, 8) !== sum) return out.length === 0 ? undefined : out;
    const size = octal(124, 12);
    const flag = String.fromCharCode(b[156]!);
    const body = data.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
    if (flag === "L") longName = body.toString("utf8").replace(/\0.*$/s, "");
    else if (flag === "K") longLink = body.toString("utf8").replace(/\0.*$/s, "");
    else if (flag === "x") pax = records(body.toString("utf8"));
    else if (flag !== "g") {
      const prefix = text(257, 6) === "ustar" && b[263] === 0x30 ? text(345, 155) : "";
      const type = (Object.keys(flags) as Member["type"][]).find((k) => flags[k] === flag) ?? "file";
      const name = pax.path ?? longName ?? (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100));
      out.push({
        name,
        type: type === "file" && name.endsWith("/") ? "dir" : type,
        mode: octal(100, 8),
        uid: octal(108, 8),
        gid: octal(116, 8),
        user: text(265, 32),
        group: text(297, 32),
        mtime: pax.mtime === undefined ? octal(136, 12) : Number(pax.mtime),
        link: pax.linkpath ?? longLink ?? text(157, 100),
        data: type === "file" ? body : Buffer.alloc(0),
      });
      longName = longLink = undefined;
      pax = {};
    }
  }
  return out;
}

function records(text: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (let rest = text; rest !== "";) {
    const m = /^(\d+) /.exec(rest);
    if (!m) break;
    const record = rest.slice(m[0].length, Number(m[1]) - 1);
    const cut = record.indexOf("=");
    out[record.slice(0, cut)] = record.slice(cut + 1);
    rest = rest.slice(Number(m[1]));
  }
  return out;
}

export const memberType = (s: Stat): Member["type"] | undefined => (s.type === "socket" ? undefined : s.type);
