die() { echo "fatal: $*" >&2; exit 1; }
check() { [ -e "$1" ] || die "missing $1"; echo "ok $1"; }
check /
(check /nope; echo not reached); echo "sub $?"
check /nope
echo not reached
