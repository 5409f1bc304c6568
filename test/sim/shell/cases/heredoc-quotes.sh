x=5
cat <<EOF
"$x" '$x' \$x \\ \a $(echo "in $x") ${x:-"d"} ${u:-'q'} `echo bt`
$((x*2)) ${x}th $x$x
EOF
cat <<EOF
last line no expansion: \
joined
EOF
cat << 'a b'
weird
a b
cat <<""
empty delimiter

echo end
