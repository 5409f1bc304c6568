x='a b'
echo $x "$x" '$x' "a\"b\$c\`d\\e\q" a\ b \$x
echo $'tab\there\n\x41\101\e[0m' $'it\'s'
echo "a
b"
echo 'a'"b"c
echo "" '' | od -c 2>/dev/null >/dev/null; echo done
echo \
 continued
echo a#b # comment
