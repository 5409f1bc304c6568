x=abc
[[ $x == a* ]] && echo glob; [[ $x == "a*" ]] || echo literal; [[ $x = abc ]] && echo eq; [[ $x != b* ]] && echo ne
[[ $x =~ ^a(b)(c)$ ]] && echo "${BASH_REMATCH[0]} ${BASH_REMATCH[1]} ${BASH_REMATCH[2]} ${#BASH_REMATCH[@]}"
[[ $x =~ z ]] || echo "nomatch ${#BASH_REMATCH[@]}"
re='^[0-9]+\.[0-9]+$'; [[ 12.5 =~ $re ]] && echo num; [[ 12a5 =~ $re ]] || echo notnum
[[ "a.c" =~ a"."c ]] && echo q; [[ abc =~ a"."c ]] || echo q2
[[ -z "" && -n x ]] && echo and; [[ -n "" || -z "" ]] && echo or; [[ ! -e nope ]] && echo not; [[ ( a == a ) && ( b == b || c == d ) ]] && echo group
[[ 5 -gt 3 ]] && echo gt; [[ 10 -eq 012-0 ]] ; echo $?; y=4; [[ y -eq 4 ]] && echo arith; [[ 3+1 -eq y ]] && echo arith2
[[ a < b ]] && echo lt; [[ b > a ]] && echo gt2
[[ $unset == "" ]] && echo unset; [[ -v x ]] && echo v; [[ -v nope ]] || echo nv
[[ "a b" == "a b" ]] && echo sp; z="a b"; [[ $z == a\ b ]] && echo sp2; [[ -f $z ]] || echo nof
[[ x ]] && echo word; [[ "" ]] || echo empty
[[ ABC =~ [[:upper:]]+ ]] && echo ${BASH_REMATCH[0]}
shopt -s nocasematch; [[ ABC == abc ]] && echo nc; [[ ABC =~ b ]] && echo ncr; shopt -u nocasematch
[[ ab == @(ab|cd) ]] && echo ext; [[ foo.bar == *.?(b)ar ]] && echo ext2
v=1.2.3; [[ $v =~ ^([0-9]+)\.([0-9]+)\.([0-9]+)$ ]] && echo "${BASH_REMATCH[@]:1}"
[[ $'a\nb' == *$'\n'* ]] && echo nl
