for n in 1 2; do
cat <<EOF > file$n
number $n
EOF
done
cat file1 file2
while read -r a b; do cat <<-EOF
	a=$a
	b=$b
	EOF
done <<'IN'
1 2
x y
IN
cat <<EOF | while read -r l; do echo "<$l>"; done
p
q
EOF
