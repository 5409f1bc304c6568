x=1; unset x; echo ${x-u}; f() { echo f; }; unset f; f 2>/dev/null; echo $?
a=(1 2 3); unset 'a[1]'; echo ${a[@]} ${#a[@]}; unset a; echo ${a-u}
x=1; f() { echo f; }; unset -v x; unset -f f; unset -v f; echo $?
readonly r=1; unset r; echo $?; unset 1bad; echo $?
declare -A m=([a]=1); unset 'm[a]'; echo ${#m[@]}
g() { local v=1; unset v; echo ${v-u}; }; v=out; g; echo $v
