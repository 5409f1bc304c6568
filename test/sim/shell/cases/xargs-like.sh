printf '%s\n' a b c | while read -r x; do echo "item: $x"; done
printf 'a\0b c\0' | while IFS= read -r -d '' x; do echo "[$x]"; done
for f in $(printf '1\n2\n'); do echo "f$f"; done
printf '%s\n' one two | { mapfile -t a; echo "${a[1]}"; }
