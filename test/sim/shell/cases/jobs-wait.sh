(exit 3) & wait $!; echo $?
true & false & wait; echo $?
sleep 0.1 & a=$!; sleep 0.2 & b=$!; wait $a $b; echo $?
(exit 4) & p=$!; wait $p; echo $?; wait $p; echo $?
wait 99999; echo $?
wait %5; echo $?
{ sleep 0.1; echo bg; } & wait; echo fg
sleep 0.3 & sleep 0.1 & wait -n; echo $?; wait
f() { sleep 0.1; return 9; }; f & wait $!; echo $?
x=0; (x=1) & wait; echo $x
cat <<< in & wait
fg; echo $?
