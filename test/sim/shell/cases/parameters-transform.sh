x="it's a 'test'"; echo ${x@Q}
y=$'a\nb'; echo "${y@Q}"
z='a\tb'; echo "${z@E}"
w=hello; echo ${w@U} ${w@u} ; W=ABC; echo ${W@L}
declare -i n=5; echo ${n@a}
a=(1 "2 3"); echo "${a[@]@Q}"; echo ${a@a}; declare -rx rx=1; echo ${rx@a}
echo ${w@A} ; echo "${a[@]@A}"
