trap 'echo exiting $?' EXIT
trap 'echo usr1' USR1
kill -USR1 $$
echo after
trap
trap - USR1
trap 'echo int' INT; kill -INT $$; trap - INT
f() { trap 'echo ret' RETURN; }; f
trap '' TERM; kill -TERM $$; echo survived; trap - TERM
trap 'echo err $LINENO' ERR; false; trap - ERR; false
(trap 'echo sub' EXIT; exit 2); echo $?
trap -p EXIT
trap foo NOSUCH; echo $?
exit 3
