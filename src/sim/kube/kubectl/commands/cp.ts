/** kubectl cp: tar in the container, read or written here (k8s.io/kubectl/pkg/cmd/cp/cp.go). */
import { basename, dirname } from "../../../fs/view.ts";
import { Errno } from "../../../core/errno.ts";
import { decodeArchive, encodeArchive, encodeMember, memberType, type Member } from "../../../bin/text/archive/format.ts";
import { groupName, userName } from "../../../image/users.ts";
import type { Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { goErrno } from "../../../net/http.ts";
import { Failure } from "../failure.ts";
import { parseFlags } from "../flags.ts";
import { Session } from "../session.ts";
import type { Command } from "./command.ts";
import { streamTo, type Streams } from "./exec.ts";
import { checkContainer, defaultContainer } from "./logs.ts";

interface Place {
  namespace: string;
  /** "" on this machine. */
  pod: string;
  file: string;
}

function placeOf(text: string): Place {
  const colon = text.indexOf(":");
  if (colon < 0) return { namespace: "", pod: "", file: text };
  const [pod, file] = [text.slice(0, colon), text.slice(colon + 1)];
  const parts = pod.split("/");
  if (colon === 0 || parts.length > 2) throw new Failure("error: filespec must match the canonical format: [[namespace/]pod:]file/path");
  return { namespace: parts.length === 2 ? parts[0]! : "", pod: parts.at(-1)!, file };
}

/** Where to and from: a pod's streams. */
interface Side {
  s: Session;
  pod: Obj;
  container: string;
}

/** Go's path.Join. */
function joined(...parts: string[]): string {
  const text = parts.filter((part) => part !== "").join("/");
  const out: string[] = [];
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && out.length > 0 && out.at(-1) !== "..") out.pop();
    else if (part !== ".." || !text.startsWith("/")) out.push(part);
  }
  return `${text.startsWith("/") ? "/" : ""}${out.join("/")}` || ".";
}
const nothing = (): Promise<void> => Promise.resolve();

const run = ({ s, pod, container }: Side, command: string[], io: Partial<Streams>): Promise<number> =>
  streamTo(s, "exec", pod, { container, command, out: nothing, err: nothing, ...io });

export const cp: Command = async (p, argv) => {
  const flags = parseFlags(p, "cp", argv, { container: "string", "no-preserve": "bool", retries: "int" }, { c: "container" });
  if (flags.args.length < 2 || (flags.args.length > 2 && new Session(p, flags).minor >= 21))
    throw new Failure("error: source and destination are required");
  const s = new Session(p, flags);
  const [from, to] = [placeOf(flags.args[0]!), placeOf(flags.args[1]!)];
  if (from.pod !== "" && to.pod !== "") throw new Failure("error: one of src or dest must be a local file specification");
  if (from.pod === "" && to.pod === "") throw new Failure("error: one of src or dest must be a remote file specification");
  if (from.file === "" || to.file === "") throw new Failure("error: filepath can not be empty");
  const remote = from.pod === "" ? to : from;
  if (from.pod === "" && !p.fs.exists(from.file)) throw new Failure(`error: ${from.file} doesn't exist in local filesystem`);
  const pod = await s.get(await s.kind("pods"), remote.pod, ...(remote.namespace === "" ? [] : [remote.namespace]));
  const wanted = flags.text("container");
  const container = wanted === undefined ? await defaultContainer(s, pod, "exec") : checkContainer(s, pod, wanted);
  const side: Side = { s, pod, container };
  if (from.pod === "") await upload(p, side, from.file, to.file, flags.bool("no-preserve"));
  else await download(p, side, from.file, to.file);
  return 0;
};

async function upload(p: Proc, side: Side, source: string, target: string, plain: boolean): Promise<void> {
  let file = target !== "/" && target.endsWith("/") ? target.slice(0, -1) : target;
  // whatever keeps this from running is told by the tar that follows
  const folder = await run(side, ["test", "-d", file], {}).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return 1;
  });
  if (folder === 0) file = joined(file, basename(p.fs.absolute(source)));
  let left = await archiveOf(p, source, basename(file));
  const status = await run(
    side,
    ["tar", ...(plain ? ["--no-same-permissions", "--no-same-owner"] : []), "-xmf", "-", "-C", dirname(file)],
    {
      input: {
        read(max: number) {
          const part = left.subarray(0, max);
          left = left.subarray(part.length);
          return part;
        },
      },
      out: (bytes) => p.write(1, bytes),
      err: (bytes) => p.write(2, bytes),
    },
  );
  if (status !== 0) throw new Failure(`command terminated with exit code ${status}`, status);
}

/** A file or a folder as an archive in which it goes by `name`. */
async function archiveOf(p: Proc, source: string, name: string): Promise<Buffer> {
  const out: Buffer[] = [];
  const add = async (path: string, as: string): Promise<void> => {
    await p.tick();
    // what is named on the command line is followed, what lies in a folder is not
    const stat = path === source ? p.fs.stat(path) : p.fs.lstat(path);
    const type = memberType(stat);
    if (!type) return;
    const members = type === "dir" ? p.fs.readdir(path) : [];
    if (type !== "dir" || members.length === 0) {
      const member: Member = {
        name: type === "dir" ? `${as}/` : as,
        type,
        mode: stat.mode,
        uid: stat.uid,
        gid: stat.gid,
        user: userName(p.fs, stat.uid),
        group: groupName(p.fs, stat.gid),
        mtime: Math.floor(stat.mtime / 1000),
        link: type === "symlink" ? p.fs.readlink(path) : "",
        data: type === "file" ? Buffer.from(p.fs.read(path)) : Buffer.alloc(0),
      };
      out.push(encodeMember(member));
    }
    for (const child of members) await add(`${path}/${child}`, `${as}/${child}`);
  };
  await add(source, name);
  return encodeArchive(out);
}

async function download(p: Proc, side: Side, source: string, target: string): Promise<void> {
  const chunks: Uint8Array[] = [];
  const status = await run(side, ["tar", "cf", "-", source], {
    out(bytes) {
      chunks.push(bytes);
      return Promise.resolve();
    },
    // kubectl sends what tar says to its standard output
    err: (bytes) => p.write(1, bytes),
  });
  const prefix = joined(source.replace(/^\/+/, ""))
    .replace(/^(?:\.\.?\/)+/, "")
    .replace(/\/+$/, "");
  let warned = false;
  for (const member of decodeArchive(Buffer.concat(chunks)) ?? []) {
    await p.tick();
    const own = member.name.replace(/\/+$/, "");
    if (!own.startsWith(prefix) && prefix !== ".") throw new Failure("error: tar contents corrupted");
    const file = joined(target, prefix === "." ? own : own.slice(prefix.length));
    try {
      if (member.type === "dir") p.fs.mkdirp(file, 0o755);
      else if (member.type === "symlink" || member.type === "hardlink") {
        const hint = warned
          ? ""
          : ` (consider using "kubectl exec -n ${JSON.stringify(side.pod.metadata.namespace)} ${JSON.stringify(side.pod.metadata.name)} -- tar cf - ${JSON.stringify(source)} | tar xf -")`;
        warned = true;
        await p.err(`warning: skipping symlink: ${JSON.stringify(file)} -> ${JSON.stringify(member.link)}${hint}\n`);
      } else {
        p.fs.mkdirp(dirname(file), 0o755);
        p.fs.write(file, member.data);
      }
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(`error: open ${file}: ${goErrno(error.code)}`);
    }
  }
  if (status !== 0) throw new Failure(`command terminated with exit code ${status}`, status);
}
