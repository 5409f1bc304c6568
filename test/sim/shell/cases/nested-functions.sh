outer() { local v=o; mid() { echo "mid sees $v"; v=changed; }; mid; echo $v; }
outer; mid; echo ${v-none}
a() { b "$@"; }; b() { c "$@"; }; c() { echo "${FUNCNAME[*]}: $*"; }; a x y
fact() { (( $1 <= 1 )) && { echo 1; return; }; local p; p=$(fact $(( $1 - 1 ))); echo $(( $1 * p )); }; fact 10
fib() { local n=$1; (( n < 2 )) && { echo $n; return; }; echo $(( $(fib $((n-1))) + $(fib $((n-2))) )); }; fib 7
