a=(one "two words" three)
echo ${a[0]} "${a[1]}" ${a[-1]} ${#a[@]} "${a[@]}" "${a[*]}"
a[5]=five; echo ${!a[@]} ${#a[@]}
a+=(six "seven 7"); echo ${!a[@]}; echo "${a[6]}" "${a[7]}"
unset 'a[1]'; echo ${!a[@]}
b=([3]=x [1]=y z); echo ${!b[@]} ${b[@]}
c=("${a[@]}"); echo ${#c[@]} ${!c[@]}
for i in "${a[@]}"; do echo "<$i>"; done
d=(); echo ${#d[@]} "${d[@]}" end
IFS=,; echo "${a[*]}"; unset IFS
e=scalar; e[2]=two; echo ${e[@]} ${!e[@]} $e
a[0]+=more; echo ${a[0]}
declare -p b
x=(1 2 3); x=(${x[@]/2/two}); declare -p x
