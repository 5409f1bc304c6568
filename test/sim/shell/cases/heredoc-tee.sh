cat <<EOF | tee f1 > /dev/null
a \$HOME \`x\` "q"
EOF
cat f1; tee f2 >/dev/null <<'EOF'
raw $x
EOF
cat f2; cat > f3 << "EOF"; echo "after $(cat f3)"
third
EOF
cat <<E1 > f4; cat <<E2 >> f4
one
E1
two
E2
cat f4
