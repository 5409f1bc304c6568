declare -p HOME >/dev/null && echo ok
declare x=1 y; echo $x ${y-unset}; declare -r c=const; c=2; echo "$? $c"
readonly k=v; k=w; echo $?; unset k; echo $?
declare -i n=5; n=n+1; echo $n; declare -u up=abc; echo $up; declare -l low=ABC; echo $low
declare -x ex=1; bash -c 'echo $ex'; export -n ex; bash -c 'echo ${ex-gone}'
export A=1 B="2 3"; bash -c 'echo $A $B'; C=tmp bash -c 'echo $C'; echo ${C-none}
declare -p x c n A; declare -p nope; echo $?
f() { declare v=local; declare -g g=global; echo $v; }; f; echo ${v-unset} $g
unset x; echo ${x-gone}; unset nope; echo $?
declare 1x=2; echo $?; export 2y; echo $?
x=1; x+=2; echo $x; declare -i i=1; i+=2; echo $i
readonly -p | grep -c ' k='
a=b=c; echo $a; declare d=x=y; echo $d
set | grep ^A=
local z=1; echo $?
v=1 w=$v; echo $w
declare -a arr=(1 2); declare -p arr; declare -A as=([k]=v); declare -p as
s='a b'; t=$s; u="$s c"; echo "$t|$u"
export PATH_X="$HOME"/bin; echo ${PATH_X#$HOME}
