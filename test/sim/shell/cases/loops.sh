for i in 1 2 3; do echo $i; done
for i in; do echo never; done; echo $?
i=0; while [ $i -lt 3 ]; do echo w$i; i=$((i+1)); done
until [ $i -eq 0 ]; do echo u$i; i=$((i-1)); done
for i in a b c d; do [ $i = b ] && continue; [ $i = d ] && break; echo $i; done
for i in 1 2; do for j in x y; do [ $j = y ] && continue 2; echo $i$j; done; echo never; done
for i in 1 2; do for j in x y; do break 2; done; done; echo $i$j
set -- p q; for a; do echo $a; done
while read -r l; do echo "got $l"; done <<< $'l1\nl2'
for i in {1..3} {a..c} {5..1..2} {01..03} x{a,b{1,2}}y; do printf '%s ' $i; done; echo
while :; do break; done; echo $?
for f in "a b" c; do echo "$f"; done | while read x; do echo "-$x-"; done
