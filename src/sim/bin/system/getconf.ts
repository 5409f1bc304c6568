/** getconf of glibc 2.39: what a program may rely on. */
import { memoryOf } from "../../image/memory.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";

/** The same on every Ubuntu 24.04 for amd64. */
const constants: Record<string, string> = Object.fromEntries(
  (
    "PAGESIZE 4096,PAGE_SIZE 4096,CLK_TCK 100,ARG_MAX 2097152,LONG_BIT 64,WORD_BIT 32,CHAR_BIT 8,INT_MAX 2147483647,INT_MIN -2147483648," +
    "UINT_MAX 4294967295,HOST_NAME_MAX 64,LOGIN_NAME_MAX 256,IOV_MAX 1024,LINE_MAX 2048,NGROUPS_MAX 65536,TTY_NAME_MAX 32,BC_BASE_MAX 99," +
    "STREAM_MAX 16,RE_DUP_MAX 32767,_POSIX_VERSION 200809,_POSIX2_VERSION 200809,PATH /bin:/usr/bin,CS_PATH /bin:/usr/bin," +
    "GNU_LIBC_VERSION glibc 2.39,GNU_LIBPTHREAD_VERSION NPTL 2.39"
  )
    .split(",")
    .map((entry) => [entry.slice(0, entry.indexOf(" ")), entry.slice(entry.indexOf(" ") + 1)]),
);

/** Of a file: these take a path. */
const ofPath: Record<string, string> = { NAME_MAX: "255", PATH_MAX: "4096", PIPE_BUF: "4096", LINK_MAX: "65000", FILESIZEBITS: "64" };

function ofMachine(p: Proc, name: string): string | undefined {
  if (/^_?NPROCESSORS_(ONLN|CONF)$/.test(name)) return String(p.machine.state.cpus);
  const memory = memoryOf(p.machine);
  if (name === "_PHYS_PAGES") return String(Math.floor(memory.total / 4));
  if (name === "_AVPHYS_PAGES") return String(Math.floor(memory.free / 4));
  return undefined;
}

/** Names that glibc knows besides. */
const others =
  /^(_?POSIX|_?XOPEN|_?XBS5|LFS|XPG|LEVEL\d|REGEX|NL_|[A-Z]*(CHAR|SHRT|LONG)_(MAX|MIN)$|(U?CHAR|SCHAR)_|OPEN_MAX|CHILD_MAX|ATEXIT_MAX|TZNAME_MAX|SYMLOOP_MAX|MB_LEN_MAX|NZERO|SSIZE_MAX|COLL_WEIGHTS_MAX|EXPR_NEST_MAX|BC_|EQUIV_CLASS_MAX|CHARCLASS_NAME_MAX|AIO_|DELAYTIMER_MAX|MQ_|RTSIG_MAX|SEM_|SIGQUEUE_MAX|TIMER_MAX|PTHREAD_|GETGR_|GETPW_|PASS_MAX|MAX_|MINSIGSTKSZ|SIGSTKSZ)/;

const usage = "Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n";

export const getconf: CommandProgram = {
  name: "getconf",
  async main(p) {
    const [name, path, more] = p.args;
    if (name?.startsWith("-")) return p.notSimulated(`getconf ${name}`);
    const value = name === undefined ? undefined : (constants[name] ?? ofMachine(p, name));
    const takesPath = name !== undefined && name in ofPath;
    if (name === undefined || more !== undefined || (takesPath ? path === undefined : path !== undefined && value !== undefined)) {
      await p.err(usage);
      return 2;
    }
    if (takesPath && !p.fs.exists(path!)) {
      await p.err(`getconf: pathconf: ${path}: No such file or directory\n`);
      return 3;
    }
    const text = takesPath ? ofPath[name] : value;
    if (text === undefined && others.test(name)) return p.notSimulated(`getconf ${name}`);
    if (text === undefined) {
      await p.err(`getconf: Unrecognized variable \`${name}'\n`);
      return 2;
    }
    await p.out(`${text}\n`);
    return 0;
  },
};
