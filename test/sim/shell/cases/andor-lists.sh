true && echo a; false && echo b; false || echo c; true || echo d
false && echo x || echo y; true && false || echo z
echo 1; echo 2 & wait; echo 3
{ echo g1; echo g2; }; (echo s1; echo s2)
true && { echo multi; false; } || echo fell
a=1 && b=2; echo $a $b
false || false || true && echo end
! false && echo neg
