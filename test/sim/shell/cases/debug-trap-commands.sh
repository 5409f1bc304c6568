trap 'echo "$LINENO: $BASH_COMMAND"' DEBUG
x=1
echo a   "b  c"   >/dev/null
f() {
  echo in
}
f
for i in 1 2
do
  echo $i
done
echo p |
 cat
for ((j=0;j<2;j++)); do :; done
[[ a == a ]]; ((1)); case a in a) echo c;; esac
if true; then echo y; fi; (echo sub); { echo g; }; ! true
y=$(echo sub)
trap - DEBUG
trap 'echo "exit: $BASH_COMMAND"' EXIT; trap 'echo "err $LINENO $BASH_COMMAND"' ERR
(exit 4); ls /nope 2>/dev/null >&2
true
