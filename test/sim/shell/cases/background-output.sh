{ echo one; } & wait $!; (echo two) & wait; echo three & wait; true & p=$!; wait $p; echo $?
f() { echo "bg $1"; return 5; }; f x & wait $!; echo $?
for i in 1 2 3; do (exit $i) & pids[$i]=$!; done; for i in 1 2 3; do wait ${pids[$i]}; echo "$i $?"; done
sleep 0.01 && echo chained & wait
x=$(sleep 0.01 & echo now; wait; echo later); echo $x
