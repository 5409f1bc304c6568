cat <(echo a) <(echo b)
while read x; do echo "r $x"; done < <(printf '1\n2\n')
diff <(echo same) <(echo same) && echo equal
n=0; while read x; do n=$((n+1)); done < <(printf 'a\nb\nc\n'); echo $n
echo to-sub > >(cat); sleep 0.1
paste <(echo 1) <(echo 2)
f() { cat "$1"; }; f <(echo fn)
read a b < <(echo x y); echo $b
