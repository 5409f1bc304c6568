sleep 100 & p=$!; kill -TERM $p; wait $p 2>/dev/null; echo $?
sleep 100 & p=$!; kill -9 $p; wait $p 2>/dev/null; echo $?
sleep 100 & kill %1; wait %1 2>/dev/null; echo $?
bash -c 'trap "echo got term; exit 3" TERM; kill -TERM $$; echo not here'; echo $?
bash -c 'trap "" TERM; kill -TERM $$; echo ignored'
bash -c 'trap "echo usr" USR1; kill -USR1 $$; kill -USR1 $$; echo end'
(trap 'echo parent term' TERM; kill -TERM $BASHPID; echo cont)
timeout 0.1 sleep 5; echo $?; timeout 5 true; echo $?; timeout 5 bash -c 'exit 9'; echo $?
