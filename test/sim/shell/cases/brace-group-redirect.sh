{ echo a; echo b; } > f; cat f
( echo c ) >> f; cat f
{ read x; read y; } < f; echo $x $y
exec 3< f; while read -u 3 l; do echo "l $l"; done; exec 3<&-
{ echo err >&2; } 2>&1 | tr a-z A-Z
if read x; then echo "i $x"; fi < f
case $(cat) in a*) echo ca;; esac < f
{ { echo inner >&2; } 2>&1; } | cat
