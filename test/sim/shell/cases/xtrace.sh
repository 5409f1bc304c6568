set -x
echo a "b c" 'd$e' ''
x=5 y="a b"
z=(1 2)
[ $x = 5 ] && echo yes
[[ $x == 5 ]]
((x+1))
for i in 1 2; do echo $i; done
case $x in 5) echo five;; esac
f() { local v=1; echo f $1; }
f arg
(echo sub)
echo $(echo cmdsub)
if true; then :; fi
x=1 true
while false; do :; done
echo 'it'\''s' $'a\nb' "*" ~x \;
export E=1
set +x
echo quiet
PS4='>> '; set -x; echo custom; set +x
