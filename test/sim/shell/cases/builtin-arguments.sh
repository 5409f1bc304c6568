exit 1 2; echo not shown
echo $?
f() { return 1 2; echo not shown; }; f
shift 1 2; echo not shown
for i in 1; do break 1 2; done; echo not shown
g() { local -; set -u -f; echo $-; }; g; echo $-
h() { local x=1 y; local -a z=(1 2); local; }; h
y=1 > /nope/f; echo $? "$y"; w=$(echo q) > /nope/x; echo "$w"
printf '%Q %.3q %.3Q|\n' 'a b' abcdef 'a b c'; printf '%d %u\n' 9999999999999999999 99999999999999999999; echo $?
readonly s=1; getopts a s -a; echo $?; getopts a 1b -a; echo $?; s=2 echo runs; echo $?
set -o posix; echo $POSIXLY_CORRECT; set +o posix; echo ${POSIXLY_CORRECT-unset}
suspend; echo $?
q() {
    :
}
readonly -f q; declare -F; q() { :; }; echo $?
set -x; x=3; (( x++ )); for (( i = 0 ; i < 1 ; i++ )); do :; done
[[ -n $x && ! -f /nope ]]; [[ "a b" == "a b" || z ]]; [[ $(echo q) =~ ^q ]]; [[ ! ( a == b && '' ) ]]
