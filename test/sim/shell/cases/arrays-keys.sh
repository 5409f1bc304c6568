declare -A m=([b c]=2 [d]=3); declare -p m
m[e  f]=4; m+=([g h]=5); k='i j'; m[$k l]=6
echo "${m[b c]} ${m[e  f]} ${m[g h]} ${m[i j l]}"
for k in "${!m[@]}"; do echo "<$k>"; done
unset 'm[b c]'; echo "${#m[@]} ${m[@]:2:2}"
a=(1 2 3); a[7]=x; echo "${a[@]: -2}" "${a[@]:3}" "${a[@]: -9}"
a[1 + 1]=q; declare -p a; declare -a bare; declare -p bare; bare=(); declare -p bare
b=([]=1 [2]=3); echo $? "${b[2]}"
m['']=1; echo not shown
echo next $?
a[]=1; echo not shown
a[-50]=1; echo not shown
readonly R=(a); R+=(b); echo not shown
echo next $?
(set -e; readonly S=1; S=2; echo no); echo $?
