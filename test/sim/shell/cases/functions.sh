f() { echo "f $# $1 $2"; return 3; }
f a b; echo $?
function g { local x=1 y; y=2; echo $x $y; x=changed; }
x=outer; g; echo $x ${y-unset}
h() { inner() { echo inner; }; inner; }
h; inner
rec() { [ $1 -le 1 ] && echo 1 && return; echo $(( $1 * $(rec $(($1-1))) )); }
rec 5
k() { set -- new args; echo $1; }; set -- old; k; echo $1
l() ( x=sub; echo $x ); l; echo $x
m() { echo "$FUNCNAME ${FUNCNAME[1]}"; }; m
n() { echo ${#FUNCNAME[@]}; m; }; n
o() { return; }; false; o; echo $?
p() { echo to err >&2; echo to out; } 2>&1; p
unset -f f; f 2>/dev/null; echo $?
q() { local v=1; r; echo $v; }; r() { v=2; }; q; echo ${v-none}
s() { local IFS=:; echo "$*"; }; s a b c
echo "$(f2() { echo sub; }; f2)"
