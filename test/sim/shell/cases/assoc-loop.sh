declare -A color=([red]=1 [green]=2 [blue]=3)
for k in red green blue; do echo "$k ${color[$k]}"; done
for k in "${!color[@]}"; do echo "$k"; done | sort
color[red]=$((color[red]+10)); echo ${color[red]}; color[x y]=sp; echo "${color[x y]}"
[[ ${color[nope]+set} ]] || echo not set; [[ ${color[red]+set} ]] && echo set
unset 'color[red]'; echo ${#color[@]}
declare -A count; for w in a b a c a; do (( count[$w]++ )); done; echo ${count[a]} ${count[b]}
f() { local -A m=([k]=v); m[j]=w; echo ${#m[@]} ${m[j]}; }; f
