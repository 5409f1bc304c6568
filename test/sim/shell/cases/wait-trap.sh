trap 'echo trapped' USR1
(sleep 0.05; kill -USR1 $$) &
wait; echo "wait $?"
wait; echo "again $?"
