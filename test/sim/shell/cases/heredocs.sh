name=world
cat <<EOF
hello $name $((1+1)) $(echo cmd) \$escaped \\ "quotes" 'single'
  indented
EOF
cat <<'EOF'
no $expansion `here` \n
EOF
cat <<-EOF
	tabs removed
		two
	EOF
cat <<A <<B
first
A
second
B
cat <<EOF | tr a-z A-Z
piped
EOF
while read x; do echo "[$x]"; done <<EOF
l1
l2
EOF
f() { cat <<EOF
in function $1
EOF
}
f arg
x=$(cat <<EOF
in substitution
EOF
); echo "$x"
cat <<"E O F"
spaced
E O F
cat <<EOF
line \
continued
EOF
cat <<\EOF
$raw
EOF
if true; then cat <<EOF
nested ${name:+yes}
EOF
fi
