/** Text and file programs, curl, wget and openssl of the Ubuntu image. */
import type { Area } from "../../area.ts";
import type { Program } from "../../kernel/program.ts";
import { chgrp, chmod, chown } from "./file/chmod.ts";
import { cp } from "./file/cp.ts";
import { install } from "./file/install.ts";
import { ln } from "./file/ln.ts";
import { dir, ls } from "./file/ls.ts";
import { mkdir, rmdir } from "./file/mkdir.ts";
import { mv } from "./file/mv.ts";
import { readlink, realpath } from "./file/realpath.ts";
import { rm } from "./file/rm.ts";
import { egrep, fgrep, grep } from "./grep/grep.ts";
import { curl } from "./http/curl.ts";
import { sed } from "./sed/sed.ts";
import { cat } from "./stream/cat.ts";
import { cut } from "./stream/cut.ts";
import { head } from "./stream/head.ts";
import { sort } from "./stream/sort.ts";
import { tail } from "./stream/tail.ts";
import { tee } from "./stream/tee.ts";
import { tr } from "./stream/tr.ts";

const programs: Program[] = [
  ...[cat, head, tail, tee, cut, tr, sort, grep, egrep, fgrep, sed],
  ...[ls, dir, cp, mv, rm, ln, mkdir, rmdir, chmod, chown, chgrp, install, readlink, realpath],
  curl,
];

export const textArea: Area = {
  programs,
  base: Object.fromEntries(programs.map(({ name }) => [`/usr/bin/${name}`, name])),
};
