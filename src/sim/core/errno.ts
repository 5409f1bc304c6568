/** Linux error numbers with the text of glibc's strerror(3), as every tool prints them. */
import { StacklessError } from "./stackless.ts";

const table = {
  EPERM: [1, "Operation not permitted"],
  ENOENT: [2, "No such file or directory"],
  ESRCH: [3, "No such process"],
  EINTR: [4, "Interrupted system call"],
  EIO: [5, "Input/output error"],
  ENXIO: [6, "No such device or address"],
  E2BIG: [7, "Argument list too long"],
  ENOEXEC: [8, "Exec format error"],
  EBADF: [9, "Bad file descriptor"],
  ECHILD: [10, "No child processes"],
  EAGAIN: [11, "Resource temporarily unavailable"],
  ENOMEM: [12, "Cannot allocate memory"],
  EACCES: [13, "Permission denied"],
  EBUSY: [16, "Device or resource busy"],
  EEXIST: [17, "File exists"],
  EXDEV: [18, "Invalid cross-device link"],
  ENODEV: [19, "No such device"],
  ENOTDIR: [20, "Not a directory"],
  EISDIR: [21, "Is a directory"],
  EINVAL: [22, "Invalid argument"],
  EMFILE: [24, "Too many open files"],
  ENOTTY: [25, "Inappropriate ioctl for device"],
  ETXTBSY: [26, "Text file busy"],
  EFBIG: [27, "File too large"],
  ENOSPC: [28, "No space left on device"],
  ESPIPE: [29, "Illegal seek"],
  EROFS: [30, "Read-only file system"],
  EMLINK: [31, "Too many links"],
  EPIPE: [32, "Broken pipe"],
  ERANGE: [34, "Numerical result out of range"],
  ENAMETOOLONG: [36, "File name too long"],
  ENOTEMPTY: [39, "Directory not empty"],
  ELOOP: [40, "Too many levels of symbolic links"],
  EMSGSIZE: [90, "Message too long"],
  ENOPROTOOPT: [92, "Protocol not available"],
  EOPNOTSUPP: [95, "Operation not supported"],
  EADDRINUSE: [98, "Address already in use"],
  EADDRNOTAVAIL: [99, "Cannot assign requested address"],
  ENETDOWN: [100, "Network is down"],
  ENETUNREACH: [101, "Network is unreachable"],
  ECONNABORTED: [103, "Software caused connection abort"],
  ECONNRESET: [104, "Connection reset by peer"],
  ENOTCONN: [107, "Transport endpoint is not connected"],
  ETIMEDOUT: [110, "Connection timed out"],
  ECONNREFUSED: [111, "Connection refused"],
  EHOSTDOWN: [112, "Host is down"],
  EHOSTUNREACH: [113, "No route to host"],
} as const;

export type ErrnoCode = keyof typeof table;

/** A failed system call. `text` is strerror's; `path` the file it was about, when there is one. */
export class Errno extends StacklessError {
  readonly code: ErrnoCode;
  readonly path: string | undefined;
  constructor(code: ErrnoCode, path?: string) {
    super(path === undefined ? table[code][1] : `${path}: ${table[code][1]}`);
    this.name = "Errno";
    this.code = code;
    this.path = path;
  }
  get text(): string {
    return table[this.code][1];
  }
  get number(): number {
    return table[this.code][0];
  }
}

/** strerror(3) of a code. */
export const strerror = (code: ErrnoCode): string => table[code][1];

/**
 * Something that the real tool would do and the simulator does not model. It ends the program with
 * `kubemend: not simulated: <what>` on stderr and status 125, and is counted in the world's gaps.
 */
export class NotSimulated extends Error {
  readonly what: string;
  constructor(what: string) {
    super(`kubemend: not simulated: ${what}`);
    this.name = "NotSimulated";
    this.what = what;
  }
}
