echo a | cat | cat
echo b | { read x; echo "read $x"; }
x=1; echo 2 | read x; echo $x
true | false; echo $? ${PIPESTATUS[@]}
false | true; echo $?
set -o pipefail; false | true; echo $?; set +o pipefail
! true; echo $?; ! false; echo $?
echo one two | while read a b; do echo $b $a; done
{ echo x; echo y >&2; } 2>&1 | cat
echo err >&2 |& cat
(exit 3) | (exit 4) | true; echo ${PIPESTATUS[*]}
printf '3\n1\n2\n' | sort | head -2
seq 5 | tail -1
yes | head -2
echo abc | tr a-c x-z
