( set -u; echo $nope; echo no ); echo $?
( set -u; echo ${nope:-ok} ${nope+x}; echo yes ); echo $?
( set -u; echo "$@" $# $*; echo yes ); echo $?
( set -u; echo $1; echo no ); echo $?
( set -u; a=(); echo "${a[@]}" ; echo yes ); echo $?
( set -u; echo ${a[3]} ; echo no ); echo $?
( set -u; echo ${#nope}; echo no ); echo $?
( set -u; echo $((nope+1)); echo no ); echo $?
( set -u; x=; echo "[$x]" ${x:-d}; echo yes ); echo $?
set -u; echo before; echo $undefined_thing; echo not reached
