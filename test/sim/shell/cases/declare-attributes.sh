declare -i n=2+3; echo $n; n="n*2"; echo $n; declare -l lo=ABC; declare -u up=abc; echo $lo $up; lo+=DEF; echo $lo
declare -r ro=1; (ro=2) 2>/dev/null; echo $ro; declare -x ex=1; env | grep ^ex=; declare +x ex; env | grep -c ^ex=
declare -p n lo up ro; declare -a a; a[0]=1; declare -p a; declare -A h; h[k]="v w"; declare -p h; declare -ai nums=(1+1 2+2); echo ${nums[@]}
f() { declare -g G=1; local -i l=5+5; echo $l; declare L=2; }; f; echo $G ${L-unset}; typeset t=1; echo $t; declare x y=2 z; echo ${x-u} $y
declare -f f >/dev/null && echo isfunc; declare -F f; unset n; declare -p n 2>/dev/null || echo gone; readonly R=1; readonly -p | grep 'R='
