echo line $LINENO

nosuch1
f() {
  nosuch2
}
f
eval 'nosuch3'
(
  nosuch4
)
x=$(nosuch5)
for i in 1; do
  nosuch6
done
echo a | nosuch7
echo $LINENO
