set -- a b c; echo $1 $3 $#; shift; echo $1; shift 2; echo $#
set a b; echo $*; set -- ; echo $#; set -- -x y; echo $1; set - z; echo $1
set -e; set +e; set -o errexit; shopt -o errexit; set +o errexit
echo ${-//[^eux]/}; set -u; echo ${-//[^eux]/}; set +u
set -Z; echo $?
set -o nosuch; echo $?
f() { shift; echo "$@"; }; f 1 2 3; set -- "x y" "z"; f "$@"
for i in "$@"; do shift; echo "$i $#"; done
