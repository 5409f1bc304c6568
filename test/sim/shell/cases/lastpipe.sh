shopt -s lastpipe
echo a | read x; echo "$x"
printf '1\n2\n' | while read -r l; do n=$((n + l)); done; echo "$n"
echo q | { read -r y; z=$y; }; echo "$z" "${PIPESTATUS[@]}"
false | true; echo $? "${PIPESTATUS[@]}"; true | false; echo $?
set -o pipefail; false | true; echo $?; set +o pipefail
seq 3 | mapfile -t m; echo "${m[@]}"
f() { read -r v; return 3; }; echo hello | f; echo $? "$v"
yes | head -2 | read -r x; echo "$x" "${PIPESTATUS[@]}"
echo a | (read -r b; echo "in $b"); echo "[$b]"
(set -m; echo a | read -r w; echo "[$w]")
(set -e; echo a | false; echo not shown)
echo a | exit 3
echo not shown
