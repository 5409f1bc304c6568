echo out > f1; cat f1; echo more >> f1; cat < f1
echo err 2> f2 >&2; cat f2
{ echo o; echo e >&2; } > both 2>&1; cat both
{ echo o; echo e >&2; } &> both2; cat both2
{ echo o2; echo e2 >&2; } &>> both2; cat both2
cat <<< "here string"
exec 3> f3; echo three >&3; exec 3>&-; cat f3
exec 4< f3; read l <&4; echo "l=$l"; exec 4<&-
echo x >&5 || echo failed
cat < nosuch; echo $?
echo y > nodir/f; echo $?
: > empty; [ -s empty ] || echo is empty
> created; [ -e created ] && echo created
set -C; echo z > f1; echo $?; echo z >| f1; cat f1; set +C
echo swap 3>&1 1>&2 2>&3 3>&- | cat 2>/dev/null
{ echo a; echo b >&2; } 2>/dev/null
if true; then echo redirected; fi > f6; cat f6
while read x; do echo "r:$x"; done < f1
for i in 1 2; do echo $i; done > f7; cat f7
f() { echo fn; } > f8; f; cat f8
exec 6<> f9; echo rw >&6; cat f9
{ fd=; exec {fd}> f10; echo to-fd >&$fd; exec {fd}>&-; cat f10; [ $fd -ge 10 ] && echo ge10; }
echo a b > "f 11"; cat "f 11"
x=f12; echo v > $x; cat f12
cat f1 f1 nosuch 2>&1 | wc -l
