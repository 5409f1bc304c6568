printf 'echo one\necho two\n' | bash; echo 'x=5; echo $x' | bash -s; bash <<'EOF'
echo heredoc script
for i in 1 2; do
  echo $i
done
EOF
bash -s arg1 <<< 'echo "$1"'; echo 'read v; echo "v=$v"
the input line
echo done' | bash; bash <<< 'if true; then
echo multi
fi'; echo 'nosuchcmd
echo after' | bash; echo $?; printf 'cat\nrest of\ninput\n' | bash
