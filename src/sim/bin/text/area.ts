/** Text and file programs, curl, wget and openssl of the Ubuntu image. */
import type { Area } from "../../area.ts";
import type { Program } from "../../kernel/program.ts";
import { awk } from "./awk/awk.ts";
import { date } from "./date.ts";
import { chgrp, chmod, chown } from "./file/chmod.ts";
import { cp } from "./file/cp.ts";
import { install } from "./file/install.ts";
import { ln } from "./file/ln.ts";
import { dir, ls } from "./file/ls.ts";
import { mkdir, rmdir } from "./file/mkdir.ts";
import { mv } from "./file/mv.ts";
import { basename, dirname, logname, mktemp, printenv, sync, touch, which } from "./file/names.ts";
import { readlink, realpath } from "./file/realpath.ts";
import { rm } from "./file/rm.ts";
import { egrep, fgrep, grep } from "./grep/grep.ts";
import { curl } from "./http/curl.ts";
import { sed } from "./sed/sed.ts";
import { cat } from "./stream/cat.ts";
import { nl, rev, tac, uniq, wc } from "./stream/count.ts";
import { cut } from "./stream/cut.ts";
import { seq, shuf, split, yes } from "./stream/generate.ts";
import { head } from "./stream/head.ts";
import { column, comm, expand, fold, join, paste, unexpand } from "./stream/shape.ts";
import { sort } from "./stream/sort.ts";
import { tail } from "./stream/tail.ts";
import { tee } from "./stream/tee.ts";
import { tr } from "./stream/tr.ts";

const programs: Program[] = [
  ...[
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
  ],
  ...[grep, egrep, fgrep, sed, awk],
  ...[
    ls,
    dir,
    cp,
    mv,
    rm,
    ln,
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
  ],
  ...[date, printenv, logname, curl],
];

export const textArea: Area = {
  programs,
  base: { ...Object.fromEntries(programs.map(({ name }) => [`/usr/bin/${name}`, name])), "/usr/bin/awk": "mawk" },
};
