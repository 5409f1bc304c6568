echo "a'b" 'a"b' a\'b a\"b "a\\b" 'a\b' "\$x" "\`" "a\nb" $'a\'b' "$" '$' \$ "a$" a$ "$ x"
echo "!" '!' \! "a!b"; echo "${x-"a"}" "${x-a"b"c}" "${x-'s'}" ${x-'s'}; echo a""b ''"" "" | od -c | head -1; echo \\ \\\\ "\\\\"
echo 'multi
line' "multi
line"; echo "tab	tab" a\	b; echo --"x"--'y'--z; echo {a','b} {"a,b"}; echo ~"/x" "~"/x; echo "$(echo "a  b")" $(echo "a  b")
