sh -c 'kill -TERM $$'; echo $?
bash -c 'kill -KILL $$' ; echo $?
sleep 100 & p=$!; kill $p; wait $p; echo $?
(kill -HUP $BASHPID); echo $?
kill -0 $$ && echo alive
kill -0 999999 2>/dev/null || echo dead
kill 999999; echo $?
kill -l 15; kill -l HUP; kill -l 137
kill abc; echo $?
kill; echo $?
kill -s NOPE $$; echo $?
