(exit 3) || echo "sub $?"; f() { exit 4; }; (f); echo $?; echo $(exit 5; echo no); { (exit 6); echo $?; }
bash -c 'exit 7; echo no'; echo $?; bash -c 'f() { exit 8; }; f; echo no'; echo $?; bash -c 'eval "exit 9"'; echo $?
echo 'exit 10' > e.sh; (. ./e.sh; echo no); echo $?; bash e.sh; echo $?; for i in 1 2; do (exit $i); done; echo $?
while true; do exit 11; done | cat; echo ${PIPESTATUS[0]}; if true; then exit 12; fi
