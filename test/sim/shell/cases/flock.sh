#!/bin/bash
exec 8>lock
flock 8; echo "taken $?"
flock -n lock echo never; echo "$?"
flock -n -E 75 lock echo never; echo "$?"
flock -w 0.1 lock echo never; echo "$?"
flock --verbose -n lock true; echo "$?"
# a child has the same description
( flock -n 8; echo "child $?" )
bash -c 'flock -n 8; echo "inherited $?"'
exec 7>lock
flock -n 7; echo "another $?"
flock -s 8
flock -s -n 7 && echo both
flock -n 7 || echo 'not alone'
flock -u 8
flock -n 7 && echo alone
exec 7>&-
flock -n lock echo free
flock lock -c 'echo "shell $0"; exit 3' | sed 's/ .*sh/ sh/'; echo "${PIPESTATUS[0]}"
# whoever waits gets it when the holder has ended
( flock 9; echo first; sleep 0.3; echo done ) 9>other &
sleep 0.1
flock -w 5 other echo second
wait
# it stays with a child that outlives its parent, unless it is closed there
flock third bash -c 'sleep 0.3 >/dev/null 2>&1 & echo left'
flock -n third echo never || echo held
flock -o fourth bash -c 'sleep 0.3 >/dev/null 2>&1 & echo left'
flock -n fourth echo free
flock nosuch/lock true; echo "$?"
flock 77; echo "$?"
flock abc; echo "$?"
flock -w x lock true; echo "$?"
flock lock -c true more; echo "$?"
flock -E 300 lock true; echo "$?"
flock -n; echo "$?"
flock lock nosuchprogram; echo "$?"
flock . echo folder
