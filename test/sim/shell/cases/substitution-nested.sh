echo "$(echo "a $(echo "b $(echo c)")")" `echo 1 \`echo 2\`` $(echo $(echo $(echo deep)))
echo $(case x in x) echo paren;; esac) $(if true; then echo if; fi) $(for i in 1 2; do echo $i; done)
echo "$(cat <<EOF
heredoc in sub
EOF
)" $(( $(echo 3) * $(echo 4) )) ${x:-$(echo default)} "$(echo '")"')" $(echo ')')
echo $(echo a # comment
echo b)
f() { echo "f:$1"; }; echo "$(f "$(f x)")"; echo $(<substitution-nested.sh) | wc -c | sed 's/[0-9]*/n/'
