s="The quick brown fox"
echo "${#s} ${s:4:5} ${s: -3} ${s/quick/slow} ${s// /_} ${s^^} ${s,,}"
[[ $s == *quick* ]] && echo contains; [[ $s == The* ]] && echo starts; [[ $s == *fox ]] && echo ends
p=/a/b/c.tar.gz; echo "${p##*/} ${p%/*} ${p%%.*} ${p#*.} ${p##*.}"
v=1.35.2; IFS=. read -r a b c <<< "$v"; echo "$a-$b-$c"
t="  trim me  "; t="${t#"${t%%[![:space:]]*}"}"; t="${t%"${t##*[![:space:]]}"}"; echo "[$t]"
r=$(printf '%*s' 5 ''); echo "[${r// /=}]"; printf -- '-%.0s' {1..5}; echo
[[ abc < abd ]] && echo less; x=; echo "${x:-empty}${x:+full}"
