declare -A m=([a]=1 [b]="two words" ["k e y"]=3)
echo ${m[a]} "${m[b]}" "${m[k e y]}" ${#m[@]}
m[new]=4; m[a]+=0; echo ${m[a]} ${m[new]}
unset 'm[b]'; echo ${#m[@]}
k=new; echo ${m[$k]} ${m["$k"]}
[[ -v m[a] ]] && echo set; [[ -v m[zz] ]] || echo unset
for k in a new; do echo "$k=${m[$k]}"; done
declare -A e; echo ${#e[@]}; e[x]=1; declare -p e
declare -A n=(p 1 q 2); echo ${n[p]} ${n[q]}
