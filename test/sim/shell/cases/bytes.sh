printf '\342\234\223\n'; printf '\377\376' | od -An -tx1; echo -ne '\xe9' | od -An -tx1; printf '\xff\xfe' | base64
x=$'a\xffb'; echo "$x" > f; od -An -tx1 f; y=$(cat f); [ "$x" = "$y" ] && echo same ${#x}
cat <<< "$y" | od -An -tx1; cat <<END | od -An -tx1
$y z
END
while IFS= read -r l; do printf %s "$l" | od -An -tx1; done < <(printf '\xfe\n\xc3\xa9\xff\n')
mapfile -t m < <(printf '\xfe\xfd\n'); printf %s "${m[0]}" | od -An -tx1
touch $'n\xffq'; for f in n*; do printf %s "$f" | od -An -tx1; done; [ -e $'n\xffq' ] && echo there; rm $'n\xffq'
printf -v v '\342\234\223'; echo ${#v} $v; a=$'\xe2'; b=$'\x9c\x93'; echo "$a$b"
printf '%5s|%-5s|%.1s|%c|' é é é é | od -An -c; printf '%c%c' ab | od -An -c
env $'X=\xff' bash -c 'printf %s "$X$1" | od -An -tx1' x $'\xfd'; /usr/bin/printf '\377' | od -An -tx1
x=$'\xffa\xfe'; printf '%q ' "$x"; declare -p x; printf %s "${x#?}${x/a/b}${x:1:1}" | od -An -tx1
case $x in $'\xff'*) echo m;; esac; printf '%d\n' "'"$'\xff'
eval $'printf %s \xfc' | od -An -tx1; printf 'echo \xfb\n' > s; . ./s | od -An -tx1
