printf 'a\nb\nc' | while read l; do echo $l; done; printf 'a\nb\nc' | while read l || [ -n "$l" ]; do echo $l; done; printf '  x  \n' | while IFS= read -r l; do echo "[$l]"; done
while read -r k v; do echo "$k->$v"; done <<EOF
a 1
b   2 3
c
EOF
printf '1,2,3\n4,5,6\n' | while IFS=, read -r x y z; do echo $((x+y+z)); done; exec 4< <(printf 'p\nq\n'); read -u 4 a; read -u 4 b; echo $a$b; exec 4<&-
while read -r a <&3 && read -r b <&4; do echo $a$b; done 3< <(printf '1\n2\n') 4< <(printf 'x\ny\n'); n=0; while read -r _; do ((n++)); done < <(seq 5); echo $n; cat /dev/null | { read x; echo $?; }
