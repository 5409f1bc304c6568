sleep 30 & kill -9 $!; wait $!; echo $?
sleep 30 & kill -HUP $!
sleep 0.1
jobs
echo one
sleep 30 & kill $!; wait
sleep 0.1 & sleep 0.2; jobs; wait $!; echo $?
wait -n; echo $?
(exit 3) & sleep 0.1; wait -n; echo $?; wait -n; echo $?
(exit 4) & wait $!; wait -n; echo $?
wait -n -p pid; echo "$? ${pid-unset}"
set -m
sleep 30 & sleep 31 & kill %1; sleep 0.1; jobs; kill %2; wait %2; echo $?
