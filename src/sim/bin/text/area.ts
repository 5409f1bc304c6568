/** Text and file programs, curl, wget and openssl of the Ubuntu image. */
import type { Area } from "../../area.ts";
import type { Program } from "../../kernel/program.ts";
import { gunzip, gzip, zcat, zgrep } from "./archive/gzip.ts";
import { tar } from "./archive/tar.ts";
import { awk } from "./awk/awk.ts";
import { bc } from "./calc/bc.ts";
import { expr } from "./calc/expr.ts";
import { envsubst, getopt, numfmt } from "./calc/words.ts";
import { date } from "./date.ts";
import { less, more } from "./edit/less.ts";
import { nano } from "./edit/nano.ts";
import { vi } from "./edit/vi.ts";
import { chgrp, chmod, chown } from "./file/chmod.ts";
import { cp } from "./file/cp.ts";
import { dd } from "./file/dd.ts";
import { du } from "./file/du.ts";
import { fallocate } from "./file/fallocate.ts";
import { install } from "./file/install.ts";
import { ln } from "./file/ln.ts";
import { dir, ls, vdir } from "./file/ls.ts";
import { mkdir, rmdir } from "./file/mkdir.ts";
import { mv } from "./file/mv.ts";
import { basename, dirname, logname, mktemp, printenv, sync, touch, which } from "./file/names.ts";
import { link, mkfifo, mknod, unlink } from "./file/nodes.ts";
import { readlink, realpath } from "./file/realpath.ts";
import { rm } from "./file/rm.ts";
import { stat, truncate } from "./file/stat.ts";
import { find } from "./find/find.ts";
import { whereis } from "./find/whereis.ts";
import { xargs } from "./find/xargs.ts";
import { egrep, fgrep, grep } from "./grep/grep.ts";
import { curl } from "./http/curl.ts";
import { openssl } from "./http/openssl.ts";
import { busyboxWget } from "./http/busybox-wget.ts";
import { wget } from "./http/wget.ts";
import { sed } from "./sed/sed.ts";
import { cat } from "./stream/cat.ts";
import { nl, rev, tac, uniq, wc } from "./stream/count.ts";
import { cut } from "./stream/cut.ts";
import { seq, shuf, split, yes } from "./stream/generate.ts";
import { diff } from "./stream/diff.ts";
import { head } from "./stream/head.ts";
import { join } from "./stream/join.ts";
import { patch } from "./stream/patch.ts";
import { column, comm, expand, fold, paste, unexpand } from "./stream/shape.ts";
import { sort } from "./stream/sort.ts";
import { tail } from "./stream/tail.ts";
import { tee } from "./stream/tee.ts";
import { tr } from "./stream/tr.ts";
import { b2sum, cksum, md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum } from "./sum/digest.ts";
import { cmp, hd, hexdump, od, strings, xxd } from "./sum/dump.ts";
import { base32, base64 } from "./sum/encode.ts";
import { sum } from "./sum/sum.ts";

const programs: Program[] = [
  cat,
  head,
  tail,
  tee,
  cut,
  tr,
  sort,
  wc,
  uniq,
  nl,
  tac,
  rev,
  fold,
  expand,
  unexpand,
  paste,
  comm,
  join,
  column,
  seq,
  yes,
  shuf,
  split,
  grep,
  egrep,
  fgrep,
  sed,
  awk,
  ls,
  dir,
  vdir,
  cp,
  mv,
  rm,
  ln,
  link,
  unlink,
  mkfifo,
  mknod,
  mkdir,
  rmdir,
  chmod,
  chown,
  chgrp,
  install,
  readlink,
  realpath,
  touch,
  basename,
  dirname,
  mktemp,
  which,
  sync,
  stat,
  truncate,
  fallocate,
  dd,
  du,
  find,
  xargs,
  whereis,
  tar,
  gzip,
  gunzip,
  zcat,
  zgrep,
  diff,
  patch,
  md5sum,
  sha1sum,
  sha224sum,
  sha256sum,
  sha384sum,
  sha512sum,
  b2sum,
  sum,
  cksum,
  base64,
  base32,
  od,
  hexdump,
  hd,
  xxd,
  strings,
  cmp,
  less,
  more,
  vi,
  nano,
  expr,
  bc,
  numfmt,
  envsubst,
  getopt,
  date,
  printenv,
  logname,
  curl,
  wget,
  openssl,
];

export const textArea: Area = {
  programs: [...programs, busyboxWget],
  base: {
    ...Object.fromEntries(programs.map(({ name }) => [`/usr/bin/${name}`, name])),
    "/usr/bin/awk": "mawk",
    "/usr/bin/vi": "vim",
    "/usr/bin/view": "vim",
    "/usr/bin/editor": "nano",
    "/usr/bin/pager": "less",
  },
};
