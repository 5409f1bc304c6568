( set -e; false; echo no ); echo $?
( set -e; false || true; echo yes ); echo $?
( set -e; if false; then :; fi; echo yes ); echo $?
( set -e; ! true; echo yes ); echo $?
( set -e; f() { false; echo in f; }; f || echo caught; echo yes ); echo $?
( set -e; f() { false; echo in f; }; f; echo no ); echo $?
( set -e; x=$(false); echo no ); echo $?
( set -e; local_() { local x=$(false); echo yes; }; local_ ); echo $?
( set -e; export x=$(false); echo yes ); echo $?
( set -e; false | true; echo yes ); echo $?
( set -eo pipefail; false | true; echo no ); echo $?
( set -e; (false); echo no ); echo $?
( set -e; { false; }; echo no ); echo $?
( set -e; true && false; echo no ); echo $?
( set -e; false && true; echo yes ); echo $?
( set -e; while false; do :; done; echo yes ); echo $?
( set -e; [[ a == b ]]; echo no ); echo $?
( set -e; ((0)); echo no ); echo $?
( set -e; for i in 1; do false; done; echo no ); echo $?
( set -e; case x in x) false;; esac; echo no ); echo $?
( set -e; echo $(false; echo inner); echo yes ); echo $?
( set -e; trap 'echo trap $?' EXIT; false ); echo $?
( set -e; trap 'echo err' ERR; false; echo no ); echo $?
( set -e; nosuchcommand_; echo no ) 2>/dev/null; echo $?
( set -e; eval false; echo no ); echo $?
( set -e; until true; do :; done; echo yes )
( set +e; false; echo yes )
