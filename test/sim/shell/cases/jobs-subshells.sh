sleep 30 &
f() { jobs; }
echo "in: $(jobs)"
jobs | cat
jobs -p | wc -l
f | cat
(jobs)
echo "$(f)" "$( (jobs) )"
cat <(jobs)
{ jobs; } | cat
echo "$(kill -0 %1; echo $?)"
if jobs | grep -q Running; then echo running; fi
kill $(jobs -p)
wait; echo $?
trap 'kill $(jobs -p)' EXIT
sleep 30 &
sleep 31 &
