/** SFTP version 3 over a machine's filesystem, with the rights of the account that logged in (scp and sftp of OpenSSH use it). */
import ssh2, { type FileEntry, type SFTPWrapper } from "ssh2";
import { Errno } from "../core/errno.ts";
import { FsView, type Stat } from "../fs/view.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Account } from "./sshd.ts";

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

interface Handle {
  path: string;
  append: boolean;
  /** Names still to be listed, for folders. */
  names?: string[];
}

export function serveSftp(sftp: SFTPWrapper, machine: Machine, account: Account): void {
  const fs = new FsView(machine, machine.mounts(""), { uid: account.uid, gid: account.gid, groups: account.groups, pid: 0 }, account.home);
  const handles = new Map<number, Handle>();
  let next = 1;
  const open = (handle: Handle): Buffer => {
    const id = Buffer.alloc(4);
    id.writeUInt32BE(next);
    handles.set(next++, handle);
    return id;
  };
  const handleOf = (id: Buffer): Handle => {
    const handle = id.length === 4 ? handles.get(id.readUInt32BE(0)) : undefined;
    if (!handle) throw new Errno("EBADF");
    return handle;
  };
  /** Runs one request; a failed system call becomes its status. */
  const answer = (request: number, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      const code =
        error.code === "ENOENT"
          ? STATUS_CODE.NO_SUCH_FILE
          : error.code === "EACCES" || error.code === "EPERM"
            ? STATUS_CODE.PERMISSION_DENIED
            : STATUS_CODE.FAILURE;
      sftp.status(request, code, error.text);
    }
  };
  const done = (request: number): void => sftp.status(request, STATUS_CODE.OK);

  sftp.on("OPEN", (request, path, flags, attributes) =>
    answer(request, () => {
      const there = fs.exists(path);
      if (flags & OPEN_MODE.WRITE) {
        if (!there && !(flags & OPEN_MODE.CREAT)) throw new Errno("ENOENT", path);
        if (!there || flags & OPEN_MODE.TRUNC)
          fs.write(path, "", { mode: attributes.mode ?? 0o666, exclusive: (flags & OPEN_MODE.EXCL) !== 0 });
        else if (!fs.access(path, 2)) throw new Errno("EACCES", path);
      } else if (fs.stat(path).type === "dir") throw new Errno("EISDIR", path);
      else if (!fs.access(path, 4)) throw new Errno("EACCES", path);
      sftp.handle(request, open({ path: fs.realpath(path), append: (flags & OPEN_MODE.APPEND) !== 0 }));
    }),
  );
  sftp.on("READ", (request, id, offset, length) =>
    answer(request, () => {
      const data = fs.read(handleOf(id).path).subarray(offset, offset + length);
      if (data.length === 0) sftp.status(request, STATUS_CODE.EOF);
      else sftp.data(request, Buffer.from(data));
    }),
  );
  sftp.on("WRITE", (request, id, offset, data) =>
    answer(request, () => {
      const { path, append } = handleOf(id);
      if (append || offset === fs.stat(path).size) fs.write(path, data, { append: true });
      else fs.writeAt(path, offset, data);
      done(request);
    }),
  );
  sftp.on("CLOSE", (request, id) =>
    answer(request, () => {
      handleOf(id);
      handles.delete(id.readUInt32BE(0));
      done(request);
    }),
  );
  sftp.on("OPENDIR", (request, path) =>
    answer(request, () => sftp.handle(request, open({ path: fs.realpath(path), append: false, names: [".", "..", ...fs.readdir(path)] }))),
  );
  sftp.on("READDIR", (request, id) =>
    answer(request, () => {
      const handle = handleOf(id);
      const names = handle.names?.splice(0, 100) ?? [];
      if (names.length === 0) return sftp.status(request, STATUS_CODE.EOF);
      sftp.name(
        request,
        names.map((name) => entry(name, fs.lstat(`${handle.path}/${name}`))),
      );
    }),
  );
  sftp.on("STAT", (request, path) => answer(request, () => sftp.attrs(request, attributesOf(fs.stat(path)))));
  sftp.on("LSTAT", (request, path) => answer(request, () => sftp.attrs(request, attributesOf(fs.lstat(path)))));
  sftp.on("FSTAT", (request, id) => answer(request, () => sftp.attrs(request, attributesOf(fs.stat(handleOf(id).path)))));
  const setAttributes = (path: string, a: { mode?: number; mtime?: number }): void => {
    if (a.mode !== undefined) fs.chmod(path, a.mode & 0o7777);
    if (a.mtime !== undefined) fs.utimes(path, a.mtime * 1000);
  };
  sftp.on("SETSTAT", (request, path, a) => answer(request, () => (setAttributes(path, a), done(request))));
  sftp.on("FSETSTAT", (request, id, a) => answer(request, () => (setAttributes(handleOf(id).path, a), done(request))));
  sftp.on("REALPATH", (request, path) =>
    answer(request, () => sftp.name(request, [{ filename: fs.absolute(path), longname: "", attrs: {} as never }])),
  );
  sftp.on("REMOVE", (request, path) => answer(request, () => (fs.unlink(path), done(request))));
  sftp.on("RMDIR", (request, path) => answer(request, () => (fs.rmdir(path), done(request))));
  sftp.on("MKDIR", (request, path) => answer(request, () => (fs.mkdir(path), done(request))));
  sftp.on("RENAME", (request, from, to) => answer(request, () => (fs.rename(from, to), done(request))));
  sftp.on("READLINK", (request, path) =>
    answer(request, () => sftp.name(request, [{ filename: fs.readlink(path), longname: "", attrs: {} as never }])),
  );
  // OpenSSH sends the two paths of a symbolic link in the other order than the draft says
  sftp.on("SYMLINK", (request, target, link) => answer(request, () => (fs.symlink(target, link), done(request))));
  // an unanswered end leaves scp hanging
  sftp.on("end", () => {
    endWell(sftp);
    sftp.end();
  });
}

/** ssh2's server ends SFTP without a status, and scp then ends with 1. */
function endWell(sftp: SFTPWrapper): void {
  const { _protocol: protocol, outgoing } = sftp as unknown as {
    _protocol: { exitStatus(channel: number, status: number): void };
    outgoing: { id: number; state: string };
  };
  if (outgoing.state === "open" || outgoing.state === "eof") protocol.exitStatus(outgoing.id, 0);
}

const kinds: Partial<Record<Stat["type"], number>> = {
  file: 0o100000,
  dir: 0o040000,
  symlink: 0o120000,
  char: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
  socket: 0o140000,
};

function attributesOf(s: Stat): { mode: number; uid: number; gid: number; size: number; atime: number; mtime: number } {
  const seconds = Math.floor(s.mtime / 1000);
  return { mode: s.mode | (kinds[s.type] ?? 0), uid: s.uid, gid: s.gid, size: s.size, atime: seconds, mtime: seconds };
}

function entry(name: string, s: Stat): FileEntry {
  return { filename: name, longname: `${s.type === "dir" ? "d" : "-"} ${s.size} ${name}`, attrs: attributesOf(s) };
}
