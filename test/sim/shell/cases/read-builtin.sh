echo 'a b  c d' | { read x y; echo "[$x][$y]"; }
echo '  lead trail  ' | { read x; echo "[$x]"; }
echo '  lead trail  ' | { IFS= read x; echo "[$x]"; }
echo 'a\tb\\c' | { read x; echo "$x"; }
echo 'a\tb\\c' | { read -r x; echo "$x"; }
printf 'no newline' | { read x; echo "$? [$x]"; }
printf '' | { read x; echo "$? [$x]"; }
echo 'a:b:c' | { IFS=: read -r x y z; echo "$x $y $z"; }
echo 'a:b:c:' | { IFS=: read x y; echo "$x|$y"; }
echo 'x,,y' | { IFS=, read a b c; echo "$a|$b|$c"; }
echo 'one two three' | { read -a arr; echo ${#arr[@]} ${arr[2]}; }
printf 'a;b;' | { read -d ';' x; read -d ';' y; echo $x $y; }
echo abcdef | { read -n 3 x; echo $x; read y; echo $y; }
echo abc | { read; echo $REPLY; }
printf 'l1\nl2\nl3\n' | { read a; read b; cat; echo "$a $b"; }
printf 'cont\\\ninued\n' | { read x; echo $x; }
while read -r a b; do echo "$b-$a"; done < <(printf '1 2\n3 4\n')
read x <<< "here"; echo $x
read -r x y <<< "1 2 3"; echo "$y"
exec 5<<< "five"; read -u 5 v; echo $v
read 1bad <<< x; echo $?
printf 'a b\n' | { read -r x y z; echo "[$z]"; }
IFS=: read u _ uid rest < /etc/passwd; echo $u $uid
printf 'x y ' | { read a b; echo "[$b]"; }
echo " a : b " | { IFS=: read a b; echo "[$a][$b]"; }
