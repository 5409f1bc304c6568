for i in 1 2 3; do for j in a b c; do [ $j = b ] && continue 2; [ $i = 3 ] && break 2; echo $i$j; done; done
i=0; while :; do ((i++)); case $i in 2) continue;; 4) break;; esac; echo $i; done
f() { for x in 1 2; do return 5; done; }; f; echo $?; for i in 1 2 3; do if [ $i = 2 ]; then break; fi; done; echo $i
for i in a; do break 5; done; echo ok; until false; do break; done; echo $?
while true; do { break; }; done; echo grp; for i in 1; do (break); echo sub; done
