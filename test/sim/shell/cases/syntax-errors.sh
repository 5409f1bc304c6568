bash -c 'echo a; )'; echo $?
bash -c 'if true; then'; echo $?
bash -c 'echo "abc'; echo $?
bash -c "echo 'abc"; echo $?
bash -c 'for i in 1; do echo; '; echo $?
bash -c 'done'; echo $?
bash -c 'echo ok
fi
echo never'; echo $?
bash -c 'case x in'; echo $?
bash -c 'echo a ;; b'; echo $?
bash -c '| cat'; echo $?
bash -c 'a && '; echo $?
bash -c '&& a'; echo $?
bash -c 'echo $(echo'; echo $?
bash -c 'echo > '; echo $?
eval 'echo ('; echo $?
bash -n -c 'echo not run'; echo $?
bash -c 'f() {'; echo $?
bash -c '((1+'; echo $?
