i=0; while ((i<3)); do ((i++)); echo $i; done
((i==3)) && echo three; ((i>5)) || echo small
if ((i%2)); then echo odd; fi
x=$((i>2 && i<5)); echo $x; echo $((i?10:20))
for ((;;)); do ((i++>5)) && break; done; echo $i
n=10; ((n--, n*=2)); echo $n; (( a = 5, b = a + 1 )); echo $a $b
echo $(( ${#n} + ${n:0:1} )); s=abc; echo $((${#s}*2))
((0)) || echo zero; ((1)) && echo one; (( 2 > 1 ? 0 : 1 )) || echo t
