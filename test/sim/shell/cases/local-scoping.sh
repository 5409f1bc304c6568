x=g; f() { local x=l; h; echo "f $x"; }; h() { echo "h $x"; x=changed; }; f; echo $x
a() { local arr=(1 2 3); local -A m=([k]=v); echo ${arr[1]} ${m[k]}; }; a; echo ${arr-none} ${m-none}
b() { local v; echo ${v-unset}; v=1; echo $v; }; b
c() { local y=$1; [ $y -gt 0 ] && c $((y-1)); echo $y; }; c 2
d() { local -r ro=1; ro=2; echo no; }; d; echo $?
e() { local i; for i in 1 2; do :; done; echo $i; }; i=outer; e; echo $i
g() { x=temp k; echo $x; }; k() { echo "k $x"; }; g
l() { unset x; echo ${x-unset}; }; x=1; l; echo ${x-gone}
m() { local x=$(echo sub) y=$?; echo $x $y; }; m
n() { local a=1 b=$a; echo "$b"; }; a=0; n
o() { local "$1=val"; eval echo \$$1; }; o name
p() { local -n r=$1; r=viaref; }; p target; echo $target
