printf '%s\n' b a c | sort; echo 'x y z' | cut -d' ' -f2; echo abc | wc -c; basename /a/b.txt .txt; dirname /a/b
mkdir -p p/q; touch p/q/r; find p -type f; ls p; rm -r p; [ -d p ] || echo gone
echo 'a 1
b 2' | awk '{print $2, $1}'; echo hello | sed 's/l/L/g'; seq 3 | paste -sd+; echo 'foo bar' | grep -o 'b.*'
expr 1 + 2; env X=1 bash -c 'echo $X'; echo a b | xargs -n1 echo; date -u -d @0 +%Y; id -u; head -c 3 <<< abcdef; echo; tac <<< $'1\n2'; rev <<< abc; uniq -c <<< $'a\na\nb'; tee t1 <<< teed; cat t1
