a=(x "y z" w); for i in "${!a[@]}"; do echo "$i=${a[i]}"; done
a+=("new one"); a=("first" "${a[@]}"); echo "${#a[@]} ${a[0]} ${a[-1]}"
b=("${a[@]:1:2}"); printf '<%s>' "${b[@]}"; echo
unset 'a[0]'; echo "${!a[*]}"; a=("${a[@]}"); echo "${!a[*]}"
c=($(printf '3\n1\n2\n' | sort)); echo "${c[*]}"
d=([a]=1); echo "${d[0]}"; e=(); e[10]=x; echo "${#e[@]} ${!e[@]}"
IFS=$'\n' f=($(printf 'l 1\nl 2\n')); echo ${#f[@]}; unset IFS
[[ " ${c[*]} " == *" 2 "* ]] && echo contains
printf '%s\n' "${c[@]}" | tail -1; echo "${c[@]/#/p}" "${c[@]/%/s}"
