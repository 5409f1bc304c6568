f() { cat; } <<EOF
heredoc of function
EOF
f; g() { echo out; echo err >&2; } 2>&1; g | cat
h() { while read -r x; do echo "h:$x"; done; }; printf '1\n2\n' | h; h < <(echo 3); h <<< 4
i() { echo "$1"; } >&2; i stderr
