try=0
until [ "$try" -ge 3 ] || (( try == 2 )); do try=$((try+1)); echo "try $try"; done
for i in $(seq 1 5); do if [ $i -eq 3 ]; then echo found; break; fi; done
n=5; while (( n-- > 0 )); do (( n % 2 )) && continue; echo $n; done
while true; do sleep 0.01; break; done; echo out
