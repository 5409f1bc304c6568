/** mountpoint: whether something is mounted on a folder (util-linux). */
import { Errno } from "../../core/errno.ts";
import { command } from "../text/command.ts";

/** util-linux' MNT_EX_FAIL. */
const notMounted = 32;

export const mountpoint = command({
  name: "mountpoint",
  usage: "[-qd] /path/to/directory",
  summary: "Check whether a directory or file is a mountpoint.",
  options: "q,quiet nofollow !d,fs-devno !x,devno",
  version: "from util-linux 2.39.3",
  async run(c) {
    const { p, o, operands } = c;
    const [path] = operands;
    if (path === undefined || operands.length > 1) {
      await p.err("mountpoint: bad usage\nTry 'mountpoint --help' for more information.\n");
      return 1;
    }
    try {
      const whole = o.has("nofollow") ? p.fs.absolute(path) : p.fs.realpath(path);
      const is = p.fs.mounts.some((mount) => mount.dir === whole);
      if (!o.has("q")) c.out.text(`${path} is ${is ? "" : "not "}a mountpoint\n`);
      return is ? 0 : notMounted;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (!o.has("q")) await p.err(`mountpoint: ${path}: ${error.text}\n`);
      return 1;
    }
  },
});
