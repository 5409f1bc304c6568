a=1 b=2 c=$a$b; echo $a $b $c; a='x y' ; b=$a; echo "$b"; b=$a"q"; echo "$b"
x=*; echo "$x"; y=~; [ "$y" = "$HOME" ] && echo home; z=$(echo a  b); echo "$z"
e=; echo "[$e]"; d= ; echo "[$d]"; f=a=b; echo $f; g="a"'b'c; echo $g
A=1 B=2 bash -c 'echo $A$B'; A=x; A=y true; echo $A; A=z eval 'echo $A'; echo $A
arr[0]=q arr[2]=r; echo ${arr[@]}; arr[1+1]=s; echo ${arr[2]}
IFS=: read p q <<< 1:2; echo $p $q; echo "$IFS" | wc -c
v=${v:-default}; echo $v; w=${#v}; echo $w; n=$((w*2)); echo $n
a=$b$(false); echo $?; a=1; echo $?
h=`echo bt`; echo $h
l=$'\n'; echo "a${l}b"; empty=""; echo "${empty:-e}"
