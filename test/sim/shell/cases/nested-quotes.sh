x="a \"b\" $(echo "c \"d\" $(echo "e")") f"; echo "$x"
echo "${x/"a"/'z'}" "${y:-"def 'q' $(echo "sub")"}"
echo "$(echo '$x' "$(echo "\"in\"")")" 
echo 'a'\''b' "a'b" "\\" '\' "\a" \\
z='"'; echo "[$z]" "[${z}]" '"'$z'"'
echo "`echo "q in bt"`" "$(( $(echo 3) + 1 ))"
echo "a${u:+"b"}c" "${u-"$(echo "d  e")"}"
v=$'a\'b'; echo "$v" "${v//\'/Q}"
echo "line1
line2"   "tab	here"
